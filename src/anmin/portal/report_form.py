"""What a citizen is asked who brings something new: a few questions, made from the kind."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anmin.faces.details import form_field
from anmin.faces.forms import DETAIL, ContactForm, category_field
from anmin.matters.categories import has_topics
from anmin.matters.contacts import ContactFacts, reached
from anmin.matters.kind import Kind
from anmin.places.queries import towns
from anmin.portal.effort import Effort

TEXT, SHORT = 2000, 200
"""Characters: of a citizen's words, and of the line that stands for them in lists."""


class ReportForm(ContactForm):
    """The questions that every kind has; those of one come from ``report_form``."""

    key = version = contact_address = contact_language = None  # type: ignore[assignment]
    kind: Kind

    text = forms.CharField(
        label=_("What happened, or what is it about?"),
        help_text=_("In your own words. Leave out personal details that are not needed."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please say in a few words what it is about.")},
    )
    area: Any = forms.ModelChoiceField(
        label=_("Where? Town or subdistrict"),
        queryset=None,
        empty_label=_("please choose"),
        error_messages={
            "required": _("Please choose the town: it decides which police station is responsible.")
        },
    )
    place = forms.CharField(
        label=_("Street, house, or what is nearby"), max_length=SHORT, required=False
    )
    contact_name = forms.CharField(label=_("Your name"), max_length=80, required=False)
    contact_phone = forms.CharField(
        label=_("Your phone number"),
        help_text=_(
            "With a number we can contact you and send you the answer; without one you can "
            "follow it with the code."
        ),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    token = forms.CharField(max_length=400, widget=forms.HiddenInput)
    proof = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    alike = forms.CharField(max_length=1, required=False, widget=forms.HiddenInput)
    sum = forms.CharField(
        label="",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, asked: Effort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sum"].label = asked.question
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = towns()
        if self.kind.owner(None, self.kind.code) is not None:
            area.required, area.empty_label = False, str(_("no particular place"))

    def contact(self) -> ContactFacts | None:
        """Who says it, to be written to in the language of this page; or nobody."""
        name = self.cleaned_data.get("contact_name", "")
        found = reached(name, self.phones, "", get_language() or "")
        return found if name or self.phones else None

    def said(self) -> dict[str, Any]:
        """What is opened with it. A longer text stands whole in the history."""
        data = self.cleaned_data
        text = " ".join(data["text"].split())
        short = text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
        way = self.kind.by_citizen
        assert way is not None
        details = {
            name.removeprefix(DETAIL): value
            for name, value in data.items()
            if name.startswith(DETAIL) and value not in (None, "", [])
        } | dict(way.sets)
        kept = {way.words: data["text"]} if way.words else {}
        return {
            "category": data.get("category", ""),
            "summary": "" if kept else short,
            "note": "" if kept or short == data["text"].strip() else data["text"],
            "area": data.get("area"),
            "place": data.get("place", ""),
            "details": details | kept,
            "contact": self.contact(),
        }


def report_form(kind: Kind) -> type[ReportForm]:
    """The form of one kind."""
    assert kind.by_citizen is not None
    fields: dict[str, Any] = {
        DETAIL + name: form_field(kind.details.model_fields[name], required=name in kind.asks)
        for name in kind.by_citizen.asks
    }
    if has_topics(kind.code):
        fields["category"] = category_field(kind.code, _("please choose"), required=True)
    order = ["category", *(n for n in fields if n != "category"), "text", "area", "place"]
    unasked = {"contact_name", "contact_phone"} if "contact" in kind.unasked else set()
    return type(
        "KindReportForm",
        (ReportForm,),
        {**fields, **dict.fromkeys(unasked), "kind": kind, "field_order": order},
    )
