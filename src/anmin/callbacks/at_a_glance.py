"""How things stand at this moment, and which units have signed a day: for a leader's morning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.dayboard import signing_units
from anmin.callbacks.models import DayClosure, DayLeftOpen
from anmin.kernel.errors import NotAllowed
from anmin.matters.models import Matter
from anmin.matters.queries import at_risk_before, debts_of, matters_for
from anmin.matters.registry import rectifying_kind
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.places.models import Unit


@dataclass(frozen=True, slots=True)
class UnitDay:
    """One unit's day: signed (and when, with how much carried over), or not.

    ``owed`` is what was still open when an unsigned day was noticed in the night.
    """

    unit: Unit
    signed_at: datetime | None = None
    carried: int = 0
    owed: int | None = None


def unit_days(viewer: Account, day: date) -> list[UnitDay]:
    """The day of every unit that signs one, as far as the viewer sees them. Four statements."""
    require(viewer, Capability.VIEW_DAY)
    scope = unit_scope(viewer)
    units = [unit for unit in signing_units() if unit.pk in scope]
    closures = DayClosure.objects.filter(date=day, unit__in=units).annotate(n=Count("carried"))
    signed = {row.unit_id: row for row in closures}
    left = {row.unit_id: row for row in DayLeftOpen.objects.filter(date=day, unit__in=units)}
    return [
        UnitDay(unit, signed[unit.pk].closed_at, signed[unit.pk].n)
        if unit.pk in signed
        else UnitDay(unit, owed=left[unit.pk].counts["owed"] if unit.pk in left else None)
        for unit in units
    ]


def standing(viewer: Account) -> Mapping[str, int]:
    """What is late and what will be soon, as the list of matters has it. One statement.

    ``late`` and ``at_risk`` count everything but what has to be put right, which has
    ``rectifications_late`` of its own.
    """
    now, order = timezone.now(), Q(kind=rectifying_kind().code)
    late, soon = Q(due_at__lt=now), Q(due_at__gte=now, due_at__lt=at_risk_before())
    counted: dict[str, int] = (
        matters_for(viewer)
        .filter(debts_of(viewer), closed_at=None)
        .order_by()
        .aggregate(
            late=Count("pk", filter=late & ~order),
            at_risk=Count("pk", filter=soon & ~order),
            rectifications_late=Count("pk", filter=late & order),
        )
    )
    return counted


def may_open_callbacks(viewer: Account) -> bool:
    """Whether somebody may know which matters are behind figures of what citizens answered."""
    return can(viewer, Capability.VIEW_ANSWERS) and unit_scope(viewer).everything


def matters_behind(viewer: Account, callback_ids: Sequence[int]) -> QuerySet[Matter]:
    """The matters of these callbacks. Raises ``NotAllowed`` for anybody whose unit is rated."""
    if not may_open_callbacks(viewer):
        raise NotAllowed(_("Units do not see who is called or what one citizen answered."))
    return matters_for(viewer).filter(callbacks__in=callback_ids)
