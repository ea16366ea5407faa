"""Words of the pages over matters."""

from __future__ import annotations

import re

from django import template

from anmin.kernel.phones import EXTENSION

register = template.Library()

_MOBILE = re.compile(r"\+86(1\d{2})(\d{4})(\d{4})")
_LANDLINE = re.compile(r"\+86((?:10|2\d)(?=\d{8}$)|[3-9]\d{2}(?=\d{7,8}$))(\d{3,4})(\d{4})")


@register.filter
def phone(number: str) -> str:
    """A number in E.164 as people here read it out; numbers of other countries stay as they are.

    "138 5771 2345", "0577 6581 2345", with its extension "0577 6581 2345-801".
    """
    plain, _mark, extension = number.partition(EXTENSION)
    if found := _MOBILE.fullmatch(plain):
        plain = " ".join(found.groups())
    elif found := _LANDLINE.fullmatch(plain):
        plain = f"0{' '.join(found.groups())}"
    return f"{plain}-{extension}" if extension else plain
