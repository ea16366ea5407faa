"""Forms over plain data: what a person types, checked before an action is asked for it."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.desk.answers import require_complete
from anmin.desk.details import DayInput, MomentInput, asked_at_opening, form_field
from anmin.desk.fields import DayField, MomentField
from anmin.desk.lookup import LookupField
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.kernel.phones import bare, read_phones
from anmin.matters.categories import category_choices
from anmin.matters.contacts import ContactFacts, reached
from anmin.matters.correcting import Right
from anmin.matters.queries import SORTS, VIEWS, Filters
from anmin.matters.registry import all_kinds, kind_choices, kind_of

if TYPE_CHECKING:
    from anmin.matters.flow import Text
    from anmin.matters.kind import Kind
    from anmin.people.models import Account

DETAIL = "d_"


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
    key = forms.CharField(max_length=64, initial=new_key, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def refuse(self, refusal: Refusal) -> None:
        """Show why an action was refused, at its field; what was typed stays."""
        self.conflict = isinstance(refusal, Conflict)
        self.denied = isinstance(refusal, NotAllowed)
        names = (refusal.field, f"{DETAIL}{refusal.field}")
        self.add_error(next((n for n in names if n in self.fields), None), str(refusal))

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
    hint = _("The citizen may read this.") if edge and edge.public else ""
    fields = {
        name: forms.CharField(
            label=_("Note"),
            max_length=2000,
            widget=forms.Textarea,
            help_text=hint,
            required=name in must,
        )
        if name == "note"
        else form_field(kind.details.model_fields[name], required=name in must)
        for name in names
    }
    told = frozenset(kind.details.told_fields() & set(names))
    return type("FlowStepForm", (StepForm,), {**fields, "told": told})


class AssignForm(ActForm):
    """To whom a matter goes: a person, or a unit."""

    to = LookupField("taker", label=_("To a person or a unit"), help_text=_("Name or code."))
    note = forms.CharField(
        label=_("What they should know"), required=False, max_length=2000, widget=forms.Textarea
    )

    def __init__(self, data: Any = None, *, account: Account | None = None, **kwargs: Any) -> None:
        """``account`` is who looks for a colleague; an empty form to show needs none."""
        super().__init__(data, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, LookupField)
        field.account = account

    def target(self) -> dict[str, Any]:
        """``unit`` and ``account`` for the action: a person takes the matter to their own unit."""
        chosen = self.cleaned_data["to"]
        if hasattr(chosen, "username"):
            return {"account": chosen, "unit": chosen.unit}
        return {"unit": chosen}


class NoteForm(ActForm):
    """A line for the timeline."""

    note = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea)
    public = forms.BooleanField(label=_("The citizen may read this"), required=False)


class RevealForm(forms.Form):
    """Why somebody needs a contact."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why do you need it?"),
        max_length=300,
        help_text=_("Your name, the time and this reason are kept."),
    )


