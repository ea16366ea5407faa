"""What every page of the watch has."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from anmin.desk.watch.words import TABS

register = template.Library()


@register.inclusion_tag("desk/watch/tabs.html")
def watch_tabs(current: str) -> dict[str, Any]:
    """The pages of the watch, with the one that is open."""
    return {
        "tabs": [
            {"url": reverse(view), "label": label, "current": view == current}
            for view, label in TABS
        ]
    }
