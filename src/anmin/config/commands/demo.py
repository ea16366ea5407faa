"""`anmin demo load`: the made-up city."""

from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer(name="demo", help="The demo city.", no_args_is_help=True)


@commands.command("load")
def load(
    days: Annotated[
        int, typer.Option(help="Days of the city's life, up to now.", min=3, max=3650)
    ] = 120,
    per_day: Annotated[int, typer.Option(help="Events a day, about.", min=1, max=10_000)] = 11,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 20111125,
    hot_spot: Annotated[
        bool, typer.Option(help="Thefts come thick in one neighbourhood, for the scan to find.")
    ] = True,
    as_json: console.Json = False,
) -> None:
    """Fill an empty installation with Rui'an's towns, made-up people and events."""
    console.boot()
    from dataclasses import asdict

    from anmin.config import demo
    from anmin.config.install import install

    install()
    with console.progress("Demo city") as advance:
        loaded = demo.load(
            days=days, per_day=per_day, seed=seed, hot_spot=hot_spot, advance=advance
        )
    console.tell(
        asdict(loaded),
        as_json=as_json,
        text=f"{loaded.incidents:,} incidents over {loaded.days} days, {loaded.answers:,} answers, "
        f"{loaded.rectifications:,} rectifications.",
    )
