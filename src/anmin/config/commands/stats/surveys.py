"""Weighted samples: what a population is like, and weights that fit what is known of it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console
from anmin.config.methods import File, Level, Missing, Na, rows_of, tell
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from anmin.config.sample import Sample
    from anmin.stats.design import Design
    from anmin.stats.estimates import Estimates

commands = typer.Typer()


class Shares(StrEnum):
    """Intervals of a share from a weighted sample."""

    LOGIT = "logit"
    WILSON = "wilson"
    BETA = "beta"
    WALD = "wald"
    ASIN = "asin"
    LIKELIHOOD = "likelihood"


class Single(StrEnum):
    """What to do with a stratum of which one unit was drawn."""

    REFUSE = "refuse"
    CERTAINTY = "certainty"
    CENTRED = "centred"


class Error(StrEnum):
    """How errors are found."""

    LINEARISED = "linearised"
    JACKKNIFE = "jackknife"


ErrorsBy = Annotated[
    Error,
    typer.Option(
        "--errors",
        help="Linearised (Taylor; after raking that of the residuals, as R's rake), or jackknife: "
        "again without each cluster, weights fitted anew. Better where few clusters were raked.",
    ),
]
Y = Annotated[str, typer.Option("--y", help="Column that is estimated.")]
Weight = Annotated[
    str | None,
    typer.Option(help="Column of weights; without it they follow from --fpc, else all are 1."),
]
Strata = Annotated[str | None, typer.Option(help="Column of strata.")]
Cluster = Annotated[
    str | None, typer.Option(help="Columns of clusters by stage, the widest first: a,b.")
]
Fpc = Annotated[
    str | None,
    typer.Option(help="Columns of population sizes by stage, in units of the stage: f1,f2."),
]
By = Annotated[
    str | None, typer.Option(help="Column of domains, one row for each; a,b crosses two.")
]
Value = Annotated[
    str | None, typer.Option(help="Estimate how many hold this value of --y, not its numbers.")
]
Lonely = Annotated[
    Single,
    typer.Option("--single", help="A stratum with a single unit: refused, certain, or centred."),
]
TOTALS = (
    "CSV file of population totals with the columns variable, level, total. "
    "A variable a:b with levels x:y is the cross of two columns."
)
Margins = Annotated[Path, typer.Option(help=TOTALS)]
Fitted = Annotated[
    Path | None,
    typer.Option(help=f"Rake the weights first, so that the errors know of it. {TOTALS}"),
]
Trim = Annotated[
    str | None, typer.Option(help="Lowest and highest weight allowed, as they shall be: lo,hi.")
]
Out = Annotated[
    Path, typer.Option(help="File to write: the rows as they are, with a column of new weights.")
]


@commands.command("mean")
def mean(
    file: File,
    y: Y,
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    by: By = None,
    value: Value = None,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    errors: ErrorsBy = Error.LINEARISED,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """The mean of a column in the population, with its error from the sample's design."""
    from anmin.stats import mean

    sample = sample_of(file, y, value, weight, strata, cluster, fpc, by, margins, na)
    design = design_of(sample, single)
    found = mean(
        design, sample.y, by=sample.by, where=sample.where, level=level, errors=errors.value
    )
    say(sample, found, as_json, errors)


