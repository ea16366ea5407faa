"""From counts to figures: values, intervals, bounds, and which of them stay hidden."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np

from anmin.measures.registry import DeclarationError, Indicator, Kind
from anmin.measures.suppression import ANY, Key, hidden_keys, wholes_of
from anmin.stats.arguments import Floats, tail_of
from anmin.stats.intervals import nonresponse_bounds, poisson, wilson_score


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with all that belongs to it.

    ``dimensions`` says what it is about: values by dimension, fewer for a sum, none for the
    total. ``value`` is a share or mean between 0 and 1, or a count; it is None where there was
    nothing to take a share of, and where it is ``suppressed``: then every number is None.
    ``low`` and ``high`` bound what chance alone makes of it, ``bounds`` what those who did not
    answer could. ``without`` is the same figure without the records that its indicator sets
    aside, where it does, ``without_demands`` without those about demands found unreasonable.
    """

    dimensions: dict[str, Any]
    numerator: float | None
    denominator: int | None
    value: float | None
    low: float | None
    high: float | None
    suppressed: bool
    bounds: tuple[float, float] | None = None
    without: "Figure | None" = None
    without_demands: "Figure | None" = None

    def as_dict(self) -> dict[str, Any]:
        """The figure as one flat row, for JSON and files."""
        row = {**self.dimensions, "numerator": self.numerator, "denominator": self.denominator}
        row |= {"value": self.value, "low": self.low, "high": self.high}
        row["suppressed"] = self.suppressed
        if self.bounds is not None:
            row["bounds"] = list(self.bounds)
        for name in BESIDE:
            other = getattr(self, name)
            if other is not None:
                bare = other.as_dict()
                row[name] = {one: bare[one] for one in bare if one not in self.dimensions}
        return row

    @property
    def demands(self) -> int | None:
        """How many records about demands found unreasonable it counts; nothing where that is hidden."""
        other = self.without_demands
        if other is None or self.denominator is None or other.denominator is None:
            return None
        return self.denominator - other.denominator


BESIDE: Final = ("without", "without_demands")
"""The figures that a figure is shown beside, by the name of the field."""


class Part(StrEnum):
    """Which records behind a figure."""

    NUMERATOR = "numerator"
    """Those that count: for a mean score, those above 0."""
    DENOMINATOR = "denominator"
    """All of which the share is taken; for a count, the same as the numerator."""
    REST = "rest"
    """Those of the denominator that do not count: for a mean score, those below 1."""
    SILENT = "silent"
    """Those in the frame that are not in the denominator."""


class Counted(NamedTuple):
    """What was counted in one cell; ``frame`` is how many were asked, where that is known."""

    numerator: float
    denominator: int
    frame: int


NOTHING: Final = Counted(0, 0, 0)

ROUNDING: Final = 1e-6
"""By how much a total of scores may pass their number, because they are added as floats."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The cells of one indicator, the sums along its dimensions, and the total."""

    rows: list[Figure]
    sums: list[Figure]
    total: Figure


def break_down(
    indicator: Indicator,
    by: Sequence[str],
    cells: Mapping[Key, Counted],
    *,
    minimum: int,
    level: float,
    without: Mapping[Key, Counted] | None = None,
    without_demands: Mapping[Key, Counted] | None = None,
) -> Breakdown:
    """All figures of one indicator from its counted cells, keyed by their values along ``by``.

    Rows come in the order of their dimensions' values, the unknown last. Cells from fewer than
    ``minimum`` records stay hidden where the indicator asks for it, whatever the order of ``by``.
    ``without`` are the cells without the records that are set aside, ``without_demands`` those without
    what is about unreasonable demands.
    """
    top: Key = (ANY,) * len(by)
    counted = _summed(cells, top)
    hidden: set[Key] = set()
    if indicator.hide_small:
        size = 0 if indicator.kind is Kind.COUNT else 1
        hidden = _hidden(by, {key: int(cell[size]) for key, cell in cells.items()}, minimum)
    figures = _made(indicator, by, counted, hidden, level)
    for name, left in zip(BESIDE, (without, without_demands), strict=True):
        if left is None:
            continue
        also = _hidden_without(by, cells, left, minimum) if indicator.hide_small else set()
        if indicator.hide_small and name == BESIDE[-1] and without is not None:
            also |= _hidden_beside(by, cells, without, left, minimum)
        bare = _made(indicator, by, _summed(left, top), hidden | also, level)
        for key, one in figures.items():
            changed: dict[str, Any] = {name: bare[key]}
            figures[key] = replace(one, **changed)
    return Breakdown(
        rows=[figure for key, figure in figures.items() if ANY not in key],
        sums=[figure for key, figure in figures.items() if ANY in key and key != top],
        total=figures[top],
    )


