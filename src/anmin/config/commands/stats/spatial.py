"""Neighbours: do like lie beside like, and where are the hot and the cold spots?"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console
from anmin.config.methods import File, Missing, Na, Row, rows_of, tell
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from anmin.config.neighbourhood import Neighbourhood

commands = typer.Typer()


class Statistic(StrEnum):
    """Statistics of all areas together."""

    MORAN = "moran"
    GEARY = "geary"
    GENERAL_G = "general-g"


class Moments(StrEnum):
    """Where the expectation and the variance of Moran's I come from."""

    RANDOMISATION = "randomisation"
    NORMALITY = "normality"


class LocalMoments(StrEnum):
    """Those of its local shares."""

    CONDITIONAL = "conditional"
    TOTAL = "total"


class Weighting(StrEnum):
    """How much a neighbour counts."""

    ROW = "row"
    BINARY = "binary"


Id = Annotated[str, typer.Option("--id", help="Column that names the areas.")]
Y = Annotated[str, typer.Option("--y", help="Column of the values.")]
Neighbours = Annotated[
    Path | None,
    typer.Option(
        help="CSV file of pairs of neighbours: the areas' names in its first two columns. "
        "A pair counts both ways, listed once or twice. Else give coordinates."
    ),
]
XColumn = Annotated[
    str | None, typer.Option("--x-col", help="Column of coordinates to the east, or longitudes.")
]
YColumn = Annotated[
    str | None, typer.Option("--y-col", help="Column of coordinates to the north, or latitudes.")
]
Band = Annotated[
    float | None, typer.Option(help="Neighbours are all areas at most this far apart.")
]
Nearest = Annotated[
    int | None,
    typer.Option(help="Neighbours are this many nearest areas (and all as far as the last)."),
]
Spherical = Annotated[
    bool, typer.Option("--spherical", help="Coordinates are degrees, and --band is in kilometres.")
]
Permutations = Annotated[
    int, typer.Option(min=0, help="Permutations for p_permutation; 0 leaves it out.")
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same permutations.")]


@commands.command("gi")
def gi(
    file: File,
    id_: Id,
    y: Y,
    neighbours: Neighbours = None,
    x_col: XColumn = None,
    y_col: YColumn = None,
    band: Band = None,
    nearest: Nearest = None,
    spherical: Spherical = False,
    without_self: Annotated[
        bool, typer.Option("--without-self", help="Gi, of the neighbours only, instead of Gi*.")
    ] = False,
    permutations: Permutations = 999,
    seed: Seed = 0,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Hot and cold spots: Getis and Ord's Gi* of every area.

    p is from the standard score z, p_permutation from dealing out the other areas' values anew;
    q and q_permutation are adjusted for the number of areas (Benjamini and Hochberg).
    """
    from anmin.config.neighbourhood import read_neighbourhood
    from anmin.stats.hotspots import gi

    around = read_neighbourhood(
        file, id_, y, neighbours, (x_col, y_col), band, nearest, spherical=spherical, na=na
    )
    with console.progress("permutations") as advance:
        found = gi(
            around.values,
            around.weights,
            star=not without_self,
            permutations=permutations,
            seed=seed,
            progress=advance,
        )
    _say(around, {}, _rows(around, found, "z", permutations), as_json)


@commands.command("moran")
def moran(
    file: File,
    id_: Id,
    y: Y,
    population: Annotated[
        str | None,
        typer.Option(
            help="Column of the population: --y are cases, and their rates are compared "
            "so that small populations do not stand out (empirical Bayes)."
        ),
    ] = None,
    neighbours: Neighbours = None,
    x_col: XColumn = None,
    y_col: YColumn = None,
    band: Band = None,
    nearest: Nearest = None,
    spherical: Spherical = False,
    statistic: Annotated[
        Statistic, typer.Option(help="Moran's I, Geary's C, or Getis and Ord's G.")
    ] = Statistic.MORAN,
    weights: Annotated[
        Weighting,
        typer.Option(help="The neighbours of an area share a weight of 1, or each has 1."),
    ] = Weighting.ROW,
    moments: Annotated[
        Moments, typer.Option(help="What z of Moran's I takes as chance.")
    ] = Moments.RANDOMISATION,
    local: Annotated[
        bool, typer.Option("--local", help="Also the local Moran statistic of every area.")
    ] = False,
    local_moments: Annotated[
        LocalMoments, typer.Option(help="Whether an area's own value stays in place.")
    ] = LocalMoments.CONDITIONAL,
    permutations: Permutations = 999,
    seed: Seed = 0,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Whether like lies beside like: Moran's I and its kin, of all areas and of each."""
    from dataclasses import asdict, replace

    from anmin.config.neighbourhood import read_neighbourhood
    from anmin.stats import geary, general_g, local_moran, moran
    from anmin.stats.neighbours import row_standardised

    around = read_neighbourhood(
        file, id_, y, neighbours, (x_col, y_col), band, nearest, spherical=spherical, na=na
    )
    if population is not None:
        around = replace(around, values=_deviates(file, id_, population, around, na))
    given = around.weights if weights is Weighting.BINARY else row_standardised(around.weights)
    with console.progress("permutations") as advance:
        drawn: dict[str, Any] = {"permutations": permutations, "seed": seed, "progress": advance}
        if statistic is Statistic.MORAN:
            found = moran(around.values, given, moments=moments.value, **drawn)
        elif statistic is Statistic.GEARY:
            found = geary(around.values, given, **drawn)
        else:
            found = general_g(around.values, given, **drawn)
    rows = None
    if local:
        each = local_moran(
            around.values,
            given,
            moments=local_moments.value,
            permutations=permutations,
            seed=seed,
        )
        rows = _rows(around, each, "index", permutations)
        for row, quadrant in zip(rows, each.quadrant.tolist(), strict=True):
            row["quadrant"] = quadrant or None
    told = asdict(found)
    if not permutations:
        del told["p_permutation"]
    _say(around, told, rows, as_json)


def _deviates(file: Path, id_: str, population: str, around: "Neighbourhood", na: Missing) -> Any:
    """The cases of each area as a rate whose spread does not depend on its population."""
    from anmin.config.table import read_table
    from anmin.stats import empirical_bayes

    table = read_table(file, texts=[id_], numbers=[population], na=na)
    people = dict(zip(table.texts(id_), table.positive(population), strict=True))
    if missing := next((one for one in around.ids if one not in people), None):
        raise Refusal(f"{missing} has no {population}", field=population)
    return empirical_bayes(around.values, [people[one] for one in around.ids])


def _rows(around: "Neighbourhood", found: Any, first: str, permutations: int) -> list[Row]:
    names = list(dict.fromkeys([first, "z", "p", "q"]))
    names += ["p_permutation", "q_permutation"] if permutations else []
    columns = {name: getattr(found, name) for name in names}
    return rows_of(id=around.ids, neighbours=around.counts, **columns)


def _say(
    around: "Neighbourhood", found: dict[str, Any], rows: list[Row] | None, as_json: bool
) -> None:
    alone = int((around.counts == 0).sum())
    if alone:
        console.note(f"areas without neighbours, of whose surroundings nothing is said: {alone}")
    listed = {} if rows is None else {"rows": rows}
    tell({**found, **listed, "without_neighbours": alone}, around.table, as_json=as_json)
