"""The indicators: all of them for a period, and one by unit, area, month or category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks.measures import CONCERN
from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import of_breakdown
from anmin.desk.figures.periods import PeriodForm
from anmin.desk.shell.csv_files import csv_file
from anmin.desk.shell.page import DeskRequest, page, show
from anmin.faces.templatetags.anmin_time import spoken_day
from anmin.kernel.errors import NotAllowed, Refusal, Unavailable
from anmin.matters.categories import category_choices
from anmin.measures.queries import show as figures_of
from anmin.measures.queries import show_many
from anmin.measures.registry import MONTH, Indicator, Kind, registry
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.measures.figures import Figure
    from anmin.measures.queries import Filters, Result

LATELY = timedelta(days=27)
"""The list shows four weeks up to today unless told."""
WITHOUT = tuple(
    f"without_{name}" for name in ("numerator", "denominator", "value", "low", "high", "suppressed")
)
"""Columns of a file: the same without what an indicator sets aside."""
MONTHS = 6
"""One indicator shows so many months, the current one included, unless told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page was asked for: the period, and what else narrows it."""

    form: PeriodForm
    start: date
    end: date
    filters: Filters


def _asked(request: DeskRequest, usual: date, dimensions: tuple[str, ...] = ()) -> Asked:
    """The period and filters that could be understood; the rest is told by the form's errors."""
    form = PeriodForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    narrow = {"unit": getattr(given.get("unit"), "code", ""), "category": given.get("category", "")}
    end = given.get("end") or timezone.localdate()
    return Asked(
        form,
        given.get("start") or min(usual, end),
        end,
        {name: value for name, value in narrow.items() if value and name in dimensions},
    )


# --- all of them --------------------------------------------------------------------------------


@page(Capability.VIEW_FIGURES)
def measures(request: DeskRequest) -> HttpResponse:
    """Every indicator for one period, each with its interval and its n."""
    asked = _asked(request, timezone.localdate() - LATELY)
    context: dict[str, Any] = {"asked": asked, "level": shown.level_now()}
    scope = shown.scope_of(request.user)
    try:
        results = show_many(registry.indicators, (), asked.start, asked.end, scope=scope)
    except Unavailable as reason:
        return show(request, "measures/list.html", context | {"unavailable": str(reason)})
    groups: dict[str, list[dict[str, Any]]] = {}
    for key, result in results.items():
        group = (
            _("What people are unhappy about")
            if key.startswith(CONCERN)
            else str(registry.tables[result.indicator.table].label)
        )
        line = _line(request, result, result.total, asked, str(result.indicator.label))
        groups.setdefault(group, []).append({**line, "page": _page_of(result.indicator, asked)})
    context |= {
        "groups": groups,
        "set_aside": shown.set_aside(),
        "as_of": [shown.as_of(one) for one in results.values()][:1],
    }
    return show(request, "measures/list.html", context)


def _page_of(indicator: Indicator, asked: Asked) -> str:
    address = reverse("desk:measure", args=[indicator.key])
    said = {name for name in ("start", "end") if asked.form.cleaned_data.get(name)}
    query = "&".join(f"{name}={getattr(asked, name).isoformat()}" for name in sorted(said))
    return f"{address}?{query}" if query else address


def _line(
    request: DeskRequest, result: Result, figure: Figure, asked: Asked, label: str
) -> dict[str, Any]:
    """One row of a table of figures; its value leads to the records where they may be seen."""
    one = result.indicator
    return {
        "label": label,
        "words": shown.in_words(one, figure),
        "url": shown.opens(request.user, one, figure, asked.start, asked.end, **asked.filters),
    }


# --- one of them --------------------------------------------------------------------------------


@page(Capability.VIEW_FIGURES)
def measure(request: DeskRequest, key: str) -> HttpResponse:
    """One indicator along one dimension: chart, table, how it was made, CSV."""
    indicator = registry.indicator(key)
    dimensions = shown.dimensions_of(request.user, indicator)
    by, asked = _by(request, indicator), _of_one(request, indicator)
    context: dict[str, Any] = {
        "indicator": indicator,
        "asked": asked,
        "by": by,
        "views": [
            {"label": shown.dimension_label(name), "url": _address(request, by=name), "by": name}
            for name in (MONTH, *dimensions)
        ],
        "categories": category_choices() if "category" in dimensions else (),
        "asks_unit": "unit" in dimensions,
        "active": _chips(request, asked),
        "clear_url": f"?by={by}",
    }
    try:
        result = _result(request, indicator, by, asked)
    except Unavailable as reason:
        return show(request, "measures/one.html", context | {"unavailable": str(reason)})
    except Refusal as reason:
        return show(request, "measures/one.html", context | {"problem": str(reason)})
    labels = shown.cell_labels(by, [row.dimensions[by] for row in result.rows])
    context |= {
        "plot": shown.plot(
            result,
            anchor=f"by-{by}",
            finding=f"{of_breakdown(result)} {_cut(result)}".strip(),
            csv_url=f"{reverse('desk:measure_csv', args=[key])}{_address(request)}",
        ),
        "lines": [
            _line(request, result, row, asked, labels[row.dimensions[by]]) for row in result.rows
        ],
        "total": _line(request, result, result.total, asked, _("Together")),
        "has_bounds": indicator.frame is not None,
        "has_without": indicator.aside is not None,
        "set_aside": shown.set_aside(),
        "is_count": indicator.kind is Kind.COUNT,
        "dimension": shown.dimension_label(by),
        "level": shown.level_now(),
        "as_of": shown.as_of(result),
    }
    return show(request, "measures/one.html", context)


