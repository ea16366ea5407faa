"""The nightly scan: where, and since when, do reports of a sort come thicker than chance makes them?

A space-time permutation scan needs no population: it takes how many events each community has,
and each day, as given, and asks whether they go together. Several calls about one thing count
once, and what chance makes is drawn as the reports scatter: in batches, with the towns' seasons.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from anmin.evidence.log import atomic
from anmin.matters.in_the_lake import TOWN_DIGITS
from anmin.measures.queries import Tally
from anmin.measures.registry import DAY
from anmin.places.queries import area_positions
from anmin.stats.scanning import Cluster, scan
from anmin.stats.scanning import Scan as Found
from anmin.watch.events import events
from anmin.watch.models import Scan
from anmin.watch.periods import Period, rule
from anmin.watch.series import Series, all_series

MOST = 10
"""Clusters of one scan that are kept."""


def scan_night(night: date) -> int:
    """Scan every series that has not been scanned for this night; how many were.

    Looks at the days up to the one before. Raises as `measures.queries.tally`.
    """
    done = set(Scan.objects.filter(night=night).values_list("series", flat=True))
    waiting = [one for one in all_series().values() if one.code not in done]
    for series in waiting:
        made = scan_series(series, night)
        with atomic():
            if not Scan.objects.filter(series=series.code, night=night).exists():
                made.save()
    return len(waiting)


def scan_series(series: Series, night: date) -> Scan:
    """The scan of one series for a night, not saved: the same figures give the same answer."""
    period = Period(
        night - timedelta(days=rule("watch.scan_days").number), night - timedelta(days=1)
    )
    said = {
        "model": "permutation",
        "categories": series.categories,
        "longest": rule("watch.scan_longest").number,
        "max_share": rule("watch.scan_share").share,
        "least": rule("watch.scan_least").number,
        "replicates": rule("watch.scan_replicates").number,
    }
    seed = seed_of(series.code, night)
    seen = events(("area", DAY), period.start, period.end, {"category": series.categories})
    counts, unplaced = placed(seen, period)
    clusters, found = _clusters(counts, period, said, seed)
    calls = sum(cell.denominator for cell in seen.cells.values())
    said |= {
        "same_event_minutes": rule("watch.same_event_minutes").number,
        "calls": calls,
        "events": int(sum(cell.numerator for cell in seen.cells.values())),
        "scatter": found.scatter if found else 1.0,
        "own_seasons": found.own_seasons if found else False,
    }
    return Scan(
        series=series.code,
        night=night,
        made_at=timezone.now(),
        first=period.start,
        last=period.end,
        settings=said,
        seed=seed,
        level=rule("watch.scan_level").share / len(all_series()),
        cases=int(sum(row.sum() for row in counts.values())),
        unplaced=unplaced,
        places=len(counts),
        clusters=clusters,
        cutoff=seen.cutoff,
        revision=seen.revision,
    )


def seed_of(series: str, night: date) -> int:
    """The seed of a scan: fixed by what is scanned, so that nobody can choose it."""
    digest = hashlib.sha256(f"{series} {night.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:6])


def placed(seen: Tally, period: Period) -> tuple[dict[str, np.ndarray[Any, Any]], int]:
    """Events by day of every community that has a place on the map; and how many have none."""
    positions = area_positions()
    counts: dict[str, np.ndarray[Any, Any]] = defaultdict(
        lambda: np.zeros(period.days, dtype=np.int64)
    )
    unplaced = 0
    for (code, day), cell in sorted(seen.cells.items(), key=lambda item: str(item[0])):
        number = int(cell.numerator)
        if code not in positions:
            unplaced += number
        elif number:
            counts[code][(date.fromisoformat(day) - period.start).days] += number
    return dict(counts), unplaced


def _clusters(
    counts: Mapping[str, np.ndarray[Any, Any]], period: Period, said: dict[str, Any], seed: int
) -> tuple[list[dict[str, Any]], Found | None]:
    codes = sorted(counts)
    total = sum(int(counts[code].sum()) for code in codes)
    if total < said["least"] or len(codes) < 2:
        return [], None
    positions = area_positions()
    found = scan(
        [positions[code][0] for code in codes],
        [positions[code][1] for code in codes],
        np.array([counts[code] for code in codes]),
        model="permutation",
        ids=codes,
        spherical=True,
        time_window=(1, said["longest"]),
        alive=True,
        max_share=said["max_share"],
        min_cases=said["least"],
        most=MOST,
        replicates=said["replicates"],
        seed=seed,
        groups=[code[:TOWN_DIGITS] for code in codes],
    )
    return [_plain(one, counts, period) for one in found.clusters], found


def _plain(
    one: Cluster, counts: Mapping[str, np.ndarray[Any, Any]], period: Period
) -> dict[str, Any]:
    """A cluster as plain data: codes of places, days, what was seen and what chance expects."""
    first, last = one.first or 0, one.last or 0
    members = [str(code) for code in one.members]
    inside = {code: int(counts[code][first : last + 1].sum()) for code in members}
    return {
        "centre": max(members, key=lambda code: (inside[code], code)),
        "members": members,
        "counts": inside,
        "longitude": one.x,
        "latitude": one.y,
        "radius": one.radius,
        "first": (period.start + timedelta(days=first)).isoformat(),
        "last": (period.start + timedelta(days=last)).isoformat(),
        "cases": one.cases,
        "expected": one.expected,
        "ratio": one.cases / one.expected,
        "llr": one.llr,
        "p": one.p,
    }


def daily_counts(found: Scan) -> dict[str, dict[str, int]]:
    """Events of a scan's series by place and day, as the figures are now: what its map shows."""
    wanted = {"category": found.settings["categories"]}
    seen = events(("area", DAY), found.first, found.last, wanted)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for (code, day), cell in seen.cells.items():
        if code and cell.numerator:
            counts[code][day] = int(cell.numerator)
    return dict(counts)
