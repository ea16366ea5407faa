"""A key for each form of a page."""

from __future__ import annotations

from django import template

from anmin.faces.forms import new_key as _new_key

register = template.Library()


@register.simple_tag
def new_key() -> str:
    """What makes sending a form twice harmless."""
    return _new_key()
