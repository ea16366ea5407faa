"""The rooms of the desk that one person may open, in the order of the loop."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.inbox import waiting_count
from anmin.campaign.queries import waiting_count as programme_waiting
from anmin.draws.numbers import waiting_count as numbers_waiting
from anmin.faces import icons
from anmin.matters.approvals import waiting_count as approvals_waiting
from anmin.matters.demands import waiting_count as demands_waiting
from anmin.people.policy import Capability, capabilities_of
from anmin.property.queries import waiting_count as property_waiting
from anmin.publishing.queries import waiting_count as publications_waiting

if TYPE_CHECKING:
    from anmin.people.models import Account


@dataclass(frozen=True, slots=True)
class Room:
    """One entry: ``key`` is the letter after ``g``; without its capability it is not shown.

    ``waits`` tells how much waits there for somebody who may open it.
    """

    view: str
    label: Any
    icon: str
    key: str
    capability: Capability
    waits: Callable[[Account], int] | None = None


ROOMS = (
    Room("desk:day", _("Day board"), "calendar-check", "d", Capability.VIEW_DAY),
    Room("desk:callbacks", _("Callbacks"), "phone", "c", Capability.VIEW_CALLBACKS),
    Room(
        "desk:replies",
        _("Replies"),
        "message-reply",
        "r",
        Capability.WORK_CALLBACKS,
        waits=waiting_count,
    ),
    Room(
        "desk:matters",
        _("Matters"),
        "clipboard-list",
        "m",
        Capability.VIEW_MATTERS,
        waits=lambda account: approvals_waiting(account) + demands_waiting(account),
    ),
    Room("desk:owed", _("What we owe"), "clipboard-list", "t", Capability.WORK_ORDERS),
    Room("desk:asked", _("Other bodies"), "building-community", "b", Capability.VIEW_MATTERS),
    Room(
        "desk:property",
        _("Property"),
        "lock",
        "v",
        Capability.VIEW_PROPERTY,
        waits=property_waiting,
    ),
    Room(
        "desk:numbers",
        _("Public numbers"),
        "dice",
        "x",
        Capability.TYPE_NUMBERS,
        waits=numbers_waiting,
    ),
    Room("desk:surveys", _("Surveys"), "forms", "s", Capability.VIEW_SURVEYS),
    Room(
        "desk:publications",
        _("Publishing"),
        "speakerphone",
        "p",
        Capability.VIEW_PUBLICATIONS,
        waits=publications_waiting,
    ),
    Room("desk:import", _("Import"), "file-import", "i", Capability.IMPORT_RECORDS),
    Room("desk:morning", _("Morning page"), "sun-high", "n", Capability.VIEW_FIGURES),
    Room("desk:measures", _("Measures"), "chart-dots", "f", Capability.VIEW_FIGURES),
    Room("desk:documents", _("Documents"), "printer", "e", Capability.EXPORT_RECORDS),
    Room(
        "desk:watch", pgettext_lazy("navigation", "Watch"), "map-search", "w", Capability.VIEW_WATCH
    ),
    Room(
        "desk:programme",
        _("Programme"),
        "list-check",
        "j",
        Capability.VIEW_PROGRAMME,
        waits=programme_waiting,
    ),
    Room("desk:candidates", _("Listing candidates"), "flag", "l", Capability.VIEW_WATCH),
    Room("desk:accounts", _("Changes to accounts"), "user", "u", Capability.CONFIRM_ACCOUNTS),
    Room("desk:holds", _("Legal holds"), "lock", "k", Capability.HOLD_MATTERS),
    Room("desk:rewards", _("Rewards"), "cash", "y", Capability.PAY_REWARDS),
    Room("admin:index", _("Reference data"), "settings", "a", Capability.MANAGE_REFERENCE),
)
_WANTED = frozenset(room.capability for room in ROOMS)


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
    opens = _opens(request)
    return [
        Link(str(room.label), url, room.icon, f"g {room.key}", request.path.startswith(url))
        for room, url in _installed()
        if room.capability in opens
    ]


def drawn(request: HttpRequest) -> SafeString:
    """The same as HTML, made once for each set of rights, language and room."""
    here = next((url for _room, url in _installed() if request.path.startswith(url)), "")
    return _drawn(_opens(request), get_language(), here, tuple(waiting(request).items()))


def waiting(request: HttpRequest) -> dict[str, int]:
    """How much waits in each room that tells it, by its page, for whoever asks; counted once a request."""
    if not hasattr(request, "waiting_by_room"):
        opens, account = _opens(request), request.user
        found = {
            room.view: room.waits(account)
            for room, _url in _installed()
            if room.waits is not None and room.capability in opens and account.is_authenticated
        }
        request.waiting_by_room = found  # type: ignore[attr-defined]
    return request.waiting_by_room  # type: ignore[attr-defined,no-any-return]


def _opens(request: HttpRequest) -> frozenset[Capability]:
    opens = _WANTED & capabilities_of(request.user)
    return opens if settings.PUBLIC_NUMBERS else opens - {Capability.TYPE_NUMBERS}


@cache
def _installed() -> list[tuple[Room, str]]:
    found = []
    for room in ROOMS:
        with suppress(NoReverseMatch):
            found.append((room, reverse(room.view)))
    return found


@lru_cache(maxsize=2048)
def _drawn(
    opens: frozenset[Capability],
    language: str | None,
    here: str,
    waiting: tuple[tuple[str, int], ...],
) -> SafeString:
    """Keyed by all that it shows: ``language`` is the one of the moment."""
    counts = {view: n for view, n in waiting if n}
    return format_html_join(
        "",
        '<a href="{0}" data-key="g {1}" data-key-label="{2}"{3} title="{2}">{4}<span>{2}</span>{5}</a>',
        (
            (
                url,
                room.key,
                room.label,
                mark_safe(' aria-current="page"' if url == here else ""),  # noqa: S308 - our own
                icons.draw(room.icon),
                format_html('<b class="nav-count">{}</b>', counts[room.view])
                if room.view in counts
                else "",
            )
            for room, url in _installed()
            if room.capability in opens
        ),
    )
