"""How the desk says where a publication stands, and what a day of the calendar brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

VIEWS: Mapping[str, Any] = {
    "mine": _("Waiting for me"),
    "drafts": _("In hand"),
    "published": _("Before the public"),
    "due": _("Due for review"),
    "over": _("Taken back or expired"),
    "all": _("All"),
}
_STANDS = {
    "live": (_("Before the public"), "done"),
    "withdrawn": (_("Taken back"), "withdrawn"),
    "expired": (_("Expired"), "declined"),
}
_WORKS = {
    "draft": (_("Draft"), "open"),
    "submitted": (_("Waits for another person"), "waiting"),
    "none": (_("Given up"), "withdrawn"),
}
TONES: Mapping[tuple[str, str], tuple[tuple[Any, str], ...]] = {
    **{("none", work): (told,) for work, told in _WORKS.items()},
    **{
        (standing, work): (told, *(() if work == "none" else (_WORKS[work],)))
        for standing, told in _STANDS.items()
        for work in _WORKS
    },
}
"""The badges of a publication by its standing and the work in hand."""
WHAT: Mapping[str, tuple[Any, str]] = {
    "planned": (_("wanted"), "open"),
    "published": (_("came out"), "done"),
    "review": (_("to be reviewed"), "at_risk"),
    "expires": (_("expires"), "withdrawn"),
}
PARTS: Mapping[str, Any] = {
    "title": _("Title"),
    "lead": _("First words"),
    "facts": _("Facts"),
    "body": _("Text"),
    "photos": _("Photos"),
    "change": _("What changed and why"),
}
