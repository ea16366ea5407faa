"""Rewards without a name, paid at a window: a number and a word, and nothing of what it is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import rewards
from anmin.people.policy import Capability

pages = Pages(Capability.PAY_REWARDS)


class FetchForm(forms.Form):
    """What somebody brings who fetches a reward."""

    use_required_attribute = False
    ticket = forms.CharField(
        label=gettext_lazy("Number of the reward"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )
    word = forms.CharField(
        label=gettext_lazy("Word: three groups of digits"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "form-control"}
        ),
    )


@pages.at("rewards/", "rewards")
def fetched(request: DeskRequest) -> HttpResponse:
    """Look a reward up by number and word; and note that it was paid."""
    form = FetchForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        does = rewards.pay if "pay" in request.POST else rewards.look_up
        try:
            due = does(account=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if does is rewards.pay:
                told = _("Paid: %(amount)s yuan.") % {"amount": due.amount}
                return done(request, told, "desk:rewards")
            context["due"] = due
    return show(request, "matters/rewards.html", context, status=422 if form.errors else 200)


urlpatterns = pages.addresses
