"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from anmin.matters.clock import stamp


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows given as plain tuples in the order of ``columns`` (attribute names).

    Values must already be what the database keeps: see ``moment`` and ``document``. O(rows).
    """
    by_name = {field.attname: field.column or "" for field in model._meta.concrete_fields}
    names = ", ".join(connection.ops.quote_name(by_name[name]) for name in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


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
    """What writes a moment as the database keeps it (on SQLite exactly as Django does)."""

    def postgresql(value: datetime | None) -> str | None:
        return None if value is None else stamp(value)

    def sqlite(value: datetime | None) -> str | None:
        if value is None:
            return None
        text = stamp(value)
        whole = text[20:26] == "000000"
        return f"{text[:10]} {text[11:19]}" if whole else f"{text[:10]} {text[11:26]}"

    return postgresql if connection.vendor == "postgresql" else sqlite


def moment(value: datetime | None) -> str | None:
    """One moment as the database keeps it; for many, make a ``moment_writer``."""
    return moment_writer()(value)
