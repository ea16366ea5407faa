"""The components of forms: loaded with all the others by ``anmin_ui``."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from anmin.faces import fields

register = template.Library()


@register.inclusion_tag("desk/parts/field.html")
def field(bound: BoundField, hint: str | None = None, optional: bool = False) -> dict[str, Any]:
    """A form field with label, hint, error and what was typed.

    ``hint`` replaces the field's help text, "" drops it; ``optional`` says so beside the label.
    """
    if hint is not None:
        bound.help_text = hint
    return {
        "field": bound,
        "widget": fields.dressed(bound),
        "single_check": isinstance(bound.field.widget, forms.CheckboxInput),
        "optional": optional,
    }


@register.inclusion_tag("desk/parts/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """All errors of a form at its head, each a link to its field; takes the focus."""
    return {"lines": fields.error_lines(form)}


@register.simple_tag
def form_fields(form: forms.BaseForm) -> SafeString:
    """Error summary and every visible field of a form, in its own order, hidden ones first."""
    hidden = format_html_join("", "{}", ((bound,) for bound in form.hidden_fields()))
    summary = render_to_string("desk/parts/error_summary.html", error_summary(form))
    visible = format_html_join(
        "",
        "{}",
        (
            (render_to_string("desk/parts/field.html", field(bound)),)
            for bound in form.visible_fields()
        ),
    )
    return mark_safe(hidden + summary + visible)  # noqa: S308 - all three are rendered HTML
