"""Hot spots: what the nightly scan found, on a map of communities with a time slider."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.area_maps import LEVELS
from anmin.desk.figures.findings import scatter_words
from anmin.desk.figures.numbers import decimal, p_value
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.shell.page import DeskRequest, address, choices
from anmin.desk.watch import words as watching
from anmin.desk.watch.candidate_evidence import scan_how
from anmin.faces.spot_maps import DOT, Circle, Spot, spot_map
from anmin.kernel.errors import NotFound
from anmin.kernel.incoming import day_of
from anmin.people.listing import listed
from anmin.people.policy import Capability, can
from anmin.places.queries import area_names, area_positions
from anmin.watch import queries
from anmin.watch.hotspots import daily_counts
from anmin.watch.series import all_series

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.watch.models import Scan
    from anmin.watch.series import Series

WEEK = 7
LISTED = 15
CLAIMED = watching.Badge(gettext_lazy("claimed"), "late")
type Counts = dict[str, dict[str, int]]
"""Reports by place and day."""
type Clusters = list[dict[str, Any]]
CHANCE = watching.Badge(gettext_lazy("may be chance"), "plain")


@dataclass(frozen=True, slots=True)
class Asked:
    """The series, and its scan of the night; none before the first."""

    series: Series
    scan: Scan | None


def _finding(scan: Scan) -> str:
    words = {"n": len(scan.claimed), "level": f"{scan.level:.4f}"}
    if not scan.clusters:
        return _("Reports are not concentrated anywhere.")
    if not scan.claimed:
        return _("No hot spot is claimed: chance explains all of them at level %(level)s.") % words
    return (
        ngettext(
            "One hot spot is claimed at level %(level)s.",
            "%(n)s hot spots are claimed at level %(level)s.",
            len(scan.claimed),
        )
        % words
    )


def _scattered(scan: Scan) -> str:
    """How reports scatter, and how many calls count with another one; scans before that say nothing."""
    said = scan.settings
    if "scatter" not in said:
        return ""
    told = scatter_words(said["scatter"], known=True)
    if said["calls"] == said["events"]:
        return told
    return f"{told} " + _("%(calls)s calls count as %(events)s events.") % {
        "calls": f"{said['calls']:,}",
        "events": f"{said['events']:,}",
    }


def _how(scan: Scan) -> str:
    said = {
        "first": scan.first.isoformat(),
        "last": scan.last.isoformat(),
        "settings": scan.settings,
        "seed": scan.seed,
    }
    share = _(
        "A hot spot is claimed when p is at most %(level)s: the level of the night, shared by "
        "%(series)s series (rule watch.scan_level)."
    ) % {"level": f"{scan.level:.4f}", "series": len(all_series())}
    looked = _(
        "%(cases)s reports of %(places)s communities; %(unplaced)s have no place on the map."
    )
    numbers = {
        "cases": f"{scan.cases:,}",
        "places": f"{scan.places:,}",
        "unplaced": f"{scan.unplaced:,}",
    }
    return "\n".join([scan_how(said), share, looked % numbers, shown.as_of(scan)])


def _clusters(account: Account, scan: Scan) -> list[dict[str, Any]]:
    names, proposed = area_names(), queries.waiting_places(account)
    known = [
        next(
            (proposed[code] for code in (one["centre"], *one["members"]) if code in proposed), None
        )
        for one in scan.clusters
    ]
    return [
        {
            "number": at + 1,
            "candidate_url": reverse("desk:candidate", args=[known[at]]) if known[at] else "",
            "place": names.get(one["centre"], one["centre"]),
            "places": len(one["members"]),
            "members": listed(names.get(code, code) for code in one["members"]),
            "when": f"{one['first']} – {one['last']}",
            "cases": one["cases"],
            "expected": f"{one['expected']:.1f}",
            "ratio": decimal(one["ratio"], 2),
            "p": p_value(one["p"]),
            "badge": CLAIMED if one["p"] <= scan.level else CHANCE,
            "propose_url": address(
                "candidate_new", ground="hot_spot", scan=scan.pk, cluster=str(at)
            )
            if one["p"] <= scan.level and can(account, Capability.PROPOSE_LISTING)
            else "",
        }
        for at, one in enumerate(scan.clusters)
    ]


def _week(counts: Counts, until: date) -> list[dict[str, Any]]:
    """The places with most reports in the week that ends on a day."""
    names = area_names()
    days = _days_up_to(until)
    sums = Counter({c: sum(n for d, n in by.items() if d in days) for c, by in counts.items()})
    return [
        {"place": names.get(code, code), "count": count}
        for code, count in sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:LISTED]
        if count
    ]


def _map(scan: Scan, counts: Counts, until: date) -> dict[str, Any]:
    """The picture of the week up to a day; and what a script needs to move it to another one."""
    names, positions = area_names(), area_positions()
    codes = sorted(code for code in counts if code in positions)
    place_of = {code: at for at, code in enumerate(codes)}
    span = (scan.last - scan.first).days + 1
    days = [(scan.first + timedelta(days=n)).isoformat() for n in range(span)]
    day_of = {day: at for at, day in enumerate(days)}
    week = _days_up_to(until)
    drawn = spot_map(
        [
            Spot(
                longitude=positions[code][0],
                latitude=positions[code][1],
                name=names.get(code, code),
                number=sum(number for day, number in counts[code].items() if day in week),
            )
            for code in codes
        ],
        [
            Circle(
                longitude=one["longitude"],
                latitude=one["latitude"],
                km=one["radius"],
                label=f"{at + 1}",
                strong=one["p"] <= scan.level,
                now=one["first"] <= max(week) and one["last"] >= min(week),
            )
            for at, one in enumerate(scan.clusters)
        ],
        anchor="map",
        level=LEVELS["town"],
    )
    return {
        "picture": drawn,
        "data": {
            "days": days,
            "week": WEEK,
            "listed": LISTED,
            "dot": DOT,
            "places": [names.get(code, code) for code in codes],
            "counts": [
                [place_of[code], day_of[day], number]
                for code in codes
                for day, number in sorted(counts[code].items())
                if day in day_of
            ],
            "clusters": [[one["first"], one["last"]] for one in scan.clusters],
        },
    }


def _days_up_to(until: date) -> set[str]:
    """The days of the week that ends on a day."""
    return {(until - timedelta(days=n)).isoformat() for n in range(WEEK)}


class HotSpots(FigurePage[Asked, Clusters]):
    """One series in one night."""

    address = "watch/hotspots"
    capabilities = (Capability.VIEW_WATCH,)

    def ask(self, request: DeskRequest) -> Asked:
        known = all_series()
        series = known.get(request.GET.get("series", "")) or next(iter(known.values()))
        night = day_of(request.GET.get("night", ""), settings.RULES)
        return Asked(series, queries.scan_of(request.user, series.code, night))

    def around(self, request: DeskRequest, asked: Asked) -> dict[str, Any]:
        night = request.GET.get("night", "")
        return {
            "nights": [one.isoformat() for one in queries.scan_nights(request.user)],
            "series": asked.series,
            "choices": choices(
                {one.code: one.label for one in all_series().values()},
                asked.series.code,
                lambda code: address("watch_hotspots", series=code, night=night),
            ),
        }

    def compute(self, request: DeskRequest, asked: Asked) -> Clusters:
        return asked.scan.clusters if asked.scan else []

    def shown(self, request: DeskRequest, asked: Asked, found: Clusters) -> dict[str, Any]:
        """The map, its clusters, and a week of reports by place."""
        scan = asked.scan
        if scan is None:
            return {}
        counts = daily_counts(scan)
        until = min(
            max(day_of(request.GET.get("until", ""), settings.RULES) or scan.last, scan.first),
            scan.last,
        )
        return {
            "scan": scan,
            "clusters": _clusters(request.user, scan),
            "finding": f"{_finding(scan)} {_scattered(scan)}",
            "repeats_url": address("watch_repeats", start=scan.first, end=scan.last)
            if scan.settings.get("calls", 0) > scan.settings.get("events", 0)
            else "",
            "map": _map(scan, counts, until),
            "until": until,
            "week": _week(counts, until),
            "csv_url": address(
                "watch_hotspots_csv", series=scan.series, night=scan.night.isoformat()
            ),
            "how": _how(scan),
            "as_of": shown.as_of(scan),
            "proposes": can(request.user, Capability.PROPOSE_LISTING),
        }

    def sheet(self, request: DeskRequest, asked: Asked, found: Clusters) -> Sheet:
        """Every cluster of a scan, with what it was made from."""
        scan = asked.scan
        if scan is None or request.GET.get("series") != scan.series:
            raise NotFound(_("There is no such scan."))
        rows = [{**one, "number": at + 1} for at, one in enumerate(found)]
        return Sheet(
            f"hotspots-{scan.series}-{scan.night}",
            rows,
            {
                **columns("number centre"),
                "label": lambda one: watching.place_name(one["centre"]),
                "members": lambda one: " ".join(one["members"]),
                **columns(
                    "longitude latitude radius_km=radius first last cases expected ratio llr p"
                ),
                "claimed": lambda one: "yes" if one["p"] <= scan.level else "no",
            },
            {
                "level": scan.level,
                "series": scan.series,
                "night": scan.night,
                "seed": str(scan.seed),
                "replicates": scan.settings["replicates"],
                **as_of_columns(scan),
            },
        )


urlpatterns = HotSpots().urlpatterns
