"""The watch over places: how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, address, show
from anmin.people.policy import Capability
from anmin.watch import queries
from anmin.watch.example import newspaper_page
from anmin.watch.index import RED
from anmin.watch.series import all_series

if TYPE_CHECKING:
    from anmin.watch.models import IndexMonth


pages = Pages(Capability.VIEW_WATCH)


@pages.at("watch/", "watch")
def overview(request: DeskRequest) -> HttpResponse:
    """What the last night found, the latest index, and what waits for somebody."""
    account = request.user
    scans = queries.claimed_last_night(account)
    months = queries.index_months(account, 1)
    waiting = queries.candidates(account, waiting=True)
    context = {
        "tiles": [
            *_scan_tiles(scans),
            *(_index_tiles(months[0]) if months else []),
            {
                "label": _("Candidates to decide"),
                "value": f"{len(waiting):,}",
                "url": reverse("desk:candidates") if waiting else "",
                "note": "",
            },
        ],
        "night": scans[0].night if scans else None,
        "waiting": waiting[:5],
        "example": newspaper_page(),
    }
    return show(request, "watch/overview.html", context)


def _scan_tiles(scans: Any) -> list[dict[str, Any]]:
    known = all_series()
    return [
        {
            "label": _("Hot spots: %(series)s")
            % {"series": known[one.series].label if one.series in known else one.series},
            "value": f"{len(one.claimed):,}",
            "url": address("watch_hotspots", series=one.series),
            "note": _("at level %(level)s") % {"level": f"{one.level:.4f}"},
        }
        for one in scans
    ]


def _index_tiles(month: IndexMonth) -> list[dict[str, Any]]:
    bands = [one["band"] for one in month.scores.values()]
    scored = sum(bool(band) for band in bands)
    return [
        {
            "label": _("Places in the red, %(month)s") % {"month": month.month},
            "value": f"{bands.count(RED):,}",
            "url": reverse("desk:watch_index"),
            "note": _("of %(scored)s with a score") % {"scored": f"{scored:,}"},
        }
    ]


urlpatterns = pages.addresses
