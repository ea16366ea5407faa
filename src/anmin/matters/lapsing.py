"""Steps that the house takes when a time is over: nobody objected, nobody answered (``Clock.lapses``)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from anmin.channels.models import Message, Status
from anmin.evidence.log import atomic
from anmin.matters.actor import Actor
from anmin.matters.flow import LIVE
from anmin.matters.models import Deadline, Matter
from anmin.matters.registry import all_kinds
from anmin.matters.steps import prepare
from anmin.matters.taking import take

HOUSE = "clock"
"""The label of the house itself, which lets times run out."""


def lapse(*, now: datetime | None = None, limit: int = 200) -> int:
    """Take what is to be taken by now, the longest overdue first; how many steps that were."""
    now = now or timezone.now()
    rows = run_out(now).order_by("due_at", "pk").values_list("matter_id", "clock")
    return sum(_lapse(matter, clock, now) for matter, clock in list(rows[:limit]))


def run_out(now: datetime) -> QuerySet[Deadline]:
    """The clocks that are over at a moment and end in a step of the house."""
    wanted = Q(pk__in=())
    for kind in all_kinds():
        for clock in kind.clocks:
            edge = kind.flow.move(clock.lapses) if clock.lapses else None
            if edge is not None:
                runs = Q(matter__kind=kind.code, clock=clock.code, matter__state__in=edge.sources)
                wanted |= runs & ~Q(_unheard()) if clock.heard else runs
    live = [one.value for one in LIVE]
    return Deadline.objects.filter(
        wanted, Deadline.RUNS, due_at__lt=now, matter__due_at__lt=now, matter__stage__in=live
    )


def _unheard() -> Exists:
    """Whether what was texted since the clock began reached nobody: no time runs out on who never knew."""
    return Exists(
        Message.objects.filter(
            subject_ref=Concat(Value("matter:"), OuterRef("matter__number")),
            created_at__gte=OuterRef("started_at"),
            status=Status.DEAD,
        )
    )


@atomic
def _lapse(matter_id: int, clock: str, now: datetime) -> int:
    matter = Matter.objects.select_for_update().get(pk=matter_id)
    if not run_out(now).filter(matter=matter, clock=clock).exists():
        return 0
    declared = next(one for one in matter.type.clocks if one.code == clock)
    edge = matter.type.flow.move(declared.lapses)
    assert edge is not None
    change, running = prepare(matter, edge, note="", inputs={}, at=now)
    take(matter, edge, change, actor=Actor.system(HOUSE), at=now, running=running)
    return 1
