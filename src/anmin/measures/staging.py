"""Writing the lake: the rows of one table as Parquet files, aside until all of them are good.

A month is a few files, its **pieces**. What has changed is written again with the pieces that
hold it, and with the small ones, so that a month stays a few pieces however often it changes.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
from django.conf import settings
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.measures.columns import FORMS, ColumnType
from anmin.measures.engines.duckdb import parquet
from anmin.measures.manifest import Month, lake_folder, to_disk
from anmin.measures.reading import KEY, SAMPLE, keys_sql, reading_sql, rows_of
from anmin.measures.registry import DAY, MONTH, LakeTable, Query

MEMORY: Final = "256MB"
"""What the writing may hold; beyond it goes to disk for the while."""

SMALL: Final = 16_384
"""Rows below which a piece is written again with whatever is new in its month."""

HOW: Final = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {SMALL}"

type Progress = Callable[[str, int], None]
"""Told the table and how many of its rows have been read."""


@contextmanager
def writer() -> Iterator[duckdb.DuckDBPyConnection]:
    """What writes the tables of one refresh: to open it takes longer than to write an empty table."""
    spill = lake_folder() / ".spill"
    shutil.rmtree(spill, ignore_errors=True)  # of a refresh that was killed
    made = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)})
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(spill, ignore_errors=True)


class Stage:
    """Files of one table, written aside until all of them are good."""

    def __init__(
        self, table: LakeTable, writer: duckdb.DuckDBPyConnection, progress: Progress | None
    ) -> None:
        self._table, self._progress, self._writer = table, progress, writer
        self._folder = lake_folder() / ".staging"
        self._read = 0
        self._names = ", ".join(f'"{name}"' for name in (*table.columns, MONTH, DAY))

    def __enter__(self) -> "Stage":
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._duckdb = self._writer.cursor()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._duckdb.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def write_all(self) -> None:
        """Write every row the table has, as one piece a month, as a rule.

        Raises:
            Refusal: what would make figures wrong, here and in `write_changes`.
        """
        with self._given(reading_sql(self._table, None)):
            self._duckdb.execute(
                f"COPY (SELECT {self._columns()} FROM given WHERE NOT {SAMPLE}::BOOLEAN) "  # noqa: S608
                f"TO '{_quoted(self._folder / 'all')}' "
                f"({HOW}, PARTITION_BY ({MONTH}), WRITE_PARTITION_COLUMNS true)"
            )
        if files := self._files():
            self._check(parquet(files))

    def write_changes(
        self, changes: Sequence[Query], months: Mapping[str, Month]
    ) -> tuple[dict[str, Month], list[str]]:
        """Write the records that ``changes`` name with the pieces that they touch.

        Returns the months without the pieces that were written again, and which those are.
        """
        key = f'"{self._table.key}"'
        form = FORMS[self._table.columns[self._table.key].type].duckdb.format(KEY)
        with self._given(keys_sql(self._table, changes)):
            self._duckdb.execute(
                f"CREATE TEMP TABLE named AS SELECT DISTINCT {form} AS {key} "  # noqa: S608
                f"FROM given WHERE NOT {SAMPLE}::BOOLEAN"
            )
        if not self._number("SELECT count(*) FROM named"):
            return dict(months), []
        with self._given(reading_sql(self._table, changes)):
            self._duckdb.execute(
                f"CREATE TEMP TABLE fresh AS SELECT {self._columns()} "  # noqa: S608
                f"FROM given WHERE NOT {SAMPLE}::BOOLEAN"
            )
        wanted, sizes = self._check("fresh"), self._sizes(months)
        kept, written = {}, []
        for name in sorted(wanted | months.keys()):
            pieces = months[name].files if name in months else ()
            if name in wanted or any(sizes[piece][1] for piece in pieces):
                again = [one for one in pieces if sizes[one][1] or sizes[one][0] < SMALL]
                self._write_again(name, again, key)
                pieces = tuple(piece for piece in pieces if piece not in again)
                written.append(name)
            if pieces:
                kept[name] = Month(files=pieces, rows=sum(sizes[piece][0] for piece in pieces))
        return kept, written

    def _sizes(self, months: Mapping[str, Month]) -> dict[str, tuple[int, int]]:
        """Of each piece, how many rows it has and how many of them have changed."""
        pieces = {str(lake_folder() / one): one for month in months.values() for one in month.files}
        if not pieces:
            return {}
        counted = self._duckdb.execute(
            f"SELECT filename, count(*), count(named.known) FROM "  # noqa: S608
            f"{parquet([Path(path) for path in pieces], 'filename = true')} "
            f'LEFT JOIN (SELECT *, true AS known FROM named) AS named USING ("{self._table.key}") '
            f"GROUP BY filename"
        )
        sizes = dict.fromkeys(pieces.values(), (0, 0))
        return sizes | {pieces[path]: (rows, stale) for path, rows, stale in counted.fetchall()}

    def _write_again(self, month: str, pieces: Sequence[str], key: str) -> None:
        target = self._folder / "changed" / f"{MONTH}={month}" / "piece.parquet"
        target.parent.mkdir(parents=True)
        rows = f"SELECT {self._names} FROM fresh WHERE {MONTH} = '{month}'"  # noqa: S608
        if pieces:
            old = parquet([lake_folder() / piece for piece in pieces])
            rows = f"SELECT {self._names} FROM {old} ANTI JOIN named USING ({key}) UNION ALL {rows}"  # noqa: S608
        self._duckdb.execute(f"COPY ({rows}) TO '{_quoted(target)}' ({HOW})")

    def _columns(self) -> str:
        columns = {
            name: column.in_the_lake(f'"{name}"') for name, column in self._table.columns.items()
        }
        moment = columns[self._table.month]
        if self._table.columns[self._table.month].type is ColumnType.TIMESTAMP:
            moment = f"timezone('{settings.TIME_ZONE}', timezone('UTC', {moment}))"
        columns[MONTH] = f"strftime({moment}, '%Y-%m')"
        columns[DAY] = f"strftime({moment}, '%Y-%m-%d')"
        return ", ".join(f'{value} AS "{name}"' for name, value in columns.items())

    @contextmanager
    def _given(self, sql: str) -> Iterator[None]:
        """The rows that the database gives, as the table ``given``."""
        with rows_of(sql) as rows:
            self._duckdb.register("given", self._counted(rows))
            yield
            self._duckdb.unregister("given")

    def _counted(self, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
        def batches() -> Iterator[pa.RecordBatch]:
            for batch in rows:
                self._read += batch.num_rows
                if self._progress:
                    self._progress(self._table.name, self._read)
                yield batch

        return pa.RecordBatchReader.from_batches(rows.schema, batches())

    def _number(self, query: str) -> int:
        ((number,),) = self._duckdb.execute(query).fetchall()
        return int(number)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*/{MONTH}=*/*.parquet"))

    def _check(self, rows: str) -> set[str]:
        """The months of these rows; refused is a record twice, or one that belongs nowhere."""
        names = {"table": self._table.name}
        found = self._duckdb.execute(f"SELECT DISTINCT {MONTH} FROM {rows}").fetchall()  # noqa: S608
        months = {str(month) for (month,) in found}
        if not all(re.fullmatch(r"\d{4}-\d{2}", month) for month in months):
            raise Refusal(_("Table %(table)s gives records without a month.") % names)
        if self._number(f'SELECT count(*) - count(DISTINCT "{self._table.key}") FROM {rows}'):  # noqa: S608
            raise Refusal(_("Table %(table)s gives a record more than once.") % names)
        return months

    def publish(self, revision: int, kept: Mapping[str, Month]) -> dict[str, Month]:
        """Put the files, safely on disk, where a manifest can name them, beside those kept."""
        months, new = dict(kept), dict[str, int]()
        for file in self._files():
            rows = self._number(f"SELECT count(*) FROM {parquet([file])}")  # noqa: S608
            if not rows:
                continue
            name = file.parent.name.removeprefix(f"{MONTH}=")
            new[name] = new.get(name, 0) + 1
            suffix = f"-{new[name] - 1}" if new[name] > 1 else ""
            place = f"{self._table.name}/{MONTH}={name}/part-{revision:06d}{suffix}.parquet"
            target = lake_folder() / place
            target.parent.mkdir(parents=True, exist_ok=True)
            to_disk(file)
            file.replace(target)
            to_disk(target.parent)
            before = months.get(name, Month(files=(), rows=0))
            months[name] = Month(files=(*before.files, place), rows=before.rows + rows)
        return dict(sorted(months.items()))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
