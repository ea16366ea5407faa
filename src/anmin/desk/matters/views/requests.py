"""Steps that wait for another person's word: the list of them, and the word itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.matters.matter_page import seen_or
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.kernel.errors import Refusal
from anmin.matters import approvals, demands, queries
from anmin.matters.actor import Actor
from anmin.people.policy import Capability

MOST = 200


pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/requests/", "requests")
def requests(request: DeskRequest) -> HttpResponse:
    """What waits for this person's word, the oldest first."""
    rows = approvals.shown(approvals.waiting_for(request.user)[:MOST], request.user)
    found = demands.waiting_for(request.user)
    return show(request, "matters/requests.html", {"rows": rows, "demands": found})


@pages.post("matters/<str:number>/requests/<int:request_id>/", "matter_request")
def word(request: DeskRequest, number: str, request_id: int) -> HttpResponse:
    """Agree to a step, refuse it, or take one's own request back."""
    found = queries.find_matter(request.user, number)
    approvals.require_about(found, request_id)
    who: dict[str, Any] = {"request_id": request_id, "actor": Actor.of(request.user)}
    reason = request.POST.get("reason", "")
    match request.POST.get("word"):
        case "agree":
            approvals.agree(reason=reason, **who)
            told = _("Approved: the step has been taken.")
        case "refuse":
            approvals.refuse(reason=reason, **who)
            told = _("Refused; the reason is in the history for the person who asked.")
        case "withdraw":
            approvals.withdraw(**who)
            told = _("Request withdrawn.")
        case _:
            raise Refusal(_("Choose approve, refuse or withdraw."), field="word")
    return done(request, told, *seen_or(request.user, found, "desk:requests"))


urlpatterns = pages.addresses
