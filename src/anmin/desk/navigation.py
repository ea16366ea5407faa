"""The rooms of the desk that one person may open, in the order of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Room:
    """One entry: ``key`` is the letter after ``g``; ``capability`` is asked of people.policy."""

    view: str
    label: Any
    icon: str
    key: str
    capability: str = ""


ROOMS = (
    Room("desk:day", _("Day board"), "calendar-check", "d"),
    Room("desk:callbacks", _("Callbacks"), "phone", "c"),
    Room("desk:matters", _("Matters"), "clipboard-list", "m"),
    Room("desk:import", _("Import"), "file-import", "i"),
    Room("desk:morning", _("Morning page"), "sun-high", "n"),
    Room("desk:measures", _("Measures"), "chart-dots", "f"),
    Room("admin:index", _("Reference data"), "settings", "a"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A room as this person sees it from this page."""

    label: str
    url: str
    icon: str
    key: str
    current: bool


def links(request: HttpRequest) -> list[Link]:
    """The rooms this person may open; a room whose page is not installed is left out."""
    shown = []
    for room in ROOMS:
        try:
            url = reverse(room.view)
        except NoReverseMatch:
            continue
        here = request.path == url or (url != "/" and request.path.startswith(url))
        shown.append(Link(str(room.label), url, room.icon, f"g {room.key}", here))
    return shown
