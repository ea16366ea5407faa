"""Many figures at once, each narrowed in its own way: what a programme of many items asks.

All that count in one table are counted in one pass over it, by day.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.utils import timezone

from anmin.measures.columns import ColumnType
from anmin.measures.counting import Count, Listing, is_one_of
from anmin.measures.engines import Engine, engine_named
from anmin.measures.figures import NOTHING, Breakdown, Counted, Figure, Part, break_down
from anmin.measures.manifest import Manifest
from anmin.measures.queries import ALL, Filters, Records, check_dimensions, on_one_state, table_of
from anmin.measures.reading import utc_of
from anmin.measures.registry import DAY, MONTH, Expression, Indicator, Kind, Rows, registry


@dataclass(frozen=True)
class Narrowed:
    """A figure from one day to another, both included, of the records that ``where`` names."""

    indicator: Indicator
    start: date
    end: date
    where: Filters

    def __post_init__(self) -> None:
        """Refuse a dimension that it has not."""
        check_dimensions([self.indicator], (), self.where)


@dataclass(frozen=True)
class Series:
    """What was counted: the total, and by parts of the time.

    ``days`` is empty where small cells stay hidden; then ``months`` has what may be shown.
    """

    total: Figure
    days: Mapping[str, Counted]
    months: Sequence[Figure]


@dataclass(frozen=True)
class Counts:
    """All that was asked, of one state of the lake."""

    series: Mapping[str, Series]
    cutoff: datetime
    revision: int


def count_each(asked: Mapping[str, Narrowed], engine: str | None = None) -> Counts:
    """Count them all, each table read once.

    Raises ``Unavailable`` where there is no lake yet or it is older than the program.
    """
    worker = engine_named(engine)
    tables: dict[tuple[str, Any], dict[str, Narrowed]] = defaultdict(dict)
    for name, one in asked.items():
        tables[one.indicator.table, one.indicator.instead][name] = one

    def work(manifest: Manifest) -> Counts:
        found: dict[str, Series] = {}
        for some in tables.values():
            found |= _of_table(some, manifest, worker)
        return Counts(found, manifest.cutoff, manifest.revision)

    return on_one_state(work)


def records_of(
    one: Narrowed,
    part: Part = Part.NUMERATOR,
    scope: Filters = ALL,
    limit: int = 50,
    after: Any | None = None,
) -> Records:
    """The keys of the records behind a figure, those above ``after``, at most ``limit``."""
    worker, key = engine_named(None), registry.tables[one.indicator.table].key

    def work(manifest: Manifest) -> Records:
        table = table_of(one.indicator, manifest, worker)
        wanted = {**one.where, **{f"{name}": value for name, value in scope.items()}}
        question = table.question(one.start, one.end, wanted, ALL, one.indicator.instead)
        answer = table.evaluate(Listing(question, one.indicator, part, key, after, limit + 1))
        keys = list(answer.get(key, ()))
        more = keys[limit - 1] if len(keys) > limit else None
        return Records(keys[:limit], more, manifest.cutoff)

    return on_one_state(work)


def _of_table(
    asked: Mapping[str, Narrowed], manifest: Manifest, engine: Engine
) -> dict[str, Series]:
    rule, today = settings.RULES.get, timezone.localdate()
    minimum = rule("measures.suppress_below", today).number
    level = rule("measures.confidence", today).share
    first = next(iter(asked.values())).indicator
    table = table_of(first, manifest, engine)
    start, end = min(one.start for one in asked.values()), max(one.end for one in asked.values())
    question = table.question(start, end, ALL, ALL, first.instead)
    count = Count(question, [_narrowed(one) for one in asked.values()], [(DAY,)])
    cells = count.cells(table.evaluate(count))
    found: dict[str, Series] = {}
    for (name, one), (_indicator, _by, days, *_beside) in zip(asked.items(), cells, strict=True):
        mine = {str(key[0]): cell for key, cell in days.items() if cell.denominator}
        months = _by_month(one.indicator, mine, minimum, level)
        hidden = one.indicator.hide_small
        found[name] = Series(months.total, {} if hidden else mine, months.rows)
    return found


def _by_month(
    indicator: Indicator, days: Mapping[str, Counted], minimum: int, level: float
) -> Breakdown:
    months: dict[tuple[Any, ...], Counted] = {}
    for day, cell in days.items():
        before = months.get((day[:7],), NOTHING)
        months[day[:7],] = Counted(*(a + b for a, b in zip(before, cell, strict=True)))  # type: ignore[arg-type]
    bare = replace(indicator, aside=None, demands=None, frame=None)
    return break_down(bare, (MONTH,), months, minimum=minimum, level=level)


def _narrowed(one: Narrowed) -> Indicator:
    """The indicator over its own records alone, beside others in one pass."""
    table = registry.tables[one.indicator.table]
    is_date = table.columns[table.month].type is ColumnType.DATE
    after = one.end + timedelta(days=1)
    first, last = (one.start, after) if is_date else (utc_of(one.start), utc_of(after))

    def within(looks: Callable[[Rows], Expression]) -> Callable[[Rows], Expression]:
        def narrowed(rows: Rows) -> Expression:
            moment = rows[table.month]
            conditions = [is_one_of(rows[name], value) for name, value in one.where.items()]
            return reduce(and_, [looks(rows), moment >= first, moment < last, *conditions])

        return narrowed

    bare = replace(one.indicator, aside=None, demands=None, frame=None)
    if one.indicator.kind is Kind.COUNT:
        return replace(bare, numerator=within(one.indicator.numerator))
    assert one.indicator.denominator is not None
    return replace(bare, denominator=within(one.indicator.denominator))
