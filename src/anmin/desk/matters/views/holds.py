"""Legal holds: which matters are kept whatever their time, and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.matters import holding, queries
from anmin.people.policy import Capability

pages = Pages(Capability.HOLD_MATTERS)


@pages.at("holds/", "holds")
def holds(request: DeskRequest) -> HttpResponse:
    """The holds that stand, the oldest first."""
    return show(request, "matters/holds.html", {"holds": holding.held(request.user)})


@pages.post("matters/<str:number>/hold/", "matter_hold")
def hold(request: DeskRequest, number: str) -> HttpResponse:
    """Keep a matter, or let it go again, with the reason."""
    found = queries.find_matter(request.user, number)
    does = holding.lift if "lift" in request.POST else holding.hold
    does(matter_id=found.pk, by=request.user, reason=request.POST.get("reason", ""))
    return done(request, _("Recorded in the history."), "desk:matter", number)


urlpatterns = pages.addresses
