"""Proposing that what a citizen asks in a matter is unreasonable; deciding it is a step of its own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.faces.forms import ActForm
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import demands, queries
from anmin.matters.actor import Actor
from anmin.matters.categories import categories_of
from anmin.matters.demand_actions import propose
from anmin.matters.registry import demand_kind
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.queries import MatterView
    from anmin.people.models import Account

pages = Pages(Capability.VIEW_MATTERS)


class ProposeForm(ActForm):
    """The class, with the rule that it rests on, and what shows it."""

    category = forms.ChoiceField(
        label=gettext_lazy("Class, and the rule that it rests on"), widget=forms.RadioSelect
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is unreasonable"), max_length=2000, widget=forms.Textarea
    )
    evidence = forms.CharField(
        label=gettext_lazy("What shows it"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=gettext_lazy(
            "Numbers of earlier matters, papers, recordings; files are added on the next page."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = demand_kind()
        classes = categories_of(kind.code).values() if kind else ()
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (one.code, f"{one.label} · {one.rests_on}" if one.rests_on else one.label)
            for one in classes
        ]


@pages.at("matters/<str:number>/unreasonable/", "matter_unreasonable")
def unreasonable(request: DeskRequest, number: str) -> HttpResponse:
    """The form, and the proposal: from there on it is a matter of its own."""
    found = queries.find_matter(request.user, number)
    kind = demand_kind()
    if kind is None or request.user.role not in kind.opened_by:
        raise NotAllowed(_("Units propose this, and the inspectorate decides it."))
    form = ProposeForm(request.POST or None, auto_id="propose-%s")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = propose(
                cause=found,
                actor=Actor.of(request.user),
                category=given["category"],
                details={"why": given["why"], "evidence": given["evidence"]},
                key=given["key"],
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            told = _("Proposed as %(number)s; the inspectorate decides it.")
            return done(request, told % {"number": made.number}, "desk:matter", made.number)
    why_not = "" if request.method == "POST" else demands.refusal(found)
    context = {"form": form, "matter": found, "why_not": why_not}
    return show(request, "matters/unreasonable.html", context, status=form.status)


def demands_of(view: MatterView, account: Account) -> dict[str, Any]:
    """What the page of a matter says of proposals about it, and whether one may be made."""
    matter, cause, earlier = view.matter, None, []
    for code, other in view.links:
        if code == "cause" and matter.type.sets_aside:
            cause = other
        elif code == "cause:back" and other.type.sets_aside:
            earlier.append(other)
    return {
        "demands": earlier,
        "may_propose": demands.may_propose(
            account, matter, earlier=earlier, reached=view.has_contact
        ),
        "demand_about": cause,
        "demand_rule": matter.topic.rests_on if cause is not None and matter.topic else None,
    }


urlpatterns = pages.addresses
