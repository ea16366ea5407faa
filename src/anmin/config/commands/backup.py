"""`anmin backup` and `anmin restore`."""

from pathlib import Path
from typing import Annotated

import typer

from anmin.config import console

commands = typer.Typer()


@commands.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="Archive to write (.tar.gz).")],
    with_keys: Annotated[
        bool,
        typer.Option("--with-keys", help="Put the keys in as well: guard the file accordingly."),
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Write everything to one file, while people go on working."""
    console.boot()
    from anmin.config.backup import back_up

    manifest = back_up(file, with_keys=with_keys)
    size = file.stat().st_size
    told = {"file": str(file), "bytes": size, "files": len(manifest.files), "with_keys": with_keys}
    text = f"{file}: {len(manifest.files)} files, {size / 1e6:.1f} MB."
    if not with_keys:
        text += " The keys are not in it: keep a copy of the keyring apart from it."
    console.tell(told, as_json=as_json, text=text)


@commands.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="Archive that `anmin backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the data that is there.")] = False,
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys",
            help="Trust the keys in the archive: only for a file that nobody else has held.",
        ),
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Bring everything back from one file, and check it as `anmin verify` does."""
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.config.backup import records
    from anmin.config.backup import restore as bring_back

    before = records()
    manifest, report = bring_back(file, force=force, with_keys=with_keys)
    lost = max(before - report.evidence.records, 0)
    told = {
        "created_at": manifest.created_at,
        "version": manifest.version,
        "records_lost": lost,
        **report.as_json(),
    }
    text = f"Restored as of {manifest.created_at}. {report.sentence()}"
    if lost:
        text += "\n" + _(
            "The log that was here had %(before)s records; %(lost)s of them are not in this backup."
            " If that was not meant, a newer backup has them."
        ) % {"before": before, "lost": lost}
    console.tell(told, as_json=as_json, text=text)
    if not report.sound:
        raise typer.Exit(1)
