"""What `anmin stats scan` reads: cases, places and populations from up to three CSV files."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anmin.config.methods import Missing
from anmin.config.moments import TimeUnit, Units, census_day, units_of
from anmin.config.table import Table, read_table
from anmin.kernel.errors import Refusal
from anmin.stats.standardisation import census_weights, expected_cases

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a scan, and the files beside the first."""

    id: str
    x: str
    y: str
    cases: str | None = None
    population: str | None = None
    expected: str | None = None
    time: str | None = None
    adjust: tuple[str, ...] = ()
    geo: Path | None = None
    population_file: Path | None = None
    unit: TimeUnit | None = None
    start: str | None = None
    end: str | None = None
    na: Missing = Missing.REFUSE


@dataclass(slots=True)
class Material:
    """What is scanned, as `anmin.stats.scan` takes it; ``units`` when time is known."""

    table: Table
    ids: list[str]
    x: Floats
    y: Floats
    cases: NDArray[np.int64]
    units: Units | None = None
    at_risk: dict[str, Floats] = field(default_factory=dict)


def read_study(path: Path, columns: Columns) -> Material:
    """Read the files of a scan.

    Raises:
        Refusal: whatever cannot be read, with the line of the file where there is one.
    """
    if columns.adjust and columns.population_file is None:
        raise Refusal("adjust needs the population by stratum in a population file", field="adjust")
    values = [c for c in (columns.population, columns.expected) if c]
    here = [] if columns.population_file else values
    numbers = ([columns.cases] if columns.cases else []) + here
    texts = [columns.id, *([columns.time] if columns.time else []), *columns.adjust]
    own = [] if columns.geo else [columns.x, columns.y]
    table = read_table(path, numbers=numbers + own, texts=texts, na=columns.na)
    places = table if columns.geo is None else _geo(columns.geo, columns)
    ids, x, y = _places(places, columns, listed=columns.geo is not None)
    rows = _known(table, columns.id, ids)
    material = Material(table, ids, x, y, np.zeros((len(ids), 1), np.int64))
    spans = np.zeros(len(table), np.int64)
    if columns.time:
        material.units, spans = units_of(
            table, columns.time, columns.unit, columns.start, columns.end
        )
    shape = (len(ids), material.units.count if material.units else 1)
    counted = table.counts(columns.cases) if columns.cases else np.ones(len(table))
    cells = np.bincount(rows * shape[1] + spans, counted, shape[0] * shape[1]).reshape(shape)
    material.cases = cells.astype(np.int64)
    if columns.population_file:
        name, at_risk = _from_population_file(columns, material, rows, counted)
        material.at_risk[name] = at_risk
    else:
        for name, column in (("population", columns.population), ("expected", columns.expected)):
            if column:
                material.at_risk[name] = _beside_cases(table, column, rows, spans, shape)
    return material


def _geo(path: Path, columns: Columns) -> Table:
    return read_table(path, numbers=[columns.x, columns.y], texts=[columns.id], na=columns.na)


def _places(table: Table, columns: Columns, *, listed: bool) -> tuple[list[str], Floats, Floats]:
    """The places in order of appearance; in a list of places each stands once."""
    codes, texts = table.codes(columns.id)
    _used, first = np.unique(codes, return_index=True)
    again = np.ones(len(codes), bool)
    again[first] = False
    if listed:
        table.refuse_where(again, columns.id, "stands there more than once")
    x, y = table.numbers(columns.x), table.numbers(columns.y)
    moved = (x != x[first][codes]) | (y != y[first][codes])
    table.refuse_where(moved, columns.id, "has other coordinates than before")
    order = np.sort(first)
    return [str(texts[code]) for code in codes[order]], x[order], y[order]


def _known(table: Table, column: str, ids: list[str]) -> NDArray[np.int64]:
    """Which place each row is about."""
    codes, texts = table.codes(column)
    places = {name: k for k, name in enumerate(ids)}
    rows = np.array([places.get(str(text), -1) for text in texts])[codes]
    table.refuse_where(rows < 0, column, "is not among the places")
    return rows.astype(np.int64)


