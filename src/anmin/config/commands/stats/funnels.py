"""Places around a target."""

from enum import StrEnum
from typing import Annotated

import typer

from anmin.config import console
from anmin.config.methods import File, Missing, Na, rows_of, tell
from anmin.kernel.errors import Refusal

commands = typer.Typer()


class Overdispersion(StrEnum):
    """What to do about places that scatter more than chance explains."""

    ADDITIVE = "additive"
    MULTIPLICATIVE = "multiplicative"
    NONE = "none"


@commands.command("funnel")
def funnel(
    file: File,
    id_: Annotated[str, typer.Option("--id", help="Column that names the places.")],
    observed: Annotated[
        str | None, typer.Option(help="Column of the counts (with --expected).")
    ] = None,
    expected: Annotated[str | None, typer.Option(help="Column of the expected counts.")] = None,
    count: Annotated[
        str | None, typer.Option(help="Column of how many of them (with --n), for shares.")
    ] = None,
    n: Annotated[str | None, typer.Option("--n", help="Column of how many.")] = None,
    target: Annotated[
        float | None, typer.Option(help="The target; else 1, for shares that of all places.")
    ] = None,
    overdispersion: Annotated[
        Overdispersion, typer.Option(help="How limits are widened for excess scatter.")
    ] = Overdispersion.ADDITIVE,
    winsorise: Annotated[
        float, typer.Option(help="Share of places at each end that is pulled in first.")
    ] = 0.1,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Which places differ from the target by more than their size explains."""
    from anmin.config.table import read_table
    from anmin.stats.funnel import ratio_funnel, share_funnel

    if observed and expected and not (count or n):
        table = read_table(file, numbers=[observed, expected], texts=[id_], na=na)
        found = ratio_funnel(
            table.counts(observed),
            table.positive(expected),
            target=1.0 if target is None else target,
            overdispersion=overdispersion.value,
            winsorise=winsorise,
        )
    elif count and n and not (observed or expected):
        table = read_table(file, numbers=[count, n], texts=[id_], na=na)
        found = share_funnel(
            table.counts(count),
            table.counts(n),
            target=target,
            overdispersion=overdispersion.value,
            winsorise=winsorise,
        )
    else:
        raise Refusal("give --observed and --expected, or --count and --n")
    columns = {name: getattr(found, name) for name in ("value", "size", "z", "p", "z_adjusted")}
    for level, digits in ((0.95, "95"), (0.998, "998")):
        for prefix, limits in (("", found.limits), ("adjusted_", found.adjusted_limits)):
            low, high = limits(found.size, level)
            columns |= {f"{prefix}low{digits}": low, f"{prefix}high{digits}": high}
    result = {
        "rows": rows_of(id=table.texts(id_), **columns),
        "target": found.target,
        "phi": found.phi,
        "tau2": found.tau2,
    }
    tell(result, table, as_json=as_json)
