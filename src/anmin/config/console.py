"""What commands share: starting Django, speaking to people or to programs, showing progress.

A command says its result with `tell`; everything else (progress, warnings) goes to standard
error. It reports a fault by raising: a `Refusal` for what the user can mend.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from anmin.kernel.errors import Refusal

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Advance = Callable[[int, int], None]
"""Tells how much is done, and of how much (0 when that is not known)."""


def boot() -> None:
    """Make Django and every room ready. The first line of a command that needs the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anmin.config.settings")
    import django
    from django.apps import apps
    from django.utils import translation

    if not apps.ready:
        django.setup()
    language = next((os.environ[name] for name in ("LC_ALL", "LANG") if os.environ.get(name)), "")
    translation.activate("zh-hans" if language.startswith("zh") else "en")


def sensible(day: datetime | None) -> datetime | None:
    """For options that name a day: one that something can be about, or wrong usage."""
    if day is not None:
        boot()
        from django.conf import settings

        from anmin.kernel.incoming import within, years

        if not within(day, settings.RULES):
            first, last = years(settings.RULES, date.max)
            raise typer.BadParameter(f"{day:%Y-%m-%d} is not within the years {first} to {last}")
    return day


def leave() -> None:
    """Undo what `boot` set for this thread, for whoever runs commands within a longer life."""
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        from django.utils import translation

        translation.deactivate()


def tell(result: Mapping[str, Any], *, as_json: bool, text: str) -> None:
    """Say a command's result on standard output: all of it as JSON, or the text for people."""
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=_plain))
    else:
        typer.echo(text)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def note(text: str) -> None:
    """Say something by the way, on standard error."""
    typer.echo(text, err=True)


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A progress bar on standard error when it is a terminal; silent otherwise."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def complain(fault: Exception) -> None:
    """Say in one line on standard error why a command failed; record what nobody expected."""
    if isinstance(fault, Refusal):
        place = f"line {fault.line}: " if fault.line else ""
        note(f"anmin: {place}{fault}")
    elif isinstance(fault, UnicodeDecodeError):
        note("anmin: what was typed, or came in, holds bytes that are no text (UTF-8)")
    elif isinstance(fault, UnicodeEncodeError) and "surrogates" in fault.reason:
        note("anmin: what was typed holds bytes that are no text (UTF-8)")
    elif "django.db" in sys.modules and (reason := _database_reason(fault)):
        note(f"anmin: {reason}")
    elif isinstance(fault, OSError) and fault.strerror:
        name = f"{fault.filename}: " if fault.filename else ""
        note(f"anmin: {name}{fault.strerror}")
    else:
        note(f"anmin: an unexpected fault ({type(fault).__name__}){_recorded(fault)}")


def _database_reason(fault: Exception) -> str | None:
    from django.db import DatabaseError, InterfaceError, ProgrammingError

    if not isinstance(fault, DatabaseError | InterfaceError):
        return None
    first = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
    if "no such table" in first or (isinstance(fault, ProgrammingError) and "exist" in first):
        return "the database is not set up yet, or by another version: run `anmin init`"
    from anmin.exchange.trouble import words_of

    if words := words_of(fault):
        return words
    return f"the database cannot be used: {first}"


def _recorded(fault: Exception) -> str:
    """Where the details are, once they have been logged."""
    if "django.conf" not in sys.modules:
        return f": {fault}"
    from django.conf import settings

    if not settings.configured:
        return f": {fault}"
    import structlog

    from anmin.config import logs

    structlog.get_logger("anmin.command").error("unexpected fault", exc_info=fault)
    return f"; the details are in {logs.folder(Path(settings.ANMIN_HOME))}"