def _beside_cases(
    table: Table,
    column: str,
    rows: NDArray[np.int64],
    spans: NDArray[np.int64],
    shape: tuple[int, int],
) -> Floats:
    """A value for each place; or for each place and unit, where it changes with time.

    Rows may repeat a value, but not contradict one another.
    """
    values = table.numbers(column)
    by_place = np.full(shape[0], np.nan)
    by_place[rows[::-1]] = values[::-1]
    _refuse_absent(np.isnan(by_place), column)
    if shape[1] == 1 or (values == by_place[rows]).all():
        table.refuse_where(values != by_place[rows], column, "is another than before")
        return by_place if shape[1] == 1 else np.repeat(by_place[:, None], shape[1], axis=1)
    cells = np.full(shape, np.nan)
    cells[rows[::-1], spans[::-1]] = values[::-1]
    table.refuse_where(values != cells[rows, spans], column, "is another than before")
    _refuse_absent(np.isnan(cells).any(axis=1), column)
    return cells


def _refuse_absent(absent: NDArray[np.bool_], column: str) -> None:
    if absent.any():
        raise Refusal(
            f"{column} is not known for every place and unit of time: it stands beside the cases, "
            "so each needs a row (of 0 cases if need be), or give a population file",
            field=column,
        )


def _from_population_file(
    columns: Columns, material: Material, rows: NDArray[np.int64], counted: Floats
) -> tuple[str, Floats]:
    """Person-time by place and unit, or the cases expected of it by stratum."""
    assert columns.population_file is not None
    if columns.population is None:
        raise Refusal(
            "name the column of the population file with --population", field="population"
        )
    moments = [columns.time] if columns.time else []
    table = read_table(
        columns.population_file,
        numbers=[columns.population],
        texts=[columns.id, *moments, *columns.adjust],
        na=columns.na,
    )
    strata, of_rows = _strata(table, columns.adjust)
    inside = _known(table, columns.id, material.ids)
    days, when = _censuses(table, columns.time)
    living = np.zeros((len(days), len(material.ids), len(strata)))
    np.add.at(living, (when, inside, of_rows), table.numbers(columns.population))
    weights = _weights(days, material.units)
    person_time: Floats = np.einsum("tk,kis->its", weights, living)
    if not columns.adjust:
        return "population", person_time[:, :, 0] if material.units else person_time[:, 0, 0]
    fell = np.zeros(len(strata))
    np.add.at(fell, _stratum_of_cases(material.table, columns.adjust, strata), counted)
    expected = expected_cases(person_time, fell)
    return "expected", expected if material.units else expected[:, 0]


def _censuses(table: Table, time: str | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if time is None:
        return np.zeros(1, np.int64), np.zeros(len(table), np.int64)
    codes, texts = table.codes(time)
    days: list[Any] = [census_day(str(text)) for text in texts]
    for code, day in enumerate(days):
        if day is None:
            table.refuse_where(codes == code, time, f"is no year, month or day: {texts[code]}")
    counted, which = np.unique(np.array(days), return_inverse=True)
    return counted, which[codes].astype(np.int64)


def _weights(days: NDArray[np.int64], units: Units | None) -> Floats:
    if units is None:
        return np.ones((1, len(days)))
    if isinstance(units.start, int):
        raise Refusal("a population file with time needs dates in the cases too", field="time")
    edges: list[Any] = [units.edge(k) for k in range(units.count + 1)]
    return census_weights(days, [edge.toordinal() for edge in edges])


def _strata(table: Table, adjust: tuple[str, ...]) -> tuple[dict[tuple[str, ...], int], Any]:
    if not adjust:
        return {(): 0}, np.zeros(len(table), np.int64)
    keys = list(zip(*(map(str, table.texts(column)) for column in adjust), strict=True))
    strata = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return strata, np.array([strata[key] for key in keys])


def _stratum_of_cases(
    table: Table, adjust: tuple[str, ...], strata: dict[tuple[str, ...], int]
) -> NDArray[np.int64]:
    keys = list(zip(*(map(str, table.texts(column)) for column in adjust), strict=True))
    which = np.array([strata.get(key, -1) for key in keys])
    table.refuse_where(which < 0, adjust[0], "is of a stratum that has no population")
    return which.astype(np.int64)
