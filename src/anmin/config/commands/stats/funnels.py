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


Id = Annotated[str, typer.Option("--id", help="Column that names the places.")]
Observed = Annotated[str | None, typer.Option(help="Column of the counts (with --expected).")]
Expected = Annotated[str | None, typer.Option(help="Column of the expected counts.")]
Count = Annotated[
    str | None, typer.Option(help="Column of how many of them (with --n), for shares.")
]
N = Annotated[str | None, typer.Option("--n", help="Column of how many.")]
Target = Annotated[
    float | None, typer.Option(help="The target; else 1, for shares that of all places.")
]
Excess = Annotated[Overdispersion, typer.Option(help="How limits are widened for excess scatter.")]
Winsorise = Annotated[
    float, typer.Option(help="Share of places at each end that is pulled in first.")
]


@commands.command("funnel")
def funnel(
    file: File,
    id_: Id,
    observed: Observed = None,
    expected: Expected = None,
    count: Count = None,
    n: N = None,
    target: Target = None,
    overdispersion: Excess = Overdispersion.ADDITIVE,
    winsorise: Winsorise = 0.1,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Which places differ from the target by more than their size explains."""
    from anmin.config.table import read_table
    from anmin.stats.funnel import ratio_funnel, share_funnel

    excess = overdispersion.value
    if observed and expected and not (count or n):
        table = read_table(file, numbers=[observed, expected], texts=[id_], na=na)
        values = table.counts(observed), table.positive(expected)
        aim = 1.0 if target is None else target
        found = ratio_funnel(*values, target=aim, overdispersion=excess, winsorise=winsorise)
    elif count and n and not (observed or expected):
        table = read_table(file, numbers=[count, n], texts=[id_], na=na)
        values = table.counts(count), table.counts(n)
        found = share_funnel(*values, target=target, overdispersion=excess, winsorise=winsorise)
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
