"""What figures are asked for: from when to when, and for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.desk.shell.lookup import LookupField
from anmin.faces.details import DayInput
from anmin.faces.fields import DayField
from anmin.matters.categories import category_choices
from anmin.watch.periods import Period, rule

if TYPE_CHECKING:
    from django.http import HttpRequest


class PeriodForm(forms.Form):
    """From when to when, and for one unit or category only."""

    start = DayField(required=False, widget=DayInput())
    end = DayField(required=False, widget=DayInput())
    unit = LookupField("unit", required=False)
    category = forms.ChoiceField(choices=lambda: [("", ""), *category_choices()], required=False)

    @classmethod
    def asked(cls, request: HttpRequest) -> Self:
        """What an address says; ``cleaned_data`` is what could be understood of it."""
        form = cls(request.GET)
        form.is_valid()
        return form

    def clean(self) -> dict[str, Any]:
        """A period that does not end before it begins."""
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and start > end:
            self.add_error("end", _("The period ends before it begins."))
        longest = rule("entry.longest_period").number
        if start and ((end or timezone.localdate()) - start).days >= longest:
            said = _("The period is longer than %(days)s days; begin it later.")
            self.add_error("start", said % {"days": longest})
        return given

    def period(self, usual: Period) -> Period:
        """The period asked for; as long as the usual one, and as late, unless told."""
        end = self.cleaned_data.get("end") or usual.end
        start = self.cleaned_data.get("start") or end - timedelta(days=usual.days - 1)
        return Period(min(start, end), end)
