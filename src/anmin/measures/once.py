"""Counts in which several calls about one thing count once.

Records of one place and sort that follow each other closely are likely about one event. Which are
is decided anew each time it is asked, from the records as they are; nothing is joined for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.errors import Refusal
from anmin.measures.counting import Question, rows_in_question
from anmin.measures.engines import engine_named
from anmin.measures.expressions import Dialect, Expression
from anmin.measures.figures import Counted
from anmin.measures.queries import ALL, Filters, Tally, check_dimensions, on_one_state, table_of
from anmin.measures.registry import Kind, registry
from anmin.measures.same_event import Once


@dataclass(frozen=True)
class _Marked:
    """The records of a question, each with the moment of the one before it of the same sort."""

    question: Question
    hit: Expression
    once: Once
    moment: str
    key: str

    @property
    def table(self) -> str:
        """The table it is about."""
        return self.question.table

    def rows(self, dialect: Dialect, names: Sequence[str]) -> str:
        """A sub-query with these columns and ``again``."""
        moment, key = dialect.name(self.moment), dialect.name(self.key)
        same = ", ".join(dialect.name(name) for name in self.once.same)
        wanted = list(dict.fromkeys([*names, *self.once.same, self.moment, self.key]))
        columns = ", ".join(dialect.name(name) for name in wanted)
        hits = Question(self.table, self.question.rows, [*self.question.conditions, self.hit])
        before = f"LAG({moment}) OVER (PARTITION BY {same} ORDER BY {moment}, {key}) AS before"
        inner = f"(SELECT {columns}, {before} {hits.narrowed(dialect)}) AS followed"
        return (
            f"(SELECT *, {self.once.again(moment, key, dialect)} AS again FROM {inner}) AS marked"  # noqa: S608 - names of the registry, whole numbers
        )


@dataclass(frozen=True)
class _Count(_Marked):
    """How many events, and how many records, by some dimensions."""

    by: tuple[str, ...] = ()

    def sql(self, dialect: Dialect) -> str:
        """The query; a row for each cell."""
        names = ", ".join(dialect.name(name) for name in self.by)
        counts = (
            "CAST(COUNT_IF(NOT again) AS BIGINT) AS _events, CAST(COUNT(*) AS BIGINT) AS _records"
        )
        query = f"SELECT {names}, {counts} FROM {self.rows(dialect, self.by)}"  # noqa: S608 - as above
        return f"{query} GROUP BY {names}"


@dataclass(frozen=True)
class _Keys(_Marked):
    """The keys of the records that count again, or are counted again."""

    limit: int = 0

    def sql(self, dialect: Dialect) -> str:
        """The query; in order of the moment."""
        key, moment = dialect.name(self.key), dialect.name(self.moment)
        rows = self.rows(dialect, ())
        order = f"ORDER BY {moment}, {key} LIMIT {self.limit:d}"
        return f"SELECT {key} FROM {rows} WHERE again {order}"  # noqa: S608 - as above


def tally_once(
    key: str,
    by: Sequence[str],
    once: Once,
    start: date | None = None,
    end: date | None = None,
    filters: Filters = ALL,
    engine: str | None = None,
) -> Tally:
    """As `queries.tally` of a count; a cell's numerator are events, its denominator records.

    Raises as `queries.show_many`.
    """
    worker = engine_named(engine)

    def work(manifest: Any) -> Tally:
        table = table_of(registry.indicator(key), manifest, worker)
        marked = _marked(key, once, manifest.cutoff, start, end, filters, tuple(by))
        answer = table.evaluate(_Count(*marked, by=tuple(by)))
        keys = zip(*(answer.get(name, ()) for name in by), strict=True)
        counts = zip(answer.get("_events", ()), answer.get("_records", ()), strict=True)
        cells = {
            cell: Counted(float(events), records, records)
            for cell, (events, records) in zip(keys, counts, strict=True)
        }
        return Tally(cells, manifest.cutoff, manifest.revision)

    return on_one_state(work)


def counted_again(
    key: str,
    once: Once,
    start: date | None = None,
    end: date | None = None,
    filters: Filters = ALL,
    limit: int = 200,
    engine: str | None = None,
) -> list[int]:
    """The keys of the records that `tally_once` leaves out, by their moment, at most ``limit``."""
    worker = engine_named(engine)

    def work(manifest: Any) -> list[int]:
        table = table_of(registry.indicator(key), manifest, worker)
        marked = _marked(key, once, manifest.cutoff, start, end, filters, ())
        name = registry.tables[registry.indicator(key).table].key
        return list(table.evaluate(_Keys(*marked, limit=limit)).get(name, ()))

    return on_one_state(work)


def _marked(
    key: str,
    once: Once,
    cutoff: Any,
    start: date | None,
    end: date | None,
    filters: Filters,
    by: tuple[str, ...],
) -> tuple[Question, Expression, Once, str, str]:
    indicator = registry.indicator(key)
    if indicator.kind is not Kind.COUNT or indicator.hide_small:
        raise Refusal(f"{key} is no count that may be shown by cells", field="key")
    check_dimensions([indicator], by, filters)
    table = registry.tables[indicator.table]
    question = rows_in_question(table, cutoff, start, end, list(filters.items()), indicator.instead)
    return question, indicator.numerator(question.rows), once, table.month, table.key
