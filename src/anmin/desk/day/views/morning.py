"""The leader's morning: what changed, what is late, what people say, and which days are clear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.callbacks.at_a_glance import standing, unit_days
from anmin.callbacks.days import midnight
from anmin.callbacks.lists import open_counts
from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import of_breakdown, of_day, of_signals
from anmin.desk.figures.pictures import concerns_plot, plot
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.kernel.errors import Unavailable
from anmin.kernel.incoming import day_of
from anmin.matters.registry import rectifying_kind
from anmin.measures.change_words import of_change
from anmin.measures.comparing import large_enough
from anmin.measures.figures import Part
from anmin.measures.registry import Direction
from anmin.people.policy import Capability, can
from anmin.watch.morning import (
    SAID,
    TIMELY,
    UNKNOWN,
    MorningFigures,
    first_month,
    morning_figures,
)
from anmin.watch.periods import rule

if TYPE_CHECKING:
    from anmin.measures.comparing import Change
    from anmin.measures.figures import Figure
    from anmin.measures.queries import Result
    from anmin.people.models import Account

SHOWN_CONCERNS = 8
EXPLAINED: dict[str, Callable[[], str]] = {
    "satisfaction": lambda: _("satisfied and fairly satisfied, of those who rated"),
    "satisfaction_weighted": lambda: (
        _("the same answers, “fairly satisfied” counting as %(weight)s")
        % {"weight": f"{rule('measures.fairly_weight').share:g}"}
    ),
}
"""Two rates of the same answers stand side by side: what tells them apart."""


pages = Pages(Capability.VIEW_FIGURES)


@pages.at("morning/", "morning")
def morning(request: DeskRequest) -> HttpResponse:
    """One page about a day, yesterday unless told, as it is known now."""
    account, yesterday = request.user, timezone.localdate() - timedelta(days=1)
    asked = day_of(request.GET.get("date", ""), settings.RULES) or yesterday
    day = min(asked, yesterday)
    here = reverse("desk:morning")
    context: dict[str, Any] = {
        "day": day,
        "to_come": asked > yesterday,
        "earlier": f"{here}?date={day - timedelta(days=1)}",
        "later": f"{here}?date={day + timedelta(days=1)}" if day < yesterday else "",
        "due": _due(account),
        "days": unit_days(account, day),
        "day_url": f"{reverse('desk:day')}?date={day}",
        "whole": not shown.scope_of(account),
    }
    try:
        found = morning_figures(day, shown.scope_of(account))
    except Unavailable as reason:
        return show(request, "day/morning.html", context | {"unavailable": str(reason)})
    context |= {
        "incidents": _incidents(account, found),
        "timely": [_tile(account, found, found.changes[key]) for key in TIMELY],
        "said": [_tile(account, found, found.changes[key]) for key in SAID],
        "weeks_from": found.start,
        "plots": _plots(account, found),
        "as_of": shown.as_of(found.any_result),
        "stale": found.any_result.cutoff < midnight(day, days=1),
        "level": shown.level_now(),
    }
    return show(request, "day/morning.html", context)


def _due(account: Account) -> list[dict[str, Any]]:
    """What is late now, straight from the records."""
    counts, matters = standing(account), reverse("desk:matters")
    time = date_format(timezone.localtime(), "TIME_FORMAT")
    tiles = [
        (_("Overdue"), counts["late"], f"{matters}?view=late"),
        (_("Soon due"), counts["at_risk"], f"{matters}?view=at_risk"),
        (
            _("Not put right in time"),
            counts["rectifications_late"],
            f"{matters}?view=late&kind={rectifying_kind().code}",
        ),
    ]
    if can(account, Capability.VIEW_CALLBACKS):
        tiles.append(
            (_("Callbacks overdue"), open_counts(account)["late"], reverse("desk:callbacks"))
        )
    return [
        {
            "label": label,
            "value": f"{count:,}",
            "url": url if count else "",
            "note": _("now, %(time)s") % {"time": time},
        }
        for label, count, url in tiles
    ]


def _incidents(account: Account, found: MorningFigures) -> dict[str, Any]:
    """The day's count, what is usual, and the categories that stand out."""
    unusual = found.incidents
    one = unusual.indicator
    opens = shown.may_open(account, one)
    url = shown.records_url(one, Part.NUMERATOR, found.day, found.day) if opens else ""
    signals = [row for row in unusual.rows if row.beyond_chance]
    labels = shown.cell_labels(one, "category", [row.dimensions["category"] for row in signals])
    return {
        "count": "—" if unusual.count is None else f"{unusual.count:,}",
        "url": url,
        "finding": of_day(unusual),
        "signals": [
            {
                "label": labels[row.dimensions["category"]],
                "count": row.count,
                "usual": f"{row.usual:.1f}",
                "url": shown.records_url(one, None, found.day, found.day, row.dimensions)
                if opens and row.count
                else "",
            }
            for row in signals
        ],
        "signals_finding": of_signals(unusual),
        "beyond_chance": unusual.total is not None and unusual.total.beyond_chance,
    }


