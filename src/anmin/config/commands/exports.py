"""`anmin export`: lists taken out, as the page of that person would give them."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer(name="export", help="Take lists out of the house.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """Take lists out of the house."""


Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], callback=console.sensible, help="Opened from that day on."),
]
LastDay = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], callback=console.sensible, help="Opened until that day."),
]


@commands.command("matters")
def matters(
    file: Annotated[Path, typer.Argument(help="Where to: .csv, .xlsx, or .jsonl (JSON lines).")],
    by: Annotated[
        str, typer.Option("--by", help="Sign-in name of the person who takes it, as on the page.")
    ],
    kind: Annotated[
        str, typer.Option(help="One kind of matter, with its own facts; without it, all kinds.")
    ] = "",
    view: Annotated[
        str, typer.Option(help="Which: live, mine, late, at_risk, unowned, all.")
    ] = "all",
    since: Day = None,
    until: LastDay = None,
    as_json: console.Json = False,
) -> None:
    """Write the list of matters as this person's page would give it out, and nothing more.

    What the person may not see is not in it, nor what tells of anybody; taking it is on record.
    A file that is there already is replaced once the new one is whole; only its owner reads it.
    """
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.faces.lists import write_list
    from anmin.kernel.errors import Refusal
    from anmin.matters.queries import VIEWS, Filters
    from anmin.matters.registry import kind_of
    from anmin.people.queries import account_by_name

    who = account_by_name(by)
    if kind:
        kind_of(kind)
    if view not in VIEWS:
        raise Refusal(_("There is no such list: %(view)s.") % {"view": view[:32]}, field="view")
    first, last = (one.date() if one else None for one in (since, until))
    if not file.name:
        raise Refusal(_("Name the file to write."), field="file")
    part = file.with_name(f".{file.stem}.part{file.suffix}")
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        rows = write_list(part, who, Filters(view=view, kind=kind, since=first, until=last))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    console.tell(
        {"file": str(file), "rows": rows},
        as_json=as_json,
        text=_("%(rows)s matters in %(file)s.") % {"rows": f"{rows:,}", "file": file},
    )
