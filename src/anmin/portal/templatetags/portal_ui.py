"""Components of the portal as template tags. How to use each: README.md of this room."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from anmin.matters.kind import Kind
from anmin.portal.cached import CHOSEN
from anmin.portal.privacy import kept_for, office

register = template.Library()


@register.simple_tag
def site_marks() -> tuple[str, ...]:
    """Whose the site is and under which numbers it is registered, as the installation says."""
    marks: tuple[str, ...] = settings.SITE_MARKS
    return marks


@register.inclusion_tag("portal/parts/question.html")
def question(field: BoundField, heading: bool = False, needed: bool = False) -> dict[str, Any]:
    """One question: choices as big buttons, anything else as a labelled box.

    ``heading`` makes the label the page's h1, for pages that ask one thing only. ``needed``: it must
    be answered where it is shown, though the form goes without.
    """
    return {
        "field": field,
        "heading": heading,
        "needed": needed,
        "choices": isinstance(field.field.widget, forms.RadioSelect),
    }


@register.inclusion_tag("portal/parts/data_notice.html")
def data_notice(of: str, kind: Kind | None = None) -> dict[str, Any]:
    """Who uses what is written here, and for what: ``report``, ``answer`` or ``question``.

    With a ``kind`` also for how long.
    """
    return {"of": of, "office": office(), "kept": kept_for(kind) if kind else ""}


@register.inclusion_tag("portal/parts/step.html")
def step(at: int, of: int) -> dict[str, int]:
    """Where one is, "Step 1 of 3", and how many pages come after this one."""
    return {"at": at, "of": of, "left": of - at}


@register.inclusion_tag("portal/parts/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """What is to be checked, each line a link to its question."""
    lines = [{"message": message} for message in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or f"{bound.auto_id}_0"
        lines += [
            {"target": target, "label": bound.label.rstrip("?？.。"), "message": message}
            for message in bound.errors
        ]
    return {"lines": lines}


@register.simple_block_tag
def confirmation(content: str, title: str, code: str = "", code_label: str = "") -> SafeString:
    """It is done: the answer first, then (the block's content) what happens next."""
    return render_to_string(
        "portal/parts/confirmation.html",
        {"title": title, "code": code, "code_label": code_label, "content": content},
    )


@register.simple_tag(takes_context=True)
def other_language(context: template.Context, code: str) -> str:
    """The address of this page in another language (``cached.everybodys``)."""
    query = context["request"].GET.copy()
    query[CHOSEN] = code
    return f"{context['request'].path}?{query.urlencode()}"
