"""What the values of a column look like: evidence for what the column is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from django.utils.translation import gettext as _

from anmin.exchange.dates import compile_format
from anmin.kernel.phones import read_phones

NEARLY_ALL = 0.98
DEGREES = re.compile(r"[+-]?\d{1,3}\.\d{2,}")
ADDRESS = re.compile(r"[路街道巷弄号村幢栋室]|小区|\b(?:ST|AV|AVE|RD|BLVD|WY|DR|LN|BLOCK)\b", re.I)
AREA_CODE = re.compile(r"[1-9]\d{5}(?:\d{3}(?:\d{3})?)?")
NUMBERED = re.compile(r"(?=.*\d)[0-9A-Za-z\u4e00-\u9fff()（）〔〕_./-]{1,40}")
EITHER_ORDER = ("%m/%d/", "%d/%m/", "%d-%m-", "%m-%d-")
"""Beginnings of formats that differ in the order of day and month alone."""
TELLING = 5.0
RUN_TOGETHER = re.compile(r"(%[A-Za-z])+")
LATE = datetime(2024, 12, 25, 22, 58, 59, tzinfo=UTC)
"""Every part of it has two digits: how long figures without anything between them are."""
CREDIBLE = range(1950, 2100)
FEW = 40


@dataclass(frozen=True, slots=True)
class Dates:
    """How a column's moments are written. `part` is "moment", "day" or "clock".

    `unsettled`: no value tells a day from a month, so the order is a guess.
    """

    part: str
    formats: tuple[str, ...]
    unsettled: bool = False


@dataclass
class Shape:
    """The values of one column in a sample; blanks aside, except in `filled`."""

    values: Sequence[str]
    rows: int
    kinds: dict[str, tuple[str, ...]] = field(repr=False)

    @cached_property
    def filled(self) -> float:
        """Share of rows that have a value."""
        return len(self.values) / self.rows if self.rows else 0.0

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(set(self.values))

    @cached_property
    def length(self) -> float:
        """Mean length of a value."""
        return sum(map(len, self.values)) / len(self.values) if self.values else 0.0

    def share(self, expression: re.Pattern[str], *, whole: bool = True) -> float:
        """Share of values that an expression matches."""
        match = expression.fullmatch if whole else expression.search
        return sum(1 for value in self.values if match(value)) / max(len(self.values), 1)

    @cached_property
    def dates(self) -> Dates | None:
        """How the moments are written, if the values are moments."""
        for part, formats in self.kinds.items():
            found = self._reading(formats, clock=part == "clock")
            if not found:
                continue
            rivals = [layout for layout in found if layout.startswith(EITHER_ORDER)]
            if len(rivals) < 2:
                return Dates(part, found)
            # No day is above 12. Exports are of a short time: the order under which they are wins.
            spans = sorted((self._span(layout), layout) for layout in rivals)
            return Dates(part, (spans[0][1],), unsettled=spans[1][0] < TELLING * spans[0][0])
        return None

    def _span(self, layout: str) -> float:
        """Seconds between the first and the last moment, read by that format."""
        parse = compile_format(layout)
        moments = [moment for value in self.values if (moment := parse(value))]
        return (max(moments) - min(moments)).total_seconds()

    def _reading(self, formats: Sequence[str], *, clock: bool) -> tuple[str, ...]:
        """The formats that read all values, or the fewest that together do."""
        if not self.values:
            return ()
        unread = list(dict.fromkeys(self.values))
        wanted = NEARLY_ALL * len(unread)
        parsers = {layout: _credible(layout, clock=clock) for layout in formats}
        # There are many formats, and most columns are no dates: a few values tell.
        hopeful = [one for one in formats if any(map(parsers[one], unread[:FEW]))]
        if not hopeful:
            return ()
        reads = {layout: [*filter(parsers[layout], unread)] for layout in hopeful}
        if whole := [layout for layout, read in reads.items() if len(read) >= wanted]:
            return tuple(whole)
        reads |= {one: [*filter(parsers[one], unread)] for one in formats if one not in reads}
        found, left = [], set(unread)
        for layout, read in sorted(reads.items(), key=lambda one: -len(one[1])):
            if left & set(read):
                found.append(layout)
                left -= set(read)
        return tuple(found) if len(left) <= len(unread) - wanted else ()


def _credible(layout: str, *, clock: bool) -> Callable[[str], bool]:
    """Whether a text reads as a moment of our times; figures run together have a set length."""
    parse = compile_format(layout, needs_date=not clock)
    length = len(f"{LATE:{layout}}") if RUN_TOGETHER.fullmatch(layout) else None

    def reads(text: str) -> bool:
        moment = parse(text) if length in (None, len(text)) else None
        return moment is not None and (clock or moment.year in CREDIBLE)

    return reads


def _number(shape: Shape) -> tuple[float, str]:
    unique = shape.distinct == len(shape.values) and shape.filled == 1.0
    reason = _("all %(count)s values differ") % {"count": shape.distinct}
    fits = shape.share(NUMBERED) * (1.0 if shape.length >= 6 else 0.8)
    return (fits if unique else 0.0), reason


def _degrees(shape: Shape, most: int) -> tuple[float, str]:
    inside = sum(1 for v in shape.values if DEGREES.fullmatch(v) and abs(float(v)) <= most)
    share = inside / len(shape.values)
    return (share * 0.85 if share > 0.9 else 0.0), _("degrees up to %(most)s") % {"most": most}


def _phones(shape: Shape) -> tuple[float, str]:
    share = sum(1 for value in shape.values if read_phones(value).numbers) / len(shape.values)
    reason = _("%(share)s can be telephone numbers") % {"share": f"{share:.0%}"}
    return (share if share > 0.5 else 0.0), reason


def _address(shape: Shape) -> tuple[float, str]:
    share = shape.share(ADDRESS, whole=False)
    return 0.3 + 0.5 * share, _("%(share)s look like addresses") % {"share": f"{share:.0%}"}


def _area_codes(shape: Shape) -> tuple[float, str]:
    share = shape.share(AREA_CODE)
    reason = _("%(share)s look like area codes") % {"share": f"{share:.0%}"}
    return 0.3 + 0.6 * (share == 1.0), reason


def _classes(shape: Shape) -> tuple[float, str]:
    few = 1 <= shape.distinct <= max(30, 0.2 * len(shape.values)) and shape.length <= 40
    return (0.7 if few else 0.0), _("%(count)s different values") % {"count": shape.distinct}


LOOKS: dict[str, Callable[[Shape], tuple[float, str]]] = {
    "external_id": _number,
    "longitude": lambda shape: _degrees(shape, 180),
    "latitude": lambda shape: _degrees(shape, 90),
    "contact_phone": _phones,
    "contact_address": _address,
    "place": _address,
    "area": _area_codes,
    "category": _classes,
    "unit": _classes,
    "priority": _classes,
}
"""How well a column that has values fits a fact (0 not at all – 1 hardly anything else), and why."""
