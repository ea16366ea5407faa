"""`anmin verify`: the proof that records are what was written."""

import typer

from anmin.config import console

commands = typer.Typer()


@commands.command("verify")
def verify(as_json: console.Json = False) -> None:
    """Replay every timeline against its row and check every chain."""
    console.boot()
    from anmin.config import integrity

    with console.progress("Matters") as advance:
        report = integrity.check(advance)
    console.tell(report.as_json(), as_json=as_json, text=report.sentence())
    if not report.sound:
        raise typer.Exit(1)
