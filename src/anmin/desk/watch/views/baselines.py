"""The last week against its baseline: which series are above what the weeks before allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import scatter_words
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, address, choices
from anmin.desk.watch import words as watching
from anmin.people.policy import Capability
from anmin.watch.baselines import BASELINE, KEY, LAG, Judged, judged, line

if TYPE_CHECKING:
    from anmin.watch.baselines import Week

SHOWN = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """The level of places, and the series that is drawn."""

    level: str
    place: str
    category: str


def _name(row: Week) -> str:
    return f"{watching.place_name(row.place)} · {watching.topic_name(row.category)}"


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
        "series_url": address(
            "watch_baselines", level=level, place=row.place, category=row.category
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
            shown.as_of(found),
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


class Baselines(FigurePage[Asked, Judged]):
    """Every series of the last week, and one of them over the weeks."""

    address = "watch/baselines"
    capabilities = (Capability.VIEW_WATCH,)

    def ask(self, request: DeskRequest) -> Asked:
        level, place, category = (
            request.GET.get(one, "") for one in ("level", "place", "category")
        )
        return Asked(watching.level_asked(level), place, category)

    def around(self, request: DeskRequest, asked: Asked) -> dict[str, Any]:
        return {
            "levels": choices(
                watching.LEVEL_LABELS,
                asked.level,
                lambda level: address("watch_baselines", level=level),
            )
        }

    def compute(self, request: DeskRequest, asked: Asked) -> Judged:
        return judged(timezone.localdate(), asked.level)

    def shown(self, request: DeskRequest, asked: Asked, found: Judged) -> dict[str, Any]:
        """Every series of the last week, alarms first, and one of them over the weeks."""
        rows, wanted = found.rows, (asked.place, asked.category)
        chosen = next((row for row in rows if (row.place, row.category) == wanted), None)
        chosen = chosen or next(iter(rows), None)
        csv_url = address("watch_baselines_csv", level=asked.level)
        return {
            "found": found,
            "week": watching.days(found.week),
            "finding": _finding(found),
            "lines": [_line(request, row, asked.level, found) for row in rows[:SHOWN]],
            "left": len(rows) - len(rows[:SHOWN]),
            "plot": _plot(found, chosen, asked.level, csv_url) if chosen else None,
            "csv_url": csv_url,
            "how": how_made(found),
            "as_of": shown.as_of(found),
        }

    def sheet(self, request: DeskRequest, asked: Asked, found: Judged) -> Sheet:
        """Every series of the last week."""
        return Sheet(
            f"baselines-{asked.level}-{found.week.end}",
            found.rows,
            {
                "place": "place",
                "label": lambda row: watching.place_name(row.place),
                **columns("category observed expected upperbound=upper"),
                "alarm": lambda row: "yes" if row.alarm else "no",
            },
            {
                "method": found.method,
                "week_start": found.week.start,
                "week_end": found.week.end,
                "weeks_on_record": found.weeks,
                **as_of_columns(found),
            },
        )


urlpatterns = Baselines().urlpatterns
