"""Figures from the registry, in words and pictures; nothing is computed here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anmin.desk.figures import Figure, Point, Series
from anmin.matters.categories import categories
from anmin.matters.registry import all_kinds
from anmin.measures.figures import Figure as Value
from anmin.measures.queries import Result
from anmin.measures.registry import Indicator, Kind, registry
from anmin.people.models import Account
from anmin.people.policy import unit_scope
from anmin.places.queries import area_names, unit_codes, unit_names

BREAKDOWNS = ("month", "unit", "town", "category")


def scope_of(account: Account) -> dict[str, list[str]]:
    """The units whose records count for this person; nothing for those who see all."""
    scope = unit_scope(account)
    return {} if scope.everything else {"unit": unit_codes(scope.unit_ids)}


def breakdowns(indicator: Indicator) -> list[tuple[str, str]]:
    """By what an indicator can be broken down here, with its word."""
    words = {
        "month": _("by month"),
        "unit": _("by unit"),
        "town": _("by town"),
        "category": _("by category"),
    }
    known = {"month", *indicator.dimensions}
    return [(by, words[by]) for by in BREAKDOWNS if by in known]


def names_of(by: str) -> Mapping[Any, str]:
    """The words for the codes of a dimension."""
    if by == "unit":
        return unit_names()
    if by in ("town", "area"):
        return area_names()
    if by == "category":
        return {code: entry.label for code, entry in categories().items()}
    if by == "kind":
        return {kind.code: str(kind.label) for kind in all_kinds()}
    return {}


def unit_of(indicator: Indicator) -> str:
    """How its values are written."""
    return "count" if indicator.kind is Kind.COUNT else "percent"


def picture(
    result: Result, *, start: date | None, end: date | None, limit: int = 40, finding: str = ""
) -> Figure:
    """A result by one dimension as a chart with its table, CSV and how it was made."""
    indicator, by = result.indicator, result.by[0]
    count = indicator.kind is Kind.COUNT
    names = names_of(by)
    values = [value for value in result.rows if value.suppressed or value.value is not None]
    if by != "month":
        values.sort(key=lambda value: -(value.denominator or value.value or 0))
    kind = "line-band" if by == "month" else "bars" if count else "dots-interval"
    return Figure(
        id=f"{indicator.key}-{by}",
        kind=kind,  # type: ignore[arg-type]
        title=str(indicator.label),
        dimension=dict(breakdowns(indicator)).get(by, by),
        unit=unit_of(indicator),  # type: ignore[arg-type]
        finding=finding,
        how=made(result),
        csv_url=f"{reverse('desk:measure_csv', args=[indicator.key])}?"
        + urlencode(asked(by, start, end)),
        series=(
            Series(
                name=str(indicator.label),
                points=tuple(
                    _point(value, by, names, indicator, start, end) for value in values[:limit]
                ),
            ),
        ),
    )


def _point(
    value: Value,
    by: str,
    names: Mapping[Any, str],
    indicator: Indicator,
    start: date | None,
    end: date | None,
) -> Point:
    code = value.dimensions.get(by)
    at = names.get(code) or (str(code) if code is not None else _("not known"))
    return Point(
        at=at,
        value=value.value,
        low=value.low,
        high=value.high,
        n=value.denominator,
        suppressed=value.suppressed,
        url="" if value.suppressed else records_url(indicator.key, {by: code}, start, end),
    )


def records_url(
    key: str, dimensions: Mapping[str, Any], start: date | None, end: date | None
) -> str:
    """The page with the records behind a figure."""
    told = {f"d-{name}": "" if code is None else code for name, code in dimensions.items()}
    query = urlencode({**told, **asked("", start, end)})
    return f"{reverse('desk:records', args=[key])}?{query}"


def asked(by: str, start: date | None, end: date | None) -> dict[str, str]:
    """What was asked, as a query."""
    told = {"by": by, "since": start, "until": end}
    return {name: str(value) for name, value in told.items() if value}


def made(result: Result) -> str:
    """How a figure was made: definition, interval, cut-off and revision."""
    cutoff = date_format(timezone.localtime(result.cutoff), "DATETIME_FORMAT")
    method = (
        _("Intervals: exact Poisson, 95 per cent.")
        if result.indicator.kind is Kind.COUNT
        else _("Intervals: Wilson, 95 per cent.")
    )
    state = _("As of %(cutoff)s, revision %(revision)s.") % {
        "cutoff": cutoff,
        "revision": result.revision,
    }
    return f"{result.indicator.how_made} {method} {state}"


def words(indicator: Indicator, value: Value) -> dict[str, Any]:
    """One value for a stat tile."""
    count = indicator.kind is Kind.COUNT

    def shown(number: float | None) -> str:
        if number is None:
            return "—"
        return f"{number:,.0f}" if count else f"{number * 100:.1f}%"

    interval = ""
    if not count and value.low is not None and value.high is not None:
        interval = f"{value.low * 100:.1f}–{value.high * 100:.1f}%"
    bounds = ""
    if value.bounds:
        bounds = _("between %(low)s and %(high)s had all answered") % {
            "low": shown(value.bounds[0]),
            "high": shown(value.bounds[1]),
        }
    return {
        "label": str(indicator.label),
        "value": shown(value.value),
        "n": "" if count or value.denominator is None else f"{value.denominator:,}",
        "interval": interval,
        "suppressed": value.suppressed,
        "note": bounds,
    }


def all_keys() -> Sequence[str]:
    """Every indicator's key, in the order of declaration."""
    return list(registry.indicators)
