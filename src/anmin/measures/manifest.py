"""The lake on disk, and the one file that says which Parquet files are it.

    $ANMIN_HOME/lake/manifest.json
    $ANMIN_HOME/lake/<table>/month=YYYY-MM/part-<revision>.parquet

A refresh writes new files beside the old ones and then replaces the manifest in one step, so
that a reader sees the lake before or after it, never in between, and a refresh that dies leaves
the lake as it was. Files that the manifest does not name are rubbish.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from anmin.kernel.errors import Conflict, Unavailable
from anmin.measures.registry import Cursor


class RefreshRunning(Conflict):
    """Another process is refreshing the lake."""


class Month(BaseModel):
    """One partition: its files (paths from the lake) and rows."""

    model_config = ConfigDict(frozen=True)

    files: tuple[str, ...]
    rows: int


class TableState(BaseModel):
    """What the lake holds of one table.

    ``columns`` are its columns and types as written; ``shape`` is a digest of everything that
    decides, besides the records, what the files hold.
    """

    model_config = ConfigDict(frozen=True)

    shape: str
    columns: dict[str, str]
    cursor: Cursor
    months: dict[str, Month]

    @property
    def rows(self) -> int:
        """Rows of all months."""
        return sum(month.rows for month in self.months.values())


class Manifest(BaseModel):
    """One state of the whole lake.

    ``cutoff`` is the moment up to which it surely knows everything; ``revision`` grows whenever a
    file changed. ``digests`` has the SHA-256 of every file, by its path, and ``seal`` is a keyed
    mac over all of it: a list that somebody else wrote is no lake.
    """

    model_config = ConfigDict(frozen=True)

    revision: int = 0
    cutoff: datetime
    tables: dict[str, TableState]
    digests: dict[str, str] = {}
    seal: str = ""

    @classmethod
    def read(cls) -> Self | None:
        """The lake as it is now; None before the first refresh, or if its seal does not hold: the
        next refresh makes it anew.

        Raises:
            Unavailable: the manifest is there but cannot be read.
        """
        try:
            found = cls.model_validate_json(_manifest_path().read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as fault:
            raise Unavailable(
                _("The list of figures files cannot be read; refresh them from scratch.")
            ) from fault
        return found if compare_digest(found.seal, found.right_seal()) else None

    def right_seal(self) -> str:
        """The seal that this state must have."""
        told = self.model_copy(update={"seal": ""}).model_dump_json().encode()
        seal: bytes = settings.KEYRING.mac(told, purpose="lake", size=16)
        return seal.hex()

    def write(self) -> Self:
        """Make this the state of the lake, durably and in one step; returns it with its seal."""
        known: dict[str, str] = {}
        with suppress(Unavailable):
            before = type(self).read()
            known = before.digests if before else {}
        names = [path.relative_to(lake_folder()).as_posix() for path in self._all_files()]
        digests = {name: known.get(name) or digest_of(lake_folder() / name) for name in names}
        listed = self.model_copy(update={"digests": digests})
        sealed = listed.model_copy(update={"seal": listed.right_seal()})
        path = _manifest_path()
        draft = path.with_suffix(".draft")
        draft.write_text(sealed.model_dump_json(indent=1), encoding="utf-8")
        to_disk(draft)
        draft.replace(path)
        to_disk(path.parent)
        return sealed

    def files(self, table: str) -> list[Path]:
        """The Parquet files of one table, by month; none when it has no rows."""
        state = self.tables.get(table)
        if state is None:
            return []
        return [
            lake_folder() / file
            for _month, month in sorted(state.months.items())
            for file in month.files
        ]

    def _all_files(self) -> list[Path]:
        return [file for name in self.tables for file in self.files(name)]

    def remove_rubbish(self) -> None:
        """Delete every Parquet file that this state does not name."""
        kept = set(self._all_files())
        for path in lake_folder().glob("*/month=*/*.parquet"):
            if path not in kept:
                path.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def altered() -> list[str]:
    """What of the lake is not as it was written: the list itself, or files that it names.

    Reads every file once.
    """
    path = _manifest_path()
    try:
        manifest = Manifest.read() if path.exists() else None
    except Unavailable:
        manifest = None
    if manifest is None:
        return [path.name] if path.exists() else []
    found = []
    for name, digest in manifest.digests.items():
        file = lake_folder() / name
        if not file.is_file() or digest_of(file) != digest:
            found.append(name)
    return found


def lake_folder() -> Path:
    """The folder of the lake; it need not exist."""
    return Path(settings.ANMIN_HOME) / "lake"


def _manifest_path() -> Path:
    return lake_folder() / "manifest.json"


def to_disk(path: Path) -> None:
    """Wait until a file or folder has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone() -> Iterator[None]:
    """Be the only refresh of this lake; the lock goes with the process, however it ends.

    Raises:
        RefreshRunning: another one is at it.
    """
    lake_folder().mkdir(parents=True, exist_ok=True)
    with (lake_folder() / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefreshRunning(_("The figures are being refreshed already.")) from None
        yield


def last_revision() -> int:
    """The highest revision of any file here, also of those that a dead refresh left; 0 if none."""
    names = (path.stem.split("-") for path in lake_folder().glob("*/month=*/part-*.parquet"))
    return max((int(parts[1]) for parts in names if parts[1].isdigit()), default=0)
