"""Deadlines reckoned with holidays that were not announced yet, put right when they are."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from anmin.evidence.log import atomic
from anmin.matters.actor import Actor
from anmin.matters.clock import Running, reckoner
from anmin.matters.flow import LIVE
from anmin.matters.ledger import Change, append, running_clocks
from anmin.matters.models import Deadline, Matter

BATCH = 500


def reckon_again() -> int:
    """Reckon the provisional deadlines that still run; returns how many matters changed.

    Run after an announcement file came (``anmin.kernel.calendar``). Each changed deadline is an
    entry of its matter, so that the timeline says what moved it; repeating it changes nothing.
    """
    settings.CALENDAR.reload()
    waiting = (
        Deadline.objects.filter(provisional=True, met_at=None, matter__stage__in=LIVE)
        .order_by("matter_id")
        .values_list("matter_id", flat=True)
        .distinct()
    )
    return sum(_again(pk) for pk in list(waiting[:BATCH]))


@atomic
def _again(pk: int) -> bool:
    matter = Matter.objects.select_for_update().get(pk=pk)
    running = running_clocks(Deadline.objects.filter(matter=matter))
    clocks = dict(_moved(running.items()))
    if clocks:
        append(
            matter,
            Change("reckon", matter.state, clocks=clocks),
            actor=Actor.system("calendar"),
            at=timezone.now(),
            running=running,
        )
    return bool(clocks)


def _moved(running: Iterable[tuple[str, Running]]) -> Iterable[tuple[str, Running]]:
    """The running provisional clocks that are due at another moment now, or are sure now."""
    reckon = reckoner()
    for code, clock in running:
        if clock.met_at is None and clock.provisional:
            due = reckon(clock.rule, clock.started_at)
            if (due.at, due.provisional) != (clock.due_at, clock.provisional):
                yield (
                    code,
                    Running(clock.rule, clock.started_at, due.at, due.provisional),
                )
