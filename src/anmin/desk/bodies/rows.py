"""Orders to bodies as both sides read them: those that the body owes, and those that wait for whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.desk.shell.csv_files import Column, list_file
from anmin.matters.owed import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponseBase

    from anmin.matters.owed import Owed


def split(found: Sequence[Owed]) -> dict[str, Any]:
    """By whose turn it is, each in the order in which it is due."""
    with_body = [one for one in found if one.by_body]
    return {
        "with_body": with_body,
        "with_asker": [one for one in found if not one.by_body],
        "late": sum(one.late for one in with_body),
        "cut": len(found) if len(found) >= MOST else 0,
    }


def file_of(found: Sequence[Owed], ending: str) -> HttpResponseBase:
    """The list as a file: what the page shows, and nothing more."""
    columns: list[tuple[str, Column]] = [
        (_("Number"), "order.number"),
        (_("Body that is asked"), "body"),
        (_("Summary"), "order.headline"),
        (_("State"), "state"),
        (_("Waits for"), lambda one: _("the body") if one.by_body else _("whoever asked")),
        (_("Deadline"), "due_at"),
        (_("Late"), lambda one: _("yes") if one.late else ""),
        (_("Reminded"), "reminded_at"),
    ]
    return list_file("asked", columns, found, ending)
