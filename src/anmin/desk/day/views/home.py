"""The first page after sign-in: the next thing to do, for this person's role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.lists import open_counts
from anmin.callbacks.queries import Order, queue_counts, sealed_orders, still_unhappy
from anmin.desk.shell.navigation import links
from anmin.desk.shell.page import DeskRequest, Pages, go, show
from anmin.faces.forms import openable_kinds
from anmin.faces.rows import VIEW_LABELS, lines
from anmin.matters import queries
from anmin.matters.confiding import confided_kinds
from anmin.matters.policy import sees_sealed_links
from anmin.matters.sealed_actions import drill_due
from anmin.people.policy import Capability, can

if TYPE_CHECKING:
    from anmin.matters.flow import Text
    from anmin.people.models import Account

NEXT = 8
"""How many of the matters that are due first stand on the page."""
CAP = 10_000
TONES = {"late": "late", "at_risk": "at_risk"}
HINTS = {
    "live": _("not yet concluded"),
    "mine": _("given to you"),
    "late": _("the deadline has passed"),
    "at_risk": _("deadline approaching"),
    "unowned": _("nobody is assigned yet"),
}
ORDERS = {
    "sealed": (
        _("First contact by you"),
        _(
            "These citizens do not want the unit to know who complained. Contact them first, "
            "then record it on the order."
        ),
    ),
    "unhappy": (
        _("Still dissatisfied"),
        _(
            "Closed by the unit, but in the second callback the citizen is still dissatisfied "
            "or says it is not solved. Review it, and send it back if the unit has to do more."
        ),
    ),
}
"""Orders to put something right that wait for the inspectorate."""


def _waiting(account: Account, name: str, found: list[Order], *, whole: bool) -> tuple[object, ...]:
    """What the page shows of such orders: the first of them, or all; and whether there are more."""
    shown = found if whole else found[:NEXT]
    rows = lines([order for order, _cause in shown], account, page="desk:matter")
    return (name, *ORDERS[name], len(found), rows, len(shown) < len(found))


pages = Pages()


@pages.at("", "home")
def home(request: DeskRequest) -> HttpResponse:
    """What waits, what is due first, and the rooms this person works in."""
    account = request.user
    if can(account, Capability.WORK_ORDERS):
        return go(request, "desk:owed")
    context: dict[str, Any] = {
        "tiles": [],
        "closes_day": can(account, Capability.CLOSE_DAY),
        "rooms": [one for one in links(request) if not one.current],
    }
    if can(account, Capability.WORK_CALLBACKS):
        calls, overdue = queue_counts(account), open_counts(account)["late"]
        context["calls"] = calls["now"]
        context["tiles"] = [
            _tile(
                _("To call now"),
                calls["now"],
                reverse("desk:callbacks"),
                _("citizens waiting for a call"),
            ),
            _tile(
                _("Callbacks overdue"),
                overdue,
                reverse("desk:callbacks"),
                _("past the call deadline; ready to call now: %(n)s") % {"n": calls["late"]},
                "late",
            ),
        ]
    if can(account, Capability.VIEW_MATTERS):
        waiting = queries.counts(account, cap=CAP)
        # What is one's own comes first; who has nothing of their own sees their unit's.
        view = "mine" if waiting["mine"] else "live"
        first = queries.list_matters(account, queries.Filters(view=view), limit=NEXT)
        matters = reverse("desk:matters")
        context["tiles"] += [
            _tile(label, waiting[name], f"{matters}?view={name}", HINTS[name], TONES.get(name, ""))
            for name, label in VIEW_LABELS.items()
            if name in waiting
        ]
        context |= {
            "sees_matters": True,
            "view": view,
            "lines": lines(first.rows, account, page="desk:matter"),
            "may_open": bool(openable_kinds(account)),
        }
        if account.role in {kind.seals for kind in confided_kinds()}:
            context["drill_due"] = drill_due(timezone.now())
        if sees_sealed_links(account):
            context["orders"] = [
                _waiting(account, name, found, whole=request.GET.get("all") == name)
                for name, find in (("sealed", sealed_orders), ("unhappy", still_unhappy))
                if (found := find(account))
            ]
    return show(request, "day/home.html", context)


def _tile(label: Text, count: int, url: str, note: Text, tone: str = "") -> dict[str, Any]:
    more = "+" if count == CAP else ""
    value = f"{number_format(count, force_grouping=True)}{more}"
    return {"label": label, "value": value, "url": url, "note": note, "tone": count and tone}


urlpatterns = pages.addresses
