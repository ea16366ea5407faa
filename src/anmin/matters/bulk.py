"""Many rows at once: COPY on PostgreSQL, one statement for many rows on SQLite."""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import batched, chain
from typing import Any

import orjson
from django.db import connection, models
from django.db.models.expressions import RawSQL

from anmin.kernel.chain import stamp

TOGETHER = 500
"""Rows of one statement on SQLite: more save nothing."""
LET_GO = 0.0002
"""Seconds after which Python lets the writing thread go on, beside one that is busy."""

type Rows = Sequence[Sequence[Any]]
type Insert = Callable[[type[models.Model], Sequence[str], Rows], None]


def insert(model: type[models.Model], columns: Sequence[str], rows: Rows) -> None:
    """Insert rows given as plain tuples in the order of ``columns`` (attribute names).

    Values must already be what the database keeps: see ``moment`` and ``document``. O(rows).
    """
    with connection.wrap_database_errors:
        _inserter(model, columns)(rows)


@contextmanager
def inserting() -> Iterator[Insert]:
    """``insert`` that returns at once: rows are written while the next ones are laid out.

    The database works outside Python's lock, so both go on at the same time. Inside a
    transaction, and nothing else may use the connection until this is left; leaving waits for
    the rows and raises what went wrong with them.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(LET_GO)
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            written: list[Future[None]] = []
            yield lambda model, columns, rows: written.append(
                thread.submit(_inserter(model, columns), rows)
            )
        with connection.wrap_database_errors:
            for rows in written:
                rows.result()
    finally:
        sys.setswitchinterval(before)


def _inserter(model: type[models.Model], columns: Sequence[str]) -> Callable[[Rows], None]:
    """What writes rows of one table, in whatever thread, past Django's cursors.

    Those would look for their own marks in each long statement.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    by_name = {field.attname: field.column or "" for field in model._meta.concrete_fields}
    names = ", ".join(connection.ops.quote_name(by_name[name]) for name in columns)
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({names})"

    def postgresql(rows: Rows) -> None:
        with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def sqlite(rows: Rows) -> None:
        one = f"({', '.join('?' * len(columns))})"
        for few in batched(rows, TOGETHER, strict=False):
            values = ", ".join([one] * len(few))
            statement = f"INSERT INTO {into} VALUES {values}"  # noqa: S608
            sqlite3.Cursor(raw).execute(statement, list(chain.from_iterable(few)))

    return postgresql if connection.vendor == "postgresql" else sqlite


def texts(values: Sequence[str]) -> RawSQL:
    """What ``column__in`` takes to look up many texts with one parameter."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::text[])", [list(values)])
    return RawSQL("SELECT value FROM json_each(%s)", [orjson.dumps(values).decode()])


def take_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Primary keys for ``count`` new rows, inside the writing transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return range(first, first + count)


def queue_up(name: str) -> None:
    """Let only one transaction at a time do the work of that name (SQLite has one writer anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def moment_writer() -> Callable[[datetime | None], str | None]:
    """What writes a moment as the database keeps it (on SQLite exactly as Django does).

    It remembers what it wrote: make one for a batch.
    """
    written: dict[datetime | None, str | None] = {None: None}

    def postgresql(value: datetime | None) -> str | None:
        return None if value is None else stamp(value)

    def sqlite(value: datetime | None) -> str | None:
        text = written.get(value)
        if text is None and value is not None:
            text = stamp(value)
            whole = text[20:26] == "000000"
            text = f"{text[:10]} {text[11:19]}" if whole else f"{text[:10]} {text[11:26]}"
            written[value] = text
        return text

    return postgresql if connection.vendor == "postgresql" else sqlite


def moment(value: datetime | None) -> str | None:
    """One moment as the database keeps it; for many, make a ``moment_writer``."""
    return moment_writer()(value)
