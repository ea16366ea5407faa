"""Maps as template tags: ``{% load anmin_maps %}``, with ``faces/map.css`` in the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from anmin.faces.maps import AreaMap
from anmin.faces.said_maps import Saying, map_of_said

register = template.Library()


@register.inclusion_tag("faces/area_map.html")
def area_map(map: AreaMap, heading: str = "h3") -> dict[str, Any]:  # noqa: A002 - reads as what it is
    """A map of areas with its legend, from what it is drawn, and its table."""
    return {"map": map, "heading": heading}


@register.simple_tag
def said_map(facts: Sequence[Saying], title: str, anchor: str = "said-map") -> AreaMap | None:
    """The facts of a text on the map of towns, if they are of towns.

    ``{% said_map said.facts title as map %}{% if map %}{% area_map map %}{% endif %}``
    """
    return map_of_said(facts, anchor=anchor, title=title)
