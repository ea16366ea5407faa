"""Counts and shares: what changed by more than chance, and how sure a share is."""

from enum import StrEnum
from typing import Annotated

import typer

from anmin.config import console
from anmin.config.methods import Level, tell

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
