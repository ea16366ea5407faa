"""`anmin import`: taking in the records of other systems."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer(
    name="import", help="Take in records of other systems.", no_args_is_help=True
)


@commands.callback()
def _group() -> None:
    """Take in records of other systems."""


File = Annotated[Path, typer.Argument(help="The export: CSV in any usual encoding, or XLSX.")]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Column profile: a name, the beginning of one, or a TOML file. "
        "Without it, the one profile whose columns the file has.",
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
        help="The moment the export tells of (local time), if no column says so; else it is "
        "when the file was last written. A later export has the last word.",
        callback=console.sensible,
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help="Sign-in name of the person who imports, within what this person may. Without "
        "it, the house's administrator at the console.",
    ),
]
NewUnits = Annotated[
    bool, typer.Option("--new-units", help="Add units that the profile brings along.")
]


@commands.command("incidents")
def incidents(
    file: File,
    profile: ProfileOption = None,
    as_of: AsOf = None,
    by: By = None,
    new_units: NewUnits = False,
    as_json: console.Json = False,
) -> None:
    """Take in a dispatch export. Running it again changes nothing.

    Units that are not known are listed at the end, and their rows rejected; --new-units adds them.

    Rejected rows go, with their line and the reason, to a file that the result names; the good
    ones are kept.
    """
    _take_in(file, "incident", profile, as_of, by, new_units, as_json)


@commands.command("matters")
def matters(
    file: File,
    kind: Annotated[
        str,
        typer.Option(help="The kind of matter; without it, that of the profile."),
    ] = "",
    profile: ProfileOption = None,
    as_of: AsOf = None,
    by: By = None,
    new_units: NewUnits = False,
    as_json: console.Json = False,
) -> None:
    """Take in an export of any kind of matter, as `import incidents` does.

    The column profile says which kind its rows are; a kind can bring profiles of its own.
    """
    _take_in(file, kind, profile, as_of, by, new_units, as_json)


def _take_in(
    file: Path,
    kind: str,
    profile: str | None,
    as_of: datetime | None,
    by: str | None,
    new_units: bool,
    as_json: bool,
) -> None:
    console.boot()
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from anmin.exchange.fitting import only_profile
    from anmin.exchange.imports import import_file
    from anmin.exchange.models import ImportRun
    from anmin.exchange.profiles import find_profile, is_known
    from anmin.exchange.reasons import NOTES
    from anmin.matters.registry import kind_of
    from anmin.people.queries import account_by_name

    if kind:
        kind_of(kind)  # an unknown one is refused by name

    with console.progress(file.name) as advance:

        def tell(run: ImportRun) -> None:
            advance(run.read, round(run.read / run.share) if run.share else 0)

        actor = account_by_name(by) if by else None
        wanted = profile or only_profile(file, kind)
        if actor and is_known(wanted):
            wanted = find_profile(wanted).stem
        result = import_file(
            file,
            profile=wanted,
            kind=kind,
            actor=actor,
            adds_units=new_units,
            as_of=timezone.make_aware(as_of) if as_of else None,
            progress=tell,
        )
    text = _(
        "%(read)s rows read: %(created)s new, %(updated)s updated, %(unchanged)s unchanged, "
        "%(rejected)s rejected (%(seconds).1f s)."
    ) % {**result.counts(), "seconds": result.seconds}
    for code, count in result.notes.items():
        text += f"\n{NOTES[code]} (× {count})"
    if result.rejects_file:
        text += "\n" + _("Rejected and not applied rows: %(file)s") % {"file": result.rejects_file}
    if result.new_units:
        listed = "\n".join(f"  {code}  {name}  {rows}" for code, name, rows in result.new_units)
        text += "\n" + _(
            "%(number)s new units. Their rows were rejected; once more with --new-units adds them:"
        ) % {"number": len(result.new_units)}
        text += f"\n{listed}"
    console.tell(result.as_json(), as_json=as_json, text=text)


@commands.command("list")
def listed(as_json: console.Json = False) -> None:
    """List the latest imports with their numbers."""
    console.boot()
    from anmin.exchange.queries import latest_runs

    runs = latest_runs()
    lines = [
        f"{one['run']:>6}  {one['started']}  {one['status']:<11}  {one['profile']:<16}  "
        f"{one['created']:>9,} + {one['updated']:,}  {one['by']}  {one['file']}"
        for one in runs
    ]
    console.tell({"runs": runs}, as_json=as_json, text="\n".join(lines))


@commands.command("undo")
def undo(
    run: Annotated[int, typer.Argument(help="The number of the import: see `import list`.")],
    by: Annotated[
        str | None, typer.Option(help="Sign-in name of the person who undoes it.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Undo it; without this, only say what would happen.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Undo an import as a whole, while nothing was built on it.

    An undoing that was interrupted goes on when this is called again.
    """
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.exchange import undoing
    from anmin.people.queries import account_by_name

    actor = account_by_name(by) if by else None
    begun = undoing.begun(run, actor=actor)
    if begun is None:
        seen = undoing.summary(run, actor=actor)
        told = {"opened": seen.opened, "changed": seen.changed, "built": dict(seen.built)}
        text = _("%(opened)s matters become void, %(changed)s go back to what they were.") % told
        if seen.built or not yes:
            lines = [text, *seen.reasons()]
            lines += [] if seen.built else [_("Nothing is done without --yes.")]
            console.tell({**told, "undone": False}, as_json=as_json, text="\n".join(lines))
            raise typer.Exit(1 if seen.built else 0)
        begun = undoing.start(run, actor=actor)
    with console.progress(begun.file_name) as advance:
        done = undoing.carry_out(begun, lambda one: advance(one.undo_position, 0))
    console.tell({"run": done.pk, "undone": True}, as_json=as_json, text=_("The import is undone."))
