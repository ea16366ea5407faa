"""What figures are asked for: from when to when, and for whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.desk.shell.lookup import LookupField
from anmin.faces.details import DayInput
from anmin.faces.fields import DayField
from anmin.matters.categories import category_choices


class PeriodForm(forms.Form):
    """From when to when, and for one unit or category only."""

    start = DayField(required=False, widget=DayInput())
    end = DayField(required=False, widget=DayInput())
    unit = LookupField("unit", required=False)
    category = forms.ChoiceField(choices=lambda: [("", ""), *category_choices()], required=False)

    def clean(self) -> dict[str, Any]:
        """A period that does not end before it begins."""
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and start > end:
            self.add_error("end", _("The period ends before it begins."))
        longest = settings.RULES.get("entry.longest_period", timezone.localdate()).number
        if start and ((end or timezone.localdate()) - start).days >= longest:
            said = _("The period is longer than %(days)s days; begin it later.")
            self.add_error("start", said % {"days": longest})
        return given
