"""Moments in a column of a file, and the units of time that they fall into."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from anmin.config.table import Table
from anmin.kernel.errors import Refusal

WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2})(?:[ T].*)?)?)?"
)
NUMBER = re.compile(r"[+-]?\d+")
TWO_DIGITS = re.compile(r"\d\d")


class TimeUnit(StrEnum):
    """What time is cut into."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Units:
    """Units of one length that follow one another; the first holds ``start``."""

    unit: TimeUnit
    start: date | int
    count: int

    def edge(self, k: int) -> date | int:
        """The start of unit ``k``."""
        if isinstance(self.start, int):
            return self.start + k
        if self.unit is TimeUnit.YEAR:
            return date(self.start.year + k, 1, 1)
        if self.unit is TimeUnit.MONTH:
            months = self.start.year * 12 + self.start.month - 1 + k
            return date(months // 12, months % 12 + 1, 1)
        return self.start + timedelta(days=k * (7 if self.unit is TimeUnit.WEEK else 1))

    def last(self, k: int) -> date | int:
        """The last day (or number) of unit ``k``."""
        end = self.edge(k + 1)
        return end - 1 if isinstance(end, int) else end - timedelta(days=1)

    def index(self, moment: date | int) -> int:
        """Which unit holds a moment; below 0 or from ``count`` when none does."""
        if isinstance(moment, int) or isinstance(self.start, int):
            assert isinstance(moment, int)
            assert isinstance(self.start, int)
            return moment - self.start
        if self.unit is TimeUnit.YEAR:
            return moment.year - self.start.year
        if self.unit is TimeUnit.MONTH:
            return (moment.year - self.start.year) * 12 + moment.month - self.start.month
        return (moment - self.start).days // (7 if self.unit is TimeUnit.WEEK else 1)


def units_of(
    table: Table, column: str, unit: TimeUnit | None, start: str | None, end: str | None
) -> tuple[Units, NDArray[np.int64]]:
    """The units from ``start`` to ``end`` (else from the first moment to the last), and each row's.

    Raises:
        Refusal: what is no moment, or lies outside, with its line.
    """
    codes, texts = table.codes(column)
    chosen = unit or _finest([str(text) for text in texts])
    moments = [_moment(str(text), chosen) for text in texts]
    for code, moment in enumerate(moments):
        if moment is None:
            table.refuse_where(codes == code, column, f"is no {chosen}: {texts[code]}")
    known = [moment for moment in moments if moment is not None]
    first = min(known) if start is None else _bound(start, chosen, "from")
    last = max(known) if end is None else _bound(end, chosen, "to")
    count = Units(chosen, first, 1).index(last) + 1
    if count < 1:
        raise Refusal("the period ends before it starts", field="to")
    units = Units(chosen, first, count)
    which = np.array([units.index(moment) for moment in known])[codes]
    outside = (which < 0) | (which >= count)
    table.refuse_where(outside, column, f"lies outside {first} to {last}")
    return units, which.astype(np.int64)


def census_day(text: str) -> int | None:
    """The day for which a population was counted, as an ordinal: of a year its 1 July, of a month
    its 15th."""
    short = TWO_DIGITS.fullmatch(text.strip())
    if short:  # as in C: 69 to 99 are the 1900s
        text = f"{1900 + int(text) if int(text) >= 69 else 2000 + int(text)}"
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    month, day = found["month"], found["day"]
    return _day(int(found["year"]), int(month or 7), int(day or (15 if month else 1)))


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None


def _finest(texts: list[str]) -> TimeUnit:
    """As fine as most moments are written: a slip in one of them is a slip, and told as one."""
    written = [WRITTEN.fullmatch(text.strip()) for text in texts]
    dates = [found for found in written if found]
    if len(dates) * 2 < len(texts) and sum(bool(NUMBER.fullmatch(text.strip())) for text in texts):
        return TimeUnit.NUMBER
    if not dates or any(found["day"] for found in dates):
        return TimeUnit.DAY
    return TimeUnit.MONTH if any(found["month"] for found in dates) else TimeUnit.YEAR


def _moment(text: str, unit: TimeUnit) -> date | int | None:
    text = text.strip()
    if unit is TimeUnit.NUMBER:
        return int(text) if NUMBER.fullmatch(text) else None
    found = WRITTEN.fullmatch(text)
    if found is None:
        return None
    if (unit is not TimeUnit.YEAR and not found["month"]) or (
        unit in (TimeUnit.DAY, TimeUnit.WEEK) and not found["day"]
    ):
        return None
    day = _day(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    return None if day is None else date.fromordinal(day)


def _bound(text: str, unit: TimeUnit, name: str) -> date | int:
    moment = _moment(text, unit)
    if moment is None:
        raise Refusal(f"{name} is no {unit}: {text}", field=name)
    return moment
