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
    """Test exactly whether two counts differ by more than chance.

    Two counts cannot say how much such counts scatter, so both are taken as pure chance (Poisson).
    Where calls come in batches, that is too sure: compare-many estimates the scatter from many.
    """
    from dataclasses import asdict

    from anmin.stats.counts import compare

    found = asdict(compare(this, last, exposure_this, exposure_last, level))
    text = (
        "ratio {ratio:.4g}\n"
        "exact interval {low:.4g} to {high:.4g}, mid-p interval {low_mid:.4g} to {high_mid:.4g}\n"
        "p: least likely {p_minlike:.4g}, central {p_central:.4g}, mid {p_mid:.4g}\n"
        "the counts are taken as pure chance (Poisson): two alone do not tell how they scatter"
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


class Scattering(StrEnum):
    """Whether counts are taken to scatter more than pure chance."""

    ESTIMATED = "estimated"
    NONE = "none"


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
    scatter: Annotated[
        Scattering,
        typer.Option(help="Allow for the scatter that the places show, or take pure chance."),
    ] = Scattering.ESTIMATED,
    group: Annotated[
        str | None, typer.Option(help="Column of what scatters alike, such as the category.")
    ] = None,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Compare two counts in each of many places; say which changes are signals.

    Each row has the exact test by itself; p_scatter, q and verdict allow for how much the counts of the
    family scatter more than pure chance, and so do low_scatter and high_scatter.
    """
    from dataclasses import asdict

    from anmin.config.table import read_table
    from anmin.stats.multiplicity import compare_many

    over = {
        name: column
        for name, column in (("exposure_this", exposure_this), ("exposure_last", exposure_last))
        if column is not None
    }
    table = read_table(
        file,
        numbers=[this, last, *over.values()],
        texts=[id_, *([] if group is None else [group])],
        na=na,
    )
    table.refuse_repeats(id_)
    counts = table.counts(this), table.counts(last)
    exposures = {name: table.positive(column) for name, column in over.items()}
    found = compare_many(
        *counts,
        **exposures,
        fdr=fdr,
        level=level,
        p=p.value,
        adjustment=adjustment.value,
        scatter=scatter.value,
        groups=table.texts(group).astype(str) if group is not None else None,
    )
    columns = {
        **asdict(found.comparison),
        "q": found.q,
        "verdict": found.verdict,
        "scatter": found.scatter,
        "p_scatter": found.p,
        "low_scatter": found.low,
        "high_scatter": found.high,
    }
    rows = rows_of(id=table.texts(id_), **columns)
    told = {"rows": rows, "scatter": found.typical_scatter, "signals": found.signals}
    tell(told, table, as_json=as_json)


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
