"""Whose a thing is, and its way back: losses that it may be, the return, the receipt, its files."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.property import forms
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.shell.sending import Out
from anmin.desk.shell.uploads import give_out, give_small
from anmin.faces.forms import new_key
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability
from anmin.property import actions, losses, queries, words
from anmin.property.actions import Receiver
from anmin.property.attachments import LABEL
from anmin.property.queries import item_view

pages = Pages(Capability.VIEW_PROPERTY)
REASONS = {
    "serial": gettext_lazy("the serial number"),
    "sort": gettext_lazy("the class"),
    "brand": gettext_lazy("the brand"),
    "colour": gettext_lazy("the colour"),
    "community": gettext_lazy("the same community"),
    "town": gettext_lazy("the same town"),
    "near": gettext_lazy("seized within a month of it"),
}
"""What a loss and a thing have in common, in words."""


@pages.at("property/<str:number>/losses/", "property_losses", Capability.ENTER_PROPERTY)
def reported(request: DeskRequest, number: str) -> HttpResponse:
    """Reported losses that it may be, the nearest first; a person decides on one."""
    view = item_view(request.user, number)
    form = None
    if request.method == "POST":
        form = forms.LossForm(request.POST)
        holds = request.POST.get("do") == "holds"
        sent = form
        if form.does(
            lambda given: losses.decide_loss(
                item_id=view.item.pk,
                number=given["number"],
                by=request.user,
                holds=holds,
                reason=given["reason"],
                tell=holds and sent.cleaned_data["tell"],
            ),
            lets_pass=True,
        ):
            return done(request, _("Written down."), "desk:property_losses", number)
    found = losses.candidates(request.user, view.item)
    sent_for = form.data.get("number", "") if form is not None else ""
    lines = [
        {
            "matter": one.matter,
            "reasons": [REASONS[name] for name in one.reasons],
            "score": one.score,
            "decided": one.decided,
            "form": form
            if form is not None and one.matter.number == sent_for
            else forms.LossForm(
                auto_id=f"l{one.matter.pk}-%s", initial={"number": one.matter.number}
            ),
        }
        for one in found
    ]
    context = {"view": view, "item": view.item, "lines": lines, "failed": form}
    return show(
        request, "property/losses.html", context, status=form.status if form is not None else 200
    )


@pages.at("property/<str:number>/return/", "property_return", Capability.KEEP_ITEMS)
def give_back(request: DeskRequest, number: str) -> HttpResponse:
    """Hand a thing over to its owner, as was agreed."""
    view = item_view(request.user, number)
    coming = queries.open_events()
    form = forms.ReturnForm(events=coming, initial={"version": view.item.version})
    if request.method == "POST":
        form = forms.ReturnForm(request.POST, events=coming)
        by_code = {one.code: one for one in coming}
        if form.does(
            lambda given: actions.give_back(
                item_id=view.item.pk,
                by=request.user,
                version=given["version"] or 0,
                key=given["key"],
                receiver=Receiver(given["name"], given["relation"]),
                event=by_code.get(given["event"]),
            ),
            lets_pass=True,
        ):
            told = _("Given back. Print the receipt and let it be signed; add a photo.")
            return done(request, told, "desk:property_item", number)
    elif "return" not in view.offered:
        raise NotFound(_("Nobody has agreed to this yet."))
    context = {"view": view, "item": view.item, "form": form}
    return show(request, "property/return.html", context, status=form.status)


@pages.at("property/<str:number>/receipt/", "property_receipt", Capability.REVEAL_CONTACT)
def receipt(request: DeskRequest, number: str) -> HttpResponse:
    """The receipt, to be printed and signed; that somebody opened it is on record."""
    view = item_view(request.user, number)
    if view.handover is None:
        raise NotFound(_("It has not been given back."))
    if request.method != "POST":
        context = {"view": view, "item": view.item, "key": new_key()}
        return show(request, "property/receipt_ask.html", context)
    context = {
        "view": view,
        "item": view.item,
        "handover": view.handover,
        "receiver": actions.receiver_of(item_id=view.item.pk, by=request.user),
        "relation": words.relations()[view.handover.relation],
        "sort": words.sorts()[view.handover.sort],
        "value": words.yuan(view.handover.value),
    }
    return show(request, "property/receipt.html", context)


@pages.read("property/<str:number>/files/<int:file_id>/", "property_file")
def one_file(request: DeskRequest, number: str, file_id: int) -> Out:
    """One file, to be saved; who took it is on record."""
    return give_out(request, LABEL, number, file_id)


@pages.read("property/<str:number>/files/<int:file_id>/small/", "property_file_small")
def small(request: DeskRequest, number: str, file_id: int) -> Out:
    """The small picture of a file."""
    return give_small(request, LABEL, number, file_id)


urlpatterns = pages.addresses