class ContactForm(ActForm):
    """Whom to reach: name, numbers and address."""

    contact_name = forms.CharField(label=_("Name"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("Phone"), max_length=120, required=False)
    contact_address = forms.CharField(label=_("Address"), max_length=200, required=False)

    phones: tuple[str, ...] = ()
    CONTACT = ("contact_name", "contact_phone", "contact_address")

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
        name, _phone, address = (self.cleaned_data.get(name, "") for name in self.CONTACT)
        return reached(name, self.phones, address) or None


class OpeningForm(ContactForm):
    """A matter opened by hand; the facts of its kind are added by ``opening_form``."""

    summary = forms.CharField(
        label=_("What happened, in one line"),
        max_length=200,
        help_text=_("Shown in every list: no names, no phone numbers."),
    )
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    area = LookupField(
        "area", label=_("Community or town"), required=False, help_text=_("Name or code.")
    )
    unit = LookupField(
        "unit",
        label=_("Unit that answers for it"),
        required=False,
        help_text=_("Left empty: the unit responsible for the place."),
    )
    opened_at = MomentField(label=_("When it came in"), widget=MomentInput(), initial=timezone.now)
    field_order = (
        *("category", "summary", "place", "area", "unit", "opened_at"),
        *ContactForm.CONTACT,
    )

    def details(self) -> dict[str, Any]:
        """The facts of the kind that are known already."""
        return {
            name.removeprefix(DETAIL): value
            for name, value in self.cleaned_data.items()
            if name.startswith(DETAIL) and value not in (None, "", [])
        }

    def detail_fields(self) -> list[forms.BoundField]:
        """The boxes of the kind's own facts."""
        return [self[name] for name in self.fields if name.startswith(DETAIL)]


@cache
def opening_form(kind_code: str) -> type[OpeningForm]:
    """The form that opens a matter of one kind."""
    kind = kind_of(kind_code)
    fields: dict[str, forms.Field] = {
        DETAIL + name: form_field(info, required=name in kind.asks)
        for name, info in asked_at_opening(kind)
    }
    topics = bool(category_choices(kind_code))
    fields["category"] = _category_field(kind_code, "—", required=topics)
    return type("KindOpeningForm", (OpeningForm,), fields)


class CorrectForm(ContactForm):
    """What is right instead of what was written down; empty boxes leave everything as it is."""

    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    area = LookupField(
        "area", label=_("Community or town"), required=False, help_text=_("Name or code.")
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("Stands in the history beside what was there before."),
    )
    field_order = ("category", "place", "area", *ContactForm.CONTACT, "note")

    def right(self) -> Right:
        """What is right instead, for the action."""
        given = self.cleaned_data
        return Right(given.get("category", ""), given["place"], given["area"], self.contact())


@cache
def correct_form(kind_code: str, *, category: bool, contact: bool) -> type[CorrectForm]:
    """The form with the boxes that this person may fill in."""
    boxes: dict[str, forms.Field | None] = dict.fromkeys(() if contact else ContactForm.CONTACT)
    boxes["category"] = (
        _category_field(kind_code, _("as it is"), required=False) if category else None
    )
    return type("TheCorrectForm", (CorrectForm,), boxes)


def _category_field(kind_code: str, blank: Text, *, required: bool) -> forms.ChoiceField:
    """The categories of a kind; all of them for one that takes what caused it."""
    own = kind_code if category_choices(kind_code) else ""
    return forms.ChoiceField(
        label=_("What is it about?"),
        choices=lambda: [("", blank), *category_choices(own)],
        required=required,
    )


def openable_kinds(account: Account) -> list[Kind]:
    """The kinds that this person opens by hand."""
    return [kind for kind in all_kinds() if account.role in kind.opened_by]


class FilterForm(forms.Form):
    """What a list is narrowed to, as its address says it."""

    view = forms.ChoiceField(choices=[(view, view) for view in VIEWS], required=False)
    kind = forms.ChoiceField(choices=lambda: [("", ""), *kind_choices()], required=False)
    category = forms.ChoiceField(choices=lambda: [("", ""), *category_choices()], required=False)
    unit = LookupField("unit", required=False)
    area = LookupField("area", required=False)
    since = DayField(required=False, widget=DayInput())
    until = DayField(required=False, widget=DayInput())

    sort = forms.ChoiceField(choices=[(one, one) for one in SORTS], required=False)

    NARROWING = ("kind", "category", "unit", "area", "since", "until")

    def filters(self) -> Filters:
        """The filters that could be understood; the rest is told by ``errors``."""
        self.is_valid()
        given = self.cleaned_data
        unit, area = given.get("unit"), given.get("area")
        return Filters(
            view=given.get("view") or "live",
            kind=given.get("kind", ""),
            category=given.get("category", ""),
            unit_id=unit.pk if unit else None,
            area_id=area.pk if area else None,
            since=given.get("since"),
            until=given.get("until"),
            sort=given.get("sort", ""),
        )


class SaveFilterForm(forms.Form):
    """A name for what a list shows now."""

    use_required_attribute = False
    name = forms.CharField(label=_("Name of the filter"), max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
