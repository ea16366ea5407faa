"""Figures of surveys in words: tiles, tables, the chart, and how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures.numbers import DASH, decimal, p_value, percent, span
from anmin.desk.figures.outside import outside_line
from anmin.desk.shell import figure as drawn
from anmin.kernel.bilingual import english
from anmin.measures.change_words import signed
from anmin.places.queries import area_names
from anmin.surveys.changes import Change
from anmin.surveys.results import Cell, CrossCell
from anmin.surveys.weighting import JOINED, TOWN

if TYPE_CHECKING:
    from anmin.surveys.models import OutsideResult


def label(measure: Mapping[str, Any]) -> str:
    """The name of a measure, as its release keeps it in both languages."""
    return str(measure["en" if english() else "zh"])


def chosen(measures: Sequence[dict[str, Any]], code: str) -> dict[str, Any]:
    """The measure asked for, or the first."""
    return next((one for one in measures if one["code"] == code), measures[0])


def dimension(name: str) -> str:
    """What a variable is called."""
    known = {TOWN: _("Town"), "sex": _("Sex"), "age": _("Age"), "residence": _("Residence")}
    return known.get(name, name)


def in_order(names: Iterable[str]) -> list[str]:
    """Variables with the town first, whatever order the database keeps them in."""
    return sorted(names, key=lambda name: (name != TOWN, name))


def level_names(name: str) -> dict[str, str]:
    """What the levels of a variable are called, where they have codes."""
    return {**(area_names() if name == TOWN else {}), JOINED: _("others, joined")}


CANNOT_BE_TOLD = gettext_lazy("cannot be determined")
"""Of limits: from a single cluster nothing is known of the error."""


def share(value: float | None, measure: Mapping[str, Any]) -> str:
    """A value of a measure as it is written: 93.6%, or 7.42."""
    return percent(value) if measure["is_share"] else decimal(value, 2)


def between(cell: Cell, measure: Mapping[str, Any]) -> str:
    """An interval: the sign is said once. Without one, that it cannot be told."""
    if cell.value is None:
        return DASH
    if cell.low is None or cell.high is None:
        return str(CANNOT_BE_TOLD)
    return span(cell.low, cell.high, lambda value: share(value, measure))


def _points(value: float | None, measure: Mapping[str, Any]) -> str:
    if value is None:
        return DASH
    return signed(value * 100) if measure["is_share"] else signed(value, 2)


def _signal(q: float | None, level: float) -> bool:
    """Chance does not explain it at this level, all comparisons of the table considered."""
    return q is not None and q <= 1 - level


def tiles(
    measure: Mapping[str, Any], method: Mapping[str, Any], outside: Iterable[OutsideResult]
) -> list[dict[str, Any]]:
    """The whole, what was not answered, the response, and what others found."""
    whole = Cell(**measure["whole"])
    found: list[dict[str, Any]] = [
        {
            "label": _("The whole population"),
            "value": share(whole.value, measure),
            "interval": between(whole, measure),
            "n": f"{whole.n:,}" if whole.n else "",
            "note": _("design effect %(deff)s") % {"deff": f"{whole.deff:.2f}"}
            if whole.deff
            else "",
            "suppressed": whole.suppressed,
        },
        {
            "label": _("Don't know"),
            "value": percent(measure["dont_know"]),
            "note": _("rather not say: %(share)s") % {"share": percent(measure["refused"])},
        },
    ]
    if response := method.get("response"):
        rate = response["usable"] / response["eligible"] if response["eligible"] else None
        found.append(
            {
                "label": _("Response rate"),
                "value": percent(rate),
                "n": f"{response['eligible']:,}",
            }
        )
    for row in outside:
        line = outside_line(row)
        found.append(
            {
                "label": f"{row.title} {row.year}",
                "value": line["value"],
                "interval": line["interval"],
                "n": line["n"],
                "note": line["said"],
            }
        )
    return found


def lines(
    cells: Sequence[Cell], measure: Mapping[str, Any], method: Mapping[str, Any], by: str
) -> list[dict[str, Any]]:
    """One line of the table for each cell."""
    names = level_names(by)
    return [
        {
            "label": names.get(cell.level, cell.level),
            "suppressed": cell.suppressed,
            "n": DASH if cell.n is None else f"{cell.n:,}",
            "value": share(cell.value, measure),
            "interval": between(cell, measure),
            "model": share(cell.model, measure),
            "model_interval": DASH
            if cell.model is None
            else between(
                replace(cell, value=cell.model, low=cell.model_low, high=cell.model_high), measure
            ),
            "deff": decimal(cell.deff, 2),
            "df": decimal(cell.df, 0),
            "difference": _points(cell.difference, measure),
            "q": p_value(cell.q),
            "signal": _signal(cell.q, method["level"]),
            "tested": cell.q is not None,
            "rank": _rank(cell, method),
        }
        for cell in cells
    ]


def _rank(cell: Cell, method: Mapping[str, Any]) -> str:
    if cell.rank_low is None:
        few = (cell.n or 0) < method["ranked_from"]
        return _("fewer than %(n)s") % {"n": method["ranked_from"]} if few else DASH
    if cell.rank_low == cell.rank_high:
        return str(cell.rank_low)
    return f"{cell.rank_low}–{cell.rank_high}"


def changes(
    found: Sequence[Change], measure: Mapping[str, Any], by: str, level: float
) -> list[dict[str, Any]]:
    """One line for each comparison of two waves."""
    names = {**level_names(by), "": _("The whole population")}
    return [
        {
            "label": names.get(one.level, one.level),
            "this": share(one.this.value, measure),
            "last": share(one.last.value, measure),
            "difference": _points(one.difference, measure),
            "interval": DASH
            if one.low is None
            else f"{_points(one.low, measure)} – {_points(one.high, measure)}",
            "q": p_value(one.q),
            "signal": _signal(one.q, level),
            "tested": one.q is not None,
        }
        for one in found
    ]


def plot(
    title: str,
    series: Sequence[tuple[str, Sequence[Cell]]],
    measure: Mapping[str, Any],
    by: str,
    *,
    level: float,
    how: str,
    csv_url: str,
) -> drawn.Figure:
    """Dots with their intervals, the largest first, one series for each wave."""
    names = level_names(by)
    order = sorted(series[0][1], key=lambda cell: -(cell.value if cell.value is not None else -1))
    return drawn.Figure(
        id="estimates",
        kind="dots-interval",
        title=title,
        dimension=dimension(by),
        unit="percent" if measure["is_share"] else "ratio",
        decimals=1 if measure["is_share"] else 2,
        level=round(level * 100),
        how=how,
        csv_url=csv_url,
        series=tuple(
            drawn.Series(name=name, points=_points_of(order, cells, names))
            for name, cells in series
        ),
    )


def _points_of(
    order: Sequence[Cell], cells: Sequence[Cell], names: Mapping[str, str]
) -> tuple[drawn.Point, ...]:
    held = {cell.level: cell for cell in cells}
    return tuple(
        drawn.Point(
            at=names.get(one.level, one.level),
            value=one.value,
            low=one.low,
            high=one.high,
            n=one.n,
            suppressed=one.suppressed,
        )
        for one in (held.get(cell.level, Cell(cell.level, None)) for cell in order)
    )


CROSS = "town*"
"""Before the name of a variable: its levels within every town."""


def crossing(name: str) -> str:
    """What the crossing of towns with a variable is called."""
    return f"{dimension(TOWN)} × {dimension(name)}"


def matrix(cells: Sequence[CrossCell], measure: Mapping[str, Any]) -> dict[str, Any]:
    """Towns by levels, each with its interval and n."""
    names = level_names(TOWN)
    levels = sorted({one.cell.level for one in cells})
    held = {(one.town, one.cell.level): one.cell for one in cells}
    return {
        "levels": levels,
        "rows": [
            {
                "label": names.get(town, town),
                "cells": [_in_matrix(held.get((town, level)), measure) for level in levels],
            }
            for town in sorted({one.town for one in cells})
        ],
    }


def _in_matrix(cell: Cell | None, measure: Mapping[str, Any]) -> dict[str, Any]:
    if cell is None:
        return {}
    return {
        "suppressed": cell.suppressed,
        "value": share(cell.value, measure),
        "interval": between(cell, measure),
        "n": cell.n,
    }


def by_level(cells: Sequence[CrossCell]) -> list[tuple[str, list[Cell]]]:
    """The same as one series of towns for each level, for the chart."""
    levels = sorted({one.cell.level for one in cells})
    return [
        (level, [replace(one.cell, level=one.town) for one in cells if one.cell.level == level])
        for level in levels
    ]
