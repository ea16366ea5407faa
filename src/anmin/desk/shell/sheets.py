"""A form as its page shows it: the boxes, and what its hidden fields carry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from anmin.desk.shell.templatetags.anmin_forms import field
from anmin.faces.forms import new_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms

    from anmin.faces.forms import ActForm


@dataclass(frozen=True, slots=True)
class FilledForm:
    """``key`` makes sending it twice harmless; ``version`` is the matter as its writer sees it."""

    boxes: SafeString
    key: Any
    version: Any
    opened: bool


def sheet(
    form: type[ActForm], name: str, *, version: int, bound: ActForm | None = None
) -> FilledForm:
    """The form of the step or action ``name``: as it was sent (``bound``), or empty."""
    if bound is None:
        return FilledForm(empty_boxes(form, name), new_key(), version, opened=False)
    return FilledForm(boxes(bound), bound["key"].value(), bound["version"].value(), opened=True)


def boxes(form: forms.BaseForm) -> SafeString:
    """Every visible field with what was typed and what is wrong with it."""
    drawn = (
        render_to_string("desk/parts/field.html", field(box, optional=not box.field.required))
        for box in form.visible_fields()
    )
    return mark_safe("".join(drawn))  # noqa: S308 - rendered HTML


def empty_boxes(form: Callable[..., forms.BaseForm], name: str) -> SafeString:
    """The same before anything was typed: alike for everybody, and drawn once a language."""
    return _drawn_once(form, name, get_language())


@cache
def _drawn_once(
    form: Callable[..., forms.BaseForm], name: str, _language: str | None
) -> SafeString:
    return boxes(form(auto_id=f"{name}-%s"))
