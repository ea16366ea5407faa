"""How a form field is dressed, and the lines of an error summary."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anmin.kernel.incoming import within, years

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, ""),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class _Within:
    """Refuses a day or moment that nothing here can be about, before anything is done with it."""

    def to_python(self, value: Any) -> Any:
        """The day, in the years that the rules allow."""
        day = super().to_python(value)  # type: ignore[misc]  # of the field beside this class
        if isinstance(day, date | datetime) and not within(day, settings.RULES):
            first, last = years(settings.RULES, date.max)
            raise forms.ValidationError(
                _("Give a day between %(first)s and %(last)s.") % {"first": first, "last": last},
                code="bad_day",
            )
        return day


class DayField(_Within, forms.DateField):
    """A day."""


class MomentField(_Within, forms.DateTimeField):
    """A moment, in the house's time zone."""


def dressed(bound: BoundField) -> SafeString:
    """The widget with its class by type; a failed field is outlined."""
    kind = next(css for widget, css in _CLASSES if isinstance(bound.field.widget, widget))
    own = bound.field.widget.attrs.get("class", "")
    failed = "is-invalid" if bound.errors and kind else ""
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, (kind, own, failed)))}
    if str(bound.field.widget.attrs.get("placeholder", "—")) in str(bound.label):
        attrs["placeholder"] = ""  # it would say again what the label says
    # Django's own ten rows are too many for a dense page; a form that says otherwise is heard.
    if bound.field.widget.attrs.get("rows") == "10":
        attrs["rows"] = "3"
    return bound.as_widget(attrs=attrs)


def error_lines(form: forms.BaseForm) -> list[dict[str, Any]]:
    """Every error of a form: its message and, where it belongs to a field, label and target id."""
    lines: list[dict[str, Any]] = [{"message": message} for message in form.non_field_errors()]
    for bound in form:
        lines += [
            {"target": _focusable(bound), "label": bound.label, "message": message}
            for message in bound.errors
        ]
    return lines


def _focusable(bound: BoundField) -> str:
    # A group of radios or boxes has no single label target: its first one takes the focus.
    return bound.id_for_label or f"{bound.auto_id}_0"
