"""What speaks for a listing, frozen when a candidate is made, and what it does not show."""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.in_the_lake import TOWN_DIGITS
from anmin.matters.origins import Origin
from anmin.measures.queries import show
from anmin.measures.registry import MONTH
from anmin.places.models import Area
from anmin.watch.comparing import Base, Compared, compared, lately, usual
from anmin.watch.concerns import concerns_of
from anmin.watch.events import events
from anmin.watch.index import RED
from anmin.watch.models import IndexMonth, Scan
from anmin.watch.periods import Period, month_of, months_before, months_on_record, rule

NOT_BY_UNITS = {"origin": [None, *(one.value for one in Origin if one is not Origin.UNIT)]}
"""Reports that a record, a citizen or somebody speaks for whose own unit is not rated."""
MONTHS = 13
"""Months of counts that go with a candidate: a year and the month itself."""

LIMITS = {
    "reports_only": _("It counts reports, not what was proved, and not what nobody reported."),
    "no_cause": _("It does not say why, nor who is to blame."),
    "places_only": _("It says nothing about any person or household."),
    "no_population": _("Nobody knows here how many people live or pass there; rates may differ."),
    "no_year": _("Last year is not on record there, so a usual season cannot be told apart."),
    "may_be_chance": _("No single comparison of the place is more than chance explains."),
    "band_unsure": _("The interval of the index reaches into a better band."),
    "units_own": _("Some reports were brought by rated units alone; the rows say what is left."),
    "few_answers": _("Too few answers came from there to say what people are unhappy about."),
}
"""What a candidate does not show, by code."""


def level_of(area: Area) -> str:
    """By which dimension of the figures an area is known."""
    return "town" if area.level == "town" else "area"


def gathered(area: Area, *, scan: Scan | None = None, cluster: int | None = None) -> dict[str, Any]:
    """All that is known of a place now, as plain data.

    ``cluster`` names a cluster of ``scan`` by its position. Raises as `measures.queries.show`.
    """
    today, level = timezone.localdate(), level_of(area)
    now = usual(today)[0]
    town = area.code[:TOWN_DIGITS]
    evidence: dict[str, Any] = {
        "place": {"code": area.code, "name": area.name, "name_en": area.name_en, "town": town},
        "made": today.isoformat(),
        "comparisons": [
            _comparison(area, period, base, level) for period, base in judged_by(today)
        ],
        "months": _months(level, area.code, today),
        "index": index_of(f"{level}:{area.code}"),
        "concerns": _concerns(now, town),
        "scan": _scan(scan, cluster) if scan is not None and cluster is not None else None,
    }
    total = show("incidents", (), now.start, now.end, {level: area.code})
    evidence |= {"cutoff": total.cutoff.isoformat(), "revision": total.revision}
    evidence["not_shown"] = _not_shown(evidence)
    return evidence


