"""From the database to Arrow: the query of a lake table, and a stream of its rows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
from adbc_driver_manager import AdbcConnection, AdbcStatement
from django.conf import settings
from django.db import connection

from anmin.measures.columns import FORMS, Form
from anmin.measures.registry import DeclarationError, LakeTable, Query

BATCH: Final = 16_384
"""Rows that come from the database at a time."""

SAMPLE: Final = "_sample"
"""The column that is true in the row of samples, which is no record."""


KEY: Final = "_key"
"""The one column of `keys_sql`."""


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


def _whole_sql(query: Query) -> str:
    """The query with its parameters written into it, as the drivers below take it."""
    if isinstance(query, str):
        return query
    sql, params = query.query.sql_with_params()
    if connection.vendor == "postgresql":
        return str(connection.ops.compose_sql(sql, params))  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        quoted = [cursor.execute("SELECT QUOTE(%s)", [param]).fetchone()[0] for param in params]
    return sql % tuple(quoted)


def reading_sql(table: LakeTable, changes: Sequence[Query] | None) -> str:
    """The query for the records that ``changes`` name (for all when None), in the lake's forms."""
    where = "" if changes is None else f" WHERE {_name(table.key)} IN ({_any_of(changes)})"
    forms = {name: FORMS[column.type] for name, column in table.columns.items()}
    return _in_forms(forms, f"({source_sql(table)}) AS given{where}")


def keys_sql(table: LakeTable, changes: Sequence[Query]) -> str:
    """The query for the keys that ``changes`` name, in the lake's form, as `KEY`."""
    given = f"WITH given({KEY}) AS ({_any_of(changes)}) SELECT * FROM given"  # noqa: S608
    return _in_forms({KEY: FORMS[table.columns[table.key].type]}, f"({given}) AS given")


def _any_of(changes: Sequence[Query]) -> str:
    return " UNION ".join(map(_whole_sql, changes))


def _in_forms(forms: Mapping[str, Form], given: str) -> str:
    if connection.vendor == "postgresql":
        columns = ", ".join(
            f"{form.postgresql.format(_name(name))} AS {_name(name)}"
            for name, form in forms.items()
        )
        return f"SELECT false AS {SAMPLE}, {columns} FROM {given}"  # noqa: S608
    samples = ", ".join(f"{form.sample} AS {_name(name)}" for name, form in forms.items())
    columns = ", ".join(form.sqlite.format(_name(name)) for name, form in forms.items())
    return f"SELECT 1 AS {SAMPLE}, {samples} UNION ALL SELECT 0, {columns} FROM {given}"  # noqa: S608


def utc_of(day: date) -> datetime:
    """The first moment of a local day, in UTC without a zone, as the lake keeps times."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.TIME_ZONE))
    return local.astimezone(UTC).replace(tzinfo=None)


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
    with _connect() as database, AdbcConnection(database) as own, AdbcStatement(own) as statement:
        if connection.vendor == "sqlite":
            statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH)})
        statement.set_sql_query(sql)
        stream, _count = statement.execute_query()
        with pa.RecordBatchReader.from_stream(stream) as rows:
            yield rows


def _connect() -> Any:
    if connection.vendor == "postgresql":
        from adbc_driver_postgresql import connect
        from psycopg.conninfo import make_conninfo

        connection.ensure_connection()
        info = connection.connection.info
        return connect(make_conninfo(info.dsn, password=info.password or None))
    from adbc_driver_sqlite import connect

    return connect(f"{Path(connection.settings_dict['NAME']).resolve().as_uri()}?mode=ro")


def _name(column: object) -> str:
    return '"' + str(column).replace('"', '""') + '"'
