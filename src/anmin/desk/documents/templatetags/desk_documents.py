"""``{% matter_documents matter %}`` and ``{% item_documents item %}``: what can be written about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from anmin.desk.shell.page import address
from anmin.documents import registry

if TYPE_CHECKING:
    from anmin.matters.models import Matter

register = template.Library()


@register.inclusion_tag("desk/documents/links.html", takes_context=True)
def matter_documents(context: dict[str, Any], matter: Matter) -> dict[str, Any]:
    """Buttons for the documents about a matter that its reader may ask for."""
    found = registry.about_matter(context["request"].user, matter.kind, matter.details)
    links = [(one.label, address("document_about", one.code, matter.number)) for one in found]
    return {"links": links}
