"""Figures of the registry drawn: a breakdown, and what people are unhappy about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from anmin.desk.figures.findings import of_concerns
from anmin.desk.figures.indicators import (
    cell_labels,
    dimension_label,
    how_made,
    level_now,
    unit_of,
)
from anmin.desk.shell import figure as drawn
from anmin.measures.registry import MONTH, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from anmin.measures.figures import Figure
    from anmin.measures.queries import Result

MOST_DRAWN = 40
"""A chart of more cells than this cannot be read; the table below it has them all."""


def plot(
    result: Result,
    *,
    anchor: str,
    title: str = "",
    finding: str = "",
    csv_url: str = "",
    url: Callable[[Figure], str] = lambda _figure: "",
) -> drawn.Figure:
    """A breakdown along one dimension as a chart with its table."""
    one, (name,) = result.indicator, result.by
    labels = cell_labels(one, name, [row.dimensions[name] for row in result.rows])
    points = tuple(
        point_of(row, labels[row.dimensions[name]], "" if row.suppressed else url(row))
        for row in result.rows[:MOST_DRAWN]
    )
    return drawn.Figure(
        id=anchor,
        kind=_kind_of(result),
        title=title or str(one.label),
        dimension=dimension_label(one, name),
        series=(drawn.Series(name=str(one.label), points=points), *_beside(result, points)),
        unit=unit_of(one),
        level=level_now(),
        finding=finding,
        how=how_made(result),
        csv_url=csv_url,
    )


def point_of(figure: Figure, at: str, url: str = "") -> drawn.Point:
    """A figure as a point of a picture."""
    return drawn.Point(
        at=at,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        n=figure.denominator,
        suppressed=figure.suppressed,
        url=url,
    )


def concerns_plot(
    concerns: Sequence[Result],
    how: str,
    *,
    csv_url: str = "",
    url: Callable[[Result], str] = lambda _one: "",
) -> drawn.Figure:
    """What people are unhappy about, the concern named most first."""
    points = tuple(point_of(one.total, str(one.indicator.label), url(one)) for one in concerns)
    return drawn.Figure(
        id="concerns",
        kind="dots-interval",
        title=_("What citizens are dissatisfied with"),
        dimension=_("Concern"),
        series=(drawn.Series(name=_("share of replies"), points=points),),
        level=level_now(),
        finding=of_concerns(concerns),
        how=how,
        csv_url=csv_url,
    )


def _beside(result: Result, points: Sequence[drawn.Point]) -> tuple[drawn.Series, ...]:
    """The same without what the indicator sets aside, where units or places stand beside each other.

    Nothing where it is the same for all that are drawn.
    """
    bare = [row.without for row in result.rows[: len(points)]]
    differs = any(
        one is not None and (one.suppressed or one.value != point.value)
        for one, point in zip(bare, points, strict=True)
        if not point.suppressed
    )
    if _kind_of(result) != "dots-interval" or not differs:
        return ()
    beside = (
        point_of(one, point.at) if one else drawn.Point(at=point.at, suppressed=True)
        for one, point in zip(bare, points, strict=True)
    )
    return (drawn.Series(name=_("Without the unit's own and repeat calls"), points=tuple(beside)),)


def _kind_of(result: Result) -> drawn.Kind:
    if result.by == (MONTH,):
        return "line-band"
    return "bars" if result.indicator.kind is Kind.COUNT else "dots-interval"
