"""What each column of a file can be, and what it is taken for."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from anmin.exchange.halves import LETTERS
from anmin.exchange.problems import Unreadable
from anmin.exchange.shapes import LOOKS, Shape
from anmin.exchange.titles import NAMED_SO, Vocabulary, common, says_clock, title_fits
from anmin.exchange.typed import APART, NO, YES, number

SURE_ENOUGH = 0.45
HALF = re.compile(f"{LETTERS}|上午|下午", re.IGNORECASE)
WRITTEN = {
    "Y": "YYYY",
    "y": "YY",
    "m": "MM",
    "b": "Mon",
    "B": "Month",
    "a": "Day",
    "A": "Day",
    "d": "DD",
    "H": "hh",
    "I": "hh",
    "M": "mm",
    "S": "ss",
    "f": "ffffff",
    "p": "AM",
    "z": "+hh:mm",
}
"""How directives are shown to people."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That a column is a certain fact."""

    sure: float
    fact: str
    column: int
    why: tuple[str, ...]


@dataclass(slots=True)
class Sample:
    """The columns of a file as far as it was read, and what a person says they are (from 0)."""

    header: Sequence[str] | None
    shapes: Sequence[Shape]
    known: Vocabulary
    wanted: Mapping[int, str] = field(default_factory=dict)

    def title(self, column: int) -> str:
        """What a column is called; nothing without a header line."""
        return self.header[column] if self.header and column < len(self.header) else ""

    def fits(self, column: int) -> dict[str, float]:
        """How well its title fits each fact."""
        return title_fits(self.title(column), self.known)

    def moments(self, taken: Container[str]) -> list[str]:
        """Those of the facts taken that are moments, in their order."""
        return [fact for fact in self.known.times if fact in taken]


@dataclass(slots=True)
class Settled:
    """What the columns are taken for; `clocks` are the columns of the times of day of a fact,
    `halves` those that only tell its half of the day (AM, PM)."""

    taken: dict[str, Claim]
    clocks: dict[str, int]
    halves: dict[str, int] = field(default_factory=dict)


def settle(sample: Sample) -> Settled:
    """What each column is taken for: as wanted, then the surest claim first.

    Raises ``Unreadable``: two columns wanted for one fact, or one without dates for a moment.
    """
    taken, clocks = _wanted(sample)
    columns = {*sample.wanted}
    claims = sorted(_claims(sample), key=lambda one: (-one.sure, one.column))
    for claim in claims:
        if claim.sure >= SURE_ENOUGH and claim.fact not in taken and claim.column not in columns:
            columns.add(claim.column)
            taken[claim.fact] = claim
    _put_together(taken)
    _open(sample, taken, columns)
    for fact, column in _clocks(sample, taken, clocks).items():
        clocks.setdefault(fact, column)
    return Settled(taken, clocks, _halves(sample, taken, clocks))


def _halves(
    sample: Sample, taken: Mapping[str, Claim], clocks: Mapping[str, int]
) -> dict[str, int]:
    """The columns behind a time of day that hold nothing but AM and PM."""
    found: dict[str, int] = {}
    used = {claim.column for claim in taken.values()} | {*clocks.values(), *sample.wanted}
    for fact in sample.moments(taken):
        column = clocks.get(fact, taken[fact].column)
        dates, behind = sample.shapes[column].dates, column + 1
        timed = dates is not None and (fact in clocks or dates.part == "moment")
        if timed and behind < len(sample.shapes) and behind not in used:
            values = sample.shapes[behind].values
            if values and all(map(HALF.fullmatch, values)):
                found[fact] = behind
    return found


def _wanted(sample: Sample) -> tuple[dict[str, Claim], dict[str, int]]:
    """What a person says; a day and a time of day chosen for one moment go together."""
    taken: dict[str, Claim] = {}
    clocks: dict[str, int] = {}
    for column, fact in sample.wanted.items():
        if not fact or not 0 <= column < len(sample.shapes):
            continue
        dates = sample.shapes[column].dates
        if fact in sample.known.times and dates is None:
            values = sample.shapes[column].values
            raise Unreadable("no_dates", column=column + 1, value=values[0] if values else "")
        if fact in sample.known.times and dates and dates.part == "clock" and fact not in clocks:
            clocks[fact] = column
        elif fact in taken:
            raise Unreadable("chosen_twice", first=taken[fact].column + 1, second=column + 1)
        else:
            taken[fact] = Claim(1.0, fact, column, (_("chosen by hand"),))
    return taken, clocks


