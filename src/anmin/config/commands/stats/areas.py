"""Areas side by side: predictions where the samples are small, and ranks with their intervals."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console
from anmin.config.methods import File, Level, Missing, Na, rows_of, tell

if TYPE_CHECKING:
    from anmin.config.table import Table

commands = typer.Typer()


class Fit(StrEnum):
    """Estimators of the variance between areas."""

    REML = "reml"
    ML = "ml"
    MOMENTS = "moments"


class Shared(StrEnum):
    """How a level is shared among comparisons."""

    INDEPENDENCE = "independence"
    BONFERRONI = "bonferroni"


X = Annotated[str | None, typer.Option("--x", help="Columns of covariates: a,b.")]


@commands.command("small-area")
def small_area(
    file: File,
    id_: Annotated[str, typer.Option("--id", help="Column that names the areas.")],
    y: Annotated[
        str, typer.Option("--y", help="Column of the areas' estimates; with --means, of records.")
    ],
    var: Annotated[
        str | None, typer.Option(help="Column of the estimates' sampling variances.")
    ] = None,
    se: Annotated[
        str | None, typer.Option(help="Column of their standard errors, instead of --var.")
    ] = None,
    x: X = None,
    factor: Annotated[
        str | None,
        typer.Option(help="Column of groups: a coefficient for each but the first in order."),
    ] = None,
    means: Annotated[
        Path | None,
        typer.Option(
            help="Model records, not estimates: FILE has one row for each record, and this CSV "
            "file one for each area with the means of the covariates over all its members."
        ),
    ] = None,
    means_id: Annotated[
        str | None, typer.Option(help="Column of --means that names the areas; else as --id.")
    ] = None,
    means_x: Annotated[
        str | None, typer.Option(help="Its columns of means, in the order of --x; else as --x.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Its column of the areas' numbers of members.")
    ] = None,
    method: Annotated[
        Fit, typer.Option(help="How the variance between areas is estimated.")
    ] = Fit.REML,
    no_intercept: Annotated[
        bool, typer.Option("--no-intercept", help="Leave the column of ones out.")
    ] = False,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Predict areas of which little is known from their likes (Fay-Herriot; with --means, from
    records, Battese-Harter-Fuller)."""
    covariates = _split(x)
    if means is not None:
        if not (var is se is factor is None) or method is Fit.MOMENTS:
            raise typer.BadParameter(
                "--means models records: without --var, --se and --factor, by reml or ml"
            )
        named = covariates if means_x is None else _split(means_x)
        sources = means, id_ if means_id is None else means_id, named, size
        found, table = _records(file, id_, y, covariates, sources, method, not no_intercept, na)
    else:
        if (var is None) == (se is None):
            raise typer.BadParameter("give either --var or --se, or --means for records")
        if not (means_id is means_x is size is None):
            raise typer.BadParameter("--means-id, --means-x and --size go with --means")
        spread = (var or se or "", var is None)
        found, table = _areas(
            file, id_, y, spread, covariates, factor, method, not no_intercept, na
        )
    tell(found, table, as_json=as_json)


def _split(columns: str | None) -> list[str]:
    return [name.strip() for name in columns.split(",")] if columns is not None else []


def _areas(
    file: Path,
    id_: str,
    y: str,
    spread: tuple[str, bool],
    covariates: list[str],
    factor: str | None,
    method: Fit,
    intercept: bool,
    na: Missing,
) -> tuple[dict[str, Any], "Table"]:
    import numpy as np

    from anmin.config.table import read_table
    from anmin.stats.fay_herriot import small_area

    column, rooted = spread
    texts = [id_] if factor is None else [id_, factor]
    table = read_table(file, numbers=[y, column, *covariates], texts=texts, na=na)
    table.refuse_repeats(id_)
    variances, names = table.positive(column), ["intercept"] * intercept + covariates
    x = [table.numbers(name) for name in covariates]
    if factor is not None:
        codes, groups = table.codes(factor)
        x += [(codes == code).astype(float) for code in range(1, len(groups))]
        names += [f"{factor} {group}" for group in groups[1:]]
    found = small_area(
        table.numbers(y),
        variances**2 if rooted else variances,
        np.column_stack(x) if x else None,
        intercept=intercept,
        method=method.value,
    )
    rows = rows_of(
        id=table.texts(id_), direct=table.numbers(y), synthetic=found.synthetic,
        weight=found.weight, eblup=found.eblup, mse=found.mse,
    )  # fmt: skip
    told = {
        "sigma2": found.sigma2,
        "beta": found.beta,
        "beta_se": found.beta_se,
        "names": names,
        "log_likelihood": found.log_likelihood,
        "aic": found.aic,
        "rows": rows,
    }
    return told, table


