"""`anmin up` and `anmin init`: everything at one word."""

import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anmin.config import console
from anmin.kernel.errors import Conflict, Refusal

if TYPE_CHECKING:
    from anmin.config.supervisor import Child

commands = typer.Typer()


@commands.command("init")
def init(as_json: console.Json = False) -> None:
    """Bring the database up to date and load the shipped reference data. Changes nothing twice."""
    console.boot()
    from anmin.config.install import install

    done = install()
    told = {"migrations": done.migrations, "reference_rows": done.reference_rows}
    text = f"{done.migrations} migrations applied, {done.reference_rows} reference rows loaded."
    console.tell(told, as_json=as_json, text=text)


@commands.command("up")
def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Load the demo city when there is no data.")
    ] = True,
) -> None:
    """Start everything: set up, load the demo city when empty, run the web and the worker.

    Ctrl-C stops them after what they have in hand.
    """
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    os.environ.setdefault("ANMIN_BASE_URL", f"http://{shown}:{port}")
    console.boot()
    from django.conf import settings

    from anmin.config import static
    from anmin.config.home import in_use
    from anmin.config.install import install
    from anmin.config.supervisor import Supervisor

    _require_free(host, port)
    with in_use(settings.ANMIN_HOME):
        install()
        static.collect()
        if demo:
            _load_demo_when_empty()
        supervisor = Supervisor(_children(host, port, settings.ANMIN_HOME), console.note)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.stop())
        supervisor.run(lambda: _welcome(shown, port))
    console.note("Stopped.")


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise Conflict(
                f"cannot listen on {host} port {port} ({fault.strerror}): choose another --port"
            ) from None
        except (UnicodeError, TypeError):  # what the library says to names that are none
            raise Refusal("--host is not the name or number of a machine", field="host") from None


def _children(host: str, port: int, home: Path) -> list["Child"]:
    from django.conf import settings

    from anmin.config.sqlite.slots import SPARE
    from anmin.config.supervisor import Child

    figures = home / "run" / "metrics"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True)
    environment = {
        "PROMETHEUS_MULTIPROC_DIR": str(figures),
        "DJANGO_SETTINGS_MODULE": "anmin.config.settings",
    }
    threads = settings.ENVIRONMENT.anmin_web_threads + SPARE
    web = [
        *(sys.executable, "-m", "granian", "anmin.config.wsgi:application"),
        *("--interface", "wsgi", "--no-ws", "--log-level", "error"),
        *("--host", host, "--port", str(port)),
        *("--workers", str(settings.ENVIRONMENT.anmin_web_processes)),
        *("--blocking-threads", str(threads)),
        *("--blocking-threads-idle-timeout", "600"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
    ]
    worker = [sys.executable, "-m", "anmin.config.command", "worker"]
    return [Child("web", web, environment), Child("worker", worker, environment)]


def _load_demo_when_empty() -> None:
    from anmin.config import demo

    if demo.wanted():
        console.note("Loading the demo city (once; about a minute) …")
        with console.progress("Demo city") as advance:
            demo.load(advance=advance)


def _welcome(host: str, port: int) -> None:
    """Wait until the web answers, then say where it is and who to sign in as."""
    from anmin.config import demo

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    while not _answers(f"{address}/healthz"):
        time.sleep(0.2)
    typer.echo(f"\nAnmin is ready:\n  staff     {address}/desk/\n  citizens  {address}/\n")
    if accounts := demo.sign_ins():
        typer.echo("Sign in as (demo city):")
        for username, password, who in accounts:
            typer.echo(f"  {username:<14} {password:<16} {who}")
    else:
        typer.echo("Add the first administrator with: anmin user add NAME --role admin")
    typer.echo("\nCtrl-C stops everything.")


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own http
    except (urllib.error.URLError, OSError):
        return False
    return True
