"""一日清: what a unit owes on a day. Signing it off is in ``signing``.

Owed is every promise that falls due by the end of the day and is not met, whenever its matter was
opened; what came in and is due later is shown and owed on the day of its deadline. A day is clear
when nothing is owed. Late is only what fell due here (``Deadline.held_by``): who is handed an overdue
matter owes it, and whoever let it fall due stays late with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.board_items import (
    Item,
    callback_item,
    item,
    items,
    left_out,
    may_give_up,
    orders,
)
from anmin.callbacks.days import midnight
from anmin.callbacks.models import Callback, Carried, DayClosure, DayLeftOpen
from anmin.callbacks.remarks import about_matters
from anmin.callbacks.serving import handed_on
from anmin.callbacks.unhappy import head_unit
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters.clock import GIVEN_UP
from anmin.matters.conflict import kept_from, less
from anmin.matters.flow import Stage
from anmin.matters.models import Deadline, Matter
from anmin.matters.policy import waiting_elsewhere
from anmin.matters.queries import at_risk_before
from anmin.matters.registry import all_kinds, rectifying_kind
from anmin.people.models import Account
from anmin.people.policy import Capability, capability_table, require, unit_scope
from anmin.people.roles import Role
from anmin.places.models import Unit
from anmin.places.queries import directory

__all__ = ["DayBoard", "DayRows", "Item", "board_of", "day_board", "sign_from", "signing_units"]

SHOWN = 500
"""Rows of a list on the board; the counts are always whole, and so is its file."""


@dataclass(frozen=True, slots=True)
class DayBoard:
    """One unit's day. ``owed`` is what keeps it from being signed; lists are cut at ``SHOWN``.

    ``unanswered`` are the answers owed, ``due_later`` what came in that day and has time left.

    ``sign_from`` is when the day can first be signed off, as long as that is still to come.

    ``callbacks`` are listed on the bureau's own board only: a unit that is rated sees their
    number, never which they are.

    ``left_out`` says what stands on no such board, whether there is any or not.
    """

    unit: Unit
    date: date
    came_in: Sequence[Item]
    unanswered: Sequence[Item]
    due_later: Sequence[Item]
    unhappy: Sequence[Item]
    rectifications: Sequence[Item]
    callbacks: Sequence[Item]
    at_risk: Sequence[Item]
    owed: Sequence[Item]
    counts: Mapping[str, int]
    unsigned_units: Sequence[Unit] = ()
    sign_from: datetime | None = None
    closure: DayClosure | None = None
    carried: Sequence[Carried] = ()
    left_open: DayLeftOpen | None = None
    left_out: Sequence[str] = ()

    @property
    def clear(self) -> bool:
        """Nothing is owed any more."""
        return not self.counts["owed"]

    def as_json(self) -> dict[str, Any]:
        """For ``day show --json``."""
        signed = self.closure
        return {
            "date": self.date,
            "unit": self.unit.code,
            "signed": signed is not None,
            "signed_at": signed.closed_at if signed else None,
            "signed_by": signed.closed_by.username if signed else None,
            "left_open": self.left_open is not None,
            "clear": self.clear,
            "counts": dict(self.counts),
            "left_out": list(self.left_out),
            "owed": [asdict(item) for item in self.owed],
            "carried": [
                {
                    "number": row.matter.number,
                    "reason": row.reason,
                    "new_unit": row.new_unit.code if row.new_unit else None,
                    "new_owner": row.new_account.username if row.new_account else None,
                }
                for row in self.carried
            ],
        }


@dataclass(slots=True)
class DayRows:
    """The rows of one unit's day, as plain queries, for a viewer without what is about him or her.

    Without a viewer it is the day as its unit signs it: what is about the unit itself is not its own.
    """

    unit: Unit
    day: date
    viewer: Account | None = None
    now: datetime = field(default_factory=timezone.now)
    below: frozenset[int] = field(init=False)
    head: bool = field(init=False)
    kept: RawSQL | None = field(init=False)

    def __post_init__(self) -> None:
        self.below = directory().units_below(self.unit.pk)
        self.kept = kept_from(self.viewer, [self.unit.pk])
        # the bureau itself answers for the callbacks of all
        self.head = self.unit.parent_id is None and self.unit == head_unit()

    def _shown[R: QuerySet[Any]](self, rows: R, field: str = "pk") -> R:
        """The rows of matters that are about neither the unit nor the viewer."""
        return less(rows, self.kept, field)

    def matters(self) -> QuerySet[Matter]:
        """What the unit and those below it have; sealed kinds are on nobody's board."""
        rows = Matter.objects.filter(unit_id__in=self.below)
        rows = rows.filter(opened_at__lt=midnight(self.day, days=1)).exclude(kind__in=_sealed())
        rows = self._shown(rows.exclude(stage=Stage.VOID))
        return rows.select_related("unit", "assignee").defer("details", "head", "facts_digest")

    def came_in(self) -> QuerySet[Matter]:
        """What was opened on the day."""
        return self.matters().filter(opened_at__gte=midnight(self.day))

    def owed(self) -> QuerySet[Matter]:
        """Whose promise is due by the end of the day and not met; not what was carried over."""
        return self.live().filter(self._owed())

    def met_late(self) -> QuerySet[Deadline]:
        """The promises that were met on the day, after they were due."""
        return self._ended_here(Q(met_at__gt=F("due_at")) & ~Q(ended=GIVEN_UP))

    def given_up(self) -> QuerySet[Deadline]:
        """The promises that a step of the day gave up."""
        return self._ended_here(Q(ended=GIVEN_UP))

    def _ended_here(self, how: Q) -> QuerySet[Deadline]:
        met = Deadline.objects.filter(
            how, met_at__gte=midnight(self.day), met_at__lt=midnight(self.day, days=1)
        )
        met = met.filter(
            Q(held_by__in=self.below) | Q(held_by=None, matter__unit_id__in=self.below)
        )
        met = met.exclude(matter__kind__in=_sealed()).exclude(matter__stage=Stage.VOID)
        return self._shown(met, "matter_id")

    def gone_late(self) -> QuerySet[Deadline]:
        """The promises that ran out here and are still not met, of matters that others have now."""
        here = Deadline.objects.filter(Deadline.RUNS, held_by__in=self.below, due_at__lt=self.now)
        here = here.filter(matter__closed_at=None, matter__unit__isnull=False)
        here = here.exclude(matter__unit_id__in=self.below).exclude(matter__kind__in=_sealed())
        return self._shown(here.exclude(matter__stage=Stage.VOID), "matter_id")

    def _not_elsewhere(self) -> Q:
        """Not what waits for the inspectorate: no unit owes it, the bureau does."""
        return Q() if self.head else ~waiting_elsewhere()

    def _late(self) -> Q:
        """Overdue, and not only with what ran out at another unit before it came here."""
        missed = Deadline.objects.filter(Deadline.RUNS, due_at__lt=self.now)
        theirs = missed.filter(held_by__isnull=False).exclude(held_by__in=self.below)
        own = missed.filter(Q(held_by=None) | Q(held_by__in=self.below))
        inherited = Q(pk__in=theirs.values("matter_id")) & ~Q(
            Exists(own.filter(matter=OuterRef("pk")))
        )
        return Q(due_at__lt=self.now) & ~inherited & self._not_elsewhere()

    def live(self) -> QuerySet[Matter]:
        """What somebody still owes something about, due or not."""
        return self.matters().filter(closed_at=None)

    def _owed(self) -> Q:
        due = Q(due_at__lt=midnight(self.day, days=1))
        return due & ~self._carried_over() & self._not_elsewhere()

    def _due_later(self) -> Q:
        in_time = Q(due_at__gte=midnight(self.day, days=1)) | Q(due_at=None)
        return Q(closed_at=None) & in_time

    def _carried_over(self) -> Q:
        return Q(pk__in=self.carried().filter(callback=None).values("matter_id"))

    def callbacks(self) -> QuerySet[Callback]:
        """Callbacks due by the end of the day that are still to be done."""
        rows = Callback.objects.filter(closed_at=None, due_at__lt=midnight(self.day, days=1))
        if not self.head:
            rows = rows.filter(unit_id__in=self.below)
        return (
            self._shown(rows, "matter_id")
            .exclude(pk__in=self.carried().filter(callback__isnull=False).values("callback_id"))
            .select_related("matter", "operator")
        )

    def carried(self) -> QuerySet[Carried]:
        """What the unit or those below it carried over when they signed the day."""
        rows = Carried.objects.filter(closure__date=self.day, closure__unit_id__in=self.below)
        return self._shown(rows, "matter_id")

    def handed_on(self) -> int:
        """How many matters people of the unit gave to others that day, or opened for them."""
        start, end = midnight(self.day), midnight(self.day, days=1)
        return len(handed_on(self.below, start, end, lambda rows: self._shown(rows, "matter_id")))

    def counts(self) -> dict[str, int]:
        """The numbers of the day, whole; seven statements, eight for the bureau.

        ``unanswered`` counts the answers owed, ``due_later`` what came in and is not due by the
        end of the day, ``met_late`` the promises that were met that day after their time,
        ``given_up`` those that a step gave up, where a kind has such a step,
        ``gone_late`` those that ran out here and that another unit has still to meet,
        ``handed_on`` the matters that people of the unit gave to others that day, or opened for them.
        ``carried`` counts what was carried over when the day was signed, ``carried_open`` what of
        it still waits. ``without_unit`` counts live matters that no unit has yet; only the bureau
        is told.
        """
        rectifying, late = Q(kind=rectifying_kind().code), self._late()
        opened = self.came_in().aggregate(
            came_in=Count("pk", filter=~rectifying),
            answered=Count("pk", filter=~rectifying & Q(closed_at__isnull=False)),
            unhappy=Count("pk", filter=rectifying),
            due_later=Count("pk", filter=~rectifying & self._due_later()),
        )
        live = self.live().aggregate(
            rectifications=Count("pk", filter=rectifying),
            rectifications_late=Count("pk", filter=rectifying & late),
            late=Count("pk", filter=late),
            at_risk=Count("pk", filter=self._at_risk()),
            unanswered=Count("pk", filter=~rectifying & self._owed()),
            owed=Count("pk", filter=self._owed()),
        )
        counts = {
            **opened,
            **live,
            "met_late": self.met_late().count(),
            **({"given_up": self.given_up().count()} if may_give_up() else {}),
            "gone_late": self.gone_late().values("matter_id").distinct().count(),
            "handed_on": self.handed_on(),
            "callbacks_due": self.callbacks().count(),
            **self.carried().aggregate(
                carried=Count("pk"),
                carried_open=Count(
                    "pk",
                    filter=Q(callback=None, matter__closed_at=None)
                    | Q(callback__isnull=False, callback__closed_at=None),
                ),
            ),
        }
        if self.head:
            counts["owed"] += counts["callbacks_due"]
            homeless = Matter.objects.filter(unit=None, closed_at=None)
            counts["without_unit"] = self._shown(homeless.exclude(kind__in=_sealed())).count()
        return counts

    def _at_risk(self) -> Q:
        return Q(due_at__gte=self.now, due_at__lt=at_risk_before()) & self._not_elsewhere()

    def at_risk(self) -> QuerySet[Matter]:
        """What is still in time, but not for long."""
        return self.live().filter(self._at_risk())


