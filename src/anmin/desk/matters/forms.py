"""The forms of the pages over matters; what comes from a kind is made by ``faces.forms``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.desk.shell.lookup import LookupField
from anmin.faces.details import DayInput, MomentInput
from anmin.faces.fields import DayField, MomentField
from anmin.faces.forms import DETAIL, ActForm, ContactForm, category_field, opening_fields
from anmin.matters.categories import category_choices
from anmin.matters.correcting import Right
from anmin.matters.owning import Bodies
from anmin.matters.queries import SORTS, VIEWS, Filters
from anmin.matters.registry import kind_choices, kind_of

if TYPE_CHECKING:
    from anmin.people.models import Account


class AssignForm(ActForm):
    """To whom a matter goes: a person, or a unit."""

    to = LookupField(
        "taker", label=_("Person or unit to hand over to"), help_text=_("Name or code.")
    )
    note = forms.CharField(
        label=_("Note for them"), required=False, max_length=2000, widget=forms.Textarea
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
    public = forms.BooleanField(label=_("Visible to the citizen"), required=False)


class RevealForm(forms.Form):
    """Why somebody needs a contact."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why do you need it?"),
        max_length=300,
        help_text=_("Your name, the time and this reason are logged."),
    )


class OpeningForm(ContactForm):
    """A matter opened by hand; the facts of its kind are added by ``opening_form``."""

    summary = forms.CharField(
        label=_("Summary in one line"),
        max_length=200,
        help_text=_("Shown in every list: no names, no phone numbers."),
    )
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    area = LookupField(
        "area", label=_("Community or town"), required=False, help_text=_("Name or code.")
    )
    unit = LookupField(
        "unit",
        label=_("Responsible unit"),
        required=False,
        help_text=_("If left empty: the unit responsible for that place."),
    )
    opened_at = MomentField(label=_("Recorded at"), widget=MomentInput(), initial=timezone.now)
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

    def asked_fields(self) -> list[forms.BoundField]:
        """The boxes of the kind's own facts that must be filled in."""
        return self._facts(asked=True)

    def other_fields(self) -> list[forms.BoundField]:
        """The boxes of those that may be."""
        return self._facts(asked=False)

    def _facts(self, *, asked: bool) -> list[forms.BoundField]:
        boxes = (self[name] for name in self.fields if name.startswith(DETAIL))
        return [box for box in boxes if box.field.required == asked]


@cache
def opening_form(kind_code: str) -> type[OpeningForm]:
    """The form that opens a matter of one kind."""
    return type("KindOpeningForm", (OpeningForm,), opening_fields(kind_code) | _owner(kind_code))


def _owner(kind_code: str) -> dict[str, forms.Field | None]:
    """The box for whose the matter will be, where bodies outside the police may have such."""
    bodies = kind_of(kind_code).bodies
    if bodies is Bodies.NEVER:
        return {}
    if bodies is Bodies.ALWAYS:
        return {
            "unit": LookupField(
                "body", label=_("Body that is asked"), help_text=_("Name or code.")
            ),
            "category": None,  # what the matter is about is not the body's to know
        }
    return {
        "unit": LookupField(
            "office",
            label=_("Responsible unit or body"),
            required=False,
            help_text=_("If left empty: the unit responsible for that place."),
        )
    }


class CorrectForm(ContactForm):
    """What is right instead of what was written down; empty boxes leave everything as it is."""

    summary = forms.CharField(
        label=_("Summary"),
        help_text=_("One line that stands for it in lists. No names and no numbers of people."),
        max_length=200,
        required=False,
    )
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    area = LookupField(
        "area", label=_("Community or town"), required=False, help_text=_("Name or code.")
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("Kept in the history together with the previous value."),
    )
    field_order = ("category", "summary", "place", "area", *ContactForm.CONTACT, "note")

    def right(self) -> Right:
        """What is right instead, for the action."""
        given = self.cleaned_data
        return Right(
            given.get("category", ""),
            given["place"],
            given.get("summary", ""),
            given["area"],
            self.contact(),
        )


@cache
def correct_form(
    kind_code: str, *, category: bool, contact: bool, summary: bool = True
) -> type[CorrectForm]:
    """The form with the boxes that this person may fill in."""
    boxes: dict[str, forms.Field | None] = dict.fromkeys(() if contact else ContactForm.CONTACT)
    boxes["category"] = (
        category_field(kind_code, _("leave unchanged"), required=False) if category else None
    )
    if not summary:
        boxes["summary"] = None
    return type("TheCorrectForm", (CorrectForm,), boxes)


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
