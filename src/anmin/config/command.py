"""The `anmin` command.

Each file in `commands/` brings one command or one group of commands (see its README there).
Exit status: 0 done, 1 refused or failed with one line on standard error, 2 wrong usage.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import typer

from anmin.config import commands, console


def build() -> typer.Typer:
    """The command with every group found in `commands/`."""
    app = typer.Typer(
        help="Anmin (安民): a city's public-safety service loop.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
    app.callback()(_top)
    for module in sorted(iter_modules(commands.__path__), key=lambda module: module.name):
        app.add_typer(import_module(f"{commands.__name__}.{module.name}").commands)
    return app


def _top() -> None:
    """Anmin (安民): a city's public-safety service loop."""


def run(args: Sequence[str]) -> int:
    """Run one command and return its exit status; never raises, never shows a traceback.

    (With `ANMIN_DEBUG` set, an unexpected fault is raised, for developers.)
    """
    try:
        build()(args=list(args), prog_name="anmin")
    except SystemExit as end:
        if isinstance(end.code, str):
            console.note(end.code)
            return 1
        return int(end.code or 0)
    except Exception as fault:
        if os.environ.get("ANMIN_DEBUG", "").lower() in {"1", "true", "yes", "on"}:
            raise
        console.complain(fault)
        return 1
    finally:
        console.leave()
    return 0


def main() -> None:
    """What the installed `anmin` calls."""
    os.umask(0o077)  # whatever is written belongs to this account alone
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
