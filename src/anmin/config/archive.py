"""The form of a backup: a gzipped tar whose first member is a manifest that only a holder of the
keys can write.

`manifest.json` says what the archive is of and lists every part with its size and SHA-256;
`manifest.mac` is a keyed hash of it. Then come the parts, each listed, each once, each a plain
file. The archive is read as what a stranger may have made: nothing is written before the manifest
is found genuine, nothing that it does not list, nothing outside the folder that is given, and
what is wrong is named.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import TypeAdapter, ValidationError

from anmin.kernel.crypto import Keyring
from anmin.kernel.errors import Conflict, Refusal

FORMAT: Final = 2
DATABASES: Final = ("database.sqlite3", "database.dump")
FOLDERS: Final = ("media", "files", "rules", "laws", "calendar", "profiles")
KEYS: Final = ("keyring", "secret_key")
_ABOUT: Final = "manifest.json"
_SEAL: Final = "manifest.mac"
_PURPOSE: Final = "backup manifest"
_CHUNK: Final = 1 << 20
_LONGEST_MANIFEST: Final = 256 << 20
_LONGEST_HEADER: Final = 1 << 16  # a path of Linux has up to 4096 bytes


class BadBackup(Refusal):
    """The file is no backup, is damaged or altered, or does not fit this installation."""

    default_code = "bad_backup"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself. `files` maps the name of each part to what it is.

    `root` is the signed root of the evidence log just before the database was copied.
    """

    format: int
    version: str
    created_at: str
    database: str
    keyring: str
    with_keys: bool
    root: str = ""
    files: dict[str, Part] = field(default_factory=dict)


_manifests: Final = TypeAdapter(Manifest)


def fingerprint(keyring: Keyring) -> str:
    """What tells two keyrings apart without telling anything about them."""
    return keyring.blind_index("anmin", purpose="keyring").hex()


# --- writing --------------------------------------------------------------------------------
def describe(path: Path) -> Part:
    """The size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Part(file.tell(), digest)


def pack(draft: Path, manifest: Manifest, files: Mapping[str, Path], keyring: Keyring) -> None:
    """Write the archive to `draft`, readable by its owner alone.

    Raises:
        Conflict: a file is no longer what the manifest says; the archive would not come back.
    """
    about = _manifests.dump_json(manifest, indent=1)
    with (
        open(draft, "xb", opener=_private) as raw,
        tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive,
    ):
        seal = keyring.mac(about, purpose=_PURPOSE).hex().encode()
        for name, content in ((_ABOUT, about), (_SEAL, seal)):
            archive.addfile(_header(name, len(content)), io.BytesIO(content))
        for name, part in manifest.files.items():
            # Opened, not added by its path: a link would go in as a link.
            with suppress(OSError), files[name].open("rb") as file:
                watched = _Watched(file)
                archive.addfile(_header(name, part.size), watched)
                if not file.read(1) and watched.digest.hexdigest() == part.sha256:
                    continue
            raise Conflict(f"{name} changed while it was copied: make the backup again")


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size = size
    header.mode = 0o600
    return header


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Watched(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


# --- reading --------------------------------------------------------------------------------
type Accept = Callable[[Manifest, Keyring | None], Keyring]
"""Refuses a manifest that does not fit, or returns the keyring that must have sealed it. The
second argument is the keyring in the archive, if there is one."""


def unpack(source: Path, place: Path, accept: Accept) -> Manifest:
    """Check the archive as a whole and write its parts under `place`.

    Raises:
        BadBackup: with the name of the part that is unlisted, missing, doubled, altered or no
            plain file; or because the manifest is not what was written, or `accept` refused.
    """
    with _opened(source) as archive:
        members = _members(archive, source)
        about = _text(archive, source, next(members, None), _ABOUT)
        seal = _text(archive, source, next(members, None), _SEAL)
        manifest = _parsed(about, source)
        waiting = dict(manifest.files)
        brought = None
        if KEYS[0] in waiting:
            _extract(archive, source, _named(next(members, None), KEYS[0], source), waiting, place)
            brought = Keyring.load((place / KEYS[0]).read_text("utf-8", errors="replace"))
        keyring = accept(manifest, brought)
        expected = keyring.mac(about, purpose=_PURPOSE).hex()
        if not compare_digest(seal.strip(), expected.encode()):
            raise BadBackup(f"{source} was altered: {_ABOUT} is not as it was written")
        for member in members:
            _extract(archive, source, member, waiting, place)
        _require_end(archive, source)
    if waiting:
        missing = ", ".join(sorted(waiting)[:5])
        raise BadBackup(f"{source} is not whole: {missing} is missing ({len(waiting)} in all)")
    return manifest


class _Member(tarfile.TarInfo):
    """A header that is not followed into the memory it claims."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in tarfile.REGULAR_TYPES and self.size > _LONGEST_HEADER:
            raise tarfile.ReadError("a header is too long")
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]  # untyped


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with (
            gzip.open(source, "rb") as plain,
            tarfile.open(fileobj=plain, mode="r:", tarinfo=_Member) as archive,
        ):
            yield archive
    except FileNotFoundError as fault:
        if fault.filename != str(source):
            raise
        raise BadBackup(f"there is no backup {source}") from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise BadBackup(f"{source} is not a whole backup ({fault})") from None


