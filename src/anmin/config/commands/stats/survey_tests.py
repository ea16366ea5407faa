"""Weighted samples: ratios, quantiles, and whether parts of a population differ."""

from pathlib import Path
from typing import Annotated, Any

import typer

from anmin.config import console
from anmin.config.commands.stats.surveys import (
    By,
    Cluster,
    Error,
    ErrorsBy,
    Fitted,
    Fpc,
    Lonely,
    Single,
    Strata,
    Value,
    Weight,
    Y,
    design_of,
    sample_of,
    say,
    tell_of,
)
from anmin.config.methods import File, Level, Missing, Na, rows_of
from anmin.kernel.errors import Refusal

commands = typer.Typer()


@commands.command("ratio")
def ratio(
    file: File,
    y: Y,
    x: Annotated[str, typer.Option("--x", help="Column whose total is divided by.")],
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    by: By = None,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    errors: ErrorsBy = Error.LINEARISED,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """The total of one column over that of another, with its error from the sample's design."""
    from anmin.stats import ratio

    sample = sample_of(file, y, None, weight, strata, cluster, fpc, by, margins, na)
    below = _other(file, x, sample, weight, strata, cluster, fpc, by, margins)
    found = ratio(
        design_of(sample, single),
        sample.y,
        below,
        by=sample.by,
        where=sample.where,
        level=level,
        errors=errors.value,
    )
    say(sample, found, as_json, errors)


@commands.command("quantile")
def quantile(
    file: File,
    y: Y,
    q: Annotated[str, typer.Option("--q", help="Shares below, as in 0.25,0.5,0.75.")] = "0.5",
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    by: By = None,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Quantiles of a column in the population, such as the median."""
    from anmin.stats import quantile

    try:
        shares = [float(one) for one in q.split(",")]
    except ValueError:
        raise typer.BadParameter("shares, such as 0.25,0.5", param_hint="--q") from None
    sample = sample_of(file, y, None, weight, strata, cluster, fpc, by, margins, na)
    design, rows = design_of(sample, single), []
    for share in shares:
        found = quantile(design, sample.y, share, by=sample.by, where=sample.where, level=level)
        labels = [None] * len(found.n) if found.by is None else found.by
        rows += rows_of(
            by=labels,
            q=[share] * len(found.n),
            estimate=found.estimate,
            se=found.se,
            low=found.low,
            high=found.high,
            df=found.df.astype(int),
            n=found.n.astype(int),
        )
    told: dict[str, Any] = {"rows": rows}
    tell_of(sample, told, as_json)


@commands.command("contrast")
def contrast(
    file: File,
    y: Y,
    by: Annotated[str, typer.Option(help="Column of the domains that are compared.")],
    first: Annotated[str, typer.Option(help="The domain that is compared.")],
    second: Annotated[str, typer.Option(help="The domain that it is compared with.")],
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    value: Value = None,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    errors: ErrorsBy = Error.LINEARISED,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Do the means (or shares, with --value) of two domains differ by more than chance?"""
    from dataclasses import asdict

    from anmin.stats import contrast, mean

    if "," in by:
        raise Refusal("a contrast takes one column of domains", field="by")
    sample = sample_of(file, y, value, weight, strata, cluster, fpc, by, margins, na)
    found = mean(
        design_of(sample, single),
        sample.y,
        by=sample.by,
        where=sample.where,
        level=level,
        covariances=True,
        errors=errors.value,
    )
    told = asdict(contrast(found, first, second))
    tell_of(sample, told, as_json)


@commands.command("independence")
def independence(
    file: File,
    rows: Annotated[str, typer.Option(help="Column of the one answer.")],
    columns: Annotated[str, typer.Option(help="Column of the other.")],
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Do two answers go together by more than chance? Pearson's test, corrected for the design."""
    from dataclasses import asdict

    import numpy as np

    from anmin.config.table import read_table
    from anmin.stats import independence

    both = f"{rows},{columns}"
    held = read_table(file, texts=[rows], na=na)
    first = str(held.texts(rows)[0])
    sample = sample_of(file, rows, first, weight, strata, cluster, fpc, both, margins, na)
    assert sample.by is not None
    one, other = sample.by
    found = independence(
        design_of(sample, single),
        one,
        other,
        where=None if sample.where is None else np.asarray(sample.where),
    )
    told = asdict(found)
    tell_of(sample, told, as_json)


def _other(
    file: Path,
    x: str,
    sample: Any,
    weight: str | None,
    strata: str | None,
    cluster: str | None,
    fpc: str | None,
    by: str | None,
    margins: Path | None,
) -> Any:
    """A second column of numbers for the rows of a sample."""
    from anmin.config.table import read_table

    table = read_table(file, numbers=[x])
    if len(table) != len(sample.y):
        raise Refusal("ratio needs every row of the file: mend or leave out missing ones", field=x)
    return table.numbers(x)
