"""A sample in a plain CSV file, as the survey methods of `anmin stats` take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anmin.config.methods import Missing
from anmin.config.table import Table, read_table
from anmin.kernel.errors import Refusal
from anmin.stats.calibration import rake
from anmin.stats.design import Design
from anmin.stats.levels import Levels, crossed
from anmin.stats.margins import Margin

NEW_WEIGHT = "weight"
"""The column that fitted weights are written to; ``weight_fitted`` if the file has one already."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """The columns of a design and what is estimated from it.

    A row without an answer or domain still tells how the sample was drawn, so it stays in the
    design and only ``where`` leaves it out; a row without a weight or stratum is dropped.
    """

    y: NDArray[Any]
    where: NDArray[np.bool_] | None
    by: list[Levels] | None
    weights: Floats | None
    strata: Levels | None
    clusters: list[Levels]
    fpc: list[Floats]
    margins: list[Margin]
    """What the weights are to be fitted to."""
    dropped: int | None
    """Rows that are not estimated from, if any could be left out."""


def read_sample(
    path: Path,
    y: str,
    *,
    value: str | None,
    weight: str | None,
    strata: str | None,
    clusters: Sequence[str],
    fpc: Sequence[str],
    by: Sequence[str],
    margins: Path | None,
    na: Missing,
) -> Sample:
    """Read a sample; with ``value``, ``y`` becomes whether a row holds it.

    Raises:
        Refusal: as `read_table`; weights below 0 and population sizes not above it, with the
            line; a value that no row holds.
    """
    totals = read_totals(margins) if margins else {}
    drawn = {
        "numbers": [*_given(weight), *fpc],
        "texts": [*_given(strata), *clusters, *columns_of(totals)],
    }
    asked = {"numbers": [] if value is not None else [y], "texts": [*by]}
    if value is not None:
        asked["texts"].insert(0, y)
    both = {kind: [*drawn[kind], *asked[kind]] for kind in drawn}
    if na is Missing.REFUSE or not (drawn["numbers"] or drawn["texts"]):
        # Without a design to keep whole, a row without an answer may as well not be there.
        table = answers = read_table(path, na=na, **both)
        where = None
    else:
        table, answers = read_table(path, na=na, **drawn), read_table(path, na=na, **asked)
        where = np.isin(table.rows, answers.rows)
        if not where.any():
            raise Refusal(f"{path} has no row without a missing cell")
    place = np.searchsorted(answers.rows, table.rows[slice(None) if where is None else where])
    dropped = None if table.dropped is None else len(table) + table.dropped - len(place)
    answer = answers.numbers(y) if value is None else _holding(answers, y, value)
    for size in fpc:
        table.refuse_where(table.numbers(size) <= 0, size, "must be a population size above 0")
    return Sample(
        y=_spread(answer[place], where),
        where=where,
        by=[_spread_levels(answers, name, place, where) for name in by] or None,
        weights=weights_of(table, weight) if weight is not None or not fpc else None,
        strata=None if strata is None else _levels(table, strata),
        clusters=[_levels(table, name) for name in clusters],
        fpc=[table.numbers(size) for size in fpc],
        margins=margins_of(table, totals),
        dropped=dropped,
    )


def _given(column: str | None) -> list[str]:
    """The column if one was named; an empty name is one that no file has."""
    return [] if column is None else [column]


def weights_of(table: Table, weight: str | None) -> Floats:
    """The column of weights; without one, 1 for each row.

    Raises:
        Refusal: a weight below 0, with its line.
    """
    if weight is None:
        return np.ones(len(table))
    weights = table.numbers(weight)
    table.refuse_where(weights < 0, weight, "is a weight and must not be negative")
    return weights


type Totals = dict[str, dict[str, float]]
"""Variable (or variables joined by a colon) → level → population."""


def read_totals(path: Path) -> Totals:
    """Read population totals from a file with the columns variable, level and total.

    Raises:
        Refusal: as `read_table`; a total that is not above 0, or given twice.
    """
    known = read_table(path, texts=["variable", "level"], numbers=["total"])
    known.refuse_where(known.numbers("total") <= 0, "total", "must be above 0")
    totals: Totals = {}
    names, levels = known.texts("variable"), known.texts("level")
    for variable, level, total in zip(names, levels, known.numbers("total"), strict=True):
        of_variable = totals.setdefault(variable, {})
        if level in of_variable:
            reason = f"there is more than one total for {variable} {level}"
            raise Refusal(reason, field=variable)
        of_variable[level] = float(total)
    return totals


def columns_of(totals: Totals) -> list[str]:
    """The columns of a sample that the totals are about."""
    return list(dict.fromkeys(part for name in totals for part in name.split(":")))


def margins_of(table: Table, totals: Totals) -> list[Margin]:
    """What a sample with these columns is to be fitted to."""
    return [Margin(name, _crossed(table, name), found) for name, found in totals.items()]


def fitted(
    design: Design, margins: list[Margin], trim: tuple[float, float] | None = None
) -> Design:
    """The design raked to the margins.

    Raises:
        Refusal: as `rake`, and if no weights meet all totals.
    """
    return rake(design, margins, trim=trim)


def _crossed(table: Table, name: str) -> Levels:
    """The levels of a column, or of columns joined by a colon."""
    parts = [_levels(table, part) for part in name.split(":")]
    levels = crossed(*parts)
    if len(parts) == 1:
        return levels
    labels = np.array([":".join(row) for row in levels.labels], dtype=object)
    return Levels(levels.codes, labels)


def _holding(table: Table, y: str, value: str) -> NDArray[np.bool_]:
    codes, labels = table.codes(y)
    if value not in labels:
        shown = ", ".join(labels[:20]) + (", …" if len(labels) > 20 else "")
        raise Refusal(f"no row has {y} {value}; there are {shown}", field=y)
    held: NDArray[np.bool_] = (labels == value)[codes]
    return held


def _spread(values: NDArray[Any], where: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Values of some rows as a column of all; what stands in the others is not looked at."""
    if where is None:
        return values
    whole = np.zeros(len(where), dtype=values.dtype)
    whole[where] = values
    return whole


def _spread_levels(
    table: Table, name: str, place: NDArray[np.intp], where: NDArray[np.bool_] | None
) -> Levels:
    codes, labels = _levels(table, name)
    return Levels(_spread(codes[place], where), labels)


def _levels(table: Table, name: str) -> Levels:
    """A column of text, its labels sorted."""
    codes, labels = table.codes(name)
    order = np.argsort(labels)
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    return Levels(place[codes], labels[order])
