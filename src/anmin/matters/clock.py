"""Clocks: which rule runs from which state to which, and what that promises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from anmin.kernel.calendar import Deadline as Due
from anmin.kernel.calendar import WorkingCalendar
from anmin.kernel.chain import stamp
from anmin.kernel.rules import Promise
from anmin.matters.flow import Flow, Text

Reckoner = Callable[[str, datetime], Due]


def reckoner(calendar: WorkingCalendar | None = None) -> Reckoner:
    """What tells when something is due: rule key and start to deadline.

    Make one for a batch: it remembers the days it has met. ``calendar``: another one than today's.
    """
    rules = settings.RULES
    if calendar is None:
        calendar = settings.CALENDAR
        calendar.refresh()
    zone = timezone.get_default_timezone()
    known: dict[tuple[str, int], tuple[Promise, Due | None]] = {}

    def reckon(key: str, start: datetime) -> Due:
        local = start.astimezone(zone)
        day = key, local.toordinal()
        if day not in known:
            promise = rules.promise(key, local.date())
            one_for_all = promise.due(local, calendar, zone) if promise.by_the_day else None
            known[day] = promise, one_for_all
        promise, due = known[day]
        return due or promise.due(start, calendar, zone)

    return reckon


@dataclass(frozen=True)
class Clock:
    """A promise with a deadline.

    It starts on entering ``starts`` (the flow's start by default) and is met on entering any
    state of ``stops``. ``rule`` is the key of a dated rule, or a function of the matter's
    category that names one (a theft is answered the same day).
    """

    code: str
    label: Text
    rule: str | Callable[[str], str]
    stops: frozenset[str]
    starts: str | None = None

    def rule_for(self, category: str) -> str:
        """The key of the rule that sets this clock for a category."""
        return self.rule if isinstance(self.rule, str) else self.rule(category)

    def due(self, category: str, start: datetime) -> Due:
        """The deadline of this clock, with the holidays that moved it."""
        return reckoner()(self.rule_for(category), start)


@dataclass(slots=True)
class Running:
    """One clock of one matter as its history tells it.

    ``held_by`` is the unit that answers for it where that is not the one that has the matter now:
    see ``handed_on``.
    """

    rule: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    met_at: datetime | None = None
    held_by: int | None = None

    def as_payload(self) -> dict[str, Any]:
        """What the timeline keeps."""
        told: dict[str, Any] = {
            "rule": self.rule,
            "start": stamp(self.started_at),
            "due": stamp(self.due_at),
            "provisional": self.provisional,
            "met": stamp(self.met_at) if self.met_at else None,
        }
        return told if self.held_by is None else {**told, "held_by": self.held_by}


def tick(
    clocks: tuple[Clock, ...],
    flow: Flow,
    *,
    category: str,
    state: str,
    at: datetime,
    running: Mapping[str, Running],
    opened_at: datetime | None = None,
    reopened: bool = False,
    reckon: Reckoner | None = None,
) -> dict[str, Running]:
    """The clocks that entering ``state`` starts, meets or ends; only those that change.

    A clock that is met stays met unless the matter is ``reopened``; a matter that ends stops
    whatever still ran, for it owes nothing more. ``opened_at`` is the true start of a matter
    first seen in a later state.
    """
    changed: dict[str, Running] = {}
    ends = not flow.stage(state).live
    reckon = reckon or reckoner()
    for clock in clocks:
        met = at if ends or state in clock.stops else None
        now = running.get(clock.code)
        first = now is None and (
            state == (clock.starts or flow.start) or (opened_at is not None and not clock.starts)
        )
        if first or (reopened and state not in clock.stops and clock.starts is None):
            start = opened_at or at
            rule = clock.rule_for(category)
            due = reckon(rule, start)
            changed[clock.code] = Running(rule, start, due.at, due.provisional, met)
        elif now is not None and now.met_at is None and met is not None:
            changed[clock.code] = replace(now, met_at=met)
    return changed


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
        and (clock.due_at < at + least or (opened and at - clock.started_at > least))
        and (clock.met_at is None or clock.met_at > clock.due_at)
    }


def next_due(running: Mapping[str, Running]) -> datetime | None:
    """The nearest deadline that still runs."""
    return min([one.due_at for one in running.values() if one.met_at is None], default=None)
