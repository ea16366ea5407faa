"""Matters leave whoever they turn out to be about: the unit that has them, the person who works on them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters import conflict, policy
from anmin.matters.actor import Actor
from anmin.matters.conflict import About
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import Matter
from anmin.people.models import Account

HOUSE = Actor.system(conflict.SIGNED)


def away(matter: Matter, named: About) -> dict[str, Any]:
    """The columns of a matter that leaves its unit or its person; none if it may stay.

    What is over stays with its unit, where it is hidden.
    """
    unit = matter.unit
    if unit is not None and matter.live and named.unit(unit.pk):
        return {"unit_id": policy.free_unit(matter.type, named, unit).pk, "assignee_id": None}
    if matter.assignee is not None and named.person(matter.assignee):
        return {"assignee_id": None}
    return {}


def tied_leave(matter: Matter, at: datetime) -> None:
    """Let everything leave that is about the same people as this matter: its orders, what follows."""
    rows = Matter.objects.filter(pk__in=conflict.tied_to(matter)).exclude(pk=matter.pk)
    for one in _held(rows.values_list("pk", flat=True)):
        _leave(one, at)


@atomic
def moved(account: Account) -> None:
    """Let matters leave that may not be where they are, now that somebody works in another unit."""
    kept = conflict.kept_from(account)
    if kept is None:
        return
    at = timezone.now()
    named = Matter.objects.filter(pk__in=conflict.naming(account), closed_at=None)
    his = Matter.objects.filter(assignee=account, closed_at=None)
    his = his.filter(pk__in=kept)
    for one in _held({*named.values_list("pk", flat=True), *his.values_list("pk", flat=True)}):
        try:
            _leave(one, at)
        except Refusal:  # everybody is concerned: at least nobody works on it
            if one.assignee_id is not None:
                _write(one, {"assignee_id": None}, at)


def _held(ids: Iterable[int]) -> list[Matter]:
    """These matters, held for this transaction, always in one order."""
    rows = Matter.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    return list(rows.select_related("unit", "assignee").order_by("pk"))


def _leave(matter: Matter, at: datetime) -> None:
    columns = away(matter, conflict.about(matter))
    if columns:
        _write(matter, columns, at)


def _write(matter: Matter, columns: dict[str, Any], at: datetime) -> None:
    told = {"from": matter.unit_id} if "unit_id" in columns else {}
    change = Change("assign", matter.state, columns=columns, told=told)
    append(matter, change, actor=HOUSE, at=at, running=running_clocks(deadlines_of(matter.pk)))
