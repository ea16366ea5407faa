"""Stations and towns beside each other: rank intervals and a funnel, never a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import beyond_words
from anmin.desk.figures.periods import PeriodForm
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.csv_files import csv_file
from anmin.desk.shell.page import DeskRequest, page, show
from anmin.desk.watch import words as watching
from anmin.kernel.errors import Refusal, Unavailable
from anmin.people.policy import Capability
from anmin.watch.periods import Period, rule
from anmin.watch.ranking import BY, LEVELS, rankable, ranked

if TYPE_CHECKING:
    from anmin.measures.figures import Figure
    from anmin.watch.ranking import Ranked, Ranking

KINDS = {"unit": gettext_lazy("Stations"), "town": gettext_lazy("Towns and streets")}
USUAL = "answered_in_time"
OUTSIDE = (
    watching.Badge(gettext_lazy("within chance"), "plain"),
    watching.Badge(gettext_lazy("beyond the inner limits"), "info"),
    watching.Badge(gettext_lazy("beyond the outer limits"), "at_risk"),
)


def _asked(request: DeskRequest) -> tuple[str, str, Period, PeriodForm]:
    """The indicator, what is ranked, the period, and the form that was filled in."""
    form = PeriodForm(request.GET)
    form.is_valid()
    given, today = form.cleaned_data, timezone.localdate()
    end = given.get("end") or today
    start = given.get("start") or end - timedelta(days=rule("watch.compare_days").number - 1)
    by = request.GET.get("by", "")
    by = by if by in BY else BY[0]
    keys = [one.key for one in rankable(by)]
    key = request.GET.get("key", "")
    return key if key in keys else USUAL, by, Period(min(start, end), end), form


@page(Capability.VIEW_WATCH)
def ranks(request: DeskRequest) -> HttpResponse:
    """Ranks with their intervals, the funnel, and the table of both."""
    key, by, period, form = _asked(request)
    context: dict[str, Any] = {
        "tabs": watching.tabs("desk:watch_ranks"),
        "asked": {"form": form, "start": period.start, "end": period.end},
        "key": key,
        "by": by,
        "indicators": [(one.key, one.label) for one in rankable(by)],
        "kinds": [
            {
                "url": watching.with_query("desk:watch_ranks", key=key, by=code),
                "label": label,
                "current": code == by,
            }
            for code, label in KINDS.items()
        ],
    }
    try:
        found = ranked(key, by, period)
    except Unavailable as reason:
        return show(request, "watch/ranks.html", context | {"unavailable": str(reason)})
    except Refusal as reason:
        return show(request, "watch/ranks.html", context | {"problem": str(reason)})
    csv_url = watching.with_query(
        "desk:watch_ranks_csv", key=key, by=by, start=period.start, end=period.end
    )
    labels = shown.cell_labels(
        by, [row.code for row in found.rows] + [row.dimensions[by] for row in found.too_few]
    )
    context |= {
        "found": found,
        "has_without": found.indicator.aside is not None,
        "days": watching.days(period),
        "csv_url": csv_url,
        "lines": [_line(request, found, row, labels) for row in found.rows],
        "too_few": [labels[row.dimensions[by]] for row in found.too_few],
        "least": found.least,
        "plots": _plots(found, labels, csv_url) if found.rows else [],
        "finding": _finding(found),
        "as_of": watching.as_of(found.cutoff, found.revision),
        "level": shown.level_now(),
    }
    return show(request, "watch/ranks.html", context)


def _finding(found: Ranking) -> str:
    """Whether there is anything to rank at all."""
    if found.same is None:
        return ""
    words = {"p": watching.chance(found.same), "n": len(found.rows)}
    if found.same > 1 - rule("measures.confidence").share:
        return (
            _("The %(n)s places could all be alike (p = %(p)s): the order may be chance.") % words
        )
    return (
        _("The %(n)s places are not all alike (p = %(p)s); how sure a rank is, its interval says.")
        % words
    )


def _line(
    request: DeskRequest, found: Ranking, row: Ranked, labels: dict[Any, str]
) -> dict[str, Any]:
    return {
        "label": labels[row.code],
        "rank": row.rank,
        "ranks": f"{row.low}–{row.high}",
        "words": shown.in_words(found.indicator, row.figure),
        "url": shown.opens(
            request.user, found.indicator, row.figure, found.period.start, found.period.end
        ),
        "badge": OUTSIDE[row.outside],
    }


def _plots(found: Ranking, labels: dict[Any, str], csv_url: str) -> list[drawn.Figure]:
    dimension = str(KINDS[found.by])
    order = drawn.Figure(
        id="ranks",
        kind="dots-interval",
        unit="count",
        title=_("Ranks and the ranks that are possible"),
        dimension=dimension,
        series=(
            drawn.Series(
                name=_("rank"),
                points=tuple(
                    drawn.Point(
                        at=labels[row.code],
                        value=row.rank,
                        low=row.low,
                        high=row.high,
                        n=row.figure.denominator,
                    )
                    for row in found.rows
                ),
            ),
        ),
        level=round(found.level * 100),
        finding=_finding(found),
        how=_how_ranks(found),
        csv_url=csv_url,
    )
    if not found.funnel:
        return [order]
    funnel = drawn.Figure(
        id="funnel",
        kind="funnel",
        title=_("Funnel: shares against their n"),
        dimension=dimension,
        series=(
            drawn.Series(
                name=str(found.indicator.label),
                points=tuple(
                    drawn.Point(
                        at=labels[row.code],
                        value=row.figure.value,
                        low=row.figure.low,
                        high=row.figure.high,
                        n=row.figure.denominator,
                    )
                    for row in found.rows
                ),
            ),
        ),
        funnel=tuple((one.n, *one.inner, *one.outer) for one in found.funnel),
        level=shown.level_now(),
        reference=found.target,
        reference_label=_("all together"),
        finding=_funnel_finding(found, labels),
        how=_how_funnel(found),
        csv_url=csv_url,
    )
    return [order, funnel]


def _funnel_finding(found: Ranking, labels: dict[Any, str]) -> str:
    higher: list[str] = []
    lower: list[str] = []
    for row in found.rows:
        if row.outside:
            side = higher if (row.figure.value or 0) > found.target else lower
            side.append(str(labels[row.code]))
    told = beyond_words(higher, lower, len(found.rows))
    if not (higher or lower):
        return told
    far = _("%(far)s beyond the outer limits.") % {
        "far": sum(row.outside > 1 for row in found.rows)
    }
    return f"{told} {far}"


def _how_ranks(found: Ranking) -> str:
    words = {"level": f"{found.level * 100:g}%", "least": found.least}
    return "\n".join(
        [
            str(found.indicator.how_made),
            _(
                "Rank 1 is the highest share. With probability %(level)s all intervals hold all "
                "true ranks at once (Klein, Wright and Wieczorek 2020)."
            )
            % words,
            _("None with fewer than %(least)s records is ranked; nobody ranks persons.") % words,
            watching.as_of(found.cutoff, found.revision),
        ]
    )


def _how_funnel(found: Ranking) -> str:
    inner, outer = (f"{level * 100:g}%" for level in LEVELS)
    lines = [
        _("Dashed limits: %(inner)s, solid: %(outer)s, around the share of all together.")
        % {"inner": inner, "outer": outer},
        _("Limits allow for places that differ by more than chance (Spiegelhalter 2005)."),
    ]
    if found.excess:
        lines.append(
            _("There is such a difference here, so the limits are wider than chance alone.")
        )
    return "\n".join([*lines, watching.as_of(found.cutoff, found.revision)])


@page(Capability.VIEW_WATCH)
def ranks_csv(request: DeskRequest) -> FileResponse:
    """The same as a table; who has too few records stands at the end, without a rank."""
    key, by, period, _form = _asked(request)
    found = ranked(key, by, period)
    codes = [row.code for row in found.rows] + [row.dimensions[by] for row in found.too_few]
    labels = shown.cell_labels(by, codes)
    head = [by, "label", "rank", "rank_low", "rank_high", "value", "low", "high", "numerator"]
    head += [
        "n",
        "without_numerator",
        "without_n",
        "without_value",
        "funnel",
        "indicator",
        "start",
        "end",
        "cutoff",
        "revision",
    ]
    tail = [key, period.start, period.end, timezone.localtime(found.cutoff), found.revision]
    rows: list[list[Any]] = [
        [
            row.code,
            labels[row.code],
            row.rank,
            row.low,
            row.high,
            row.figure.value,
            row.figure.low,
            row.figure.high,
            row.figure.numerator,
            row.figure.denominator,
            *_bare(row.figure),
            ("within", "inner", "outer")[row.outside],
            *tail,
        ]
        for row in found.rows
    ]
    rows += [
        [
            row.dimensions[by],
            labels[row.dimensions[by]],
            None,
            None,
            None,
            row.value,
            row.low,
            row.high,
            row.numerator,
            row.denominator,
            *_bare(row),
            "too few",
            *tail,
        ]
        for row in found.too_few
    ]
    return csv_file(f"ranks-{key}-{by}", head, rows)


def _bare(figure: Figure) -> list[Any]:
    """The figure without what its indicator sets aside, for the file."""
    bare = figure.without
    return [bare.numerator, bare.denominator, bare.value] if bare else [None, None, None]


urlpatterns: list[URLPattern] = [
    path("watch/ranks/", ranks, name="watch_ranks"),
    path("watch/ranks.csv", ranks_csv, name="watch_ranks_csv"),
]
