"""Django's SQLite backend with tuned connections and fair turns for writers.

Every write transaction takes its turn (`turns`) before `BEGIN IMMEDIATE` and gives it back after
commit, rollback or close; a single write outside a transaction takes a turn of its own. Readers
never wait: the journal is a write-ahead log.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from anmin.config.sqlite.slots import HASTE, LONGEST_WAIT, waiting
from anmin.config.sqlite.turns import Turns, TurnTimeout, turns_for

WRITES = frozenset(
    {"INSERT", "UPDATE", "DELETE", "REPLAC", "CREATE", "DROP T", "DROP I", "ALTER ", "VACUUM"}
)
"""How a statement begins that writes, its first six letters."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it writes."""

    _turns: Turns | None = None
    """The line to stand in; none for a database in memory, which has no second process."""
    _has_turn = False
    _haste: float | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.is_in_memory_db():
            self._turns = turns_for(Path(conn_params["database"]))
        return super().get_new_connection(conn_params)

    def take_turn(self) -> None:
        """Wait for the write turn; nothing when this connection has it already."""
        self.ensure_connection()
        if self._turns is None or self._has_turn:
            return
        try:
            self._turns.take(self._patience)
        except TurnTimeout:
            raise self.Database.OperationalError("database is locked: no write turn") from None
        self._has_turn = True

    @property
    def _patience(self) -> float:
        given = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        return given if self._haste is None else min(given, self._haste)

    @contextmanager
    def hasty(self, seconds: float = HASTE) -> Iterator[None]:
        """Write now or not at all: for what is not worth that somebody waits."""
        self.ensure_connection()
        self._haste = seconds
        self._wait_for_others()
        try:
            yield
        finally:
            self._haste = None
            self._wait_for_others()

    def _wait_for_others(self) -> None:
        """How long SQLite itself waits for who writes without standing in line."""
        if self.connection is not None:
            self.connection.execute(f"PRAGMA busy_timeout = {int(self._patience * 1000)}")

    def give_turn(self) -> None:
        """Give the write turn back, unless a transaction is still open."""
        if self._has_turn and not self.connection.in_transaction:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn and self._turns is not None:
            self._has_turn = False
            self._turns.give()

    def shorten_journal(self, longer_than: int) -> int:
        """Take what the write-ahead journal holds into the database and cut the journal off, where
        it has grown longer; its length in bytes afterwards.

        It grows as long as somebody reads without end: pages of it that a reader may still need
        are not written over. Then nothing is cut off, and nobody waits for more than a moment.
        """
        self.ensure_connection()
        if self.is_in_memory_db() or self.connection.in_transaction:
            return 0
        journal = Path(f"{self.settings_dict['NAME']}-wal")
        if (length := _length(journal)) <= longer_than:
            return length
        with suppress(OperationalError), self.hasty(1.0), self.turn():
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return _length(journal)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the write turn, for a writer that uses a connection of its own to the file."""
        with self.wrap_database_errors:
            self.take_turn()
        try:
            yield
        finally:
            self.give_turn()

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=lambda connection: TurnCursor(connection, self))

    def _start_transaction_under_autocommit(self) -> None:
        with self.wrap_database_errors:
            self.take_turn()
        try:
            # Somebody who opened the file without standing in line may be writing.
            with waiting(LONGEST_WAIT):
                super()._start_transaction_under_autocommit()  # type: ignore[misc]  # unknown to the stubs
        except BaseException:
            self.give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # unknown to the stubs
        finally:
            self.give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # unknown to the stubs
        finally:
            self.give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # unknown to the stubs
        finally:
            self._end_turn()


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


class TurnCursor(base.SQLiteCursorWrapper):
    """A cursor whose lone writes (outside a transaction) take a turn of their own."""

    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper
        self._kept: Iterator[Any] | None = None

    def _lone_write(self, query: str) -> bool:
        return (
            not self._wrapper._has_turn
            and not self._wrapper.connection.in_transaction
            and query.lstrip()[:6].upper() in WRITES
        )

    def execute(self, query: str, params: Any = None) -> Any:
        self._kept = None
        if not self._lone_write(query):
            return super().execute(query, params)
        with self._wrapper.turn(), waiting(LONGEST_WAIT):
            result = super().execute(query, params)
            if self.description is not None:
                # A lone INSERT … RETURNING is committed only when its last row has been read.
                self._kept = iter(super().fetchall())
        return result

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        self._kept = None
        if not self._lone_write(query):
            return super().executemany(query, param_list)
        with self._wrapper.turn():
            return super().executemany(query, param_list)

    def __next__(self) -> Any:
        return next(self._kept) if self._kept is not None else super().__next__()

    def fetchone(self) -> Any:
        return next(self._kept, None) if self._kept is not None else super().fetchone()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        size = self.arraysize if size is None else size
        if self._kept is None:
            return super().fetchmany(size)
        return [row for _, row in zip(range(size), self._kept, strict=False)]

    def fetchall(self) -> list[Any]:
        return list(self._kept) if self._kept is not None else super().fetchall()
