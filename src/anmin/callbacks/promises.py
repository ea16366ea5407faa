"""By which rule a callback is due, and why just then; due anew when holidays are announced."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from anmin.callbacks.models import Callback
from anmin.evidence.log import atomic
from anmin.kernel.calendar import WorkingCalendar
from anmin.matters.categories import categories
from anmin.matters.clock import Running
from anmin.matters.promises import BATCH, by_workdays, mover
from anmin.matters.reasons import why_due


def due_rule(category: str, turn: int) -> str:
    """The key of the rule that sets the deadline of a callback of that round."""
    if turn > 1:
        return "callback.second"
    topic = categories().get(category)
    return "callback.due.same_day" if topic and topic.same_day else "callback.due"


def why_called_by(callback: Callback) -> str:
    """Why a callback is due then, in words, if the start or the quiet hours moved it."""
    start = _start(callback)
    rule = due_rule(callback.matter.category, callback.round)
    return why_due(rule, start=start, due=callback.due_at) if start else ""


def reckon_again(*, before: WorkingCalendar | None = None, limit: int = BATCH) -> int:
    """Reckon anew when open callbacks are due that holidays moved; returns how many changed.

    As ``matters.promises.reckon_again``: what is past stays, repeating it changes nothing. The
    record of the change is evidence; nobody has a callback yet who could be told.
    """
    settings.CALENDAR.reload()
    rules, moved, changed = by_workdays(), mover(before), 0
    rounds = [turn for turn in (1, 2) if any(rule in rules for rule in _rules(turn))]
    rows = Callback.objects.filter(
        round__in=rounds, closed_at=None, due_at__gt=timezone.now()
    ).select_related("matter")
    for one in list(rows.order_by("due_at", "pk").iterator(2000)) if rounds else ():
        start = _start(one)
        rule = due_rule(one.matter.category, one.round)
        due = moved(Running(rule, start, one.due_at, provisional=True)) if start else None
        if due is not None and changed < limit:
            with atomic():
                still = Callback.objects.filter(pk=one.pk, closed_at=None, due_at=one.due_at)
                changed += still.update(due_at=due.at)
    return changed


def _rules(turn: int) -> set[str]:
    return {due_rule(category, turn) for category in categories()}


def _start(callback: Callback) -> datetime | None:
    """From when a callback's deadline counts: a second one from what was put right, which is when
    it is planned."""
    return callback.planned_at if callback.round > 1 else callback.matter.closed_at
