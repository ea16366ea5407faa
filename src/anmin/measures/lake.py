"""The refresh: which records have changed, and their rows as Parquet in place of the old ones."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa
from adbc_driver_manager import Error as ReadingError
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal, Unavailable
from anmin.measures.engines import Engine, engine_named
from anmin.measures.manifest import Manifest, Month, TableState, alone, last_revision
from anmin.measures.reading import source_sql
from anmin.measures.registry import Cursor, LakeTable, registry
from anmin.measures.staging import Progress, Stage, writer

FORMAT: Final = 2
"""How the lake is written; another number writes everything anew."""


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
    """Bring the lake up to date with the database: only changed records, unless ``full``.

    The rows written are counted once more by ``engine`` before they become the lake.

    Raises:
        RefreshRunning: another process is at it.
        Refusal: a table gives a record twice or without a month, or a value that is not of its
            column's type.
        Unavailable: the database, the disk or the engine cannot be used.
    In each case the lake is as it was.
    """
    began, counter = time.monotonic(), engine_named(engine)
    with alone(), writer() as duck:
        cutoff, old = timezone.now(), _old(full)
        revision = max(old.revision if old else 0, last_revision()) + 1
        states, written = {}, {}
        for table in registry.tables.values():
            if table.parts:
                continue
            known = old.tables.get(table.name) if old and not full else None
            with _reasons(table):
                states[table.name], months = _refresh(table, known, revision, duck, progress)
            if months:
                written[table.name] = months
        if old and not written and old.tables.keys() == states.keys():
            revision = old.revision
        new = Manifest(revision=revision, cutoff=cutoff, tables=states)
        _recount(counter, new, written)
        new = new.write()
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
    except (duckdb.Error, ReadingError, DatabaseError, pa.ArrowException, OSError) as fault:
        reason = {**names, "reason": _first_line(fault)}
        raise Unavailable(
            _("Table %(table)s could not be refreshed: %(reason)s") % reason
        ) from fault


def _first_line(fault: BaseException) -> str:
    return str(fault).strip().partition("\n")[0] or type(fault).__name__


def _refresh(
    table: LakeTable,
    known: TableState | None,
    revision: int,
    duck: duckdb.DuckDBPyConnection,
    progress: Progress | None,
) -> tuple[TableState, list[str]]:
    """The table's new state with its files in place, and the months that were written."""
    shape = _shape(table)
    usable = known if known and known.shape == shape else None
    changed, cursor = table.changed(usable.cursor if usable else None)
    if usable is None or usable.cursor is None or changed is None:
        with Stage(table, duck, progress) as stage:
            stage.write_all()
            months = stage.publish(revision, {})
        state = _state(table, shape, cursor, months)
        return state, sorted({*months, *(known.months if known else ())})
    if not changed:
        return usable.model_copy(update={"cursor": cursor}), []
    with Stage(table, duck, progress) as stage:
        kept, written = stage.write_changes(changed, usable.months)
        months = stage.publish(revision, kept)
    return _state(table, shape, cursor, months), written


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


def _recount(engine: Engine, new: Manifest, written: dict[str, list[str]]) -> None:
    """Let the engine count what was written; a lake it cannot read is not handed over."""
    for name in written:
        files = new.files(name)
        rows = engine.count(files) if files else 0
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
