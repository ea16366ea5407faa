"""A guess written down as a profile, with its reasons as comments."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from anmin.exchange.claims import Sample, Settled
from anmin.exchange.header import plain
from anmin.exchange.points import likely_order
from anmin.exchange.profile import Profile
from anmin.exchange.shapes import Shape
from anmin.exchange.titles import template
from anmin.exchange.written import Dates

MONTH_FIRST = re.compile(r"America/|US/|Pacific/(?:Honolulu|Guam|Pago_Pago)|Asia/Manila")
UNDECIDED = re.compile(r"Asia/|Etc/|UTC$|GMT$|Z(?:ulu)?$")
"""Zones that tell nothing of how their people write a day in figures."""


@dataclass(slots=True)
class Proposal:
    """What is to be written down. `swapped` takes day and month the other way round."""

    sample: Sample
    settled: Settled
    zone: str
    swapped: bool = False
    datum: str = ""
    encoding: str = ""
    named_encoding: str = ""
    sheet: str = ""

    @property
    def unsettled(self) -> bool:
        """Whether no value of the file tells a day from a month."""
        return len(self._orders()) > 1

    def toml(self, name: str) -> str:
        """The profile."""
        return "\n".join(self._lines(name))

    def _dates(self) -> list[Dates]:
        """How the moments are written that are used."""
        columns = [
            self.settled.taken[fact].column
            for fact in sorted(self.sample.moments(self.settled.taken))
        ]
        return [dates for n in columns if (dates := self.sample.shapes[n].dates)]

    def _orders(self) -> list[str]:
        """The orders of day and month in which the whole file can be read, the likeliest first.

        One column that tells the order tells it for all.
        """
        ordered = [list(dates.orders) for dates in self._dates() if "" not in dates.orders]
        if not ordered:
            return []
        common = [order for order in ordered[0] if all(order in other for other in ordered)]
        if MONTH_FIRST.match(self.zone):
            common.sort(key=lambda order: order != "mdy")
        elif not UNDECIDED.match(self.zone):
            common.sort(key=lambda order: order != "dmy")
        return common

    def _formats(self) -> tuple[list[str], dict[str, list[str]]]:
        """The formats of the file, and for columns that contradict them their own."""
        order = next(iter(self._orders()), "")
        if self.swapped and order in ("mdy", "dmy"):
            order = "dmy" if order == "mdy" else "mdy"
        formats: dict[str, None] = {}
        own: dict[str, list[str]] = {}
        told = ""
        for fact in self.sample.known.times:
            dates = self._dates_of(fact)
            mine = "" if dates is None or "" in dates.orders else next(iter(dates.orders))
            layouts = self._layouts(fact, order)
            if order or not mine or mine == (told := told or mine):
                formats |= dict.fromkeys(layouts)
            else:
                own[fact] = layouts
        return list(formats), own

    def tells_offset(self, fact: str) -> bool:
        """Whether the moments of a fact say themselves how far from UTC they are."""
        return any("%z" in one or one.startswith("epoch") for one in self._layouts(fact, ""))

    def _dates_of(self, fact: str) -> Dates | None:
        taken = self.settled.taken
        return self.sample.shapes[taken[fact].column].dates if fact in taken else None

    def _layouts(self, fact: str, order: str) -> list[str]:
        """The formats of one fact, with those of its time of day."""
        dates, clocks = self._dates_of(fact), self.settled.clocks
        clock = self.sample.shapes[clocks[fact]].dates if fact in clocks else None
        return [
            f"{layout} {after}".strip() + (" %p" if fact in self.settled.halves else "")
            for layout in (dates.formats_in(order) if dates else ())
            for after in (clock.formats if clock else ("",))
        ]

    def _lines(self, name: str) -> Iterator[str]:
        taken = self.settled.taken
        yield "# Proposed from a sample. Check every line marked with less than 80 %."
        yield f"name = {quoted(name)}"
        yield f"title = {quoted(name)}"
        known = self.sample.known
        if known.kind != Profile.model_fields["kind"].default:
            yield f"kind = {quoted(known.kind)}"
        optional = [fact for fact in taken if fact not in ("external_id", *known.times)]
        yield f"optional = [{', '.join(map(quoted, optional))}]"
        yield from self._file()
        yield f"\n[time]\nzone = {quoted(self.zone)}  # check"
        formats, own = self._formats()
        yield f"formats = [{', '.join(map(quoted, formats))}]"
        if own:
            each = (f"{fact} = [{', '.join(map(quoted, mine))}]" for fact, mine in own.items())
            yield f"formats_for = {{ {', '.join(each)} }}  # day and month the other way round"
        yield f"opened = [{', '.join(quoted(fact) for fact in known.began if fact in taken)}]"
        yield "\n[columns]"
        for fact, claim in sorted(taken.items(), key=lambda one: one[1].column):
            where = self._column(claim.column)
            if fact in self.settled.clocks:
                clock = self._column(self.settled.clocks[fact])
                where = f"{{ date = {where}, time = {clock} }}"
            if fact in self.settled.halves:
                columns = (claim.column, self.settled.clocks.get(fact), self.settled.halves[fact])
                parts = [self._column(n) for n in dict.fromkeys(columns) if n is not None]
                where = f"{{ join = [{', '.join(parts)}] }}"
            yield f"{fact} = {where}  # {claim.sure:.0%}: {', '.join(claim.why)}"
        yield '\n[unit]\n# "reject" refuses rows of units not known here.\nunknown = "blank"'
        yield '\n[area]\nunknown = "blank"'
        yield from self._coordinates()
        yield "\n[category]\nlabels = true"
        if known.default_category:
            yield f"default = {quoted(known.default_category)}"
        if "category" in taken:
            yield from self._category_rules(taken["category"].column)
        if "state" in taken:
            yield "\n[state.table]\n# Texts and the states that they mean: " + ", ".join(
                known.states
            )
            yield f"# Values: {_values(self.sample.shapes[taken['state'].column])}"

    def _file(self) -> Iterator[str]:
        yield f"\n[file]\nheader = {'true' if self.sample.header else 'false'}"
        if self.named_encoding:
            yield f"encoding = {quoted(self.named_encoding)}"
        elif self.encoding:
            yield f'# The sample is in {self.encoding}; "auto" looks at each file anew.'
            yield 'encoding = "auto"'
        if self.sheet:
            yield f"sheet = {quoted(self.sheet)}"
        used = {claim.column for claim in self.settled.taken.values()}
        used |= {*self.settled.clocks.values()}
        if blanks := sorted(set().union(*(self.sample.shapes[n].blanks for n in used))):
            yield "# Words that stand where nothing is known."
            yield f"blanks = [{', '.join(map(quoted, blanks))}]"

    def _coordinates(self) -> Iterator[str]:
        point = self.settled.taken.get("point")
        lines = [f"datum = {quoted(self.datum)}"] if self.datum else []
        if point:
            lines.append(f"order = {quoted(likely_order(self.sample.shapes[point.column].values))}")
        if lines:
            yield "\n[coordinates]\n" + "\n".join(lines)

    def _category_rules(self, column: int) -> Iterator[str]:
        """Rules of the Chinese template that some value meets, and the values as a comment."""
        shape = self.sample.shapes[column]
        yield f"# Values: {_values(shape)}"
        values = [value for value, _count in Counter(shape.values).most_common(40)]
        for rule in template().category.rules:
            if rule.code not in self.sample.known.categories:
                continue
            if any(re.search(pattern, value) for value in values for pattern in rule.pattern):
                yield f"\n[[category.rules]]\ncode = {quoted(rule.code)}"
                yield f"pattern = [{', '.join(map(quoted, rule.pattern))}]"

    def _column(self, column: int) -> str:
        """How a profile names a column: by its title, or its position where no title tells."""
        titles = Counter(map(plain, self.sample.header or ()))
        title = self.sample.title(column)
        telling = plain(title) and titles[plain(title)] == 1
        return quoted(title.strip()) if telling else str(column + 1)


def _values(shape: Shape) -> str:
    values = Counter(shape.values).most_common(40)
    return ", ".join(f"{quoted(value)} ({count})" for value, count in values)


def quoted(text: str) -> str:
    """A TOML string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