def _records(
    file: Path,
    id_: str,
    y: str,
    covariates: list[str],
    sources: tuple[Path, str, list[str], str | None],
    method: Fit,
    intercept: bool,
    na: Missing,
) -> tuple[dict[str, Any], "Table"]:
    import numpy as np

    from anmin.config.table import read_table
    from anmin.stats.unit_level import small_area_units

    means, means_id, means_x, size = sources
    if len(means_x) != len(covariates):
        raise typer.BadParameter("--means-x must name as many columns as --x")
    table = read_table(file, numbers=[y, *covariates], texts=[id_], na=na)
    areas = read_table(means, numbers=means_x + ([size] if size else []), texts=[means_id])
    areas.refuse_repeats(means_id)
    domain, domains = table.texts(id_), areas.texts(means_id)
    table.refuse_where(~np.isin(domain.astype(str), domains.astype(str)), id_, f"is not in {means}")
    found = small_area_units(
        table.numbers(y),
        domain.tolist(),
        np.column_stack([table.numbers(name) for name in covariates]) if covariates else None,
        domains.tolist(),
        np.column_stack([areas.numbers(name) for name in means_x]) if covariates else None,
        sizes=areas.positive(size) if size else None,
        intercept=intercept,
        method="ml" if method is Fit.ML else "reml",
    )
    rows = rows_of(
        id=domains, n=found.n.astype(int), synthetic=found.synthetic,
        weight=found.weight, eblup=found.eblup, mse=found.mse,
    )  # fmt: skip
    told = {
        "sigma2": found.sigma2_domain,
        "sigma2_error": found.sigma2_error,
        "beta": found.beta,
        "beta_se": found.beta_se,
        "names": ["intercept"] * intercept + covariates,
        "log_likelihood": found.log_likelihood,
        "rows": rows,
    }
    return told, table


@commands.command("rank")
def rank(
    file: File,
    id_: Annotated[str, typer.Option("--id", help="Column that names the areas.")],
    y: Annotated[str, typer.Option("--y", help="Column of the estimates.")],
    se: Annotated[str, typer.Option(help="Column of their standard errors.")],
    level: Level = 0.9,
    joint: Annotated[
        bool,
        typer.Option("--joint", help="All intervals hold together; else each one by itself."),
    ] = False,
    adjustment: Annotated[
        Shared, typer.Option(help="How the level is shared among the comparisons.")
    ] = Shared.INDEPENDENCE,
    largest_first: Annotated[
        bool, typer.Option("--largest-first", help="Rank 1 is the largest estimate.")
    ] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Also every pair of areas, tested and adjusted.")
    ] = False,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """The ranks of areas, and the ranks that their estimates leave open."""
    from anmin.config.table import read_table
    from anmin.stats.ranks import goldstein_healy, homogeneity, rank

    table = read_table(file, numbers=[y, se], texts=[id_], na=na)
    table.refuse_repeats(id_)
    estimate, error = table.numbers(y), table.positive(se)
    found = rank(
        estimate, error, level,
        joint=joint, adjustment=adjustment.value, largest_first=largest_first,
    )  # fmt: skip
    q, freedom, p = homogeneity(estimate, error)
    told: dict[str, Any] = {
        "rows": rows_of(id=table.texts(id_), rank=found.rank, low=found.low, high=found.high),
        "z": found.z,
        "goldstein_healy_z": goldstein_healy(error, level),
        "homogeneity": q,
        "df": freedom,
        "p": p,
    }
    if pairs:
        told["pairs"] = _pairs(table.texts(id_), estimate, error)
    tell(told, table, as_json=as_json)


def _pairs(ids: Any, estimate: Any, error: Any) -> list[dict[str, Any]]:
    import numpy as np

    from anmin.stats.multiplicity import benjamini_hochberg, holm
    from anmin.stats.ranks import pair_p

    first, second = np.triu_indices(len(ids), 1)
    p = pair_p(estimate, error)
    return rows_of(
        first=ids[first], second=ids[second], difference=estimate[first] - estimate[second],
        p=p, q=benjamini_hochberg(p), p_holm=holm(p),
    )  # fmt: skip
