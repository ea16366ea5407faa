"""When things are due: the house's rules and calendar, as the clocks ask them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from anmin.kernel.calendar import Deadline as Due
from anmin.kernel.calendar import WorkingCalendar
from anmin.kernel.hours import END_OF_DAY
from anmin.kernel.rules import Promise
from anmin.matters.clock import Reckoner, Running


class _Reckoner:
    """Make one for a batch: it remembers the days it has met."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._rules, self._calendar = settings.RULES, calendar
        self._zone = timezone.get_default_timezone()
        self._known: dict[tuple[str, int, int], tuple[Promise, Due | None]] = {}

    def __call__(self, key: str, start: datetime, on: date | None = None) -> Due:
        local = start.astimezone(self._zone)
        day = key, local.toordinal(), on.toordinal() if on else 0
        if day not in self._known:
            promise = self._rules.promise(key, on or local.date())
            one = promise.due(local, self._calendar, self._zone) if promise.by_the_day else None
            self._known[day] = promise, one
        promise, due = self._known[day]
        return due or promise.due(start, self._calendar, self._zone)

    def stood(self, key: str, start: datetime, since: datetime, until: datetime) -> int:
        return self._promise(key, start).stood(since, until, self._calendar, self._zone)

    def put_off(self, key: str, start: datetime, due: datetime, by: int) -> Due:
        return self._promise(key, start).put_off(due, by, self._calendar, self._zone)

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day, END_OF_DAY, self._zone)

    def _promise(self, key: str, start: datetime) -> Promise:
        return self._rules.promise(key, start.astimezone(self._zone).date())


def reckoner(calendar: WorkingCalendar | None = None) -> Reckoner:
    """What tells when something is due. ``calendar``: another one than today's."""
    if calendar is None:
        calendar = settings.CALENDAR
        calendar.refresh()
    return _Reckoner(calendar)


def handed_on(
    running: Mapping[str, Running], *, by: int | None, at: datetime, opened: bool = False
) -> dict[str, Running]:
    """The clocks that stay with the unit ``by`` although it hands the matter on; those that change.

    A promise that was broken is the unit's that had the matter when it fell due, and so is one that
    is handed on with less time left than rule ``deadline.hand_over``: nobody keeps it then. Who opens
    a matter for another unit (``opened``) answers for it, too, having let it wait for longer than that.
    """
    if by is None:
        return {}
    least: timedelta = settings.RULES.get("deadline.hand_over", timezone.localdate(at)).duration
    return {
        code: replace(clock, held_by=by)
        for code, clock in running.items()
        if clock.held_by is None
        and clock.paused_at is None
        and (
            clock.missed
            or clock.broken
            or (
                (clock.due_at < at + least or (opened and at - clock.started_at > least))
                and clock.met_at is None
            )
        )
    }
