"""The indicators: all of them for a period, and one by unit, area, month or category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anmin.callbacks.measures import CONCERN
from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import of_breakdown
from anmin.desk.figures.numbers import DASH
from anmin.desk.figures.outside import outside_lines
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.figures.periods import PeriodForm
from anmin.desk.figures.pictures import MOST_DRAWN, plot
from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.faces.templatetags.anmin_time import spoken_day
from anmin.kernel.errors import NotAllowed, Unavailable
from anmin.matters.categories import category_choices
from anmin.matters.in_the_lake import table_name
from anmin.matters.registry import all_kinds
from anmin.measures.queries import Result, show_many
from anmin.measures.queries import show as figures_of
from anmin.measures.registry import MONTH, Indicator, Kind, registry
from anmin.people.policy import Capability
from anmin.surveys.outside import beside as others_beside

if TYPE_CHECKING:
    from anmin.measures.figures import Figure
    from anmin.measures.queries import Filters

LATELY = timedelta(days=27)
"""The list shows four weeks up to today unless told."""
NUMBERS = "numerator denominator value low high"
"""Columns of a file, also without what an indicator sets aside."""
MONTHS = 6
"""One indicator shows so many months, the current one included, unless told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page was asked for: the period, and what else narrows it."""

    form: PeriodForm
    start: date
    end: date
    filters: Filters


@dataclass(frozen=True, slots=True)
class AskedOfOne:
    """The same of one indicator, and the dimension that it is broken down by."""

    indicator: Indicator
    by: str
    when: Asked


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one table: those with a value, and those of which nothing is on record."""

    place: int
    title: str
    lines: list[dict[str, Any]]
    nothing: list[dict[str, Any]]
    bounds: bool
    without: bool
    demands: bool
    """Whether a figure of it has such a column."""


def _asked(request: DeskRequest, usual: date, dimensions: tuple[str, ...] = ()) -> Asked:
    """The period and filters that could be understood; the rest is told by the form's errors."""
    form = PeriodForm.asked(request)
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


pages = Pages(Capability.VIEW_FIGURES)


@pages.at("measures/", "measures")
def measures(request: DeskRequest) -> HttpResponse:
    """Every indicator for one period, each with its interval and its n."""
    asked = _asked(request, timezone.localdate() - LATELY)
    context: dict[str, Any] = {"asked": asked, "level": shown.level_now()}
    scope = shown.scope_of(request.user)
    try:
        results = show_many(registry.indicators, (), asked.start, asked.end, scope=scope)
    except Unavailable as reason:
        return show(request, "measures/list.html", context | {"unavailable": str(reason)})
    kinds = {table_name(one): str(one.label) for one in all_kinds()}
    groups: dict[str, list[dict[str, Any]]] = {}
    nothing: dict[str, list[dict[str, Any]]] = {}
    for key, result in results.items():
        table, label = result.indicator.table, str(result.indicator.label)
        group = kinds.get(table) or str(registry.tables[table].label)
        if key.startswith(CONCERN):
            group = _("What citizens are dissatisfied with")
        elif table in kinds:  # the heading says of which kind they all are
            label = capfirst(label.removeprefix(_of_kind().format(kind=group, figure="")))
        line = _line(request, result, result.total, asked, label)
        kept = nothing if result.total.denominator == 0 else groups
        kept.setdefault(group, []).append({**line, "page": _page_of(result.indicator, asked)})
    context |= {
        "groups": [
            _group(place, group, groups.get(group, []), nothing.get(group, []))
            for place, group in enumerate(dict.fromkeys([*groups, *nothing]), 1)
        ],
        "set_aside": shown.set_aside(),
        "demands_aside": shown.demands_aside(),
        "as_of": [shown.as_of(one) for one in results.values()][:1],
    }
    context["with_demands"] = any(one.demands for one in context["groups"])
    return show(request, "measures/list.html", context)


def _group(
    place: int, title: str, lines: list[dict[str, Any]], nothing: list[dict[str, Any]]
) -> Group:
    said = [line["words"] for line in lines]
    return Group(
        place,
        title,
        lines,
        nothing,
        any(one.bounds for one in said),
        any(one.without not in ("", DASH) for one in said),
        any(one.demands not in ("", DASH) for one in said),
    )


def _of_kind() -> str:
    """How the figures of a kind begin (``matters.kind_figures``)."""
    return _("{kind}: {figure}")


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


def _by(request: DeskRequest, indicator: Indicator) -> str:
    asked, allowed = request.GET.get("by", ""), shown.dimensions_of(request.user, indicator)
    narrows = "category" if request.GET.get("category") else asked
    if narrows in indicator.dimensions and narrows not in allowed:
        raise NotAllowed(
            _(
                "By place or category it could be worked out who answered what: your unit sees "
                "this by month and unit only."
            )
        )
    return asked if asked in allowed else MONTH


