"""Changes to accounts that wait for a second person."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.people import second_person
from anmin.people.policy import Capability

pages = Pages(Capability.CONFIRM_ACCOUNTS)


@pages.at("accounts/", "accounts")
def accounts(request: DeskRequest) -> HttpResponse:
    """What waits, the oldest first."""
    return _waiting(request)


def _waiting(request: DeskRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
    context = {"lines": second_person.waiting(request.user), "fault": fault}
    return show(request, "accounts/list.html", context, status=status)


@pages.post("accounts/<int:request_id>/", "account_decide")
def account_decide(request: DeskRequest, request_id: int) -> HttpResponse:
    """Confirm a change, or turn it down."""
    accept = request.POST.get("do") == "accept"
    if not accept and request.POST.get("do") != "refuse":
        return _waiting(request, fault=_("Choose confirm or reject."), status=422)
    second_person.decide(request_id=request_id, by=request.user, accept=accept)
    return done(request, _("Confirmed.") if accept else _("Rejected."), "desk:accounts")


urlpatterns = pages.addresses
