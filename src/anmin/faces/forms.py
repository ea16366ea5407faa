"""Forms made from a kind: what a person types, checked before an action is asked for it."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from anmin.faces.answers import require_complete
from anmin.faces.details import asked_at_opening, form_field
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.kernel.phones import bare, read_phones
from anmin.matters.categories import category_choices
from anmin.matters.contacts import ContactFacts, reached
from anmin.matters.outcome import OUTCOME_LABELS
from anmin.matters.owning import Bodies
from anmin.matters.registry import all_kinds, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from anmin.matters.flow import Move, Text
    from anmin.matters.kind import Kind
    from anmin.people.models import Account

DETAIL = "d_"
_CITIZEN_READS = _("The citizen may read this.")
_UNSEALED = _("This is kept unsealed: name nobody, and nothing that was told.")


def new_key() -> str:
    """What makes sending a form twice harmless."""
    return uuid.uuid4().hex


class ActForm(forms.Form):
    """What every write carries: a key that makes sending it twice harmless.

    ``version`` is the matter as its writer saw it; ``conflict`` is set when it has changed since,
    ``denied`` when the writer may not do it.
    """

    use_required_attribute = False
    conflict = False
    denied = False
    made: Any = None
    key = forms.CharField(max_length=64, initial=new_key, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def refuse(self, refusal: Refusal) -> None:
        """Show why an action was refused, at its field; what was typed stays.

        What is not allowed of one field is a wrong choice, as any other: the page shows it there. A
        page is not drawn anew (``noSwap``) for what is denied altogether.
        """
        self.conflict = isinstance(refusal, Conflict)
        names = (refusal.field, f"{DETAIL}{refusal.field}")
        field = next((n for n in names if n in self.fields), None)
        self.denied = isinstance(refusal, NotAllowed) and field is None
        self.add_error(field, str(refusal))

    def does(self, act: Callable[[dict[str, Any]], object], *, lets_pass: bool = False) -> bool:
        """Whether what was sent is sound and ``act`` did it; a refusal is shown at its field.

        What the action gave back stands in ``made``. ``lets_pass``: a refusal of no field, unless it
        is a conflict, is the caller's.
        """
        if not self.is_valid():
            return False
        try:
            self.made = act(self.cleaned_data)
        except Refusal as refusal:
            if lets_pass and refusal.field is None and not isinstance(refusal, Conflict):
                raise
            self.refuse(refusal)
            return False
        return True

    @property
    def status(self) -> int:
        """The answer's HTTP status."""
        if not self.errors:
            return 200
        if self.denied:
            return 403
        return 409 if self.conflict else 422

    def retyped(self, **changes: Any) -> QueryDict:
        """What was sent, with some fields changed: for showing the form once more."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, value in changes.items():
            data[name] = str(value)
        return data


class StepForm(ActForm):
    """What one step of a flow asks for; its fields come from the kind."""

    told: frozenset[str] = frozenset()

    def clean(self) -> dict[str, Any]:
        """Refuse a text to the citizen that still has a gap of its template."""
        data = super().clean() or {}
        for name in self.told & data.keys():
            try:
                require_complete(data[name])
            except Refusal as refusal:
                self.add_error(name, str(refusal))
        return data

    def inputs(self) -> dict[str, Any]:
        """The facts that the step brings."""
        given = {n: v for n, v in self.cleaned_data.items() if n not in ("key", "version", "note")}
        return {
            n: v for n, v in given.items() if self.fields[n].required or v not in (None, "", [])
        }


@cache
def step_form(kind_code: str, move_code: str) -> type[StepForm]:
    """The form of one step of one kind."""
    kind = kind_of(kind_code)
    edge = kind.flow.move(move_code)
    names = (*edge.needs, *edge.takes) if edge else ()
    must = edge.needs if edge else ()
    if edge and edge.approval and "note" not in names:
        names, must = (*names, "note"), (*must, "note")
    fields: dict[str, forms.Field] = {
        name: _note(kind, edge, required=name in must)
        if name == "note"
        else form_field(kind.details.model_fields[name], required=name in must)
        for name in names
    }
    for name in _read_by_citizen(kind, edge) & set(names):
        fields[name].help_text = _CITIZEN_READS
    if edge and len(edge.outcomes) > 1:
        ways = [(one.value, OUTCOME_LABELS[one]) for one in edge.outcomes]
        asked = forms.ChoiceField(
            label=_("What became of it"),
            choices=[("", "—"), *ways],
            help_text=_CITIZEN_READS if kind.told_of else "",
        )
        fields = {"outcome": asked, **fields}
    told = frozenset(kind.details.told_fields() & set(names))
    return type("FlowStepForm", (StepForm,), {**fields, "told": told})


def _note(kind: Kind, edge: Move | None, *, required: bool) -> forms.Field:
    """What is written with a step: to the citizen, or to who must agree to it."""
    inside = edge is not None and edge.approval is not None
    shown = _CITIZEN_READS if edge and edge.public and kind.told_of else ""
    within = _UNSEALED if kind.keeps_sealed else _("The citizen does not read this.")
    return forms.CharField(
        label=_("Reason for who decides on it") if inside else _("Note"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=within if inside else shown,
        required=required,
    )


def _read_by_citizen(kind: Kind, edge: Move | None) -> set[str]:
    """The facts of a step that the citizen is told by message, or reads on the page of the matter."""
    if edge is None:
        return set()
    told = {name for tell in edge.tells if not tell.to for name in tell.names}
    if edge.public and kind.told_of:
        told |= kind.details.told_fields()
    return told | {*kind.public.fields, *kind.public.reporter}


class ContactForm(ActForm):
    """Whom to reach: name, numbers and address."""

    contact_name = forms.CharField(label=_("Name"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("Phone"), max_length=120, required=False)
    contact_address = forms.CharField(label=_("Address"), max_length=200, required=False)

    contact_language = forms.ChoiceField(
        label=_("Language of messages"),
        choices=[("", _("the language of the installation")), *settings.LANGUAGES],
        required=False,
    )

    phones: tuple[str, ...] = ()
    CONTACT = ("contact_name", "contact_phone", "contact_address", "contact_language")

    def clean_contact_phone(self) -> str:
        """The number in the form that messages are sent to."""
        text: str = self.cleaned_data["contact_phone"]
        found = read_phones(text, area_code=settings.AREA_CODE or None)
        if found.left:
            raise forms.ValidationError(
                _("This is no phone number. A landline needs its area code.")
            )
        self.phones = found.numbers
        return bare(found.numbers[0]) if found.numbers else ""

    def contact(self) -> ContactFacts | None:
        """Who brought it, or nothing."""
        name, _phone, address, language = (self.cleaned_data.get(n, "") for n in self.CONTACT)
        found = reached(name, self.phones, address, language)
        return found if found or language else None


def openable_kinds(account: Account, *, given: bool = False) -> list[Kind]:
    """The kinds that this person opens by hand; what is said of another matter is opened from there.

    ``given``: also orders that are given from a matter only.
    """
    return [
        kind
        for kind in all_kinds()
        if account.role in kind.opened_by
        and not kind.sets_aside
        and (given or kind.bodies is not Bodies.ALWAYS)
    ]


def opening_fields(kind_code: str) -> dict[str, forms.Field | None]:
    """The boxes for what opening a matter of one kind asks, its category among them.

    Nothing stands for a box that others have and this kind has not.
    """
    kind = kind_of(kind_code)
    fields: dict[str, forms.Field | None] = {
        DETAIL + name: form_field(info, required=name in kind.asks)
        for name, info in asked_at_opening(kind)
    }
    topics = bool(category_choices(kind_code))
    fields["category"] = category_field(kind_code, "—", required=topics)
    return {**fields, **dict.fromkeys(_unasked(kind))}


def _unasked(kind: Kind) -> set[str]:
    """The boxes that the form of a kind does not have: what its opening does not take."""
    contact = ContactForm.CONTACT if "contact" in kind.unasked else ()
    return {*(kind.unasked - {"contact", "note"}), *contact}


def category_field(kind_code: str, blank: Text, *, required: bool) -> forms.ChoiceField:
    """The categories of a kind; all of them for one that takes what caused it.

    Where one must be chosen and there is only one it is chosen already.
    """
    own = kind_code if category_choices(kind_code) else ""

    def choices() -> list[tuple[str, Text]]:
        known: list[tuple[str, Text]] = [*category_choices(own)]
        return known if required and len(known) == 1 else [("", blank), *known]

    return forms.ChoiceField(
        label=_("What is it about?"),
        choices=choices,
        required=required,
        error_messages={"required": _("Please choose what it is about.")},
    )