def _claims(sample: Sample) -> Iterator[Claim]:
    """All that the columns can be. Without names, only what values alone can tell."""
    for column in range(len(sample.shapes)):
        named = sample.fits(column) if sample.header else {}
        for fact in sample.known.names if sample.header else sample.known.nameless:
            name = named.get(fact, 0.0)
            fits, reason = _fit(fact, sample, column, name)
            if fits <= 0 or (sample.header and not name and fits < 0.9):
                continue
            sure = 0.6 * name + 0.4 * fits if name else (0.5 if sample.header else 0.6) * fits
            why = [] if not name else [_("named so") if name >= NAMED_SO else _("named nearly so")]
            yield Claim(round(sure, 2), fact, column, (*why, reason))


def _fit(fact: str, sample: Sample, column: int, name: float) -> tuple[float, str]:
    """How well the values fit a fact: 0 they cannot be it, 1 hardly anything else; and why."""
    shape = sample.shapes[column]
    if not shape.values:
        return (0.2 if name >= NAMED_SO else 0.0), _("no values to look at")
    dates = shape.dates
    if (sort := sample.known.types.get(fact)) and sort not in ("moment", "texts"):
        return _typed_fit(sort, fact, sample, shape)
    if fact in sample.known.times:
        if dates is None or dates.part == "clock" or (dates.weak and name < 0.5):
            return 0.0, ""
        whole = dates.part == "moment" or _clock_of(sample, column, fact, set()) is not None
        return (0.8 if whole else 0.4), _("reads as %(layout)s") % {
            "layout": as_written(dates.formats[0])
        }
    if dates and dates.part != "clock" and not dates.weak and fact != "external_id":
        return 0.0, ""
    if fact == "external_id" and name < NAMED_SO:
        return _unnamed_number(sample, shape)
    if fact == "area" and not sample.header and (shape.filled < 0.5 or shape.length < 9):
        return 0.0, ""  # six figures can be anything
    if look := LOOKS.get(fact):
        fits, reason = look(shape)
        # What is called the number is it, however it is written.
        return (max(fits, 0.2) if fact == "external_id" else fits), reason
    return 0.4, _("text of %(length)s characters") % {"length": f"{shape.length:.0f}"}


def _typed_fit(sort: str, fact: str, sample: Sample, shape: Shape) -> tuple[float, str]:
    """How well values fit a fact that is no text: a number, yes or no, a day, words of a list."""
    if sort == "day":
        dates = shape.dates
        fits = 0.8 if dates and dates.part != "clock" and not dates.weak else 0.0
        return fits, _("days")
    if sort in ("whole", "number"):
        good = sum(number(value) is not None for value in shape.values)
    elif sort == "flag":
        good = sum(value.casefold() in YES or value.casefold() in NO for value in shape.values)
    else:
        listed = sample.known.terms.get(fact, ())
        members = [one.strip() for value in shape.values for one in APART.split(value)]
        good = sum(one.upper() in listed for one in members) * len(shape.values) // len(members)
    share = good / len(shape.values)
    return (0.8 * share if share > 0.5 else 0.0), _("%(share)s can be that") % {
        "share": f"{share:.0%}"
    }


def _unnamed_number(sample: Sample, shape: Shape) -> tuple[float, str]:
    """How well values that nobody calls a number are one: all differ, or nearly all where no
    column has a name; times of day that all differ are less likely."""
    fits, reason = LOOKS["external_id"](shape)
    if shape.filled < 1 or (shape.dates and not shape.counts_on):
        fits = 0.0 if shape.filled < 1 else 0.8 * fits
    elif shape.distinct < len(shape.values):
        nearly = not sample.header and shape.distinct > 0.8 * len(shape.values)
        fits = 1.6 * fits if nearly else 0.0
    return fits, reason


def _put_together(taken: dict[str, Claim]) -> None:
    """Degrees go in pairs and stand beside no point; a class without a category is one."""
    if len(taken.keys() & {"longitude", "latitude"}) == 1:
        taken.pop("longitude", None)
        taken.pop("latitude", None)
    if "longitude" in taken:
        taken.pop("point", None)
    if "category" not in taken and (found := taken.pop("call_type", None)):
        taken["category"] = Claim(found.sure, "category", found.column, found.why)


