"""Who else has a matter open: its page asks by itself."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from anmin.desk.matters import presence
from anmin.desk.shell.page import DeskRequest, Pages
from anmin.matters import queries
from anmin.matters.policy import may_note
from anmin.people.policy import Capability

pages = Pages(Capability.VIEW_MATTERS)


@pages.post("matters/<str:number>/here/", "matter_here")
def here(request: DeskRequest, number: str) -> HttpResponse:
    """Note that the page is open, and say who else has it open."""
    found = queries.find_matter(request.user, number)
    presence.here(request.user, found.number)
    shown = {
        "here": presence.others(request.user, found),
        "with_names": may_note(request.user, found),
    }
    return render(request, "desk/matters/here.html", shown)


urlpatterns = pages.addresses
