"""The last week against its baseline: which series are above what the weeks before allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.desk.figures.findings import scatter_words
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.csv_files import csv_file
from anmin.desk.shell.page import DeskRequest, page, show
from anmin.desk.watch import words as watching
from anmin.kernel.errors import Refusal, Unavailable
from anmin.matters.categories import categories
from anmin.people.policy import Capability
from anmin.places.queries import area_names
from anmin.watch.baselines import BASELINE, KEY, LAG, judged, line

if TYPE_CHECKING:
    from anmin.watch.baselines import Judged, Week

SHOWN = 80


@page(Capability.VIEW_WATCH)
def baselines(request: DeskRequest) -> HttpResponse:
    """Every series of the last week, alarms first, and one of them over the weeks."""
    today, level = timezone.localdate(), watching.level_asked(request.GET.get("level", ""))
    context: dict[str, Any] = {
        "tabs": watching.tabs("desk:watch_baselines"),
        "levels": [
            {
                "url": watching.with_query("desk:watch_baselines", level=code),
                "label": label,
                "current": code == level,
            }
            for code, label in watching.LEVEL_LABELS.items()
        ],
    }
    try:
        found = judged(today, level)
    except Unavailable as reason:
        return show(request, "watch/baselines.html", context | {"unavailable": str(reason)})
    except Refusal as reason:
        return show(request, "watch/baselines.html", context | {"problem": str(reason)})
    rows = found.rows
    wanted = (request.GET.get("place", ""), request.GET.get("category", ""))
    chosen = next(
        (row for row in rows if (row.place, row.category) == wanted), rows[0] if rows else None
    )
    csv_url = watching.with_query("desk:watch_baselines_csv", level=level)
    context |= {
        "found": found,
        "week": watching.days(found.week),
        "finding": _finding(found),
        "lines": [_line(request, row, level, found) for row in rows[:SHOWN]],
        "left": len(rows) - len(rows[:SHOWN]),
        "plot": _plot(found, chosen, level, csv_url) if chosen else None,
        "csv_url": csv_url,
        "how": how_made(found),
        "as_of": watching.as_of(found.cutoff, found.revision),
    }
    return show(request, "watch/baselines.html", context)


def _name(row: Week) -> str:
    topics = categories()
    topic = topics[row.category].label if row.category in topics else row.category
    return f"{area_names().get(row.place, row.place)} · {topic}"


def _finding(found: Judged) -> str:
    if not found.rows:
        return _("No series has enough records and weeks to be judged.")
    words = {
        "n": len(found.alarms),
        "all": f"{len(found.rows):,}",
        "expected": f"{len(found.rows) * found.level:.1f}",
    }
    return (
        ngettext(
            "%(n)s of %(all)s series is above its limit; by chance alone about %(expected)s would be.",
            "%(n)s of %(all)s series are above their limits; by chance alone about %(expected)s would be.",
            len(found.alarms),
        )
        % words
    )


def _line(request: DeskRequest, row: Week, level: str, found: Judged) -> dict[str, Any]:
    cell = {level: row.place, "category": row.category}
    return {
        "label": _name(row),
        "observed": row.observed,
        "url": watching.records_of(request.user, KEY, found.week, cell) if row.observed else "",
        "expected": "—" if row.expected is None else f"{row.expected:.1f}",
        "upper": "—" if row.upper is None else f"{row.upper:.1f}",
        "alarm": row.alarm,
        "series_url": watching.with_query(
            "desk:watch_baselines", level=level, place=row.place, category=row.category
        ),
    }


def how_made(found: Judged) -> str:
    """By which method the limits were made, from how many weeks."""
    words = {
        "weeks": found.weeks,
        "years": found.years,
        "level": f"{found.level * 100:g}%",
        "baseline": BASELINE,
        "lag": LAG,
    }
    if found.method == "farrington":
        method = _(
            "Improved Farrington method (Noufaily et al. 2013) over %(years)s years: a model of "
            "trend, season and scatter, past outbreaks weighted down; limit at %(level)s."
        )
    elif found.method == "recent":
        method = (
            _(
                "A week against the %(baseline)s weeks up to %(lag)s before it, given the sum of "
                "both; limit at %(level)s. Less than three years are on record, so a usual season "
                "cannot be told apart."
            )
            % words
            + " "
            + scatter_words(found.scatter.phi, known=found.scatter.known)
        ).replace("%", "%%")
    else:
        method = _("Too few weeks are on record for any baseline.")
    return "\n".join(
        [
            method % words,
            _("%(weeks)s whole weeks without a gap are on record; a week ends yesterday.") % words,
            watching.as_of(found.cutoff, found.revision),
        ]
    )


def _plot(found: Judged, row: Week, level: str, csv_url: str) -> drawn.Figure | None:
    series = line(timezone.localdate(), level, row.place, row.category)
    if not series.until:
        return None
    names = (
        (_("reports"), series.observed),
        (_("expected"), series.expected),
        (_("limit"), series.upper),
    )
    return drawn.Figure(
        id="series",
        kind="line-band",
        unit="ratio",
        title=_name(row),
        dimension=_("Week up to"),
        series=tuple(
            drawn.Series(
                name=name,
                points=tuple(
                    drawn.Point(at=day.isoformat(), value=value)
                    for day, value in zip(series.until, values, strict=True)
                ),
            )
            for name, values in names
        ),
        how=how_made(found),
        csv_url=csv_url,
    )


@page(Capability.VIEW_WATCH)
def baselines_csv(request: DeskRequest) -> FileResponse:
    """Every series of the last week as a table."""
    level = watching.level_asked(request.GET.get("level", ""))
    found, names = judged(timezone.localdate(), level), area_names()
    head = ["place", "label", "category", "observed", "expected", "upperbound", "alarm", "method"]
    head += ["week_start", "week_end", "weeks_on_record", "cutoff", "revision"]
    rows = [
        [
            row.place,
            names.get(row.place, row.place),
            row.category,
            row.observed,
            row.expected,
            row.upper,
            "yes" if row.alarm else "no",
            found.method,
            found.week.start,
            found.week.end,
            found.weeks,
            timezone.localtime(found.cutoff),
            found.revision,
        ]
        for row in found.rows
    ]
    return csv_file(f"baselines-{level}-{found.week.end}", head, rows)


urlpatterns: list[URLPattern] = [
    path("watch/baselines/", baselines, name="watch_baselines"),
    path("watch/baselines.csv", baselines_csv, name="watch_baselines_csv"),
]
