"""The trouble behind an exception: which, and whether waiting mends it."""

import errno
import sqlite3
from pathlib import Path

import pytest

from anmin.kernel.trouble import LASTING, trouble_of


class StatedError(Exception):
    """As PostgreSQL's driver raises them."""

    def __init__(self, state: str) -> None:
        super().__init__("x")
        self.sqlstate = state


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OSError(errno.ENOSPC, "x"), "disk_full"),
        (OSError(errno.EDQUOT, "x"), "disk_full"),
        (OSError(errno.EROFS, "x"), "read_only"),
        (PermissionError(errno.EACCES, "x"), "no_permission"),
        (FileNotFoundError(errno.ENOENT, "x"), "no_file"),
        (StatedError("53100"), "disk_full"),
        (StatedError("25006"), "read_only"),
        (StatedError("28P01"), "no_entry"),
        (StatedError("55P03"), "busy"),
        (StatedError("53300"), "crowded"),
        (StatedError("57P01"), "gone"),
        (StatedError("08006"), "gone"),
        (StatedError("23505"), ""),
        (ValueError("no"), ""),
        (ConnectionError("x"), ""),
        (RuntimeError("server closed the connection unexpectedly"), "gone"),
        (RuntimeError("connection failed: Connection refused"), "gone"),
        (RuntimeError("the connection is closed"), "gone"),
        (RuntimeError("FATAL:  sorry, too many clients already"), "crowded"),
        (RuntimeError("FATAL:  remaining connection slots are reserved for roles"), "crowded"),
        (RuntimeError("FATAL:  the database system is starting up"), "gone"),
        (RuntimeError("IO: [SQLite] database or disk is full"), "disk_full"),
    ],
)
def test_what_was_said_and_what_it_means(fault: Exception, code: str) -> None:
    assert trouble_of(fault) == code
    wrapped = RuntimeError("something else")
    wrapped.__cause__ = fault
    assert trouble_of(wrapped) == code


def test_waiting_mends_only_what_is_passing() -> None:
    assert {"busy", "crowded", "gone"} & LASTING == set()
    assert {"disk_full", "read_only"} <= LASTING


def test_sqlite_itself_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with sqlite3.connect(path) as one:
        one.execute("CREATE TABLE t (x)")
        one.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.Error) as full:
            one.executemany("INSERT INTO t VALUES (zeroblob(?))", [(4000,)] * 1000)
    assert trouble_of(full.value) == "disk_full"
    one, other = (sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2))
    one.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.Error) as locked:
        other.execute("BEGIN IMMEDIATE")
    assert trouble_of(locked.value) == "busy"
    one.close()
    other.close()
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.Error) as readonly:
        reader.execute("DELETE FROM t")
    assert trouble_of(readonly.value) == "read_only"
    reader.close()
    with pytest.raises(sqlite3.Error) as missing:
        sqlite3.connect(f"file:{tmp_path}/no/b?mode=rw", uri=True)
    assert trouble_of(missing.value) == "no_file"
    (tmp_path / "c").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.Error) as damaged:
        sqlite3.connect(tmp_path / "c").execute("SELECT * FROM t")
    assert trouble_of(damaged.value) == "damaged"
