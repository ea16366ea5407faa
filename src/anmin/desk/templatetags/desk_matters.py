"""Words of the pages over matters."""

from __future__ import annotations

import re

from django import template

register = template.Library()

_MOBILE = re.compile(r"\+86(1\d{2})(\d{4})(\d{4})")


@register.filter
def phone(number: str) -> str:
    """A number in E.164 as people here read it out: "138 5771 2345"; others stay as they are."""
    found = _MOBILE.fullmatch(number)
    return " ".join(found.groups()) if found else number
