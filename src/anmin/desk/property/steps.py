"""The forms of the steps that somebody may take with a thing now, and what they bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.desk.property import forms
from anmin.desk.shell.sheets import boxes
from anmin.property.actions import Taken
from anmin.property.decisions import sort_label
from anmin.property.register import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.safestring import SafeString

    from anmin.faces.forms import ActForm
    from anmin.property.queries import View

PLAIN = ("return", "treasury", "with_case", "destroy", "extend", "take_out")
STORES = ("keep", "move", "bring_back")


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be done now: its name, where its form goes, and the form."""

    code: str
    label: str
    url: str
    key: str
    boxes: SafeString
    opened: bool


def form_for(view: View, code: str) -> Callable[..., ActForm]:
    """What makes the form of a step."""
    step = PROPERTY.step(code)
    if code in STORES:
        return lambda *args, **more: forms.StoreForm(
            *args, stores=view.stores, told=step.told, **more
        )
    if code == "value":
        return forms.ValueForm
    if code == "announce":
        return forms.AnnounceForm
    if code == "unrelated":
        return forms.UnrelatedForm
    if code == "describe":
        known = {**view.item.details, "serials": ", ".join(view.item.details.get("serials", ()))}
        return lambda *args, **more: forms.DescribeForm(*args, **{"initial": known, **more})
    return lambda *args, **more: forms.NoteForm(*args, told=step.told, **more)


def taken(code: str, form: ActForm, view: View) -> Taken:
    """What a form brings: of a better description, only what differs."""
    given = form.cleaned_data
    facts: dict[str, Any] = {}
    if isinstance(form, forms.KnownForm):
        known = view.item.details
        facts = {name: value for name, value in form.facts().items() if known.get(name) != value}
    elif code in ("value", "announce", "unrelated"):
        facts = {name: value for name, value in given.items() if name not in ("key", "version")}
    return Taken(facts, given.get("note", ""), given.get("store", ""))


def offers(view: View, bound: ActForm | None, code: str) -> list[Offer]:
    """The steps that can be taken now; ``bound`` is a form as it was sent, of the step ``code``."""
    found = []
    for name in view.offered:
        if name == "return":
            continue
        form = (
            bound
            if bound is not None and name == code
            else form_for(view, name)(auto_id=f"{name}-%s")
        )
        found.append(
            Offer(
                name,
                str(PROPERTY.step(name).label),
                reverse("desk:property_step", args=[view.item.number, name]),
                form["key"].value(),
                boxes(form),
                form is bound,
            )
        )
    return found


def grounds(view: View) -> list[tuple[str, str]]:
    """What can show whose it is, for the request to give it back."""
    return [(one.number, f"{one.number} {one.headline}") for one in view.title.shown_by]


def sorts(view: View) -> list[tuple[str, str]]:
    """What can be asked for now."""
    return [(sort, sort_label(sort)) for sort in view.sorts]


def title_words(view: View) -> str:
    """Whether it is known whose it is."""
    title = view.title
    if title.open_claims:
        return _("Somebody claims it; that claim is open.")
    if title.disputed:
        return _("Several people were found to be its owner.")
    return _("It is known whose it is.") if title.clear else _("Nobody knows yet whose it is.")
