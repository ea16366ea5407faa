"""The watch over places: how things stand, and what people are unhappy about where and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import of_breakdown, of_change, of_concerns
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.csv_files import csv_file
from anmin.desk.shell.page import DeskRequest, page, show
from anmin.desk.watch import words as watching
from anmin.kernel.errors import Refusal, Unavailable
from anmin.people.policy import Capability
from anmin.places.queries import area_names
from anmin.watch import queries
from anmin.watch.concerns import concerns_of, keys, where_named
from anmin.watch.example import newspaper_page
from anmin.watch.index import RED
from anmin.watch.periods import Period, last_whole_month, month_of, months_before
from anmin.watch.series import all_series

if TYPE_CHECKING:
    from anmin.measures.comparing import Change
    from anmin.people.models import Account
    from anmin.watch.concerns import Concerns
    from anmin.watch.models import IndexMonth

TOWN_CODE = 9
MONTHS_SHOWN = 12


@page(Capability.VIEW_WATCH)
def overview(request: DeskRequest) -> HttpResponse:
    """What the last night found, the latest index, and what waits for somebody."""
    account = request.user
    scans = queries.claimed_last_night(account)
    months = queries.index_months(account, 1)
    waiting = queries.candidates(account, waiting=True)
    context = {
        "tabs": watching.tabs("desk:watch"),
        "tiles": [
            *_scan_tiles(scans),
            *(_index_tiles(months[0]) if months else []),
            {
                "label": _("Candidates that wait"),
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
            "url": watching.with_query("desk:watch_hotspots", series=one.series),
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


# --- concerns -------------------------------------------------------------------------------


def _asked(request: DeskRequest) -> tuple[str, Period, str, str]:
    """The month, its days so far, the town, and the concern that was asked for."""
    today = timezone.localdate()
    month = request.GET.get("month", "")
    if month not in watching.month_choices(today):
        month = last_whole_month(today)
    whole = month_of(month)
    period = Period(whole.start, min(whole.end, today))
    town = request.GET.get("town", "")
    return month, period, town if town in _towns() else "", request.GET.get("concern", "")


def _towns() -> dict[str, str]:
    return {code: name for code, name in area_names().items() if len(code) == TOWN_CODE}


@page(Capability.VIEW_WATCH)
def concerns(request: DeskRequest) -> HttpResponse:
    """Concerns of one place and month, ranked with their intervals and their change."""
    month, period, town, concern = _asked(request)
    context: dict[str, Any] = {
        "tabs": watching.tabs("desk:watch_concerns"),
        "month": month,
        "months": watching.month_choices(timezone.localdate(), MONTHS_SHOWN),
        "town": town,
        "towns": _towns(),
        "days": watching.days(period),
        "before": watching.days(period.just_before()),
        "level": shown.level_now(),
        "earlier": watching.with_query(
            "desk:watch_concerns", month=months_before(month, 1)[0], town=town
        ),
    }
    try:
        found = concerns_of(period, town)
        if not found.named:
            context["nothing"] = shown.as_of(found.any_result)
            return show(request, "watch/concerns.html", context)
        context |= _shown(request.user, found, month, town, concern)
    except Unavailable as reason:
        context["unavailable"] = str(reason)
    except Refusal as reason:
        context["problem"] = str(reason)
    return show(request, "watch/concerns.html", context)


def _shown(
    account: Account, found: Concerns, month: str, town: str, concern: str
) -> dict[str, Any]:
    csv_url = watching.with_query("desk:watch_concerns_csv", month=month, town=town)
    chosen = concern if concern in keys() else found.named[0].now.indicator.key
    where = where_named(chosen, found.period)
    return {
        "lines": [_line(account, found, one, month, town) for one in found.named],
        "plot": _plot(account, found, csv_url),
        "csv_url": csv_url,
        "as_of": shown.as_of(found.any_result),
        "where": shown.plot(
            where,
            anchor="where",
            title=_("“%(concern)s” by town") % {"concern": where.indicator.label},
            finding=of_breakdown(where),
            csv_url=f"{reverse('desk:measure_csv', args=[chosen])}?by=town"
            f"&start={found.period.start}&end={found.period.end}",
            url=lambda figure: shown.opens(
                account, where.indicator, figure, found.period.start, found.period.end
            ),
        )
        if where.rows
        else None,
    }


def _line(account: Account, found: Concerns, one: Change, month: str, town: str) -> dict[str, Any]:
    indicator, figure = one.now.indicator, one.now.total
    narrow = {"town": town} if town else {}
    return {
        "label": indicator.label,
        "words": shown.in_words(indicator, figure),
        "url": shown.opens(
            account, indicator, figure, found.period.start, found.period.end, **narrow
        ),
        "change": of_change(one),
        "where_url": watching.with_query(
            "desk:watch_concerns", month=month, town=town, concern=indicator.key
        ),
    }


def _plot(account: Account, found: Concerns, csv_url: str) -> drawn.Figure:
    points = tuple(
        drawn.Point(
            at=str(one.now.indicator.label),
            value=one.now.total.value,
            low=one.now.total.low,
            high=one.now.total.high,
            n=one.now.total.denominator,
            suppressed=one.now.total.suppressed,
        )
        for one in found.named
    )
    return drawn.Figure(
        id="concerns",
        kind="dots-interval",
        title=_("What people are unhappy about"),
        dimension=_("Concern"),
        series=(drawn.Series(name=_("share of replies"), points=points),),
        level=shown.level_now(),
        finding=of_concerns([one.now for one in found.named]),
        how=shown.how_made(found.any_result),
        csv_url=csv_url,
    )


@page(Capability.VIEW_WATCH)
def concerns_csv(request: DeskRequest) -> FileResponse:
    """The same as a table."""
    month, period, town, _concern = _asked(request)
    found = concerns_of(period, town)
    head = ["concern", "label", "town", "start", "end", "numerator", "denominator", "value", "low"]
    head += ["high", "suppressed", "change", "change_low", "change_high", "cutoff", "revision"]
    rows = []
    for one in found.changes:
        figure, apart = one.now.total, one.difference
        rows.append(
            [
                one.now.indicator.key,
                str(one.now.indicator.label),
                town,
                period.start,
                period.end,
                figure.numerator,
                figure.denominator,
                figure.value,
                figure.low,
                figure.high,
                "yes" if figure.suppressed else "no",
                *((apart.value, apart.low, apart.high) if apart else (None, None, None)),
                timezone.localtime(one.now.cutoff),
                one.now.revision,
            ]
        )
    return csv_file(f"concerns-{month}", head, rows)


urlpatterns: list[URLPattern] = [
    path("watch/", overview, name="watch"),
    path("watch/concerns/", concerns, name="watch_concerns"),
    path("watch/concerns.csv", concerns_csv, name="watch_concerns_csv"),
]