def digest_of(evidence: dict[str, Any]) -> str:
    """What shows that evidence was changed afterwards."""
    said = json.dumps(evidence, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def judged_by(today: date) -> list[tuple[Period, Base]]:
    """The comparisons that go with a candidate: with a year ago, and with the time before."""
    year = lately(today, rule("watch.compare_days").number)
    return [(year, Base.YEAR), (usual(today)[0], Base.BEFORE)]


def has_risen(area: Area, category: str) -> bool:
    """Whether a comparison that would go with the candidate calls it more than chance."""
    level, today = level_of(area), timezone.localdate()
    return any(
        (row.place, row.category) == (area.code, category) and row.rise
        for period, base in judged_by(today)
        for row in compared(period, base, level).signals
    )


def _comparison(area: Area, now: Period, base: Base, level: str) -> dict[str, Any]:
    """The place's own rows, judged among all places, as on the page that compares them.

    Beside each row stands what it would be ``without`` the reports that only rated units brought,
    judged in the same way; nothing where they brought none.
    """
    found, here = compared(now, base, level), {level: area.code}
    earliest = min(found.now.start, found.earlier.start)
    own = show("opened_by_units", (), earliest, found.now.end, here).total.numerator
    beside = _beside(area, found, level) if own else {}
    return {
        "base": found.base.value,
        "start": found.now.start.isoformat(),
        "end": found.now.end.isoformat(),
        "earlier_start": found.earlier.start.isoformat(),
        "earlier_end": found.earlier.end.isoformat(),
        "whole": found.whole,
        "fdr": found.fdr,
        "among": len(found.rows),
        "scatter": found.scatter,
        "scatter_known": found.scatter_known,
        "rows": [
            {
                **asdict(row),
                "calls": list(row.calls),
                "without": beside.get(row.category),
            }
            for row in found.rows
            if row.place == area.code
        ],
    }


def _beside(area: Area, found: Compared, level: str) -> dict[str, dict[str, Any]]:
    """What is left of the place's rows, by category: of those of which something is not."""
    judged = compared(found.now, found.base, level, NOT_BY_UNITS)
    rows = {row.category: row for row in judged.rows if row.place == area.code}
    here = {level: area.code, **NOT_BY_UNITS}
    counts = [
        events(("category",), period.start, period.end, here).cells
        for period in (found.now, found.earlier)
    ]
    left = {}
    for row in found.rows:
        this, last = (
            int(cells[key].numerator) if (key := (row.category,)) in cells else 0
            for cells in counts
        )
        if row.place == area.code and (this, last) != (row.this, row.last):
            bare = rows.get(row.category)
            told = {name: getattr(bare, name, None) for name in ("ratio", "low", "high", "p")}
            left[row.category] = {"this": this, "last": last, **told}
    return left


def _months(level: str, code: str, today: date) -> list[dict[str, Any]]:
    """Incidents by month, for the chart; only months that are on record for the whole."""
    this = f"{today:%Y-%m}"
    names = [this, *months_before(this, MONTHS - 1)][::-1]
    now = Period(month_of(names[-1]).start, today)
    found = show("incidents", (MONTH,), month_of(names[0]).start, today, {level: code})
    known = set(months_on_record(names[:-1], now))
    rows = {row.dimensions[MONTH]: row for row in found.rows}
    return [
        {
            "month": name,
            "count": int(rows[name].numerator or 0) if name in rows else 0,
            "low": rows[name].low if name in rows else None,
            "high": rows[name].high if name in rows else None,
        }
        for name in names
        if name == this or name in rows or name in known
    ]


def index_of(place: str) -> list[dict[str, Any]]:
    """The place's index in its latest months, newest first, each in its latest revision."""
    found = []
    for row in latest_months(rule("listing.red_months").number):
        score = row.scores.get(place)
        if score is not None:
            told = {name: score[name] for name in ("score", "low", "high", "band", "covered")}
            found.append({"month": row.month, "number": row.number, **told})
    return found


def latest_months(number: int) -> list[IndexMonth]:
    """The latest revisions of the latest months of the index, newest first."""
    newest: dict[str, IndexMonth] = {}
    names = IndexMonth.objects.order_by("-month").values_list("month", flat=True).distinct()
    for row in IndexMonth.objects.filter(month__in=list(names[:number])).order_by("number"):
        newest[row.month] = row
    return [newest[month] for month in sorted(newest, reverse=True)]


def was_red(area: Area, month: str) -> bool:
    """Whether the latest revision of that month's index has the place in the red."""
    newest = IndexMonth.objects.filter(month=month).order_by("-number").first()
    score = newest.scores.get(f"{level_of(area)}:{area.code}") if newest else None
    return bool(score and score["band"] == RED)


def _concerns(now: Period, town: str) -> list[dict[str, Any]]:
    return [
        {"key": one.now.indicator.key, **one.now.total.as_dict()}
        for one in concerns_of(now, town).named
    ]


def _scan(scan: Scan, cluster: int) -> dict[str, Any]:
    return {
        "id": scan.pk,
        "series": scan.series,
        "night": scan.night.isoformat(),
        "first": scan.first.isoformat(),
        "last": scan.last.isoformat(),
        "settings": scan.settings,
        "seed": scan.seed,
        "level": scan.level,
        "cases": scan.cases,
        "cutoff": scan.cutoff.isoformat(),
        "revision": scan.revision,
        "cluster": scan.clusters[cluster],
    }


def _not_shown(evidence: dict[str, Any]) -> list[str]:
    rows = [row for one in evidence["comparisons"] for row in one["rows"]]
    year = next(one for one in evidence["comparisons"] if one["base"] == Base.YEAR)
    index = [one for one in evidence["index"] if one["band"]]
    known = any(not one["suppressed"] and one["denominator"] for one in evidence["concerns"])
    holds = {
        "reports_only": True,
        "no_cause": True,
        "places_only": True,
        "no_population": True,
        "no_year": not year["whole"] and not year["rows"],
        "may_be_chance": not any(row["verdict"] == "signal" for row in rows),
        "band_unsure": any(one["high"] >= rule("index.orange").number for one in index),
        "units_own": any(row["without"] for row in rows),
        "few_answers": not known,
    }
    return [code for code in LIMITS if holds[code]]
