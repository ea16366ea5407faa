"""What to ask an engine: the rows in question, what to count in them, and which to list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any, Final

from anmin.measures.columns import ColumnType
from anmin.measures.expressions import Dialect, Expression, Rows, choice, column, literal
from anmin.measures.figures import Counted, Part
from anmin.measures.reading import utc_of
from anmin.measures.registry import AGAIN, CUTOFF, DAY, MONTH, Indicator, Kind, LakeTable
from anmin.measures.same_event import Once
from anmin.measures.suppression import Key

type Grouping = tuple[str, ...]
"""The dimensions by which to count; none for the total alone."""

GROUPING: Final = "_grouping"
"""The column that tells the grouping of a row: a bit for each dimension that it sums over."""


@dataclass(frozen=True)
class Question:
    """Some rows of one table, narrowed by conditions."""

    table: str
    rows: Rows
    conditions: Sequence[Expression] = ()

    def narrowed(self, dialect: Dialect) -> str:
        """From which table, and where."""
        where = " AND ".join(condition.write(dialect) for condition in self.conditions)
        return f"FROM {dialect.name(self.table)}{f' WHERE {where}' if where else ''}"


type Instead = tuple[tuple[str, str], ...]
"""By dimension, the column that is read for it (``Indicator.instead``)."""


def rows_of(
    table: LakeTable, cutoff: datetime, instead: Instead = (), once: Once | None = None
) -> Rows:
    """The columns of a table, with those that every table has."""
    moment = literal(cutoff.astimezone(UTC).replace(tzinfo=None))
    read = dict(instead)
    names = {name: column(read.get(name, name)) for name in (*table.columns, MONTH, DAY)}
    again = literal(False)
    if once is not None and table.event:
        report, *within = table.event
        again = once.following(table.month, report, within)
    return Rows(table.name, {**names, CUTOFF: moment, AGAIN: again})


def rows_in_question(
    table: LakeTable,
    cutoff: datetime,
    start: date | None,
    end: date | None,
    wanted: Sequence[tuple[str, object]],
    instead: Instead = (),
    once: Once | None = None,
) -> Question:
    """The rows from ``start`` to ``end``, local days both included.

    ``wanted`` names columns and the value or values that each may have; None stands for unknown.
    """
    rows = rows_of(table, cutoff, instead, once)
    moment = rows[table.month]
    is_date = table.columns[table.month].type is ColumnType.DATE
    conditions = [is_one_of(rows[name], value) for name, value in wanted]
    if start:
        conditions.append(moment >= (start if is_date else utc_of(start)))
    if end:
        after = end + timedelta(days=1)
        conditions.append(moment < (after if is_date else utc_of(after)))
    return Question(table.name, rows, conditions)


def is_one_of(value: Expression, wanted: Any) -> Expression:
    """Whether it is the value, or one of the values, wanted; None stands for unknown."""
    if isinstance(wanted, str) or not isinstance(wanted, Collection):
        wanted = [wanted]
    condition = value.isin([one for one in wanted if one is not None])
    return condition | value.isnull() if None in wanted else condition


@dataclass(frozen=True)
class Count:
    """How many rows of every group each indicator counts, by any number of groupings in one pass."""

    question: Question
    indicators: Sequence[Indicator]
    groupings: Sequence[Grouping]

    @property
    def table(self) -> str:
        """The table it is about."""
        return self.question.table

    def sql(self, dialect: Dialect) -> str:
        """The query, whose answer `cells` takes apart."""
        # What several count alike, as a denominator that they share, is looked at once a row.
        seen: dict[str, str] = {}
        columns = []
        for i, indicator in enumerate(self.indicators):
            for bare, values in _each(indicator, self.question.rows):
                for part, value in zip(Counted._fields, values, strict=True):
                    name = seen.setdefault(value.write(dialect), f"_{len(seen)}")
                    columns.append(f"{_sum(part, indicator, name)} AS {_name(part, i, bare)}")
        names = {name: dialect.name(name) for name in self._dimensions()}
        columns += names.values()
        sets = dict.fromkeys(
            ", ".join(quoted for name, quoted in names.items() if name in by)
            for by in self.groupings
        )
        read = [
            f"{self.question.rows[one].write(dialect)} AS {name}" for one, name in names.items()
        ]
        inner = ", ".join([*read, *(f"{value} AS {one}" for value, one in seen.items())])
        rows = f"(SELECT {inner} {self.question.narrowed(dialect)}) AS seen"
        query = f"{', '.join(columns)} FROM {rows}"
        if len(sets) == 1:
            (by,) = sets
            return f"SELECT {query} GROUP BY {by}" if by else f"SELECT {query}"
        together = f"GROUPING_ID({', '.join(names.values())}) AS {GROUPING}"
        return f"SELECT {together}, {query} GROUP BY GROUPING SETS (({'), ('.join(sets)}))"

    def _dimensions(self) -> list[str]:
        return list(dict.fromkeys(name for by in self.groupings for name in by))

    def cells(
        self, answer: Mapping[str, Sequence[Any]]
    ) -> Iterator[tuple[Indicator, Grouping, Cells, Cells | None, Cells | None]]:
        """What each indicator counted by each grouping, from the columns of the answer.

        The last two without what is set aside, and without unreasonable demands; nothing for an
        indicator that sets nothing aside.
        """
        for by in self.groupings:
            places = self._places(answer, by)
            keys = [tuple(answer[name][n] for name in by) for n in places]
            for i, indicator in enumerate(self.indicators):
                with_all, without, spared = (
                    self._counted(answer, i, keys, places, bare) for bare in ("", *BARE)
                )
                yield (
                    *(indicator, by, with_all),
                    without if indicator.aside else None,
                    spared if indicator.demands else None,
                )

    @staticmethod
    def _counted(
        answer: Mapping[str, Sequence[Any]],
        i: int,
        keys: Sequence[Key],
        places: Sequence[int],
        bare: str,
    ) -> Cells:
        named = (answer.get(_name(part, i, bare)) for part in Counted._fields)
        parts = [[part[n] or 0 for n in places] for part in named if part is not None]
        return dict(zip(keys, map(Counted, *parts), strict=True)) if parts else {}

    def _places(self, answer: Mapping[str, Sequence[Any]], by: Grouping) -> Sequence[int]:
        """Which rows of the answer are of that grouping."""
        if GROUPING not in answer:
            return range(len(next(iter(answer.values()), ())))
        wanted = int("".join(str(int(name not in by)) for name in self._dimensions()), 2)
        return [n for n, grouping in enumerate(answer[GROUPING]) if grouping == wanted]


BARE: Final = ("bare", "spared")
"""What the columns of the counts without something are called."""
type Cells = dict[Key, Counted]


def _name(part: str, i: int, bare: str = "") -> str:
    return f"_{bare}_{part}_{i}" if bare else f"_{part}_{i}"


def _sum(part: str, indicator: Indicator, value: str) -> str:
    if part != "numerator":
        return f"CAST(COUNT_IF({value}) AS BIGINT)"
    form = "SUM({})" if indicator.kind is Kind.MEAN_SCORE else "CAST(COUNT_IF({}) AS DOUBLE)"
    return form.format(value)


type ByRow = tuple[Expression, Expression, Expression]


def _each(indicator: Indicator, rows: Rows) -> Iterator[tuple[str, ByRow]]:
    """What a row adds; and, where something is set aside, what it adds unless it is."""
    yield "", _row_by_row(indicator, rows)
    for name, left_out in zip(BARE, (indicator.aside, indicator.demands), strict=True):
        if left_out is not None:
            stays = ~left_out(rows).fill_null(False)
            yield name, _row_by_row(indicator, rows, stays)


def _row_by_row(indicator: Indicator, rows: Rows, stays: Expression | None = None) -> ByRow:
    """What a row adds to the numerator, and whether it is of the denominator and of the frame."""
    score = indicator.numerator(rows)
    asked = [
        predicate(rows).fill_null(False)
        for predicate in (indicator.denominator, indicator.frame)
        if predicate is not None
    ]
    if stays is not None:
        asked = [one & stays for one in asked]
    if indicator.kind is Kind.MEAN_SCORE:
        score = score.cast("float64")
        counted = asked[0] & score.notnull()
        adds = choice(counted, score, 0.0)
    else:
        hit = score.fill_null(False)
        counted = asked[0] if indicator.denominator else hit
        adds = hit & counted if indicator.denominator else hit
    return adds, counted, (asked[-1] | counted) if indicator.frame else counted


@dataclass(frozen=True)
class Listing:
    """The keys of the first ``limit`` records of one part of a figure that lie above ``after``."""

    question: Question
    indicator: Indicator
    part: Part
    key: str
    after: Any
    limit: int

    @property
    def table(self) -> str:
        """The table it is about."""
        return self.question.table

    def sql(self, dialect: Dialect) -> str:
        """The query; its answer has the one column."""
        rows = self.question.rows
        conditions = [*self.question.conditions, self._chosen(rows)]
        if self.after is not None:
            conditions.append(rows[self.key] > self.after)
        narrowed = Question(self.table, rows, [reduce(and_, conditions)]).narrowed(dialect)
        key = dialect.name(self.key)
        return f"SELECT {key} {narrowed} ORDER BY {key} LIMIT {self.limit:d}"

    def _chosen(self, rows: Rows) -> Expression:
        adds, counted, frame = _row_by_row(self.indicator, rows)
        score = adds if self.indicator.kind is Kind.MEAN_SCORE else adds.cast("int64")
        match self.part:
            case Part.NUMERATOR:
                return counted & (score > 0)
            case Part.DENOMINATOR:
                return counted
            case Part.REST:
                return counted & (score < 1)
            case Part.SILENT:
                return frame & ~counted