def _open(sample: Sample, taken: dict[str, Claim], columns: set[int]) -> None:
    """See that a column with values opens the event, with a time of day if any column has one."""

    def part(column: int) -> str:
        dates = sample.shapes[column].dates
        named = max(sample.fits(column).values(), default=0.0)
        return "" if dates is None or (dates.weak and named < 0.5) else dates.part

    filled = [fact for fact in sample.known.opening if fact in taken and part(taken[fact].column)]
    bare = [fact for fact in filled if part(taken[fact].column) == "day"]
    alone = [fact for fact in bare if _clock_of(sample, taken[fact].column, fact, set()) is None]
    free = [
        n for n in range(len(sample.shapes)) if n not in columns and part(n) not in ("", "clock")
    ]
    whole = [n for n in free if part(n) == "moment"]
    if filled and not (len(alone) == len(filled) and whole):
        return
    if filled and taken[filled[0]].column in sample.wanted:
        return
    for n in (*whole, *free)[:1]:
        first = sample.known.opening[0]
        taken.pop(first, None)
        sure = 0.4 if not filled else 0.5
        taken[first] = Claim(sure, first, n, (_("the first column of moments"),))


def _clocks(
    sample: Sample, taken: Mapping[str, Claim], chosen: Mapping[str, int]
) -> dict[str, int]:
    """Where the time of day of a fact stands whose own column has a day alone."""
    used = {claim.column for claim in taken.values()} | {*chosen.values()}
    used |= {column for column, fact in sample.wanted.items() if not fact}
    found: dict[str, int] = {}
    for fact in sample.moments(taken):
        if fact in chosen:
            continue
        column = _clock_of(sample, taken[fact].column, fact, used)
        if column is not None:
            found[fact] = column
            used.add(column)
    return found


def _clock_of(sample: Sample, day: int, fact: str, used: set[int]) -> int | None:
    """The column with the time of day that belongs to a column of days, if there is one."""
    dates = sample.shapes[day].dates
    if dates is None or dates.part != "day":
        return None
    best: tuple[float, int] | None = None
    for column, shape in enumerate(sample.shapes):
        clock = shape.dates
        if column == day or column in used or clock is None or clock.part != "clock":
            continue
        score = _togetherness(sample, day, column, fact)
        if score >= 1 and (best is None or score > best[0]):
            best = (score, column)
    return best[1] if best else None


def _togetherness(sample: Sample, day: int, column: int, fact: str) -> float:
    """How much speaks for a column of times of day to belong to a column of days."""
    shape, title = sample.shapes[column], sample.title(column)
    assert shape.dates is not None
    score = 0.0 if shape.dates.weak else 1.0
    score += 1.0 if title and says_clock(title) else 0.0
    shared = common(title, sample.title(day)) if title else 0
    if title and shared < max(common(title, other) for other in _days_titles(sample, day)):
        return -1.0  # it is the time of day of another column of days
    score += shared
    score += {1: 0.6, -1: 0.4}.get(column - day, 0.0)
    if shape.dates.weak and not title and abs(column - day) == 1:
        # Figures that are all hours and minutes, of one length or nearly as many as there are rows.
        lengths = {len(value) for value in shape.values}
        many = max(lengths) >= 3 and 2 * shape.distinct > len(shape.values)
        score += 1.0 if many or lengths in ({4}, {6}) else 0.0
    named = sample.fits(column)
    others = {one: fits for one, fits in named.items() if one in sample.known.times}
    own = others.pop(fact, 0.0)
    rival = max(others.values(), default=0.0)
    return score - 3 if rival > max(own, 0.5) else score


def _days_titles(sample: Sample, but: int) -> Sequence[str]:
    """What the other columns of days are called."""
    days = [n for n, one in enumerate(sample.shapes) if one.dates and one.dates.part == "day"]
    return ["", *(sample.title(n) for n in days if n != but)]


def as_written(layout: str) -> str:
    """A format as people write it: ``YYYY-MM-DD hh:mm:ss``."""
    shown = ""
    rest = iter(layout)
    for letter in rest:
        shown += (
            WRITTEN.get(one, f"%{one}") if letter == "%" and (one := next(rest, "")) else letter
        )
    return shown
