"""Periods of local days, the ones they are compared with, and whether those are on record."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from anmin.kernel.errors import Conflict
from anmin.kernel.rules import Rule
from anmin.measures.queries import show, tally
from anmin.measures.registry import MONTH

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def year_before(self) -> "Period":
        """The same dates of the year before; the 28th stands for a 29 February."""
        return Period(_year_before(self.start), _year_before(self.end))

    def just_before(self) -> "Period":
        """As many days that end the day before this begins."""
        return Period(self.start - timedelta(days=self.days), self.start - DAY)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))


def month_of(name: str) -> Period:
    """A month written ``YYYY-MM``. Raises ``ValueError`` for what is none."""
    start = date.fromisoformat(f"{name}-01")
    return Period(start, start.replace(day=monthrange(start.year, start.month)[1]))


def months_before(month: str, number: int) -> list[str]:
    """So many months before one, the latest first."""
    at = month_of(month).start
    found = []
    for _month in range(number):
        at = (at - DAY).replace(day=1)
        found.append(f"{at:%Y-%m}")
    return found


def last_whole_month(today: date) -> str:
    """The last month that is over."""
    return f"{today.replace(day=1) - DAY:%Y-%m}"


def rule(key: str) -> Rule:
    """A rule of today."""
    return settings.RULES.get(key, timezone.localdate())


def on_record(earlier: Period, now: Period) -> bool:
    """Whether the records of an earlier period are there, so that fewer then means fewer.

    Taken to be so when it has at least the share ``watch.on_record`` of the rate of ``now``.
    """
    before = show("incidents", (), earlier.start, earlier.end).total.numerator or 0
    lately = show("incidents", (), now.start, now.end).total.numerator or 0
    return _enough(before, earlier, lately, now)


def months_on_record(names: Sequence[str], now: Period) -> list[str]:
    """Those of these months that are on record, by the same rule; asked for at once."""
    if not names:
        return []
    first, last = month_of(min(names)).start, month_of(max(names)).end
    seen = tally("incidents", (MONTH,), first, last)
    lately = show("incidents", (), now.start, now.end).total.numerator or 0
    counts = {month: cell.numerator for (month,), cell in seen.cells.items()}
    return [name for name in names if _enough(counts.get(name, 0), month_of(name), lately, now)]


def _enough(before: float, earlier: Period, lately: float, now: Period) -> bool:
    needed = rule("watch.on_record").share * lately / now.days
    return before > 0 and before / earlier.days >= needed


def on_one_revision[T](work: Callable[[], tuple[T, set[int]]]) -> T:
    """Do work that asks for several figures again when the figures were replaced in between.

    Raises ``Conflict`` when that happens again and again.
    """
    for _attempt in range(3):
        answer, revisions = work()
        if len(revisions) == 1:
            return answer
    raise Conflict("the figures change too fast to be compared")
