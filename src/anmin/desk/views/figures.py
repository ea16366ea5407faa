"""Indicators: the list, one indicator in picture and table, its file, and the records behind it."""

import csv
from datetime import date

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anmin.callbacks.queries import matters_behind
from anmin.desk.measured import (
    all_keys,
    breakdowns,
    made,
    picture,
    records_url,
    scope_of,
    words,
)
from anmin.desk.rows import rows
from anmin.desk.views.page import DeskRequest, page, show
from anmin.exchange.formulas import neutralised
from anmin.kernel.errors import Refusal, Unavailable
from anmin.matters.queries import matters_for
from anmin.measures.figures import Part
from anmin.measures.queries import records as records_behind
from anmin.measures.queries import show as figures_of
from anmin.measures.queries import show_many
from anmin.measures.registry import registry
from anmin.people.policy import Capability


@page(Capability.VIEW_FIGURES)
@require_safe
def measures(request: DeskRequest) -> HttpResponse:
    """Every indicator with its value over all time."""
    try:
        results = show_many(all_keys(), scope=scope_of(request.user))
    except Unavailable as missing:
        return show(request, "measures.html", {"missing": str(missing)})
    lines = [
        {"key": key, "unit": one.indicator.unit, **words(one.indicator, one.total)}
        for key, one in results.items()
    ]
    return show(request, "measures.html", {"lines": lines})


@page(Capability.VIEW_FIGURES)
@require_safe
def measure(request: DeskRequest, key: str) -> HttpResponse:
    """One indicator by one dimension."""
    indicator = registry.indicator(key)
    choices = breakdowns(indicator)
    by = request.GET.get("by") or choices[0][0]
    start, end = _day(request, "since"), _day(request, "until")
    try:
        result = figures_of(key, (by,), start, end, scope=scope_of(request.user))
    except Unavailable as missing:
        return show(request, "measures.html", {"missing": str(missing)})
    context = {
        "indicator": indicator,
        "figure": picture(result, start=start, end=end),
        "total": words(indicator, result.total),
        "records": records_url(key, {}, start, end),
        "choices": choices,
        "by": by,
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "how": made(result),
    }
    return show(request, "measure.html", context)


@page(Capability.VIEW_FIGURES)
@require_safe
def measure_csv(request: DeskRequest, key: str) -> HttpResponse:
    """The same figures as a file; suppressed cells stay empty."""
    by = request.GET.get("by", "month")
    start, end = _day(request, "since"), _day(request, "until")
    result = figures_of(key, (by,), start, end, scope=scope_of(request.user))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-{by}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([by, "numerator", "denominator", "value", "low", "high", "suppressed"])
    for row in (*result.rows, result.total):
        told = row.as_dict()
        name = told.get(by, _("all"))
        cells = [told[c] for c in ("numerator", "denominator", "value", "low", "high")]
        writer.writerow([neutralised(str(name or "")), *cells, told["suppressed"]])
    return response


@page(Capability.VIEW_FIGURES, Capability.VIEW_MATTERS)
@require_safe
def records(request: DeskRequest, key: str) -> HttpResponse:
    """The matters behind a figure, as far as this person may see them."""
    indicator = registry.indicator(key)
    start, end = _day(request, "since"), _day(request, "until")
    dimensions = {
        name.removeprefix("d-"): value or None
        for name, value in request.GET.items()
        if name.startswith("d-")
    }
    after = request.GET.get("after")
    found = records_behind(
        key,
        dimensions,
        Part.DENOMINATOR,
        start,
        end,
        scope=scope_of(request.user),
        after=int(after) if after and after.isdigit() else None,
    )
    ids = found.keys if indicator.table == "matters" else matters_behind(found.keys)
    seen = matters_for(request.user).filter(pk__in=ids).select_related("unit", "assignee")
    older = ""
    if found.after is not None:
        older = f"{records_url(key, dimensions, start, end)}&after={found.after}"
    context = {
        "indicator": indicator,
        "rows": rows(list(seen.order_by("-opened_at")), by_deadline=False),
        "older": older,
        "count": len(ids),
    }
    return show(request, "records.html", context)


def _day(request: DeskRequest, name: str) -> date | None:
    text = request.GET.get(name, "")
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        raise Refusal(_("This is no date."), field=name)
    return day


urlpatterns: list[URLPattern] = [
    path("measures/", measures, name="measures"),
    path("measures/<slug:key>/", measure, name="measure"),
    path("measures/<slug:key>/file.csv", measure_csv, name="measure_csv"),
    path("measures/<slug:key>/records/", records, name="records"),
]
