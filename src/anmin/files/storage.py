"""Where contents lie, sealed: any storage of Django's, by default a folder of the home."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.translation import gettext as _

from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import Unavailable

SMALL: Final = ".small"
"""What the name of a small picture ends with."""

log = structlog.get_logger(__name__)


class HomeFolder(FileSystemStorage):
    """``$ANMIN_HOME/files``: readable by the service alone, and on the disk before it is told."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> Path:
        """The folder."""
        return Path(settings.ANMIN_HOME) / "files"

    @property
    def location(self) -> str:
        """The folder, whole."""
        return str(self.base_location.absolute())

    def _save(self, name: str, content: ContentFile[bytes]) -> str:
        kept: str = super()._save(name, content)  # type: ignore[misc]  # Django's, without stubs
        file = os.open(self.path(kept), os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
        return kept


class Lost(Unavailable):
    """A content that should be there is not."""

    default_code = "file_lost"


def put(stored: str, content: bytes, small: bytes | None) -> None:
    """Seal a content, and its small picture, under a name. Both are there, or neither.

    Raises ``Unavailable`` if the storage does not take them.
    """
    parts = {stored: content} | ({stored + SMALL: small} if small is not None else {})
    with _asked():
        try:
            for name, plain in parts.items():
                sealed = settings.KEYRING.encrypt(plain, context=_context(name))
                place().save(path_of(name), ContentFile(sealed))
        except BaseException:
            drop(stored)
            raise


def get(name: str) -> bytes:
    """The content under a name. Raises ``Lost``, ``Unreadable`` or ``Unavailable``."""
    with _asked(), place().open(path_of(name)) as file:
        sealed: bytes = file.read()
    return bytes(settings.KEYRING.decrypt(sealed, context=_context(name)))


def drop(stored: str) -> None:
    """Remove a content and its small picture, as far as they are there."""
    for name in (stored, stored + SMALL):
        try:
            place().delete(path_of(name))
        except Exception as fault:  # any storage's own; the nightly job comes by again
            log.warning("a file was not removed", stored=name, fault=type(fault).__name__)


def names() -> Iterator[tuple[str, float]]:
    """Every name under which something lies, with when it was written (seconds since 1970)."""
    kept = place()
    try:
        folders, _files = kept.listdir("")
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        for name in sorted(kept.listdir(folder)[1]):
            yield name, kept.get_modified_time(f"{folder}/{name}").timestamp()


def path_of(name: str) -> str:
    """Where in the storage a name lies: no folder with hundreds of thousands of files."""
    return f"{name[:2]}/{name}"


def place() -> Storage:
    """The storage of this installation."""
    return storages["files"]


def _context(name: str) -> bytes:
    return b"file:" + name.encode()


@contextmanager
def _asked() -> Iterator[None]:
    """Say in words what a storage, whichever it is, stumbled over."""
    away = partial(Unavailable, code="files_away")
    try:
        yield
    except (Unreadable, Unavailable):
        raise
    except FileNotFoundError:
        raise Lost(
            _("This file is on record, but its content is gone: tell the administrator.")
        ) from None
    except OSError as fault:
        log.warning("the storage of files failed", fault=str(fault))
        if fault.errno in (ENOSPC, EDQUOT):
            raise away(
                _("The disk for files is full, so nothing was kept: tell the administrator.")
            ) from None
        raise away(_("Files cannot be kept or read just now; try again later.")) from None
    except Exception as fault:  # any storage's own
        log.warning("the storage of files failed", exc_info=fault)
        raise away(_("Files cannot be kept or read just now; try again later.")) from None
