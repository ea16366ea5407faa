"""What is asked when a place is proposed for listing, and when that is decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.faces.forms import ActForm
from anmin.watch.actions import REASON


class ReasonForm(ActForm):
    """The reason of a step."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept permanently. Places and responsible bodies only, no personal names."),
    )


class ProposeForm(ReasonForm):
    """A place, out of those that the ground is about, and why."""

    area = forms.ChoiceField(label=_("Place"))

    field_order = ("area", "reason")

    def __init__(self, data: Any = None, *, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = places
