"""What bodies outside the police owe: for whoever follows the matter, for the unit that asked, for the body.

A body is named, never a person. What a body owes is told by the order alone: by when, and since when
it is late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from anmin.matters import policy
from anmin.matters.flow import LIVE, Stage, Text
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.owning import Bodies, body_states, is_body, waits_for_body
from anmin.matters.registry import all_kinds, body_kinds
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.places.queries import directory, unit_labels

REMINDED = "reminded"
"""The entry that says that a body was reminded of an order."""
MOST = 500
"""So many orders stand on one page at most."""
LATELY = timedelta(days=30)
"""What ended so long ago still stands on the page of the body."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One order to a body: what it is, whose turn it is, by when, and since when it is late.

    ``by_body``: the body has to do something; otherwise whoever asked. ``due_at``: when the whole order
    is due (its promise) while the body owes it, else when the asker's next step is. ``answer_by``: until
    when the body says whether it takes it, where it has not. ``reminded_at``: when the body was last told.
    """

    order: Matter
    body: str
    state: Text
    by_body: bool
    due_at: datetime | None
    late: bool
    answer_by: datetime | None = None
    reminded_at: datetime | None = None

    @property
    def late_since(self) -> datetime | None:
        """When the first deadline passed that was not kept; nothing while all are."""
        return (self.answer_by or self.due_at) if self.late else None


def owed_by(account: Account) -> list[Owed]:
    """The orders of the own body that have not ended, what is due first before the rest."""
    require(account, Capability.WORK_ORDERS)
    return described(policy.visible(account, Matter.objects.all()).filter(live_orders()))


def ended_lately(account: Account) -> list[Matter]:
    """The orders of the own body that ended in the last weeks, the latest first."""
    require(account, Capability.WORK_ORDERS)
    rows = policy.visible(account, Matter.objects.filter(closed_at__gte=timezone.now() - LATELY))
    return list(rows.order_by("-closed_at")[:MOST])


def asked_of_bodies(account: Account) -> QuerySet[Matter]:
    """The orders to bodies outside the police that this person's unit gave, or any that he may see."""
    if not can(account, Capability.VIEW_MATTERS):
        return Matter.objects.none()
    rows = Matter.objects.filter(kind__in=body_kinds(), unit_id__in=directory().outside)
    scope = unit_scope(account)
    if not scope.everything:
        rows = rows.filter(parent__in=policy.visible(account, Matter.objects.all()).values("pk"))
    return policy.not_kept_from(account, rows.exclude(stage=Stage.VOID))


def asked_of(order: Matter) -> str:
    """The unit that gave an order, as the body reads it: its name, never a person.

    Of what is sealed not even that is told.
    """
    above = Matter.objects.filter(pk=order.parent_id).first() if order.parent_id else None
    if above is None or above.unit_id is None or above.type.seals or above.type.keeps_sealed:
        return ""
    return unit_labels([above.unit_id]).get(above.unit_id, "")


def asked_by(account: Account, *, most: int | None = MOST) -> list[Owed]:
    """The orders to other bodies that this person's unit gave, or all that he or she sees."""
    require(account, Capability.VIEW_MATTERS)
    return described(asked_of_bodies(account).filter(live_orders()), most)


def own_orders(account: Account) -> bool:
    """Whether this person works for a body outside the police."""
    return bool(unit_scope(account).unit_ids & directory().outside)


def from_matter(parent: Matter) -> list[Owed]:
    """What bodies owe for a matter, for whoever may see that; the house's own facts alone."""
    if not parent.type.children:
        return []
    rows = Matter.objects.filter(live_orders(), parent=parent, unit_id__in=directory().outside)
    return described(rows)


def live_orders() -> Q:
    """Orders that have not ended."""
    return Q(stage__in=[one.value for one in LIVE])


def running_for_bodies() -> QuerySet[Deadline]:
    """The deadlines that run for bodies outside the police."""
    waiting = Q(pk__in=())
    for kind in all_kinds():
        if kind.bodies is not Bodies.NEVER:
            waiting |= Q(matter__kind=kind.code, matter__state__in=body_states(kind))
    return Deadline.objects.filter(
        waiting,
        met_at=None,
        paused_at=None,
        matter__closed_at=None,
        matter__unit_id__in=directory().outside,
    )


def described(rows: QuerySet[Matter], most: int | None = MOST) -> list[Owed]:
    """These orders with their deadlines, what is due first before the rest."""
    orders = list(rows.order_by("due_at", "pk")[:most])
    if not orders:
        return []
    names = unit_labels(one.unit_id or 0 for one in orders)
    clocks = _deadlines(orders)
    reminded = _reminded(orders)
    now = timezone.now()
    found = [_owed(one, names, clocks.get(one.pk, ()), reminded, now) for one in orders]
    last = now + timedelta(days=36_500)
    return sorted(found, key=lambda one: (one.due_at or last, one.order.pk))


def _owed(
    order: Matter,
    names: dict[int, str],
    clocks: Sequence[Deadline],
    reminded: dict[int, datetime],
    now: datetime,
) -> Owed:
    kind = order.type
    by_body = waits_for_body(order)
    promise = next((one.code for one in kind.clocks if one.promise), "")
    running = {row.clock: row.due_at for row in clocks if row.met_at is None and not row.paused_at}
    whole = running.get(promise) if by_body else None
    first = min(running.values(), default=None)
    due = whole or first
    answer = first if by_body and whole and first != whole else None
    return Owed(
        order,
        names.get(order.unit_id or 0, ""),
        kind.flow.state(order.state).outside,
        by_body,
        due,
        bool(first and first < now),
        answer,
        reminded.get(order.pk),
    )


def _deadlines(orders: Iterable[Matter]) -> dict[int, list[Deadline]]:
    found: dict[int, list[Deadline]] = {}
    for row in Deadline.objects.filter(matter__in=[one.pk for one in orders]):
        found.setdefault(row.matter_id, []).append(row)
    return found


def _reminded(orders: Iterable[Matter]) -> dict[int, datetime]:
    rows = Entry.objects.filter(matter__in=[one.pk for one in orders], action=REMINDED)
    return dict(rows.order_by("at").values_list("matter_id", "at"))


type Asker = tuple[int | None, int | None]
"""The unit that asked a body for something, and the person of it who has what it is about."""


def who_asked(matters: Iterable[Matter]) -> dict[int, Asker]:
    """Who asked, by primary key, for those of these matters that are a body's outside the police.

    For the house's own work: not limited to what one may see.
    """
    orders = [one for one in matters if is_body(one.unit_id)]
    above = Matter.objects.in_bulk({one.parent_id for one in orders if one.parent_id})
    found: dict[int, Asker] = {}
    for order in orders:
        parent = above.get(order.parent_id or 0)
        found[order.pk] = (parent.unit_id, parent.assignee_id) if parent else (None, None)
    return found