def _cut(result: Result) -> str:
    if len(result.rows) <= MOST_DRAWN:
        return ""
    return _("The chart shows the first %(some)s of %(all)s; the table has all.") % {
        "some": MOST_DRAWN,
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


class MeasurePage(FigurePage[AskedOfOne, Result]):
    """One indicator along one dimension: chart, table, how it was made."""

    address = "measures/<slug:key>"
    name = "measure"
    template = "measures/one.html"
    capabilities = (Capability.VIEW_FIGURES,)

    def ask(self, request: DeskRequest) -> AskedOfOne:
        assert request.resolver_match is not None
        indicator = registry.indicator(request.resolver_match.kwargs["key"])
        by, month = _by(request, indicator), timezone.localdate().replace(day=1)
        for _month in range(MONTHS - 1):
            month = (month - timedelta(days=1)).replace(day=1)
        return AskedOfOne(
            indicator, by, _asked(request, month, shown.dimensions_of(request.user, indicator))
        )

    def around(self, request: DeskRequest, asked: AskedOfOne) -> dict[str, Any]:
        dimensions = shown.dimensions_of(request.user, asked.indicator)
        return {
            "indicator": asked.indicator,
            "outside": outside_lines(others_beside(request.user, asked.indicator.key)),
            "asked": asked.when,
            "by": asked.by,
            "views": [
                {
                    "label": shown.dimension_label(asked.indicator, name),
                    "url": _address(request, by=name),
                    "by": name,
                }
                for name in (MONTH, *dimensions)
            ],
            "categories": category_choices() if "category" in dimensions else (),
            "asks_unit": "unit" in dimensions,
            "active": _chips(request, asked.when),
            "clear_url": f"?by={asked.by}",
        }

    def compute(self, request: DeskRequest, asked: AskedOfOne) -> Result:
        when, scope = asked.when, shown.scope_of(request.user)
        by = (asked.by,)
        return figures_of(asked.indicator.key, by, when.start, when.end, when.filters, scope)

    def shown(self, request: DeskRequest, asked: AskedOfOne, found: Result) -> dict[str, Any]:
        indicator, by, when = asked.indicator, asked.by, asked.when
        labels = shown.cell_labels(indicator, by, [row.dimensions[by] for row in found.rows])
        other = self._other(request, asked)
        return {
            "plot": plot(
                found,
                anchor=f"by-{by}",
                finding=f"{of_breakdown(found)} {_cut(found)}".strip(),
                csv_url=reverse("desk:measure_csv", args=[indicator.key]) + _address(request),
            ),
            "lines": [
                _line(request, found, row, when, labels[row.dimensions[by]])
                | _said_beside(other, row.dimensions[by])
                for row in found.rows
            ],
            "total": _line(request, found, found.total, when, _("Total"))
            | _said_beside(other, None, total=True),
            "beside": other.indicator if other else None,
            "has_bounds": indicator.frame is not None,
            "has_without": indicator.aside is not None,
            "set_aside": shown.set_aside(),
            "has_demands": indicator.demands is not None,
            "demands_aside": shown.demands_aside(),
            "is_count": indicator.kind is Kind.COUNT,
            "dimension": shown.dimension_label(indicator, by),
            "level": shown.level_now(),
            "as_of": shown.as_of(found),
        }

    def _other(self, request: DeskRequest, asked: AskedOfOne) -> Result | None:
        """The figure that this one is never read without, broken down alike."""
        key, when = asked.indicator.beside, asked.when
        if not key:
            return None
        scope = shown.scope_of(request.user)
        return figures_of(key, (asked.by,), when.start, when.end, when.filters, scope)

    def sheet(self, request: DeskRequest, asked: AskedOfOne, found: Result) -> Sheet:
        by = asked.by
        values = [row.dimensions[by] for row in found.rows]
        labels = shown.cell_labels(asked.indicator, by, values)
        cells = [(row.dimensions[by] or "", labels[row.dimensions[by]], row) for row in found.rows]
        cells.append(("total", _("Total"), found.total))
        other = self._other(request, asked)
        beside = _by_cell(other) if other else {}
        bare = {f"without_{name}": f"figure.without.{name}" for name in NUMBERS.split()}
        spared = {
            f"without_demands_{name}": f"figure.without_demands.{name}" for name in NUMBERS.split()
        }
        return Sheet(
            f"{asked.indicator.key}-{by}",
            [
                {"code": code, "label": label, "figure": row, "beside": beside.get(code)}
                for code, label, row in cells
            ],
            {
                by: "code",
                "label": "label",
                **columns(NUMBERS, of="figure"),
                "bound_low": lambda row: (row["figure"].bounds or [None])[0],
                "bound_high": lambda row: (row["figure"].bounds or [None])[-1],
                "suppressed": lambda row: "yes" if row["figure"].suppressed else "no",
                **(bare | {"without_suppressed": _without_hidden} if asked.indicator.aside else {}),
                **(spared if asked.indicator.demands else {}),
                **(_columns_of(other.indicator) if other else {}),
            },
            {"start": asked.when.start, "end": asked.when.end, **as_of_columns(found)},
        )


def _by_cell(other: Result) -> dict[Any, Figure]:
    """The figures of the other indicator by their cells, the total by its name in the file."""
    (by,) = other.by
    return {row.dimensions[by] or "": row for row in other.rows} | {"total": other.total}


def _said_beside(other: Result | None, cell: Any, *, total: bool = False) -> dict[str, Any]:
    """What the other figure is in the same cell, in words: its value, interval and n."""
    if other is None:
        return {}
    figure = other.total if total else _by_cell(other).get(cell or "")
    return {"beside": shown.in_words(other.indicator, figure) if figure else None}


def _columns_of(other: Indicator) -> dict[str, str]:
    """The numbers of the other indicator in a file, under its key."""
    return {f"{other.key}_{name}": f"beside.{name}" for name in NUMBERS.split()}


def _without_hidden(row: dict[str, Any]) -> str:
    bare = row["figure"].without
    return "yes" if bare and bare.suppressed else "no"


urlpatterns = [*MeasurePage().urlpatterns, *pages.addresses]
