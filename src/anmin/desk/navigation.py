"""The rooms of the desk that one person may open, in the order of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from anmin.people.policy import Capability, can


@dataclass(frozen=True, slots=True)
class Room:
    """One entry: ``key`` is the letter after ``g``; without its capability it is not shown."""

    view: str
    label: Any
    icon: str
    key: str
    capability: Capability


ROOMS = (
    Room("desk:day", _("Day board"), "calendar-check", "d", Capability.VIEW_DAY),
    Room("desk:callbacks", _("Callbacks"), "phone", "c", Capability.VIEW_CALLBACKS),
    Room("desk:matters", _("Matters"), "clipboard-list", "m", Capability.VIEW_MATTERS),
    Room("desk:surveys", _("Surveys"), "forms", "s", Capability.VIEW_SURVEYS),
    Room("desk:import", _("Import"), "file-import", "i", Capability.IMPORT_RECORDS),
    Room("desk:morning", _("Morning page"), "sun-high", "n", Capability.VIEW_FIGURES),
    Room("desk:measures", _("Measures"), "chart-dots", "f", Capability.VIEW_FIGURES),
    Room("desk:watch", _("Watch over places"), "map-search", "w", Capability.VIEW_WATCH),
    Room("desk:candidates", _("Listing candidates"), "flag", "l", Capability.VIEW_WATCH),
    Room("admin:index", _("Reference data"), "settings", "a", Capability.MANAGE_REFERENCE),
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
        if not can(request.user, room.capability):
            continue
        try:
            url = reverse(room.view)
        except NoReverseMatch:
            continue
        here = request.path == url or (url != "/" and request.path.startswith(url))
        shown.append(Link(str(room.label), url, room.icon, f"g {room.key}", here))
    return shown
