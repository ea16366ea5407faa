"""What the values of a column look like: evidence for what the column is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from anmin.exchange.blanks import NO_RESULT, no_days, says_nothing
from anmin.exchange.dates import usual_forms
from anmin.exchange.written import Dates, written
from anmin.kernel.phones import read_phones

DEGREES = re.compile(r"[+-]?\d{1,3}[.,]\d{2,}")
ADDRESS = re.compile(
    r"[路街道巷弄号村幢栋室]|小区|\b(?:ST|STREET|AV|AVE|AVENUE|RD|ROAD|BL|BLVD|"
    r"WY|WAY|DR|DRIVE|LN|LANE|BLOCK|BLK|CT|COURT|CI|CIR|CIRCLE|PL|PLACE|TER|HWY|PKWY|SQ|TRL|TR|"
    r"LOOP|RP|ALY|EXPY|FWY|PLZ|CV|XING|STRASSE|STRAßE|WEG|PLATZ|RUE|CALLE|AVENIDA|УЛ)\b|STRA(?:SS|ß)E",
    re.I,
)
AREA_CODE = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])(?!00)\d{2}(?!00)\d{2}(?:\d{3}(?:\d{3})?)?"
)
"""Codes of GB/T 2260: province, prefecture, county; after them street and community."""
CELL = re.compile(r"\d{4}-\d\d-\d\d")
TEXT = re.compile(r"(\d{1,2})[-/.]\d{1,2}[-/.]\d{2,4}")
MOST_WORDS = 8
"""Different words that a column of moments has for none."""
NUMBERED = re.compile(r"(?=.*\d)[0-9A-Za-z\u4e00-\u9fff()（）〔〕_./-]{1,40}")
POINT = re.compile(
    r"(?:SRID=\d+;)?POINT *Z? *\(.+\)|(?s:.*)\( *-?\d{1,3}\.\d+ *, *-?\d{1,3}\.\d+ *\)"
    r"|-?\d{1,3}\.\d{2,} *[,;] *-?\d{1,3}\.\d{2,}|-?\d{1,3}[.,]\d{2,}[; ] *-?\d{1,3}[.,]\d{2,}"
    r"|\{.*(?:coordinates|latitude).*\}",
    re.I | re.S,
)
"""What a point in one column looks like; `points` reads it."""


@dataclass
class Shape:
    """The values of one column in a sample; blanks aside, except in `filled`.

    `blanks` are words that stood for nothing; `uncomputed`: formulas without a result were there.
    """

    values: Sequence[str]
    rows: int
    blanks: frozenset[str] = frozenset()
    uncomputed: bool = False

    @cached_property
    def filled(self) -> float:
        """Share of rows that have a value."""
        return len(self.values) / self.rows if self.rows else 0.0

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(set(self.values))

    @property
    def since_1970(self) -> bool:
        """Whether the values are moments counted from 1970."""
        return self.dates is not None and self.dates.formats[0].startswith("epoch")

    @cached_property
    def counts_on(self) -> bool:
        """Whether the values are numbers, each one more than the one before; not mere row numbers."""
        if not all(value.isdecimal() for value in self.values):
            return False
        numbers = [int(value) for value in self.values]
        steps = {after - before for before, after in pairwise(numbers)}
        return steps in ({1}, {-1}) and min(numbers) > 1

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
        return written(self.values)


def shape_of(
    cells: Sequence[str], rows: int, elsewhere: Callable[[str], bool] = lambda _word: False
) -> Shape:
    """The shape of a column's cells, with the words for nothing told apart.

    Among moments a few words without a figure tell that there is none, unless another column
    says them, too (`elsewhere`).
    """
    values = [cell for cell in cells if cell and cell != NO_RESULT]
    uncomputed = NO_RESULT in cells
    nothing = {value for value in set(values) if says_nothing(value)}
    left = [value for value in values if value not in nothing]
    words = {one for one in set(left) if not any(map(str.isdecimal, usual_forms(one)))}
    if len(words) > MOST_WORDS or len(words) == len(set(left)) or any(map(elsewhere, words)):
        words = set()
    zeros = {one for one in ("0", "0.0") if one in left and not elsewhere(one)}
    if zeros and (rest := Shape([one for one in left if one not in zeros], rows)).since_1970:
        return Shape(rest.values, rows, frozenset(nothing | zeros), uncomputed)
    if no := no_days(left) | words:
        days = Shape([value for value in left if value not in no], rows)
        if days.dates and not days.dates.weak and (days.dates.part != "clock" or no == words):
            return Shape(days.values, rows, frozenset(nothing | no), uncomputed)
    return Shape(left, rows, frozenset(nothing), uncomputed)


def swapped_cells(values: Sequence[str]) -> bool:
    """Whether a spreadsheet has made dates of what it could, taking months for days: some values
    are dates (ISO) with days up to 12 only, the others are text and have none.
    """
    days = [int(value[8:10]) for value in values if CELL.match(value)]
    firsts = [int(found[1]) for value in values if (found := TEXT.match(value))]
    most = len(days) + len(firsts) >= 0.9 * len(values)
    return bool(days) and bool(firsts) and most and max(days) <= 12 < min(firsts)


def _number(shape: Shape) -> tuple[float, str]:
    share = shape.share(NUMBERED)
    fits = share * (1.0 if shape.length >= 6 else 0.8)
    if shape.distinct == len(shape.values) and shape.filled == 1.0:
        return fits, _("all %(count)s values differ") % {"count": shape.distinct}
    told = {"count": shape.distinct, "rows": len(shape.values)}
    return min(fits, 0.5), _("%(count)s different values in %(rows)s rows") % told


def _degrees(shape: Shape, most: int) -> tuple[float, str]:
    inside = sum(
        1
        for value in shape.values
        if DEGREES.fullmatch(value) and abs(float(value.replace(",", "."))) <= most
    )
    share = inside / len(shape.values)
    return (share * 0.85 if share > 0.9 else 0.0), _("degrees up to %(most)s") % {"most": most}


def _phones(shape: Shape) -> tuple[float, str]:
    share = sum(1 for value in shape.values if read_phones(value).numbers) / len(shape.values)
    reason = _("%(share)s can be telephone numbers") % {"share": f"{share:.0%}"}
    return (share if share > 0.5 else 0.0), reason


def _address(shape: Shape) -> tuple[float, str]:
    share = shape.share(ADDRESS, whole=False)
    if shape.share(POINT) > 0.5:
        return 0.0, ""
    return 0.3 + 0.5 * min(1.25 * share, 1.0), _("%(share)s look like addresses") % {
        "share": f"{share:.0%}"
    }


def _points(shape: Shape) -> tuple[float, str]:
    share = shape.share(POINT)
    reason = _("%(share)s are points of a map") % {"share": f"{share:.0%}"}
    return (0.95 * share if share > 0.9 else 0.0), reason


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
    "point": _points,
    "contact_phone": _phones,
    "contact_address": _address,
    "place": _address,
    "area": _area_codes,
    "category": _classes,
    "unit": _classes,
    "priority": _classes,
}
"""How well a column that has values fits a fact (0 not at all – 1 hardly anything else), and why."""
