"""The board of a programme: every item by activity, by unit or by week."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.campaign import queries
from anmin.campaign.evaluation import WEEK
from anmin.campaign.policy import may_load, unit_of
from anmin.desk.campaign import words
from anmin.desk.figures.indicators import known_until
from anmin.desk.shell.csv_files import file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, address, choices, show
from anmin.people.policy import Capability
from anmin.places.queries import unit_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anmin.campaign.models import Version
    from anmin.campaign.queries import Board

VIEWS = {
    "": gettext_lazy("By activity"),
    "unit": gettext_lazy("By unit"),
    "week": gettext_lazy("By week"),
}

pages = Pages(Capability.VIEW_PROGRAMME)


def chosen(request: DeskRequest) -> Version | None:
    """The programme that was asked for, else the newest; none where there is none."""
    code = request.GET.get("p", "")
    if code:
        return queries.version_in_force(request.user, code)
    return next(iter(queries.programmes(request.user)), None)


@pages.read("programme/", "programme")
def board(request: DeskRequest) -> HttpResponse:
    """How every item stands."""
    version = chosen(request)
    context: dict[str, Any] = {
        "may_load": may_load(request.user),
        "waiting": queries.waiting_versions(request.user),
    }
    if version is None:
        return show(request, "campaign/none.html", context)
    found = queries.board_of(version)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    units, code = unit_names(), version.programme.code
    week = _week(request, found) if view == "week" else None
    context |= {
        "board": found,
        "programme": found.programme,
        "summary": words.summary(found),
        "view": view,
        "views": choices(VIEWS, view, lambda one: address("programme", p=code, view=one)),
        "groups": _groups(found, view, units, week),
        "week": _week_words(found, week, code) if week is not None else None,
        "others": [one for one in queries.programmes(request.user) if one.pk != version.pk],
        "owed": _owed(request, found, units),
        "to_accept": queries.to_accept(request.user, version),
        "exports": file_links(request, "programme_file"),
        "as_of": known_until(found.cutoff, found.revision) if found.cutoff else "",
    }
    return show(request, "campaign/board.html", context)


def _groups(
    found: Board, view: str, units: dict[str, str], week: int | None
) -> list[dict[str, Any]]:
    """The items by what the board is looked at by, each group with its heading."""
    if view == "unit":
        by_unit = defaultdict(list)
        for line in found.lines:
            by_unit[line.item.lead].append(words.shown(line, units))
        return [
            {"title": units.get(code, code), "slogan": "", "lines": lines}
            for code, lines in sorted(by_unit.items())
        ]
    return [
        {
            "title": str(activity),
            "slogan": activity.said,
            "lead": units.get(activity.lead, ""),
            "lines": [
                words.shown(line, units, week)
                for line in found.lines
                if line.activity.code == activity.code
            ],
        }
        for activity in found.programme.activities
    ]


def _week(request: DeskRequest, found: Board) -> int:
    """The week of the programme that was asked for, else the one of the last whole week."""
    origin = found.programme.start
    last = max((min(found.today, found.programme.end) - origin) // WEEK, 0)
    asked = request.GET.get("week", "")
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:4]), (found.programme.end - origin) // WEEK)
    return max(last - 1, 0)


def _week_words(found: Board, week: int, code: str) -> dict[str, Any]:
    start = found.programme.start + WEEK * week
    end = min(start + WEEK - timedelta(days=1), found.programme.end)
    last = (found.programme.end - found.programme.start) // WEEK
    return {
        "number": week + 1,
        "start": start,
        "end": end,
        "before": address("programme", p=code, view="week", week=str(week - 1)) if week else "",
        "after": address("programme", p=code, view="week", week=str(week + 1))
        if week < last
        else "",
        "due": [one.item for one in found.lines if start <= one.item.end <= end],
    }


def _owed(request: DeskRequest, found: Board, units: dict[str, str]) -> list[dict[str, Any]]:
    """What the reader's own unit was reminded of."""
    if not unit_of(request.user):
        return []
    lines = {one.item.code: one for one in found.lines}
    return [
        {"line": words.shown(lines[one.item], units), "why": words.WHY[one.why], "at": one.at}
        for one in queries.nudges_for(request.user, found.version.programme_id)
        if one.item in lines
    ]


@pages.read("programme/list.<slug:ending>", "programme_file", Capability.EXPORT_RECORDS)
def board_file(request: DeskRequest, ending: str) -> FileResponse:
    """The board as a list to keep."""
    version = chosen(request)
    units = unit_names()
    found = queries.board_of(version) if version else None
    rows: Sequence[Any] = [(one, words.shown(one, units)) for one in (found.lines if found else ())]
    columns = [
        (_("Item"), lambda row: row[0].item.code),
        (_("Title"), lambda row: str(row[0].item)),
        (_("Activity"), lambda row: str(row[0].activity)),
        (_("Leading unit"), lambda row: row[1].lead),
        (_("Status"), lambda row: row[1].status),
        (_("So far"), lambda row: row[1].value),
        (_("Of"), lambda row: row[1].of),
        (_("Target"), lambda row: row[1].target),
        (_("Forecast"), lambda row: row[1].ahead),
        (_("Phrase of the source"), lambda row: row[0].item.phrase),
    ]
    return list_file(_("Programme"), columns, rows, ending)


urlpatterns = pages.addresses