@commands.command("total")
def total(
    file: File,
    y: Y,
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    by: By = None,
    value: Value = None,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    errors: ErrorsBy = Error.LINEARISED,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """The total of a column over the population, with its error from the sample's design."""
    from anmin.stats import total

    sample = sample_of(file, y, value, weight, strata, cluster, fpc, by, margins, na)
    design = design_of(sample, single)
    found = total(
        design, sample.y, by=sample.by, where=sample.where, level=level, errors=errors.value
    )
    say(sample, found, as_json, errors)


@commands.command("proportion")
def proportion(
    file: File,
    y: Y,
    weight: Weight = None,
    strata: Strata = None,
    cluster: Cluster = None,
    fpc: Fpc = None,
    by: By = None,
    value: Value = None,
    method: Annotated[Shares, typer.Option(help="How to compute the interval.")] = Shares.LOGIT,
    margins: Fitted = None,
    single: Lonely = Single.REFUSE,
    errors: ErrorsBy = Error.LINEARISED,
    level: Level = 0.95,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """The share of the population that holds a value; without --value, --y holds 0 and 1."""
    from anmin.stats import proportion

    sample = sample_of(file, y, value, weight, strata, cluster, fpc, by, margins, na)
    found = proportion(
        design_of(sample, single),
        sample.y,
        by=sample.by,
        where=sample.where,
        method=method.value,
        level=level,
        errors=errors.value,
    )
    say(sample, found, as_json, errors)


@commands.command("rake")
def rake(
    file: File,
    margins: Margins,
    out: Out,
    weight: Weight = None,
    trim: Trim = None,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Weights that meet the totals of several variables, one after the other."""
    _fit(file, margins, out, weight, trim, na, as_json, several=True)


@commands.command("poststratify")
def poststratify(
    file: File,
    margins: Margins,
    out: Out,
    weight: Weight = None,
    trim: Trim = None,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Weights that meet the totals of one variable, or of one cross of variables (a:b)."""
    _fit(file, margins, out, weight, trim, na, as_json, several=False)


def sample_of(
    file: Path,
    y: str,
    value: str | None,
    weight: str | None,
    strata: str | None,
    cluster: str | None,
    fpc: str | None,
    by: str | None,
    margins: Path | None,
    na: Missing,
) -> "Sample":
    from anmin.config.sample import read_sample

    return read_sample(
        file,
        y,
        value=value,
        weight=weight,
        strata=strata,
        clusters=_names(cluster),
        fpc=_names(fpc),
        by=_names(by),
        margins=margins,
        na=na,
    )


def design_of(sample: "Sample", single: Single) -> "Design":
    from anmin.config.sample import fitted
    from anmin.stats import Design

    design = Design.of(
        weights=sample.weights,
        strata=sample.strata,
        clusters=sample.clusters or None,
        fpc=sample.fpc or None,
        single=single.value,
    )
    return fitted(design, sample.margins) if sample.margins else design


def _names(columns: str | None) -> list[str]:
    return [name.strip() for name in columns.split(",")] if columns is not None else []


def say(sample: "Sample", found: "Estimates", as_json: bool, errors: Error) -> None:
    rows = rows_of(
        by=[None] * len(found.n) if found.by is None else found.by,
        estimate=found.estimate,
        se=found.se,
        low=found.low,
        high=found.high,
        df=found.df.astype(int),
        n=found.n.astype(int),
        deff=found.deff,
    )
    told: dict[str, Any] = {"rows": rows}
    if sample.margins:
        told["errors"] = errors.value
    if not all(found.df > 0):
        console.note(
            "limits cannot be told where df is 0: a single cluster says nothing of the error"
        )
    tell_of(sample, told, as_json)


def tell_of(sample: "Sample", told: dict[str, Any], as_json: bool) -> None:
    """What was found, and how many rows it leaves out."""
    if sample.dropped is not None:
        told["dropped"] = sample.dropped
        if sample.dropped:
            console.note(f"{sample.dropped} rows with a missing cell were left out")
    tell(told, as_json=as_json)


def _limits(trim: str | None) -> tuple[float, float] | None:
    if trim is None:
        return None
    try:
        low, high = (float(limit) for limit in trim.split(","))
    except ValueError:
        raise typer.BadParameter("two weights, such as 20,60", param_hint="--trim") from None
    return low, high


def _fit(
    file: Path,
    margins: Path,
    out: Path,
    weight: str | None,
    trim: str | None,
    na: Missing,
    as_json: bool,
    *,
    several: bool,
) -> None:
    from dataclasses import asdict

    from anmin.config.sample import (
        NEW_WEIGHT,
        columns_of,
        fitted,
        margins_of,
        read_totals,
        weights_of,
    )
    from anmin.config.table import read_table
    from anmin.stats import Design

    limits, totals = _limits(trim), read_totals(margins)
    if len(totals) > 1 and not several:
        reason = "poststratify takes one variable (cross two as a:b); rake takes several"
        raise Refusal(reason, field="margins")
    table = read_table(
        file, numbers=[] if weight is None else [weight], texts=columns_of(totals), na=na
    )
    weights = weights_of(table, weight)
    design = fitted(Design.of(weights=weights), margins_of(table, totals), limits)
    column = table.write_with(out, NEW_WEIGHT, design.weights)
    told = asdict(design.calibration.diagnostics) if design.calibration else {}
    tell({**told, "column": column}, table, as_json=as_json)
