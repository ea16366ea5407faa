"""Who has a part in a matter: named, ended, and shown to whoever says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.matters.matter_page import seen_or
from anmin.desk.shell.lookup import LookupField
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.faces.forms import ContactForm
from anmin.kernel.errors import Refusal
from anmin.matters import party_actions, queries
from anmin.matters.actor import Actor
from anmin.matters.parties import PartyFacts
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter
    from anmin.people.models import Account


class PartyForm(ContactForm):
    """A part and who has it: a citizen, or somebody or a unit of the house."""

    role = forms.CharField(max_length=32)
    instead = forms.RegexField(r"^\d{1,9} \w{1,32}$", required=False)
    of_the_house = LookupField(
        "taker", label=gettext_lazy("Person or unit of the bureau"), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=2000, required=False)

    def __init__(self, data: Any = None, *, account: Account | None = None, **kwargs: Any) -> None:
        """``account`` is who looks for a colleague."""
        super().__init__(data, **kwargs)
        field = self.fields["of_the_house"]
        assert isinstance(field, LookupField)
        field.account = account

    def party(self) -> PartyFacts:
        """Who has the part."""
        chosen = self.cleaned_data["of_the_house"]
        person = chosen if hasattr(chosen, "username") else None
        unit = chosen if person is None else None
        _number, role = self.wrong()
        return PartyFacts(role or self.cleaned_data["role"], self.contact(), person, unit)

    def wrong(self) -> tuple[int, str]:
        """The number of the party that was named wrongly, and its part, which stays; 0 for none."""
        number, _space, role = self.cleaned_data["instead"].partition(" ")
        return int(number or 0), role


def parties_of(account: Account, matter: Matter) -> dict[str, Any]:
    """The parts that this person may write down, with a form for them; nothing for most kinds."""
    parts = party_actions.may_name(account, matter)
    if not parts:
        return {}
    form = PartyForm(account=account, auto_id="party-%s")
    return {"parts": [(one.code, one.label) for one in parts], "party_form": form}


pages = Pages(Capability.VIEW_MATTERS)


@pages.post("matters/<str:number>/parties/", "matter_parties")
def name(request: DeskRequest, number: str) -> HttpResponse:
    """Say that somebody has a part in the matter, perhaps in the place of one named wrongly."""
    found = queries.find_matter(request.user, number)
    form = PartyForm(request.POST, account=request.user)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise Refusal(str(problems[0]), field=field)
    told: dict[str, Any] = {
        "matter_id": found.pk,
        "actor": Actor.of(request.user),
        "party": form.party(),
        "reason": form.cleaned_data["reason"],
        "key": form.cleaned_data["key"],
    }
    wrong, _role = form.wrong()
    if wrong:
        party_actions.correct_party(number=wrong, **told)
    else:
        party_actions.name_party(**told)
    return done(
        request, _("Recorded; names never appear in the history."), *seen_or(request.user, found)
    )


@pages.post("matters/<str:number>/parties/<int:party>/end/", "matter_party_end")
def end(request: DeskRequest, number: str, party: int) -> HttpResponse:
    """Say that somebody has no part any more, or never had."""
    found = queries.find_matter(request.user, number)
    party_actions.end_party(
        matter_id=found.pk,
        number=party,
        actor=Actor.of(request.user),
        reason=request.POST.get("reason", ""),
    )
    return done(request, _("No longer a party."), *seen_or(request.user, found))


@pages.post("matters/<str:number>/parties/<int:party>/reveal/", "matter_party_reveal")
def reveal(request: DeskRequest, number: str, party: int) -> HttpResponse:
    """Who a citizen is that has a part, once, to whoever says why."""
    found = queries.find_matter(request.user, number)
    shown = party_actions.reveal_party(
        matter=found,
        number=party,
        actor=Actor.of(request.user),
        reason=request.POST.get("reason", ""),
    )
    return show(request, "matters/party.html", {"matter": found, "contact": shown})


urlpatterns = pages.addresses
