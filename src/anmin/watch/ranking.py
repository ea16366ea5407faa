"""Stations or towns beside each other: ranks with their uncertainty, and who leaves the funnel.

Never a person, and none with fewer records than rule ``measures.rank_from``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from anmin.measures.comparing import LIMITS, beyond_limits
from anmin.measures.figures import Figure
from anmin.measures.queries import show
from anmin.measures.registry import Direction, Indicator, Kind, registry
from anmin.places.models import Unit, UnitKind
from anmin.stats.combining import standard_errors
from anmin.stats.ranks import homogeneity, rank
from anmin.watch.periods import Period, rule

BY = ("unit", "town")
LEVELS = LIMITS
"""Of the funnel's limits."""
STEPS = 40
"""Sizes at which the funnel's limits are drawn."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place: its share, its rank and the ranks that it may truly have.

    ``outside`` says which of the funnel's limits it lies beyond: none (0), the inner, the outer.
    """

    code: str
    figure: Figure
    rank: int
    low: int
    high: int
    outside: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The funnel at one size: two pairs of limits."""

    n: float
    inner: tuple[float, float]
    outer: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The places with enough records, best first, and those that have too few.

    ``same`` is the p-value of "all are alike"; ``target`` the share of those ranked, ``excess`` the spread beyond chance that widens
    the funnel (0: none).
    """

    indicator: Indicator
    by: str
    period: Period
    rows: list[Ranked]
    too_few: list[Figure]
    total: Figure
    level: float
    least: int
    same: float | None
    target: float
    excess: float
    funnel: list[Limits]
    cutoff: datetime
    revision: int


def rankable(by: str) -> list[Indicator]:
    """The indicators by which places can be ranked: shares of which more is better."""
    return [
        one
        for one in registry.indicators.values()
        if one.kind is Kind.PROPORTION
        and one.direction is Direction.HIGHER
        and by in one.dimensions
    ]


def ranked(key: str, by: str, period: Period) -> Ranking:
    """The stations (``unit``) or towns (``town``) by one indicator.

    Raises as `measures.queries.show`.
    """
    result = show(key, (by,), period.start, period.end)
    least, level = rule("measures.rank_from").number, rule("watch.rank_level").share
    stations = set(Unit.objects.filter(kind=UnitKind.STATION).values_list("code", flat=True))
    rows = [
        row
        for row in result.rows
        if row.dimensions[by] and (by != "unit" or row.dimensions[by] in stations)
    ]
    enough = [row for row in rows if not row.suppressed and (row.denominator or 0) >= least]
    few = [row for row in rows if row not in enough]
    made: list[Ranked] = []
    same: float | None = None
    excess = target = 0.0
    funnel: list[Limits] = []
    if len(enough) > 1:
        made, same = _ranks(enough, by, level)
        made, target, excess, funnel = _funnel(made)
    return Ranking(
        indicator=result.indicator,
        by=by,
        period=period,
        rows=sorted(made, key=lambda one: (one.rank, one.code)),
        too_few=few if made else rows,
        total=result.total,
        level=level,
        least=least,
        same=same,
        target=target,
        excess=excess,
        funnel=funnel,
        cutoff=result.cutoff,
        revision=result.revision,
    )


def _ranks(rows: Sequence[Figure], by: str, level: float) -> tuple[list[Ranked], float]:
    values = [row.value or 0.0 for row in rows]
    errors = standard_errors(
        [row.low or 0.0 for row in rows],
        [row.high if row.high is not None else 1.0 for row in rows],
        rule("measures.confidence").share,
    )
    found = rank(values, errors, level, joint=True, largest_first=True)
    _q, _freedom, same = homogeneity(values, errors)
    return [
        Ranked(
            row.dimensions[by], row, int(found.rank[i]), int(found.low[i]), int(found.high[i]), 0
        )
        for i, row in enumerate(rows)
    ], same


def _funnel(rows: list[Ranked]) -> tuple[list[Ranked], float, float, list[Limits]]:
    """Which places lie beyond the funnel's limits, and the limits to draw."""
    counts = [int(row.figure.numerator or 0) for row in rows]
    sizes = [row.figure.denominator or 0 for row in rows]
    beyond = beyond_limits(counts, sizes)
    if beyond is None:  # everybody says the same: there is no funnel
        return rows, 0.0, 0.0, []
    found = beyond.funnel
    at = np.geomspace(min(sizes), max(sizes), STEPS) if len(set(sizes)) > 1 else np.array(sizes[:1])
    inner, outer = (found.adjusted_limits(at, level) for level in LEVELS)
    judged = [
        Ranked(row.code, row.figure, row.rank, row.low, row.high, beyond.outside[i])
        for i, row in enumerate(rows)
    ]
    limits = [
        Limits(
            float(n),
            (float(inner.low[i]), float(inner.high[i])),
            (float(outer.low[i]), float(outer.high[i])),
        )
        for i, n in enumerate(at)
    ]
    return judged, float(found.target), float(found.tau2), limits
