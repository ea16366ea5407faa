"""What is asked when a proof is brought, and when somebody decides."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.campaign.actions import REASON
from anmin.faces.forms import ActForm

LONG = forms.Textarea(attrs={"rows": 3})


class DecideForm(ActForm):
    """A second person's word; the reason is needed to say no."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        required=False,
        widget=LONG,
        help_text=_("Needed to say no."),
    )


class SubmitForm(ActForm):
    """A document that is to prove an item."""

    file = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("Note"), max_length=REASON, required=False, widget=LONG)
