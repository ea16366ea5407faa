"""The leader's morning: what changed, what is late, what people are unhappy about."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anmin.callbacks.dayboard import day_board
from anmin.callbacks.measures import CONCERN
from anmin.desk.figures import Figure, Point, Series
from anmin.desk.measured import asked, made, picture, records_url, scope_of, words
from anmin.desk.views.page import DeskRequest, page, show
from anmin.kernel.errors import Unavailable
from anmin.matters.queries import counts
from anmin.measures.queries import Result, show_many
from anmin.measures.registry import registry
from anmin.people.policy import Capability
from anmin.stats.counts import compare

WINDOW = 30  # days that the shares of the page cover
TILES = ("satisfaction", "satisfaction_weighted", "response_rate", "resolution_rate")
LIKELY = 0.05  # a difference with a larger p is said to be one that chance explains


@page(Capability.VIEW_FIGURES)
@require_safe
def morning(request: DeskRequest) -> HttpResponse:
    """One page for the start of the day."""
    scope = scope_of(request.user)
    yesterday = timezone.localdate() - timedelta(days=1)
    since = yesterday - timedelta(days=WINDOW - 1)
    try:
        context = {
            **_changed(scope, yesterday),
            **_satisfied(scope, since, yesterday),
            **_unhappy_about(scope, since, yesterday),
        }
    except Unavailable as missing:
        return show(request, "morning.html", {"missing": str(missing)})
    context["yesterday"], context["since"] = yesterday, since
    context["waiting"] = _waiting(request)
    board = day_board(viewer=request.user, day=yesterday)
    context["unsigned"] = board.unsigned_units
    context["board"] = board
    return show(request, "morning.html", context)


def _changed(scope: Mapping[str, Any], yesterday: date) -> dict[str, Any]:
    """Yesterday's incidents against the same weekday of the eight weeks before."""

    def count(day: date) -> int:
        result = show_many(["incidents"], start=day, end=day, scope=scope)["incidents"]
        return int(result.total.value or 0)

    usual = [count(yesterday - timedelta(weeks=week)) for week in range(1, 9)]
    now = count(yesterday)
    told = compare(now, sum(usual), exposure_this=1, exposure_last=len(usual))
    average = sum(usual) / len(usual)
    trend = _("no comparison yet")
    tone = "plain"
    if sum(usual):
        trend = _("usual for this weekday: %(usual)s; chance explains the difference") % {
            "usual": f"{average:.1f}"
        }
        if told.p_mid < LIKELY:
            tone = "at_risk"
            trend = _("usual for this weekday: %(usual)s; more than chance (p = %(p)s)") % {
                "usual": f"{average:.1f}",
                "p": f"{told.p_mid:.3f}",
            }
    url = records_url("incidents", {}, yesterday, yesterday)
    return {"incidents": {"value": now, "trend": trend, "tone": tone, "url": url}}


def _satisfied(scope: Mapping[str, Any], since: date, until: date) -> dict[str, Any]:
    """The shares of the last weeks, their course by month, and the units beside each other."""
    overall = show_many(TILES, start=since, end=until, scope=scope)
    tiles = [
        {**words(one.indicator, one.total), "url": _url(key, since, until)}
        for key, one in overall.items()
    ]
    months = show_many(["satisfaction"], by=("month",), scope=scope)["satisfaction"]
    units = show_many(["answered_in_time"], by=("unit",), start=since, end=until, scope=scope)
    in_time = units["answered_in_time"]
    right = show_many(["put_right_in_time"], start=since, end=until, scope=scope)
    put_right = right["put_right_in_time"]
    return {
        "tiles": [*tiles, words(put_right.indicator, put_right.total)],
        "course": picture(months, start=None, end=None, finding=_course(months)),
        "units": picture(in_time, start=since, end=until, finding=_beside(in_time)),
        "how": made(overall["satisfaction"]),
    }


def _course(result: Result) -> str:
    """What the last two months with enough answers say, and whether chance explains it."""
    seen = [row for row in result.rows if row.value is not None]
    if len(seen) < 2:
        return _("Too few months to say anything about a change.")
    before, last = seen[-2], seen[-1]
    assert before.low is not None
    assert before.high is not None
    assert last.low is not None
    assert last.high is not None
    if last.low > before.high:
        return _("Higher than the month before, by more than chance.")
    if last.high < before.low:
        return _("Lower than the month before, by more than chance.")
    return _("No change from the month before that chance does not explain.")


def _beside(result: Result) -> str:
    """Which units differ from the whole by more than chance."""
    whole = result.total.value
    apart = [
        row
        for row in result.rows
        if whole is not None and row.high is not None and row.high < whole and not row.suppressed
    ]
    if not apart:
        return _("No unit is below the whole by more than chance.")
    return _("%(count)s units are below the whole by more than chance.") % {"count": len(apart)}


def _unhappy_about(scope: Mapping[str, Any], since: date, until: date) -> dict[str, Any]:
    """The concerns of the last weeks, most named first."""
    keys = [key for key in registry.indicators if key.startswith(CONCERN)]
    results = show_many(keys, start=since, end=until, scope=scope)
    named = sorted(results.values(), key=lambda one: -(one.total.value or 0))
    shown = [one for one in named if one.total.suppressed or one.total.value]
    points = tuple(
        Point(
            at=str(one.indicator.label),
            value=one.total.value,
            low=one.total.low,
            high=one.total.high,
            n=one.total.denominator,
            suppressed=one.total.suppressed,
            url=records_url(one.indicator.key, {}, since, until),
        )
        for one in shown
    )
    if not points:
        return {"concerns": None}
    figure = Figure(
        id="concerns",
        kind="dots-interval",
        title=_("What people are unhappy about"),
        dimension=_("Concern"),
        finding=_("Most named: %(what)s.") % {"what": points[0].at},
        how=made(named[0]),
        series=(Series(name=_("share of replies"), points=points),),
    )
    return {"concerns": figure}


def _waiting(request: DeskRequest) -> list[dict[str, Any]]:
    """What is late or unowned now, straight from the records."""
    words_of = {"late": _("Late"), "at_risk": _("At risk"), "unowned": _("Without a person")}
    seen = counts(request.user)
    base = reverse("desk:matters")
    return [
        {"label": label, "value": seen.get(view, 0), "url": f"{base}?view={view}"}
        for view, label in words_of.items()
    ]


def _url(key: str, since: date, until: date) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked("unit", since, until).items())
    return f"{reverse('desk:measure', args=[key])}?{query}"


urlpatterns: list[URLPattern] = [path("morning/", morning, name="morning")]