def day_board(
    *, viewer: Account, unit: Unit | None = None, day: date | None = None, shown: int = 0
) -> DayBoard:
    """The board of a unit and those below it; of the viewer's own unit, today, unless told.

    At most twenty-two statements, whatever the size. Raises ``NotAllowed`` for another's unit.
    """
    require(viewer, Capability.VIEW_DAY)
    place = unit or _own(viewer)
    if place.pk not in unit_scope(viewer):
        raise NotAllowed(_("This is another unit's day."))
    return board_of(place, day or timezone.localdate(), viewer=viewer, shown=shown)


def sign_from(day: date) -> datetime:
    """When a day can first be signed off: at the end of its shift, by the rule of that day."""
    ends = settings.RULES.get("callback.day_sign_from", day).clock
    return timezone.make_aware(datetime.combine(day, ends))


def _sealed() -> list[str]:
    return [kind.code for kind in all_kinds() if kind.seals]


def _own(viewer: Account) -> Unit:
    place = head_unit() if unit_scope(viewer).everything else viewer.unit
    if place is None:
        raise NotFound(_("There is no unit whose day could be shown."))
    return place


def board_of(unit: Unit, day: date, *, viewer: Account | None = None, shown: int = 0) -> DayBoard:
    """The board of a unit; as it signs it, without a viewer. ``shown`` rows of a list."""
    shown = shown or SHOWN
    rows = DayRows(unit, day, viewer)
    kind = rectifying_kind().code
    owed = list(rows.owed().order_by("due_at", "pk")[:shown])
    remarks = about_matters(owed, day)
    told = [replace(item(one, rows.now), remarks=remarks.get(one.pk, ())) for one in owed]
    orders_owed = {f"matter:{one.pk}" for one in owed if one.kind == kind}
    orders_of = rows.matters().filter(kind=kind)
    orders_of = orders_of.filter(Q(closed_at=None) | Q(opened_at__gte=midnight(day)))
    orders_of = orders_of.annotate(awaited=waiting_elsewhere())
    ordered = list(orders_of.order_by("due_at", "pk")[:shown])
    awaited = {one.pk for one in ordered if getattr(one, "awaited")}  # noqa: B009 - annotated
    shown_orders = partial(orders, now=rows.now, awaited=awaited, head=rows.head)
    callbacks = [
        callback_item(one, rows.now, day)
        for one in (rows.callbacks().order_by("due_at", "pk")[:shown] if rows.head else ())
    ]
    closures = {
        row.unit_id: row
        for row in DayClosure.objects.filter(date=day, unit_id__in=rows.below).select_related(
            "closed_by"
        )
    }
    closure = closures.get(unit.pk)
    came_in = list(rows.came_in().exclude(kind=kind).order_by("-opened_at", "-pk")[:shown])
    end = midnight(day, days=1)
    return DayBoard(
        unit=unit,
        date=day,
        came_in=items(came_in, rows.now),
        unanswered=[one for one in told if one.key not in orders_owed],
        due_later=items(
            [
                one
                for one in came_in
                if one.closed_at is None and (one.due_at is None or one.due_at >= end)
            ],
            rows.now,
        ),
        unhappy=shown_orders([one for one in ordered if one.opened_at >= midnight(day)]),
        rectifications=shown_orders([one for one in ordered if one.closed_at is None]),
        callbacks=callbacks,
        at_risk=items(rows.at_risk().order_by("due_at", "pk")[:shown], rows.now),
        owed=[*told, *callbacks],
        counts=rows.counts(),
        unsigned_units=[
            one
            for one in (signing_units() if len(rows.below) > 1 else ())
            if one.pk != unit.pk and one.pk in rows.below and one.pk not in closures
        ],
        sign_from=opens if rows.now < (opens := sign_from(day)) else None,
        closure=closure,
        carried=_carried(rows, closure) if closure else (),
        left_open=DayLeftOpen.objects.filter(unit=unit, date=day).first(),
        left_out=left_out(),
    )


def _carried(rows: DayRows, closure: DayClosure) -> list[Carried]:
    told = rows.carried().filter(closure=closure)
    return list(told.select_related("matter", "new_unit", "new_account").order_by("pk"))


def signing_units() -> list[Unit]:
    """The units that have somebody who may sign their day, by code."""
    roles = [role for role in Role if Capability.CLOSE_DAY in capability_table()[role]]
    leaders = Account.objects.filter(is_active=True, role__in=roles, unit__active=True)
    return list(Unit.objects.filter(pk__in=leaders.values("unit_id")).order_by("code"))
