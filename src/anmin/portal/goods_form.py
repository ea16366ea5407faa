"""What somebody is asked who looks for a thing of theirs, and who claims one."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anmin.faces.forms import ContactForm
from anmin.matters.contacts import ContactFacts, reached
from anmin.portal.effort import Effort
from anmin.property.words import colours, sorts

MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


class LookForm(forms.Form):
    """Class, colour, month and brand: no more than the public is told."""

    use_required_attribute = False
    sort = forms.ChoiceField(label=_("What sort of thing"), required=False)
    colour = forms.ChoiceField(label=_("Colour"), required=False)
    month = forms.CharField(
        label=_("Month in which it was found"),
        help_text=_("Such as 2026-11."),
        max_length=7,
        required=False,
        widget=forms.TextInput(attrs={"type": "month", "inputmode": "numeric"}),
    )
    q = forms.CharField(label=_("Brand"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, terms in (("sort", sorts()), ("colour", colours())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("any")), *((one.code, one.label) for one in terms.values())]

    def clean_month(self) -> str:
        """A month as the public texts write it, or nothing."""
        month: str = self.cleaned_data["month"].strip()
        if month and not MONTH.fullmatch(month):
            raise forms.ValidationError(_("Write the month like 2026-11."))
        return month

    def words(self) -> str:
        """What is looked for in the public texts."""
        given = self.cleaned_data
        sort, colour = sorts().get(given["sort"]), colours().get(given["colour"])
        parts = (sort.zh if sort else "", colour.zh if colour else "", given["month"], given["q"])
        return " ".join(one for one in parts if one)


class ClaimForm(ContactForm):
    """What only the owner knows, and how to reach who says so."""

    key = version = contact_address = contact_language = None  # type: ignore[assignment]

    marks = forms.CharField(
        label=_("What only the owner knows of it"),
        help_text=_(
            "Marks, scratches, stickers, what was in it or on it, how it is unlocked. Two people compare "
            "it with the thing; nobody tells you which part fits."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please say by what it can be told that it is yours.")},
    )
    serial = forms.CharField(
        label=_("Serial number or plate"),
        help_text=_("From the box, the invoice or the papers, if you have them."),
        max_length=200,
        required=False,
    )
    lost_on = forms.DateField(
        label=_("Lost or stolen on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    contact_name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        error_messages={"required": _("Please give your name: it goes back to its owner alone.")},
    )
    contact_phone = forms.CharField(
        label=_("Your phone number"),
        help_text=_("We ask and answer by it; without one you can follow it with the code."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    token = forms.CharField(max_length=400, widget=forms.HiddenInput)
    proof = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    sum = forms.CharField(
        label="",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ("marks", "serial", "lost_on", "contact_name", "contact_phone")

    def __init__(self, asked: Effort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sum"].label = asked.question

    def clean_lost_on(self) -> Any:
        """A day that has been."""
        day = self.cleaned_data["lost_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This lies in the future."))
        return day

    def details(self) -> dict[str, Any]:
        """The facts of the claim."""
        names = ("marks", "serial", "lost_on")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}

    def contact(self) -> ContactFacts | None:
        """Who claims it, to be written to in the language of this page."""
        name = self.cleaned_data.get("contact_name", "")
        found = reached(name, self.phones, "", get_language() or "")
        return found if name or self.phones else None
