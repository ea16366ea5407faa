"""Changes to accounts that wait for a second person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.desk.shell.page import DeskRequest, go, page, show
from anmin.people import second_person
from anmin.people.policy import Capability


@page(Capability.CONFIRM_ACCOUNTS)
def accounts(request: DeskRequest) -> HttpResponse:
    """What waits, the oldest first."""
    return _waiting(request)


def _waiting(request: DeskRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
    context = {"lines": second_person.waiting(request.user), "fault": fault}
    return show(request, "accounts/list.html", context, status=status)


@page(Capability.CONFIRM_ACCOUNTS)
@require_POST
def account_decide(request: DeskRequest, request_id: int) -> HttpResponse:
    """Confirm a change, or turn it down."""
    accept = request.POST.get("do") == "accept"
    if not accept and request.POST.get("do") != "refuse":
        return _waiting(request, fault=_("Say whether you confirm it."), status=422)
    second_person.decide(request_id=request_id, by=request.user, accept=accept)
    messages.success(request, _("Confirmed.") if accept else _("Turned down."))
    return go(request, reverse("desk:accounts"))


urlpatterns: list[URLPattern] = [
    path("accounts/", accounts, name="accounts"),
    path("accounts/<int:request_id>/", account_decide, name="account_decide"),
]
