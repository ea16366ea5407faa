"""Two waves that were drawn independently, measure by measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from anmin.stats.comparisons import independent
from anmin.stats.estimates import Estimates
from anmin.surveys.results import Cell, adjusted, cells_of, finite


@dataclass(frozen=True, slots=True)
class Change:
    """A measure in two waves that were drawn independently."""

    level: str
    this: Cell
    last: Cell
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None


def changes(
    this: Mapping[str, Any], last: Mapping[str, Any], code: str, by: str, level: float
) -> list[Change]:
    """A measure in two waves as they were released, as a whole (``by`` empty) or by group.

    Args:
        this, last: the ``figures`` of two releases of waves that were drawn independently.

    Levels that only one of them has, or that are hidden in either, are left out.
    """
    sides = [{cell.level: cell for cell in cells_of(figures, code, by)} for figures in (this, last)]
    common = [
        name
        for name, cell in sides[0].items()
        if name in sides[1] and all(_testable(one) for one in (cell, sides[1][name]))
    ]
    if not common:
        return []
    parts = [_as_estimates([side[name] for name in common], level) for side in sides]
    apart = independent(*parts)
    found: dict[str, dict[str, float | None]] = {
        name: {
            "difference": finite(apart.estimate[at]),
            "low": finite(apart.low[at]),
            "high": finite(apart.high[at]),
            "p": float(apart.p[at]),
        }
        for at, name in enumerate(common)
        if min(part.se[at] for part in parts) > 0 and isfinite(apart.p[at])
    }
    tested = adjusted(found)
    return [Change(name, sides[0][name], sides[1][name], **tested.get(name, {})) for name in common]


def _testable(cell: Cell) -> bool:
    return not cell.suppressed and None not in (cell.value, cell.se, cell.df)


def _as_estimates(cells: Sequence[Cell], level: float) -> Estimates:
    def column(name: str) -> Any:
        held = [getattr(cell, name) for cell in cells]
        return np.array([np.nan if value is None else value for value in held], float)

    return Estimates(
        by=np.array([cell.level for cell in cells], object),
        estimate=column("value"),
        se=column("se"),
        low=column("low"),
        high=column("high"),
        df=column("df"),
        n=column("n"),
        deff=column("deff"),
        level=level,
        design_df=float(column("df").max()),
    )
