"""Clusters: where, and when, there are more cases than chance explains."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console
from anmin.config.methods import File, Missing, Na, Row, tell
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from anmin.config.moments import Units
    from anmin.stats.scanning import Cluster

commands = typer.Typer()


class Model(StrEnum):
    """What cases are taken to do without a cluster."""

    POISSON = "poisson"
    BERNOULLI = "bernoulli"
    PERMUTATION = "permutation"


class Unit(StrEnum):
    """What time is cut into."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    NUMBER = "number"


class Scattering(StrEnum):
    """What the draws of the permutation model are like."""

    DATA = "data"
    NONE = "none"


@commands.command("scan")
def scan(
    file: File,
    id_: Annotated[str, typer.Option("--id", help="Column that names the places.")],
    x: Annotated[str, typer.Option(help="Column of coordinates to the east, or longitudes.")],
    y: Annotated[str, typer.Option(help="Column of coordinates to the north, or latitudes.")],
    model: Annotated[
        Model,
        typer.Option(
            help="Cases in proportion to a population; people each a case or not; "
            "or places and moments of which only the cases are known."
        ),
    ] = Model.POISSON,
    cases: Annotated[
        str | None, typer.Option(help="Column of the cases; without it each row is one.")
    ] = None,
    population: Annotated[
        str | None,
        typer.Option(
            help="Column of the population, cases among it; of --population-file if given."
        ),
    ] = None,
    expected: Annotated[
        str | None, typer.Option(help="Column of expected cases (Poisson), to any scale.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column of the moments: dates, or whole numbers.")
    ] = None,
    time_unit: Annotated[
        Unit | None, typer.Option(help="What time is cut into; else as fine as it is written.")
    ] = None,
    time_window: Annotated[
        str | None, typer.Option(help="Shortest and longest cluster in units of time, as in 1,14.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First moment studied; else the first with a case.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Last moment studied; else the last with a case.")
    ] = None,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only clusters that last to the end (prospective).")
    ] = False,
    geo: Annotated[
        Path | None, typer.Option(help="CSV file of the places: id and coordinates, one row each.")
    ] = None,
    population_file: Annotated[
        Path | None,
        typer.Option(
            help="CSV file of the population: id, population, the moments it was counted at if "
            "there is time (between them it changes steadily), and the columns of --adjust."
        ),
    ] = None,
    adjust: Annotated[
        str | None,
        typer.Option(help="Columns of the strata that rates depend on, as in age,sex."),
    ] = None,
    max_share: Annotated[
        float, typer.Option(help="Largest share of the population at risk in a circle.")
    ] = 0.5,
    min_cases: Annotated[int, typer.Option(min=1, help="Fewest cases in a cluster.")] = 2,
    most: Annotated[int, typer.Option(min=1, help="Clusters told at most.")] = 20,
    replicates: Annotated[int, typer.Option(min=0, help="Draws by chance for p.")] = 999,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed gives the same p; else at random.")
    ] = None,
    stop_after: Annotated[
        int | None,
        typer.Option(min=1, help="Stop once so many draws are as unlikely as the first cluster."),
    ] = None,
    spherical: Annotated[
        bool, typer.Option("--spherical", help="Coordinates are degrees; distances in kilometres.")
    ] = False,
    scatter: Annotated[
        Scattering | None,
        typer.Option(
            help="Permutation model: draws as the data scatter (batches, slow seasons of "
            "neighbourhoods), as by default, or as single independent cases."
        ),
    ] = None,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Clusters in space, or in space and time: Kulldorff's scan statistic."""
    from anmin.config.moments import TimeUnit
    from anmin.config.scan_files import Columns, read_study
    from anmin.stats import scan

    if time is None and (time_window or alive or start or end or time_unit):
        raise Refusal("time-window, time-unit, from, to and alive need --time", field="time")
    if model is Model.PERMUTATION and time is None:
        raise Refusal("the permutation model needs --time", field="time")
    columns = Columns(
        id_, x, y, cases, population, expected, time, _listed(adjust), geo, population_file,
        None if time_unit is None else TimeUnit(time_unit.value), start, end, na,
    )  # fmt: skip
    study = read_study(file, columns)
    with console.progress("scan") as advance:
        found = scan(
            study.x, study.y, study.cases,
            model=model.value, ids=study.ids, spherical=spherical, alive=alive,
            time_window=_window(time_window), max_share=max_share, min_cases=min_cases, most=most,
            replicates=replicates, seed=seed, stop_after=stop_after, progress=advance,
            population=study.at_risk.get("population"), expected=study.at_risk.get("expected"),
            scatter=None if scatter is None else scatter.value,
        )  # fmt: skip
    told = {
        "clusters": [_row(cluster, study.units) for cluster in found.clusters],
        "cases": found.cases,
        "places": len(study.ids),
        "replicates": found.replicates,
        "seed": found.seed,
        "scatter": found.scatter,
        "own_seasons": found.own_seasons,
    }
    tell(told, study.table, as_json=as_json)


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _window(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    shortest, _comma, longest = text.partition(",")
    try:
        return int(shortest), int(longest)
    except ValueError:
        raise Refusal(
            "time-window must be two whole numbers, as in 1,14", field="time_window"
        ) from None


def _row(cluster: "Cluster", units: "Units | None") -> Row:
    period: dict[str, Any] = {"from": None, "to": None}
    if units is not None and cluster.first is not None and cluster.last is not None:
        first, last = units.edge(cluster.first), units.last(cluster.last)
        period = {
            name: edge if isinstance(edge, int) else edge.isoformat()
            for name, edge in (("from", first), ("to", last))
        }
    return {
        "centre": cluster.centre,
        "x": cluster.x,
        "y": cluster.y,
        "radius": cluster.radius,
        **period,
        "cases": cluster.cases,
        "expected": cluster.expected,
        "relative_risk": cluster.relative_risk,
        "llr": cluster.llr,
        "p": cluster.p,
        "p_gumbel": cluster.p_gumbel,
        "members": list(cluster.members),
    }
