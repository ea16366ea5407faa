"""DuckDB inside the process: the default engine."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
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


ANSWERS: Final = 400
"""How many answers are kept: a page of all figures asks two dozen questions, of each reader's scope."""
SMALL: Final = 65_536
"""Bytes up to which an answer is kept."""


class DuckDB:
    """One empty database in memory for the process; every evaluation has a cursor of its own.

    Small answers are kept while the files stay as they are, for whoever asks the same: to plan a
    question about two dozen figures takes ten times as long as to count.
    """

    name = "duckdb"

    def __init__(self) -> None:
        self._database = duckdb.connect()
        self._guard = threading.Lock()
        self._answers: OrderedDict[Hashable, pa.Table] = OrderedDict()

    def evaluate(self, query: Query, files: Sequence[Path]) -> pa.Table:
        """See `Engine.evaluate`."""
        sql = query.sql(DIALECT)
        asked = (query.table, sql, *map(_as_it_is, files))
        with self._guard:
            if (known := self._answers.get(asked)) is not None:
                self._answers.move_to_end(asked)
                return known
        with self._cursor() as cursor:
            # Temporary: seen by this cursor alone, gone with it.
            cursor.execute(f"CREATE TEMP VIEW {DIALECT.name(query.table)} AS FROM {parquet(files)}")
            answer = cursor.sql(sql).to_arrow_table()
        if answer.nbytes <= SMALL:
            with self._guard:
                self._answers[asked] = answer
                while len(self._answers) > ANSWERS:
                    self._answers.popitem(last=False)
        return answer

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


def _as_it_is(file: Path) -> tuple[str, int, int, int]:
    """What tells whether a file is still the one that was read. Raises `FilesChanged`."""
    try:
        told = file.stat()
    except FileNotFoundError as fault:
        raise FilesChanged from fault
    return str(file), told.st_ino, told.st_mtime_ns, told.st_size


@cache
def engine() -> DuckDB:
    """The engine of this process."""
    return DuckDB()
