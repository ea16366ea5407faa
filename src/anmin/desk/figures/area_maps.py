"""Figures of the registry by town or community as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from anmin.desk.figures.indicators import dimension_label, in_words
from anmin.faces.maps import AreaMap, AreaValue, area_map

if TYPE_CHECKING:
    from collections.abc import Callable

    from anmin.measures.figures import Figure
    from anmin.measures.queries import Result

LEVELS: Final = {"town": "town", "area": "community"}
"""The dimensions that a map can show, and the level of areas that each stands for."""


def map_of(
    result: Result,
    *,
    anchor: str,
    title: str,
    finding: str = "",
    url: Callable[[Figure], str] = lambda _figure: "",
    table: bool = False,
) -> AreaMap:
    """A breakdown along one of `LEVELS` as a map; by default the page has the table."""
    (name,) = result.by
    return area_map(
        {
            str(row.dimensions[name]): _value(result, row, url)
            for row in result.rows
            if row.dimensions[name]
        },
        anchor=anchor,
        title=title,
        level=LEVELS[name],
        place=dimension_label(result.indicator, name),
        finding=finding,
        table=table,
    )


def _value(result: Result, row: Figure, url: Callable[[Figure], str]) -> AreaValue:
    if row.suppressed:
        return AreaValue(suppressed=True)
    words = in_words(result.indicator, row)
    return AreaValue(
        value=row.value, shown=words.value, interval=words.interval, n=words.of, url=url(row)
    )
