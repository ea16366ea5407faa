"""Areas with their values and neighbours, as `anmin stats gi` and `moran` read them from files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from anmin.config import console
from anmin.config.methods import Missing
from anmin.config.table import Table, column_names, read_table
from anmin.kernel.errors import Refusal
from anmin.stats.neighbours import Ints, Weights, counts_of, from_pairs, nearest, within


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What was read of n areas."""

    table: Table
    ids: NDArray[np.object_]
    values: NDArray[np.float64]
    weights: Weights
    counts: Ints
    """How many neighbours each area has."""


def read_neighbourhood(
    file: Path,
    id_: str,
    y: str,
    pairs: Path | None,
    coordinates: tuple[str | None, str | None],
    band: float | None,
    number: int | None,
    *,
    spherical: bool,
    na: Missing,
) -> Neighbourhood:
    """Read areas, and their neighbours from a file of pairs or from where they lie.

    Raises:
        Refusal: as `read_table`; an area that is there twice; a pair of an area with itself or
            with one that is not in the file (left out instead where rows were left out).
        typer.BadParameter: neither pairs nor coordinates, or both.
    """
    x_column, y_column = coordinates
    _one_way(pairs, x_column, y_column, band, number)
    places = [name for name in (x_column, y_column) if name is not None]
    table = read_table(file, numbers=[y, *places], texts=[id_], na=na)
    table.refuse_repeats(id_)
    ids = table.texts(id_)
    if pairs is not None:
        weights = _from_file(pairs, ids, na)
    else:
        x, north = table.numbers(places[0]), table.numbers(places[1])
        if band is not None:
            weights = within(x, north, band, spherical=spherical)
        else:
            weights = nearest(x, north, number or 0, spherical=spherical)
    return Neighbourhood(table, ids, table.numbers(y), weights, counts_of(weights))


def _one_way(
    pairs: Path | None, x: str | None, y: str | None, band: float | None, number: int | None
) -> None:
    """Refuse a call from which it is not clear who is a neighbour."""
    reach: list[Any] = [band, number]
    if pairs is not None and any(given is not None for given in (x, y, band, number)):
        raise typer.BadParameter("give --neighbours, or coordinates, not both")
    if pairs is None and (x is None or y is None or reach.count(None) != 1):
        raise typer.BadParameter(
            "say who is a neighbour: --neighbours FILE, "
            "or --x-col and --y-col with either --band or --nearest"
        )


def _from_file(path: Path, ids: NDArray[np.object_], na: Missing) -> Weights:
    columns = column_names(path)[:2]
    if len(columns) < 2:
        raise Refusal(f"{path} must hold pairs: two columns of areas", line=1)
    table = read_table(path, texts=columns)
    ends = [table.texts(column) for column in columns]
    table.refuse_where(ends[0] == ends[1], columns[1], "names the area itself")
    known = set(ids.tolist())
    there = [np.array([one in known for one in end], dtype=bool) for end in ends]
    kept = there[0] & there[1]
    if na is Missing.REFUSE:
        for column, present in zip(columns, there, strict=True):
            table.refuse_where(~present, column, "names no area of the other file")
    elif not kept.all():
        console.note(f"left out with their areas: {(~kept).sum()} pairs of neighbours")
    return from_pairs(ids.tolist(), ends[0][kept].tolist(), ends[1][kept].tolist())
