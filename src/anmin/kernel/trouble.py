"""What is wrong with the machine, told from what the system, SQLite or PostgreSQL said.

A trouble is passing (wait and try again: ``busy``, ``crowded``, ``gone``) or lasting (say so at once: somebody
has to do something). Anything that is not known here is no trouble of the machine.
"""

import errno
from collections.abc import Iterator
from typing import Final

LASTING: Final = frozenset(
    {"disk_full", "read_only", "no_permission", "no_file", "disk_broken", "damaged", "no_entry"}
)
"""Troubles that no waiting mends."""

_BY_ERRNO: Final = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "no_permission",
    errno.EPERM: "no_permission",
    errno.ENOENT: "no_file",
    errno.EIO: "disk_broken",
}
_BY_SQLITE: Final = {
    "SQLITE_FULL": "disk_full",
    "SQLITE_READONLY": "read_only",
    "SQLITE_PERM": "no_permission",
    "SQLITE_AUTH": "no_permission",
    "SQLITE_CANTOPEN": "no_file",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    # Of these only those of a full disk are met in practice: SQLite says "full" for the database
    # itself, and "I/O error" for the files beside it.
    "SQLITE_IOERR_WRITE": "disk_full",
    "SQLITE_IOERR_TRUNCATE": "disk_full",
    "SQLITE_IOERR_SHMSIZE": "disk_full",
    "SQLITE_IOERR_SHMOPEN": "disk_full",
    "SQLITE_IOERR_SHMMAP": "disk_full",
    "SQLITE_IOERR": "disk_broken",
}
_BY_STATE: Final = {
    "53100": "disk_full",
    "25006": "read_only",
    "42501": "no_permission",
    "28": "no_entry",
    "3D000": "no_entry",
    "58030": "disk_broken",
    "XX001": "damaged",
    "XX002": "damaged",
    "55P03": "busy",
    "57014": "busy",
    "40001": "busy",
    "40P01": "busy",
    "53300": "crowded",
    "57P": "gone",
    "08": "gone",
}
"""By the whole SQLSTATE, else by its first characters."""

_SAID: Final = {
    "disk is full": "disk_full",
    "no space left on device": "disk_full",
    "readonly database": "read_only",
    "database is locked": "busy",
    "password authentication failed": "no_entry",
    # Who is not let in, or whose server went away, is told no SQLSTATE.
    "too many clients": "crowded",
    "too many connections": "crowded",
    "connection slots are reserved": "crowded",
    "the database system is": "gone",
    "server closed the connection": "gone",
    "connection refused": "gone",
    "connection is closed": "gone",
    "connection is lost": "gone",
    "connection reset": "gone",
    "connection timeout": "gone",
    "could not receive data": "gone",
    "could not send data": "gone",
}
"""For drivers that pass on words alone."""


def trouble_of(fault: BaseException) -> str:
    """The code of the trouble behind an exception or its causes; "" when it is none."""
    return next((found for one in _causes(fault) if (found := _of(one))), "")


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    for _depth in range(8):
        if fault is None:
            return
        yield fault
        fault = fault.__cause__ or fault.__context__


def _of(fault: BaseException) -> str:
    if isinstance(fault, OSError) and fault.errno in _BY_ERRNO:
        return _BY_ERRNO[fault.errno]
    if isinstance(name := getattr(fault, "sqlite_errorname", None), str):
        parts = name.split("_")
        for length in (3, 2):
            if found := _BY_SQLITE.get("_".join(parts[:length])):
                return found
    if isinstance(state := getattr(fault, "sqlstate", None), str):
        for length in (5, 3, 2):
            if found := _BY_STATE.get(state[:length]):
                return found
    said = str(fault).lower()
    return next((code for words, code in _SAID.items() if words in said), "")