def _members(archive: tarfile.TarFile, source: Path) -> Iterator[tarfile.TarInfo]:
    """The members in order, each a plain file of a name that did not come before."""
    seen: set[str] = set()
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it would keep them all
        if member.name in seen:
            raise BadBackup(f"{source} was altered: {member.name!r} is in it twice")
        if not member.isreg() or member.issparse():
            raise BadBackup(f"{source} was altered: {member.name!r} is no plain file")
        seen.add(member.name)
        yield member


def _named(member: tarfile.TarInfo | None, name: str, source: Path) -> tarfile.TarInfo:
    if member is None or member.name != name:
        raise BadBackup(f"{source} is not a whole backup: {name} is missing")
    return member


def _text(
    archive: tarfile.TarFile, source: Path, member: tarfile.TarInfo | None, name: str
) -> bytes:
    member = _named(member, name, source)
    file = archive.extractfile(member)
    if file is None or member.size > _LONGEST_MANIFEST:
        raise BadBackup(f"{source} is not a whole backup: {name} is too long")
    return file.read()


def _parsed(about: bytes, source: Path) -> Manifest:
    try:
        manifest = _manifests.validate_json(about, strict=True)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(str(one) for one in first["loc"][:2])
        if where == "format" or where.startswith("files"):
            raise BadBackup(f"{source} was written by another version") from None
        raise BadBackup(f"{source} is not a whole backup: {_ABOUT} has no {where}") from None
    if manifest.format != FORMAT:
        raise BadBackup(f"this backup was written by another version ({manifest.version})")
    for name in manifest.files:
        if not _belongs(name):
            raise BadBackup(f"{source} was altered: {name!r} does not belong in a backup")
    return manifest


def _belongs(name: str) -> bool:
    path = PurePosixPath(name)
    if len(path.parts) == 1:
        return name in (*DATABASES, *KEYS)
    return (
        str(path) == name
        and path.parts[0] in FOLDERS
        and ".." not in path.parts
        and "\0" not in name
        and "\\" not in name
    )


def _extract(
    archive: tarfile.TarFile,
    source: Path,
    member: tarfile.TarInfo,
    waiting: dict[str, Part],
    place: Path,
) -> None:
    """Write one listed part under `place` and take it from those that are waited for."""
    part = waiting.pop(member.name, None)
    if part is None:
        raise BadBackup(f"{source} was altered: {member.name!r} is not listed in {_ABOUT}")
    target = place / PurePosixPath(member.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    file = archive.extractfile(member)
    same = member.size == part.size and file is not None
    if same and file is not None:
        opener = _private if member.name in KEYS else None
        try:
            with open(target, "xb", opener=opener) as out:
                while data := file.read(_CHUNK):
                    digest.update(data)
                    out.write(data)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
            raise BadBackup(f"{source} is not a whole backup: it ends in {member.name}") from None
    if not same or digest.hexdigest() != part.sha256:
        raise BadBackup(f"{source} is damaged: {member.name} is not as it was written")


def _require_end(archive: tarfile.TarFile, source: Path) -> None:
    """Nothing but padding follows the last member: readers differ in what they make of more."""
    stream = archive.fileobj
    if stream is None:
        return
    stream.seek(archive.offset)
    while rest := stream.read(_CHUNK):
        if rest.strip(b"\0"):
            raise BadBackup(f"{source} was altered: something follows the last part")