def _summed(cells: Mapping[Key, Counted], top: Key) -> dict[Key, Counted]:
    """The cells with the sums along their dimensions and the total."""
    counted: dict[Key, Counted] = {top: NOTHING}
    for key, (numerator, denominator, frame) in cells.items():
        for whole in wholes_of(key):
            before = counted.get(whole, NOTHING)
            counted[whole] = Counted(
                before[0] + numerator, before[1] + denominator, before[2] + frame
            )
    return counted


def _made(
    indicator: Indicator,
    by: Sequence[str],
    counted: Mapping[Key, Counted],
    hidden: AbstractSet[Key],
    level: float,
) -> dict[Key, Figure]:
    """The figures by their keys in order; those hidden without their numbers."""
    shown = {key: cell for key, cell in counted.items() if key not in hidden}
    made = dict(zip(shown, _figures(indicator, by, shown, level), strict=True))
    return {
        key: made.get(key) or Figure(_named(by, key), None, None, None, None, None, True)
        for key in sorted(counted, key=_order)
    }


def _hidden_without(
    by: Sequence[str],
    cells: Mapping[Key, Counted],
    without: Mapping[Key, Counted],
    minimum: int,
) -> set[Key]:
    """Which of the figures without what is set aside stay hidden, those hidden anyway aside.

    Beside the figure with everything, each tells of those set aside too: neither what is left nor
    what is set aside may be few, nor be reckoned from its neighbours.
    """
    left = {key: int(cell.denominator) for key, cell in without.items()}
    aside = {key: int(cell.denominator) - left[key] for key, cell in cells.items()}
    return _hidden(by, left, minimum) | _hidden(
        by, {key: size for key, size in aside.items() if size}, minimum
    )


def _hidden_beside(
    by: Sequence[str],
    cells: Mapping[Key, Counted],
    without: Mapping[Key, Counted],
    left: Mapping[Key, Counted],
    minimum: int,
) -> set[Key]:
    """Which of the figures without the one stay hidden beside those without the other.

    Where nearly the same records are set aside for both reasons, the two together tell of the few that
    are set aside for one reason alone.
    """
    few: dict[Key, int] = {}
    for key, cell in cells.items():
        sizes = [int(cell.denominator - one[key].denominator) for one in (without, left)]
        if all(sizes) and without[key] != left[key]:
            few[key] = max(abs(sizes[0] - sizes[1]), 1)
    return _hidden(by, few, minimum)


def _hidden(by: Sequence[str], sizes: Mapping[Key, int], minimum: int) -> set[Key]:
    """The hidden keys; the dimensions in the order of the alphabet, so that it does not matter."""
    order = sorted(range(len(by)), key=lambda i: by[i])
    back = sorted(range(len(by)), key=lambda i: order[i])
    turned = {tuple(key[i] for i in order): size for key, size in sizes.items()}
    return {tuple(key[i] for i in back) for key in hidden_keys(turned, minimum)}


def _order(key: Key) -> tuple[Any, ...]:
    return tuple((value is None, value is ANY, "" if value is None else value) for value in key)


def _named(by: Sequence[str], key: Key) -> dict[str, Any]:
    return {name: value for name, value in zip(by, key, strict=True) if value is not ANY}


def _figures(
    indicator: Indicator, by: Sequence[str], cells: Mapping[Key, Counted], level: float
) -> list[Figure]:
    if not cells:
        return []
    numerator, denominator, frame = np.array(list(cells.values()), dtype=float).T
    if indicator.kind is Kind.COUNT:
        low, high = poisson(numerator, level)
        columns = [numerator, np.full_like(numerator, np.nan), numerator, low, high]
    else:
        if (numerator < 0).any() or (numerator > denominator + ROUNDING).any():
            raise DeclarationError(f"{indicator.key}: a score must lie between 0 and 1")
        numerator = np.minimum(numerator, denominator)
        some = denominator > 0
        n = np.where(some, denominator, 1)
        low, high = wilson_score(numerator, n, tail_of(level))
        columns = [
            numerator,
            denominator,
            *(np.where(some, c, np.nan) for c in (numerator / n, low, high)),
        ]
    bounds = _bounds(numerator, denominator, frame) if indicator.frame else [None] * len(cells)
    whole = {Kind.COUNT: {0, 2}, Kind.PROPORTION: {0, 1}, Kind.MEAN_SCORE: {1}}[indicator.kind]
    rows = zip(*(_plain(column, i in whole) for i, column in enumerate(columns)), strict=True)
    return [
        Figure(_named(by, key), over, under, value, least, most, False, bound)
        for key, (over, under, value, least, most), bound in zip(cells, rows, bounds, strict=True)
    ]


def _plain(column: Floats, whole: bool) -> list[Any]:
    return [None if x != x else int(x) if whole else x for x in column.tolist()]


def _bounds(
    numerator: Floats, denominator: Floats, frame: Floats
) -> list[tuple[float, float] | None]:
    some = frame > 0
    low, high = nonresponse_bounds(numerator, denominator, np.where(some, frame, 1))
    pairs = zip(low.tolist(), high.tolist(), some.tolist(), strict=True)
    return [(one, other) if asked else None for one, other, asked in pairs]
