"""`anmin worker`: the background work."""

import signal
from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer()


@commands.command("worker")
def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Do everything that is due, then stop.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Run background work: news between rooms, messages, scheduled jobs.

    Ctrl-C or SIGTERM stops it after the job in hand. Any number of workers may run.
    """
    console.boot()
    from django.conf import settings

    from anmin.config import tracing
    from anmin.config.home import in_use
    from anmin.config.worker import Worker
    from anmin.matters.kind_check import require_known_rows

    tracing.start()
    one = Worker()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: one.stop())
    with in_use(settings.ANMIN_HOME):
        # Of matters whose kind this process does not know the news would pass unread, for good.
        require_known_rows()
        if not once:
            one.run()
            return
        done = one.drain()
    console.tell(
        {"done": done, "failed": one.failed}, as_json=as_json, text=f"{done} pieces of work done."
    )
    for job, reason in one.failed.items():
        console.note(f"anmin: {job} failed: {reason}")
    if one.failed:
        raise typer.Exit(1)
