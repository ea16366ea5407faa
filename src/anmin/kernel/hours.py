"""Hours of the day in which something may be done, and promises that are kept within them.

What is promised for "the same day" at 23:55, or falls due while nobody may be called, cannot be
kept as it stands. Pure: moments are aware, hours are local to the time zone given.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

_DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)
"""The last moment of a day that counts: what is due on a day is due then, local time."""


class Because(StrEnum):
    """Why a promise is due at another moment than its rule alone would say."""

    LATE_START = "late_start"
    """It began after the latest hour at which the same day still counts."""
    LITTLE_TIME = "little_time"
    """Too little was left of the hours of its day."""
    CLOSED = "closed"
    """It would have ended at an hour at which nothing can be done about it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Why a promise was moved, from when, and the hour that decided it."""

    because: Because
    instead_of: datetime
    hour: time


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``opens`` until just before ``closes``, every day; at any hour where both are equal.

    ``opens`` after ``closes`` runs over midnight. ``least`` is the least time that a promise
    leaves within the hours.
    """

    opens: time = time.min
    closes: time = time.min
    least: timedelta = timedelta()

    def permit(self, clock: time) -> bool:
        """Whether something may be done at this time of day."""
        if self.opens <= self.closes:
            return self.opens <= clock < self.closes or self.opens == self.closes
        return clock >= self.opens or clock < self.closes

    def first(self, moment: datetime, tz: tzinfo) -> datetime:
        """The moment itself, or the next opening."""
        local = moment.astimezone(tz)
        clock = local.time()
        if self.permit(clock):
            return moment
        day = local.date() + (timedelta() if clock < self.opens else _DAY)
        return datetime.combine(day, self.opens, tz)

    def last(self, moment: datetime, tz: tzinfo) -> datetime:
        """The moment itself, or the last closing before it."""
        local = moment.astimezone(tz)
        clock = local.time()
        if self.permit(clock):
            return moment
        day = local.date() - (timedelta() if clock >= self.closes else _DAY)
        return datetime.combine(day, self.closes, tz)

    def enough(self, moment: datetime, tz: tzinfo) -> datetime:
        """The first permitted moment from which ``least`` is left before the hours end."""
        first = self.first(moment, tz)
        if self.opens == self.closes:
            return first
        local = first.astimezone(tz)
        day = local.date() + (timedelta() if local.time() < self.closes else _DAY)
        end = datetime.combine(day, self.closes, tz)
        return first if passed(first, end) >= self.least else self.first(end, tz)

    def keep(self, start: datetime, due: datetime, tz: tzinfo) -> datetime:
        """When something is due that starts at ``start`` and would be due at ``due``.

        Not at an hour at which nothing can be done, but at the end of the hours before; and never
        before ``least`` of them has passed. O(1); grows with ``start`` and ``due``.
        """
        return later(self.last(due, tz), _add(self.enough(start, tz), self.least))


@dataclass(frozen=True, slots=True)
class SameDay:
    """The same day, for what starts until ``latest_start``; for the rest ``next_day_by``."""

    latest_start: time
    next_day_by: time

    def due(self, start: datetime, hours: Hours, tz: tzinfo) -> tuple[datetime, Moved | None]:
        """When something is due that starts at ``start`` and can be done in these hours."""
        local = start.astimezone(tz)
        day, late = local.date(), local.time() > self.latest_start
        midnight = datetime.combine(day, END_OF_DAY, tz)
        end = hours.last(midnight, tz)
        if not late and passed(hours.first(start, tz), end) >= hours.least:
            moved = Moved(Because.CLOSED, midnight, hours.closes) if end != midnight else None
            return end, moved
        opening = hours.first(datetime.combine(day + _DAY, time.min, tz), tz)
        by = hours.last(datetime.combine(day + _DAY, self.next_day_by, tz), tz)
        why = Because.LATE_START if late else Because.LITTLE_TIME
        hour = self.latest_start if late else hours.closes
        return later(by, _add(opening, hours.least)), Moved(why, midnight, hour)


def passed(start: datetime, end: datetime) -> timedelta:
    """The real time between two aware moments, also where clocks change in between."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def later(one: datetime, other: datetime) -> datetime:
    """The later of two aware moments."""
    return one if passed(one, other) <= timedelta() else other


def _add(moment: datetime, span: timedelta) -> datetime:
    """A moment after a real span of time, in the same zone."""
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)