def _by(request: DeskRequest, indicator: Indicator) -> str:
    asked, allowed = request.GET.get("by", ""), shown.dimensions_of(request.user, indicator)
    narrows = "category" if request.GET.get("category") else asked
    if narrows in indicator.dimensions and narrows not in allowed:
        raise NotAllowed(
            _(
                "By place or category it could be made out who answered what: "
                "your unit sees this by month and unit."
            )
        )
    return asked if asked in allowed else MONTH


def _of_one(request: DeskRequest, indicator: Indicator) -> Asked:
    month = timezone.localdate().replace(day=1)
    for _month in range(MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    return _asked(request, month, shown.dimensions_of(request.user, indicator))


def _result(request: DeskRequest, indicator: Indicator, by: str, asked: Asked) -> Result:
    scope = shown.scope_of(request.user)
    return figures_of(indicator.key, (by,), asked.start, asked.end, asked.filters, scope)


def _cut(result: Result) -> str:
    if len(result.rows) <= shown.MOST_DRAWN:
        return ""
    return _("The chart shows the first %(some)s of %(all)s; the table has all.") % {
        "some": shown.MOST_DRAWN,
        "all": len(result.rows),
    }


def _address(request: DeskRequest, **changes: str) -> str:
    """The query of this page with some parts changed; empty ones fall away."""
    data = request.GET.copy()
    for name, value in changes.items():
        data[name] = value
    for name in [name for name, value in data.items() if not value]:
        del data[name]
    return f"?{data.urlencode()}"


def _chips(request: DeskRequest, asked: Asked) -> list[dict[str, str]]:
    """What narrows the page besides the dimension, each with its way out."""
    days = {"start": _("from %(day)s"), "end": _("until %(day)s")}
    labels: dict[str, str] = dict(category_choices())
    return [
        {
            "label": days[name] % {"day": spoken_day(asked.form.cleaned_data[name])}
            if name in days
            else labels.get(value, value),
            "remove_url": _address(request, **{name: ""}),
        }
        for name in asked.form.fields
        if (value := request.GET.get(name)) and name not in asked.form.errors
    ]


@page(Capability.VIEW_FIGURES)
def measure_csv(request: DeskRequest, key: str) -> FileResponse:
    """The same cells and their total as a table, with all that belongs to each value."""
    indicator = registry.indicator(key)
    by, asked = _by(request, indicator), _of_one(request, indicator)
    result = _result(request, indicator, by, asked)
    labels = shown.cell_labels(by, [row.dimensions[by] for row in result.rows])
    head = [by, "label", "numerator", "denominator", "value", "low", "high", "bound_low"]
    head += ["bound_high", "suppressed", *(WITHOUT if indicator.aside else ())]
    head += ["start", "end", "cutoff", "revision"]
    cells = [(row.dimensions[by] or "", labels[row.dimensions[by]], row) for row in result.rows]
    rows = [
        [
            code,
            label,
            row.numerator,
            row.denominator,
            row.value,
            row.low,
            row.high,
            *(row.bounds or (None, None)),
            "yes" if row.suppressed else "no",
            *_without(row),
            asked.start,
            asked.end,
            timezone.localtime(result.cutoff),
            result.revision,
        ]
        for code, label, row in (*cells, ("total", _("Together"), result.total))
    ]
    return csv_file(f"{key}-{by}", head, rows)


def _without(row: Figure) -> list[Any]:
    """The columns of ``WITHOUT``; none where nothing is set aside."""
    bare = row.without
    if bare is None:
        return []
    numbers = [bare.numerator, bare.denominator, bare.value, bare.low, bare.high]
    return [*numbers, "yes" if bare.suppressed else "no"]


urlpatterns: list[URLPattern] = [
    path("measures/", measures, name="measures"),
    path("measures/<slug:key>/", measure, name="measure"),
    path("measures/<slug:key>.csv", measure_csv, name="measure_csv"),
]
