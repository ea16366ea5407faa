"""The refresh: which months have changed, and their rows as Parquet in place of the old ones."""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import adbc_driver_manager.dbapi as adbc
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal, Unavailable
from anmin.measures.columns import FORMS, ColumnType
from anmin.measures.engines import Engine, engine_named
from anmin.measures.engines.duckdb import parquet
from anmin.measures.manifest import (
    Manifest,
    Month,
    TableState,
    alone,
    lake_folder,
    last_revision,
    to_disk,
)
from anmin.measures.reading import SAMPLE, reading_sql, rows_of, source_sql
from anmin.measures.registry import DAY, MONTH, Cursor, LakeTable, registry

FORMAT: Final = 2
"""How the lake is written; another number writes everything anew."""

MEMORY: Final = "256MB"
"""What the writing of partitions may hold; beyond it goes to disk for the while."""

type Progress = Callable[[str, int], None]
"""Told the table and how many of its rows have been read."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: the state it left, and the months it wrote of each table."""

    manifest: Manifest
    months: dict[str, list[str]]
    seconds: float

    @property
    def rows(self) -> int:
        """Rows written."""
        tables = self.manifest.tables
        return sum(
            tables[name].months[month].rows
            for name, months in self.months.items()
            for month in months
            if month in tables[name].months
        )


def refresh(
    *, engine: str | None = None, full: bool = False, progress: Progress | None = None
) -> Refreshed:
    """Bring the lake up to date with the database: only changed months, unless ``full``.

    The rows written are counted once more by ``engine`` before they become the lake.

    Raises:
        RefreshRunning: another process is at it.
        Refusal: a table gives a record twice or without a month, or a value that is not of its
            column's type.
        Unavailable: the database, the disk or the engine cannot be used.
    In each case the lake is as it was.
    """
    began, counter = time.monotonic(), engine_named(engine)
    with alone():
        cutoff, old = timezone.now(), _old(full)
        revision = max(old.revision if old else 0, last_revision()) + 1
        states, written = {}, {}
        for table in registry.tables.values():
            known = old.tables.get(table.name) if old and not full else None
            with _reasons(table):
                states[table.name], months = _refresh(table, known, revision, progress)
            if months:
                written[table.name] = months
        if old and not written and old.tables.keys() == states.keys():
            revision = old.revision
        new = Manifest(revision=revision, cutoff=cutoff, tables=states)
        _recount(counter, new, written)
        new.write()
        new.remove_rubbish()
    return Refreshed(new, written, time.monotonic() - began)


def _old(full: bool) -> Manifest | None:
    try:
        return Manifest.read()
    except Unavailable:
        if full:
            return None
        raise


@contextmanager
def _reasons(table: LakeTable) -> Iterator[None]:
    """Turn whatever goes wrong on the way into one line that names the table."""
    names = {"table": table.name}
    try:
        yield
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as fault:
        reason = {**names, "reason": _first_line(fault)}
        raise Refusal(
            _("Table %(table)s gives a value that does not fit its column: %(reason)s") % reason
        ) from fault
    except (duckdb.Error, adbc.Error, DatabaseError, pa.ArrowException, OSError) as fault:
        reason = {**names, "reason": _first_line(fault)}
        raise Unavailable(
            _("Table %(table)s could not be refreshed: %(reason)s") % reason
        ) from fault


def _first_line(fault: BaseException) -> str:
    return str(fault).strip().partition("\n")[0] or type(fault).__name__


def _refresh(
    table: LakeTable, known: TableState | None, revision: int, progress: Progress | None
) -> tuple[TableState, list[str]]:
    """The table's new state with its files in place, and the months that were written."""
    shape = _shape(table)
    usable = known if known and known.shape == shape else None
    changed, cursor = table.changed(usable.cursor if usable else None)
    if usable is None or usable.cursor is None or changed is None:
        with _Stage(table, progress) as stage:
            stage.add(None)
            stage.check()
            months = stage.publish(revision)
        state = _state(table, shape, cursor, months)
        return state, sorted({*months, *(known.months if known else ())})
    if not changed:
        return usable.model_copy(update={"cursor": cursor}), []
    wanted, more = set(changed), set(changed)
    with _Stage(table, progress) as stage:
        while more:
            stage.add(sorted(more))
            more = stage.left_behind_in({m: s for m, s in usable.months.items() if m not in wanted})
            wanted |= more
        stage.check(wanted)
        kept = {month: state for month, state in usable.months.items() if month not in wanted}
        months = kept | stage.publish(revision)
    return _state(table, shape, cursor, months), sorted(wanted)


def _state(table: LakeTable, shape: str, cursor: Cursor, months: dict[str, Month]) -> TableState:
    return TableState(shape=shape, columns=table.types, cursor=cursor, months=months)


