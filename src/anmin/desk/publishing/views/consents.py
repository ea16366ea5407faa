"""Consents to stories: written down, and taken back by whoever is in the story."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.faces.forms import ActForm
from anmin.kernel.errors import Refusal
from anmin.kernel.phones import read_phones
from anmin.matters.contacts import reached
from anmin.people.policy import Capability, can
from anmin.people.queries import account_by_name
from anmin.places.queries import unit_by_code
from anmin.publishing import stories

pages = Pages(Capability.VIEW_MATTERS)
drafting = pages.of(Capability.DRAFT_PUBLICATIONS)


class ConsentForm(ActForm):
    """Who agreed to which story, when and how: a person of the house, a unit, or somebody else."""

    version = None  # type: ignore[assignment]
    title = forms.CharField(label=gettext_lazy("What the story is about"), max_length=120)
    username = forms.CharField(
        label=gettext_lazy("A person of the house (sign-in name)"), max_length=150, required=False
    )
    unit = forms.CharField(label=gettext_lazy("Or a unit (code)"), max_length=32, required=False)
    name = forms.CharField(
        label=gettext_lazy("Or somebody else: name"), max_length=80, required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone of that person"),
        help_text=gettext_lazy(
            "With it he or she can take the consent back on the page about data."
        ),
        max_length=40,
        required=False,
    )
    photos = forms.BooleanField(
        label=gettext_lazy("They agreed to photos of them, too"), required=False
    )
    given_on = forms.DateField(
        label=gettext_lazy("Consented on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    how = forms.CharField(
        label=gettext_lazy("How they agreed"),
        help_text=gettext_lazy("Such as: signed form of that day, kept in the file."),
        max_length=300,
    )

    def given(self) -> dict[str, Any]:
        """What the consent says. Raises ``Refusal`` for who is not there."""
        told = self.cleaned_data
        phones = read_phones(told["phone"]).numbers if told["phone"] else []
        contact = reached(told["name"], phones, "", "") if told["name"] else None
        return {
            "title": told["title"],
            "given_on": told["given_on"],
            "how": told["how"],
            "photos": told["photos"],
            "account": account_by_name(told["username"].strip()) if told["username"] else None,
            "unit": unit_by_code(told["unit"].strip()) if told["unit"] else None,
            "contact": contact,
            "form_key": told["key"],
        }


@pages.read("publishing/consents/", "consents")
def consents(request: DeskRequest) -> HttpResponse:
    """The consents that this person may see: the own ones, or all for whoever has to do with publishing."""
    return _list(request, ConsentForm(initial={"given_on": timezone.localdate()}))


@drafting.post("publishing/consents/new/", "consent_new")
def new(request: DeskRequest) -> HttpResponse:
    """Write a consent down; the story can be begun with it."""
    form = ConsentForm(request.POST)
    if form.does(lambda _given: stories.consent(by=request.user, **form.given())):
        return done(request, _("Written down: the story can be begun now."), "desk:consents")
    return _list(request, form)


@pages.post("publishing/consents/take-back/", "consent_take_back")
def take_back(request: DeskRequest) -> HttpResponse:
    """Take a consent back: the story is off every public page with that."""
    told = request.POST.get("consent", "")
    if not told.isdecimal():
        raise Refusal(_("There is no such consent."))
    stories.take_back(consent_id=int(told[:18]), by=request.user)
    return done(request, _("Taken back: the story is public no more."), "desk:consents")


def _list(request: DeskRequest, form: ConsentForm) -> HttpResponse:
    drafts = can(request.user, Capability.DRAFT_PUBLICATIONS)
    context = {
        "consents": [
            (one, drafts or one.account_id == request.user.pk)
            for one in stories.given(request.user)
        ],
        "form": form if drafts else None,
    }
    return show(request, "publishing/consents.html", context, status=form.status)


urlpatterns = pages.addresses
