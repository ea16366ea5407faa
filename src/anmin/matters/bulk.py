"""Many rows at once: COPY on PostgreSQL, one statement for many rows on SQLite."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import batched, chain
from typing import Any

import orjson
from django.db import connection, models
from django.db.models.expressions import RawSQL

from anmin.evidence.evidenced import Evidenced, attest
from anmin.kernel.chain import stamp

TOGETHER = 500
"""Rows of one statement on SQLite: more save nothing."""


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    names: Sequence[str] = (),
) -> None:
    """Insert rows given as plain tuples in the order of ``columns`` (attribute names).

    Values must already be what the database keeps: see ``moment_writer``. Inside ``atomic``: the
    rows of an attested model are noted, under ``names`` if given. O(rows).
    """
    if issubclass(model, Evidenced):
        if model._meta.pk.attname not in columns:
            columns = (model._meta.pk.attname, *columns)
            taken = take_ids(model, len(rows))
            rows = [(pk, *row) for pk, row in zip(taken, rows, strict=True)]
        attest(model, columns, rows, names)
    by_name = {field.attname: field.column or "" for field in model._meta.concrete_fields}
    names = ", ".join(connection.ops.quote_name(by_name[name]) for name in columns)
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({names})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        # Past Django's cursor, which would look for its own marks in each of these statements.
        raw = sqlite3.Cursor(connection.connection)
        one = f"({', '.join('?' * len(columns))})"
        for few in batched(rows, TOGETHER, strict=False):
            values = ", ".join([one] * len(few))
            raw.execute(f"INSERT INTO {into} VALUES {values}", list(chain.from_iterable(few)))  # noqa: S608


def update(
    model: type[models.Model],
    columns: Sequence[str],
    keys: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> int:
    """Change rows given as plain tuples: the new values of ``columns``, then those of ``keys``.

    Values must be what the database keeps, as for ``insert``; for models without evidence only.
    Returns how many rows were changed. O(rows).
    """
    if issubclass(model, Evidenced):
        raise TypeError(f"{model.__name__} has evidence: its rows are changed by the ORM")
    if not rows:
        return 0
    quote = connection.ops.quote_name
    by_name = {field.attname: field.column or "" for field in model._meta.concrete_fields}
    mark = "%s" if connection.vendor == "postgresql" else "?"
    new = ", ".join(f"{quote(by_name[name])} = {mark}" for name in columns)
    those = " AND ".join(f"{quote(by_name[name])} = {mark}" for name in keys)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {new} WHERE {those}"  # noqa: S608
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            cursor.executemany(statement, rows)
            return int(cursor.rowcount)
        raw = sqlite3.Cursor(connection.connection)
        raw.executemany(statement, rows)
        return raw.rowcount


def has_outside_number(numbers: Sequence[str]) -> RawSQL:
    """For ``filter``: matters with one of many outside numbers, told with one parameter.

    Put so that PostgreSQL uses the index although it believes that a growing table is small.
    """
    boolean = models.BooleanField()
    if connection.vendor == "postgresql":
        return RawSQL("external_id = ANY(%s::text[])", [list(numbers)], boolean)
    listed = orjson.dumps(numbers).decode()
    return RawSQL("external_id IN (SELECT value FROM json_each(%s))", [listed], boolean)


def of_these(ids: Sequence[int]) -> RawSQL:
    """For ``filter``: rows by their ``id``, of one table, told with one parameter."""
    boolean = models.BooleanField()
    if connection.vendor == "postgresql":
        return RawSQL("id = ANY(%s::bigint[])", [_array(ids)], boolean)
    return RawSQL("id IN (SELECT value FROM json_each(%s))", [orjson.dumps(ids).decode()], boolean)


def of_matters(ids: Sequence[int]) -> RawSQL:
    """For ``filter``: rows of many matters (by ``matter_id``), told with one parameter."""
    boolean = models.BooleanField()
    if connection.vendor == "postgresql":
        return RawSQL("matter_id = ANY(%s::bigint[])", [_array(ids)], boolean)
    listed = orjson.dumps(list(ids)).decode()
    return RawSQL("matter_id IN (SELECT value FROM json_each(%s))", [listed], boolean)


def _array(ids: Sequence[int]) -> str:
    """Whole numbers as PostgreSQL writes an array: ten times as fast as its driver's way."""
    return f"{{{','.join(map(str, ids))}}}"


def take_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Primary keys for ``count`` new rows, inside the writing transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(s) FROM (SELECT pg_get_serial_sequence(%s, 'id') s OFFSET 0) named,"
                " generate_series(1, %s)",
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


def begin_batch() -> None:
    """What makes many rows cheap for PostgreSQL; the first thing in a transaction that can be
    done again: a batch of a file, the callbacks of the news.

    Foreign keys are checked after each statement, not kept for the commit: that costs a fifth less.
    The commit does not wait for the disk: should the server fall, the last batches go together with
    what says how far the work has come, and whatever is waited for next has them all on disk.
    Rows are found by indexes: what is known of a table that grows meanwhile is out of date.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL synchronous_commit = off;"
                " SET LOCAL enable_seqscan = off"
            )


def keeper() -> Callable[[str | None], str | None]:
    """What turns the ``stamp`` of a moment into what the database keeps (as Django does)."""

    def sqlite(stamped: str | None) -> str | None:
        if stamped is None:
            return None
        return stamped[: 19 if stamped[20:26] == "000000" else 26].replace("T", " ")

    return (lambda stamped: stamped) if connection.vendor == "postgresql" else sqlite


def moment_writer() -> Callable[[datetime], str]:
    """What writes an aware moment as the database keeps it; make one for a batch."""
    if connection.vendor == "postgresql":
        return stamp
    return lambda value: str(value.astimezone(UTC).replace(tzinfo=None))
