"""DuckDB inside the process: the default engine."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
from django.utils.translation import gettext as _

from anmin.kernel.errors import Unavailable
from anmin.measures.engines import FilesChanged, Query
from anmin.measures.expressions import Dialect

DIALECT: Final = Dialect(
    name=lambda name: f'"{name}"', text=lambda text: "'" + text.replace("'", "''") + "'"
)


class DuckDB:
    """One empty database in memory for the process; every evaluation has a cursor of its own."""

    name = "duckdb"

    def __init__(self) -> None:
        self._database = duckdb.connect()
        self._guard = threading.Lock()

    def evaluate(self, query: Query, files: Sequence[Path]) -> pa.Table:
        """See `Engine.evaluate`."""
        with self._cursor() as cursor:
            # Temporary: seen by this cursor alone, gone with it.
            cursor.execute(f"CREATE TEMP VIEW {DIALECT.name(query.table)} AS FROM {parquet(files)}")
            return cursor.sql(query.sql(DIALECT)).to_arrow_table()

    def count(self, files: Sequence[Path]) -> int:
        """See `Engine.count`."""
        with self._cursor() as cursor:
            ((rows,),) = cursor.execute(f"SELECT count(*) FROM {parquet(files)}").fetchall()  # noqa: S608
            return int(rows)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._guard:
            cursor = self._database.cursor()
        try:
            yield cursor
        except duckdb.IOException as fault:
            raise FilesChanged from fault
        except duckdb.Error as fault:
            raise Unavailable(
                _("The figures cannot be computed: %(reason)s")
                % {"reason": str(fault).partition("\n")[0]}
            ) from fault
        finally:
            cursor.close()


def parquet(files: Sequence[Path], *options: str) -> str:
    """The files as a table in DuckDB's SQL."""
    names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet({', '.join((f'[{names}]', 'hive_partitioning = false', *options))})"


@cache
def engine() -> DuckDB:
    """The engine of this process."""
    return DuckDB()
