"""Deadlines set before holidays were announced, put right when they are.

What was met or missed by then stays as it was judged: it was due by what everybody knew.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from anmin.evidence.log import atomic
from anmin.kernel.calendar import Deadline as Due
from anmin.kernel.calendar import WorkingCalendar
from anmin.kernel.errors import NotFound
from anmin.matters.actor import Actor
from anmin.matters.clock import Running, reckoned
from anmin.matters.flow import LIVE
from anmin.matters.ledger import Change, append, running_clocks
from anmin.matters.models import Deadline, Matter
from anmin.matters.reckoning import reckoner

BATCH = 500
CALENDAR = "calendar"
"""The label of the house itself, where nobody is named who brought the announcement."""
RECKON = "reckon"
Moved = Callable[[Running], Due | None]


def reckon_again(
    *, actor: Actor | None = None, before: WorkingCalendar | None = None, limit: int = BATCH
) -> int:
    """Reckon anew what is not due yet; returns how many matters changed, ``limit`` at most.

    Run after an announcement came (``anmin calendar announce``), and every night. ``before`` is
    the calendar that it replaced, where the caller has it. Each changed deadline is an entry of
    its matter, which tells those who have the matter; repeating it changes nothing.
    """
    settings.CALENDAR.reload()
    now, moved = timezone.now(), mover(before)
    found = dict.fromkeys(
        matter for matter, clock in _waiting(now) if _anew(clock, moved) is not None
    )
    actor = actor or Actor.system(CALENDAR)
    return sum(_again(pk, moved, actor, now) for pk in list(found)[:limit])


def mover(before: WorkingCalendar | None = None) -> Moved:
    """What tells for a clock when it is due by the calendar of now; nothing if that is as it was set.

    It moves only what an earlier calendar put where it is: a deadline that was set by another
    rule than today's stays where that rule put it.
    """
    now, rules = reckoner(), by_workdays()
    year = timezone.localdate().year
    then = [reckoner(before)] if before else []

    def set_by(clock: Running) -> bool:
        for place in range(4):
            if place == len(then):
                then.append(reckoner(settings.CALENDAR.as_before(year + 2 - place)))
            if reckoned(clock, then[place]).at == clock.due_at:
                return True
        return False

    def moved(clock: Running) -> Due | None:
        if rules.isdisjoint((clock.rule, *(rule for rule, _day in clock.extended))):
            return None
        due = reckoned(clock, now)
        return due if due.at != clock.due_at and set_by(clock) else None

    return moved


def by_workdays() -> frozenset[str]:
    """The rules that look at the calendar, now or in any of their versions."""
    return frozenset(rule.key for rule in settings.RULES.all() if rule.by_workdays)


def judged_before(one: Deadline) -> Due | None:
    """When a promise that is met or past would have been due by the calendar of now; nothing if
    that is when it was due. It stays as it was judged."""
    if one.paused_at is not None or (one.met_at is None and one.due_at > timezone.now()):
        return None
    try:
        return mover()(running_clocks([one])[one.clock])
    except NotFound:
        return None


def _waiting(now: datetime) -> Iterator[tuple[int, Running]]:
    """The clocks that run and are not due yet, by matter."""
    rows = Deadline.objects.filter(
        Deadline.RUNS,
        Q(rule__in=by_workdays()) | ~Q(extended=""),
        due_at__gt=now,
        matter__stage__in=LIVE,
    ).order_by("matter_id", "pk")
    for row in rows.iterator(2000):
        yield row.matter_id, running_clocks([row])[row.clock]


def _anew(clock: Running, moved: Moved) -> Running | None:
    """The clock as it is due now, or as it is sure now; nothing if neither."""
    try:
        due = moved(clock)
    except NotFound:  # a rule that is no more
        return None
    if due is not None:
        return replace(clock, due_at=due.at, provisional=due.provisional)
    if clock.provisional and not reckoned(clock, reckoner()).provisional:
        return replace(clock, provisional=False)
    return None


@atomic
def _again(pk: int, moved: Moved, actor: Actor, now: datetime) -> bool:
    matter = Matter.objects.select_for_update().get(pk=pk)
    running = running_clocks(Deadline.objects.filter(matter=matter))
    clocks = dict(_changed(running.items(), moved, now))
    if clocks and matter.live:
        later = sorted(code for code, one in clocks.items() if one.due_at != running[code].due_at)
        append(
            matter,
            Change(RECKON, matter.state, clocks=clocks, told={"moved": later} if later else {}),
            actor=actor,
            at=timezone.now(),
            running=running,
        )
    return bool(clocks)


def _changed(
    running: Iterable[tuple[str, Running]], moved: Moved, now: datetime
) -> Iterator[tuple[str, Running]]:
    for code, clock in running:
        if clock.owed and clock.due_at > now:
            anew = _anew(clock, moved)
            if anew is not None:
                yield code, anew
