"""From the database to Arrow: the query of a lake table, and a stream of its rows."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from anmin.measures.columns import FORMS, ColumnType
from anmin.measures.registry import DeclarationError, LakeTable

BATCH: Final = 16_384
"""Rows that come from the database at a time."""

SAMPLE: Final = "_sample"
"""The column that is true in the row of samples, which is no record."""


def source_sql(table: LakeTable) -> str:
    """The table's own query, complete, in the dialect of the database.

    Raises:
        DeclarationError: a queryset that does not give the declared columns.
    """
    source = table.source(connection.vendor)
    if isinstance(source, str):
        return source
    names = tuple(source.query.selected or ())
    if set(names) != set(table.columns):
        raise DeclarationError(
            f"{table.name}: values({', '.join(map(str, names))}) are not the declared columns"
        )
    columns = ", ".join(_name(name) for name in names)
    return f"WITH given({columns}) AS ({_whole_sql(source)}) SELECT * FROM given"  # noqa: S608


def _whole_sql(queryset: QuerySet[Any, Any]) -> str:
    """The query with its parameters written into it, as the drivers below take it."""
    sql, params = queryset.query.sql_with_params()
    if connection.vendor == "postgresql":
        return str(connection.ops.compose_sql(sql, params))  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        quoted = [cursor.execute("SELECT QUOTE(%s)", [param]).fetchone()[0] for param in params]
    return sql % tuple(quoted)


def reading_sql(table: LakeTable, months: Sequence[str] | None) -> str:
    """The query for all rows of some months (of all when None), each column in its own form."""
    vendor, given = connection.vendor, source_sql(table)
    forms = {name: FORMS[column.type] for name, column in table.columns.items()}
    where = "" if months is None else f" WHERE {_within(table, months)}"
    if vendor == "postgresql":
        columns = ", ".join(
            f"{form.postgresql.format(_name(name))} AS {_name(name)}"
            for name, form in forms.items()
        )
        return f"SELECT false AS {SAMPLE}, {columns} FROM ({given}) AS given{where}"  # noqa: S608
    samples = ", ".join(f"{form.sample} AS {_name(name)}" for name, form in forms.items())
    columns = ", ".join(form.sqlite.format(_name(name)) for name, form in forms.items())
    return (
        f"SELECT 1 AS {SAMPLE}, {samples} UNION ALL "  # noqa: S608
        f"SELECT 0, {columns} FROM ({given}) AS given{where}"
    )


def _within(table: LakeTable, months: Sequence[str]) -> str:
    """The condition that a row belongs to one of the months, such that an index can serve it."""
    column, is_date = _name(table.month), table.columns[table.month].type is ColumnType.DATE
    ranges = []
    for first, after in _runs(months):
        low, high = (str(day) if is_date else _midnight(day) for day in (first, after))
        ranges.append(f"({column} >= '{low}' AND {column} < '{high}')")
    return " OR ".join(ranges) or "1 = 0"


def _runs(months: Sequence[str]) -> Iterator[tuple[date, date]]:
    """Neighbouring months together: first day, and the day after the last."""
    days = sorted(date.fromisoformat(f"{month}-01") for month in months)
    start = None
    for day in days:
        start = start or day
        after = _next_month(day)
        if after not in days:
            yield start, after
            start = None


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def utc_of(day: date) -> datetime:
    """The first moment of a local day, in UTC without a zone, as the lake keeps times."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.TIME_ZONE))
    return local.astimezone(UTC).replace(tzinfo=None)


def _midnight(day: date) -> str:
    zone = "+00" if connection.vendor == "postgresql" else ""
    return f"{utc_of(day):%Y-%m-%d %H:%M:%S}{zone}"


@contextmanager
def rows_of(sql: str) -> Iterator[pa.RecordBatchReader]:
    """The rows of a query as a stream that holds a few batches at a time.

    It reads through a connection of its own, so it sees what is committed. Inside a transaction
    or from a database in memory (tests, mostly) it reads through Django's connection, with all
    rows held at once.
    """
    if connection.in_atomic_block or (
        connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
    ):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column[0] for column in cursor.description]
            columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        yield pa.table({n: pa.array(c) for n, c in zip(names, columns, strict=True)}).to_reader()
        return
    with closing(_connect()) as own, closing(own.cursor()) as cursor:
        if connection.vendor == "sqlite":
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH)})
        cursor.execute(sql)
        yield cursor.fetch_record_batch()


def _connect() -> Any:
    if connection.vendor == "postgresql":
        from adbc_driver_postgresql import dbapi
        from psycopg.conninfo import make_conninfo

        connection.ensure_connection()
        info = connection.connection.info
        return dbapi.connect(make_conninfo(info.dsn, password=info.password or None))
    from adbc_driver_sqlite import dbapi

    return dbapi.connect(f"{Path(connection.settings_dict['NAME']).resolve().as_uri()}?mode=ro")


def _name(column: object) -> str:
    return '"' + str(column).replace('"', '""') + '"'
