"""Public numbers that random draws wait for: typed in by one person, and again by another."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.calls.call_forms import NumberForm
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.draws import numbers
from anmin.people.policy import Capability

pages = Pages(Capability.TYPE_NUMBERS)


@pages.at("numbers/", "numbers")
def waiting(request: DeskRequest) -> HttpResponse:
    """What is to be typed, and the latest numbers."""
    return _waiting(request)


def _waiting(
    request: DeskRequest, *, form: NumberForm | None = None, failed: int = 0, status: int = 200
) -> HttpResponse:
    found, others = numbers.page(request.user)
    lines = [
        {
            "number": one,
            "source": numbers.source_of(one),
            "where": numbers.source_of(one).where(one.round),
            "mine": one.typed_by_id == request.user.pk,
            "form": form
            if form is not None and one.pk == failed
            else NumberForm(auto_id=f"n{one.pk}-%s"),
        }
        for one in found
    ]
    shown = [{"number": one, "source": numbers.source_of(one)} for one in others]
    return show(request, "calls/numbers.html", {"lines": lines, "others": shown}, status=status)


@pages.post("numbers/<int:number_id>/", "number")
def type_in(request: DeskRequest, number_id: int) -> HttpResponse:
    """Type a number in, the first time or the second."""
    form = NumberForm(request.POST, auto_id=f"n{number_id}-%s")
    if form.does(
        lambda given: numbers.type_in(number_id=number_id, text=given["text"], by=request.user)
    ):
        stands = _("The number stands; the draws that wait for it are made.")
        noted = _("Noted. Another person types it again.")
        return done(request, stands if form.made.value else noted, "desk:numbers")
    return _waiting(request, form=form, failed=number_id, status=form.status)


urlpatterns = pages.addresses
