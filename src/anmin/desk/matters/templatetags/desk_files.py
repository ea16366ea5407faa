"""What the page of a matter shows of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from anmin.kernel.errors import NotAllowed
from anmin.matters.attachments import files_with_parts

if TYPE_CHECKING:
    from anmin.matters.models import Matter

register = template.Library()
FEW = 6
"""So many stand on the matter's own page."""


@register.inclusion_tag("desk/matters/files/panel.html", takes_context=True)
def matter_files(context: template.Context, matter: Matter) -> dict[str, Any]:
    """The panel of a matter's files; nothing for who may not open them."""
    try:
        found = files_with_parts(context["request"].user, matter)
    except NotAllowed:
        return {}
    return {"matter": matter, "files": found[:FEW], "more": len(found) > FEW, "total": len(found)}