def _tile(account: Account, found: MorningFigures, change: Change) -> dict[str, Any]:
    one, figure = change.now.indicator, change.now.total
    words = shown.in_words(one, figure)
    notes = [EXPLAINED[one.key]()] if one.key in EXPLAINED else []
    if figure.without and figure.without != replace(figure, without=None):
        notes.append(
            _("without the unit's own and repeat calls: %(value)s") % {"value": words.without}
        )
    if figure.demands:
        notes.append(_("without unreasonable demands: %(value)s") % {"value": words.demands})
    if words.bounds:
        notes.append(_("if all had answered: %(bounds)s") % {"bounds": words.bounds})
    elif one.key == "resolution_rate":
        unknown = found.changes[UNKNOWN].now
        share = shown.in_words(unknown.indicator, unknown.total).value
        notes.append(_("unknown: %(share)s") % {"share": share})
    until = date_format(found.day, "MONTH_DAY_FORMAT")
    notes.append(_("four weeks to %(day)s") % {"day": until})
    return {
        "label": one.label,
        "value": words.value,
        "suppressed": words.suppressed,
        "interval": words.interval,
        "n": "" if figure.denominator is None else f"{figure.denominator:,}",
        "url": shown.opens(account, one, figure, found.start, found.day),
        "trend": of_change(change),
        "trend_tone": _tone(change),
        "note": " · ".join(notes),
    }


def _tone(change: Change) -> str:
    """Good news and bad news only where chance does not explain them."""
    direction = change.now.indicator.direction
    if not change.beyond_chance or change.difference is None or direction is Direction.NEITHER:
        return "plain"
    better = (change.difference.value > 0) is (direction is Direction.HIGHER)
    return "done" if better else "late"


def _plots(account: Account, found: MorningFigures) -> list[drawn.Figure]:
    """The charts: satisfaction by month, concerns, and units beside each other."""

    def opener(result: Result, start: date) -> Callable[[Figure], str]:
        return lambda figure: shown.opens(account, result.indicator, figure, start, found.day)

    months = plot(
        found.months,
        anchor="satisfaction",
        title=_("Satisfaction by month"),
        finding=of_breakdown(found.months),
        url=opener(found.months, first_month(found.day)),
    )
    plots = [months] if found.months.rows else []
    if found.concerns:
        how = shown.how_made(found.concerns[0])
        plots.append(
            concerns_plot(
                found.concerns[:SHOWN_CONCERNS],
                how,
                url=lambda one: opener(one, found.start)(one.total),
            )
        )
    large = large_enough(found.units)
    if len(large.rows) > 1:
        few = len(found.units.rows) - len(large.rows)
        plots.append(
            plot(
                large,
                anchor="units",
                title=_("Answered in time, by unit"),
                finding=f"{of_breakdown(found.units)} {_few(few)}".strip(),
                url=opener(found.units, found.start),
            )
        )
    return plots


def _few(count: int) -> str:
    """That some units are not shown, because so few answers say nothing about them."""
    if not count:
        return ""
    least = rule("measures.rank_from").number
    told = ngettext(
        "%(n)s more unit has fewer than %(least)s: too few to show.",
        "%(n)s more units have fewer than %(least)s each: too few to show.",
        count,
    )
    return told % {"n": count, "least": least}


urlpatterns = pages.addresses
