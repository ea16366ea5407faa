"""Counts and shares: what changed by more than chance, and how sure a share is."""

from enum import StrEnum
from typing import Annotated

import typer

from anmin.config import console
from anmin.config.methods import File, Level, Missing, Na, rows_of, tell

commands = typer.Typer()


class Method(StrEnum):
    """Intervals of a share."""

    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper-pearson"
    MID_P = "mid-p"


@commands.command("compare")
def compare(
    this: Annotated[float, typer.Option(help="Count of this period.")],
    last: Annotated[float, typer.Option(help="Count of the period before.")],
    exposure_this: Annotated[
        float, typer.Option(help="What this period was counted over: days, people, doors.")
    ] = 1,
    exposure_last: Annotated[float, typer.Option(help="The same of the period before.")] = 1,
    level: Level = 0.95,
    as_json: console.Json = False,
) -> None:
    """Test exactly whether two counts differ by more than chance."""
    from dataclasses import asdict

    from anmin.stats.counts import compare

    found = asdict(compare(this, last, exposure_this, exposure_last, level))
    text = (
        "ratio {ratio:.4g}\n"
        "exact interval {low:.4g} to {high:.4g}, mid-p interval {low_mid:.4g} to {high_mid:.4g}\n"
        "p: least likely {p_minlike:.4g}, central {p_central:.4g}, mid {p_mid:.4g}"
    ).format(**found)
    tell(found, as_json=as_json, text=text)


class PValue(StrEnum):
    """The p-value that is adjusted for the number of comparisons."""

    MINLIKE = "minlike"
    CENTRAL = "central"
    MID = "mid"


class Adjustment(StrEnum):
    """How p-values are adjusted for their number."""

    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    BENJAMINI_YEKUTIELI = "benjamini-yekutieli"
    HOLM = "holm"


@commands.command("compare-many")
def compare_many(
    file: File,
    id_: Annotated[str, typer.Option("--id", help="Column that names the places.")],
    this: Annotated[str, typer.Option(help="Column of the counts of this period.")],
    last: Annotated[str, typer.Option(help="Column of the counts of the period before.")],
    exposure_this: Annotated[
        str | None, typer.Option(help="Column of what this period was counted over; else 1.")
    ] = None,
    exposure_last: Annotated[
        str | None, typer.Option(help="The same of the period before; else 1.")
    ] = None,
    fdr: Annotated[
        float, typer.Option(help="The share of false ones to accept among the signals.")
    ] = 0.1,
    p: Annotated[PValue, typer.Option(help="The p-value that is adjusted.")] = PValue.MINLIKE,
    adjustment: Annotated[
        Adjustment, typer.Option(help="How to adjust for the number of comparisons.")
    ] = Adjustment.BENJAMINI_HOCHBERG,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Compare two counts in each of many places; say which changes are signals."""
    from dataclasses import asdict

    from anmin.config.table import read_table
    from anmin.stats.multiplicity import compare_many

    over = {
        name: column
        for name, column in (("exposure_this", exposure_this), ("exposure_last", exposure_last))
        if column is not None
    }
    table = read_table(file, numbers=[this, last, *over.values()], texts=[id_], na=na)
    counts = table.counts(this), table.counts(last)
    exposures = {name: table.positive(column) for name, column in over.items()}
    found = compare_many(
        *counts, **exposures, fdr=fdr, level=level, p=p.value, adjustment=adjustment.value
    )
    columns = {**asdict(found.comparison), "q": found.q, "verdict": found.verdict}
    rows = rows_of(id=table.texts(id_), **columns)
    tell({"rows": rows, "signals": found.signals}, table, as_json=as_json)


@commands.command("interval")
def interval(
    count: Annotated[float, typer.Option(help="How many of them.")],
    n: Annotated[float, typer.Option("--n", help="Of how many.")],
    method: Annotated[Method, typer.Option(help="How to compute it.")] = Method.WILSON,
    level: Level = 0.95,
    as_json: console.Json = False,
) -> None:
    """The confidence interval of a share."""
    from anmin.stats.intervals import interval

    low, high = interval(count, n, level, method=method)
    found = {"value": count / n, "low": low, "high": high}
    text = "{value:.4%} ({low:.4%} to {high:.4%})".format(**found)
    tell(found, as_json=as_json, text=text)
