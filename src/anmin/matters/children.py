"""Orders given from a matter: it shows them, counts them, and hears when they end (``taking``)."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.matters import policy
from anmin.matters.actor import Actor
from anmin.matters.flow import LIVE
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import Matter
from anmin.people.models import Account

OPENED, ENDED, REOPENED = "child_opened", "child_ended", "child_reopened"
HOUSE = Actor.system("children")


def require_child(parent: Matter, kind: Kind) -> None:
    """Refuse an order of a kind that is not given from such a matter, or from one that is over."""
    if kind.code not in parent.type.children:
        raise Refusal(_("No such order is given from this matter."), code="no_child")
    if not parent.live:
        raise Refusal(_("This matter is over: no order is given from it."), code="over")


_ANY = "SELECT 1 FROM matters_matter WHERE parent_id = %s LIMIT 1"


def _any_from(parent: Matter) -> bool:
    """Whether any order was given from a matter: most have none, and a ready statement says so."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY, [parent.pk])
        return cursor.fetchone() is not None


def counted(parent: Matter) -> dict[str, int]:
    """How many orders were given from a matter (``all``), and how many still run (``open``)."""
    if not _any_from(parent):
        return {"all": 0, "open": 0}
    rows = Matter.objects.filter(parent=parent)
    live = Q(stage__in=[one.value for one in LIVE])
    return rows.aggregate(all=Count("pk"), open=Count("pk", filter=live))


def parent_of(account: Account, matter: Matter) -> Matter | None:
    """The matter that an order was given from, if this person may see it."""
    above = Matter.objects.filter(pk=matter.parent_id).first() if matter.parent_id else None
    return above if above is not None and policy.in_scope(account, above) else None


def given_from(account: Account, parent: Matter) -> list[Matter]:
    """The orders given from a matter, the latest first."""
    if not _any_from(parent):
        return []
    rows = policy.not_kept_from(account, Matter.objects.filter(parent=parent))
    return list(rows.select_related("unit").order_by("-pk"))


def note(parent: Matter, action: str, child: Matter, *, actor: Actor, at: datetime) -> None:
    """Say in the timeline of a matter what became of an order given from it."""
    told: dict[str, Any] = {"child": child.number}
    if action == ENDED:
        told["state"] = child.state
    running = running_clocks(deadlines_of(parent.pk))
    append(parent, Change(action, parent.state, told=told), actor=actor, at=at, running=running)
