"""What the house holds of somebody who asks about it, for those who decide: which matters, and what keeps each."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.matters import carrying_out, queries
from anmin.people.actions import log_access
from anmin.people.policy import Capability

pages = Pages(Capability.REVEAL_CONTACT)


@pages.read("matters/<str:number>/held/", "matter_held")
def held(request: DeskRequest, number: str) -> HttpResponse:
    """The matters of whoever asks, found by the number that was proven and the name; each look is on record."""
    matter = queries.matter_view(request.user, number).matter
    if matter.type.data_rights is None:
        raise Http404
    found = carrying_out.found(request.user, matter)
    response = show(request, "matters/held.html", {"matter": matter, "found": found})
    log_access(
        account=request.user, action="see_held", subject=f"matter:{matter.number}", request=request
    )
    return response


urlpatterns = pages.addresses
