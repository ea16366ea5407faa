"""Maps as template tags: ``{% load anmin_maps %}``, with ``faces/map.css`` in the head."""

from __future__ import annotations

from typing import Any

from django import template

from anmin.faces.maps import AreaMap

register = template.Library()


@register.inclusion_tag("faces/area_map.html")
def area_map(map: AreaMap, heading: str = "h3") -> dict[str, Any]:  # noqa: A002 - reads as what it is
    """A map of areas with its legend, from what it is drawn, and its table."""
    return {"map": map, "heading": heading}