def _shape(table: LakeTable) -> str:
    """A digest of everything but the rows that decides what the files hold."""
    where = connection.settings_dict
    parts = [
        FORMAT,
        settings.TIME_ZONE,
        [str(where.get(part, "")) for part in ("ENGINE", "NAME", "HOST", "PORT")],
        [table.key, table.month, table.types],
        source_sql(table),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class _Stage:
    """Files of one table, written aside until all of them are good."""

    def __init__(self, table: LakeTable, progress: Progress | None) -> None:
        self._table, self._progress = table, progress
        self._folder = lake_folder() / ".staging"
        self._read = 0

    def __enter__(self) -> "_Stage":
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._duckdb = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": str(self._folder / "spill")}
        )
        return self

    def __exit__(self, *_fault: object) -> None:
        self._duckdb.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, months: list[str] | None) -> None:
        """Write the rows of these months (all when None) as one file a month, as a rule."""
        target = self._folder / str(self._read)
        with rows_of(reading_sql(self._table, months)) as rows:
            self._duckdb.register("given", self._counted(rows))
            self._duckdb.execute(
                f"COPY (SELECT {self._columns()} FROM given WHERE NOT {SAMPLE}::BOOLEAN) "  # noqa: S608
                f"TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 16384, "
                f"PARTITION_BY ({MONTH}), WRITE_PARTITION_COLUMNS true)"
            )
            self._duckdb.unregister("given")

    def _columns(self) -> str:
        columns = {
            name: FORMS[column.type].duckdb.format(f'"{name}"')
            for name, column in self._table.columns.items()
        }
        moment = columns[self._table.month]
        if self._table.columns[self._table.month].type is ColumnType.TIMESTAMP:
            moment = f"timezone('{settings.TIME_ZONE}', timezone('UTC', {moment}))"
        columns[MONTH] = f"strftime({moment}, '%Y-%m')"
        columns[DAY] = f"strftime({moment}, '%Y-%m-%d')"
        return ", ".join(f'{value} AS "{name}"' for name, value in columns.items())

    def _counted(self, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
        def batches() -> Iterator[pa.RecordBatch]:
            for batch in rows:
                self._read += batch.num_rows
                if self._progress:
                    self._progress(self._table.name, self._read)
                yield batch

        return pa.RecordBatchReader.from_batches(rows.schema, batches())

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*/{MONTH}=*/*.parquet"))

    def left_behind_in(self, others: dict[str, Month]) -> set[str]:
        """Those of the other months whose files hold a record that has moved into ours."""
        files = [lake_folder() / file for month in others.values() for file in month.files]
        if not files or not self._files():
            return set()
        found = self._duckdb.execute(
            f'SELECT DISTINCT {MONTH} FROM {parquet(files)} WHERE "{self._table.key}" IN '  # noqa: S608
            f'(SELECT "{self._table.key}" FROM {parquet(self._files())})'
        )
        return {str(month) for (month,) in found.fetchall()}

    def check(self, wanted: set[str] | None = None) -> None:
        """Refuse what would make figures wrong: a record twice, or one that belongs nowhere."""
        files, names = self._files(), {"table": self._table.name}
        months = {_month_of(file) for file in files}
        if strange := {m for m in months if not re.fullmatch(r"\d{4}-\d{2}", m)}:
            raise Refusal(_("Table %(table)s gives records without a month.") % names)
        if wanted is not None and (strange := months - wanted):
            raise Refusal(
                _("Table %(table)s gives records of months that were not asked for: %(months)s.")
                % {**names, "months": ", ".join(sorted(strange))}
            )
        if files:
            key = f'"{self._table.key}"'
            query = f"SELECT count(*) - count(DISTINCT {key}) FROM {parquet(files)}"  # noqa: S608
            (twice,) = self._duckdb.execute(query).fetchone() or (0,)
            if twice:
                raise Refusal(_("Table %(table)s gives a record more than once.") % names)

    def publish(self, revision: int) -> dict[str, Month]:
        """Put the files, safely on disk, where a manifest can name them."""
        months: dict[str, Month] = {}
        for file in self._files():
            name = _month_of(file)
            so_far = months.get(name, Month(files=(), rows=0))
            suffix = f"-{len(so_far.files)}" if so_far.files else ""
            place = f"{self._table.name}/{MONTH}={name}/part-{revision:06d}{suffix}.parquet"
            target = lake_folder() / place
            target.parent.mkdir(parents=True, exist_ok=True)
            rows = pq.read_metadata(file).num_rows
            to_disk(file)
            file.replace(target)
            to_disk(target.parent)
            months[name] = Month(files=(*so_far.files, place), rows=so_far.rows + rows)
        return months


def _month_of(file: Path) -> str:
    return file.parent.name.removeprefix(f"{MONTH}=")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _recount(engine: Engine, new: Manifest, written: dict[str, list[str]]) -> None:
    """Let the engine count what was written; a lake it cannot read is not handed over."""
    from anmin.measures.expressions import unbound

    for name in written:
        files, rows = new.files(name), 0
        if files:
            table = unbound(registry.tables[name])
            answer = engine.evaluate(table.aggregate(rows=table.count()), {name: files})
            rows = answer["rows"][0].as_py()
        if rows != new.tables[name].rows:
            raise Unavailable(
                _(
                    "%(engine)s counts %(counted)s rows in table %(table)s where %(written)s were written."
                )
                % {
                    "engine": engine.name,
                    "counted": rows,
                    "table": name,
                    "written": new.tables[name].rows,
                }
            )
