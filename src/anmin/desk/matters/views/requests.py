"""Steps that wait for another person's word: the list of them, and the word itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, go, show
from anmin.kernel.errors import Refusal
from anmin.matters import approvals, queries
from anmin.matters.actor import Actor
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter

MOST = 200


pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/requests/", "requests")
def requests(request: DeskRequest) -> HttpResponse:
    """What waits for this person's word, the oldest first."""
    rows = approvals.shown(approvals.waiting_for(request.user)[:MOST], request.user)
    return show(request, "matters/requests.html", {"rows": rows})


@pages.post("matters/<str:number>/requests/<int:request_id>/", "matter_request")
def word(request: DeskRequest, number: str, request_id: int) -> HttpResponse:
    """Agree to a step, refuse it, or take one's own request back."""
    found = queries.find_matter(request.user, number)
    approvals.require_about(found, request_id)
    actor, reason = Actor.of(request.user), request.POST.get("reason", "")
    match request.POST.get("word"):
        case "agree":
            approvals.agree(request_id=request_id, actor=actor, reason=reason)
            messages.success(request, _("Agreed: the step is taken."))
        case "refuse":
            approvals.refuse(request_id=request_id, actor=actor, reason=reason)
            messages.success(request, _("Refused; whoever asked reads why in the history."))
        case "withdraw":
            approvals.withdraw(request_id=request_id, actor=actor)
            messages.success(request, _("Taken back."))
        case _:
            raise Refusal(_("Agree, refuse, or take it back."), field="word")
    return _back(request, found)


def _back(request: DeskRequest, matter: Matter) -> HttpResponse:
    seen = queries.may_see(request.user, matter)
    there = reverse("desk:matter", args=[matter.number]) if seen else reverse("desk:requests")
    return go(request, there)


urlpatterns = pages.addresses
