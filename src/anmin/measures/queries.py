"""Figures, each with all that belongs to it, and the records behind them.

Permission is the caller's: ``scope`` narrows what is counted to what somebody may see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal, Unavailable
from anmin.measures.counting import (
    Count,
    Grouping,
    Instead,
    Listing,
    Question,
    rows_in_question,
)
from anmin.measures.engines import Engine, FilesChanged, Query, engine_named
from anmin.measures.figures import BESIDE, Counted, Figure, Part, break_down
from anmin.measures.manifest import Manifest
from anmin.measures.registry import DAY, MONTH, Indicator, LakeTable, registry
from anmin.measures.same_event import Once

type Filters = Mapping[str, object]
"""Column to the value, or the values, that it may have; None stands for "unknown"."""

ALL: Final[Filters] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """One indicator's figures: the cells, the sums along single dimensions, and the total.

    They hold for the state of the records at ``cutoff``; ``revision`` tells two states apart.
    """

    indicator: Indicator
    by: tuple[str, ...]
    rows: list[Figure]
    sums: list[Figure]
    total: Figure
    cutoff: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Bare counts by the values of some dimensions: what the statistics of a series are made of."""

    cells: Mapping[tuple[Any, ...], Counted]
    cutoff: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Records:
    """The keys of some records, in order; ``after`` asks for the next ones, None at the end."""

    keys: list[Any]
    after: Any | None
    cutoff: datetime


def show(
    key: str,
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    filters: Filters = ALL,
    scope: Filters = ALL,
    engine: str | None = None,
) -> Result:
    """The figures of one indicator; see `show_many`."""
    return show_many([key], by, start, end, filters, scope, engine)[key]


def show_many(
    keys: Iterable[str],
    by: Sequence[str] = (),
    start: date | None = None,
    end: date | None = None,
    filters: Filters = ALL,
    scope: Filters = ALL,
    engine: str | None = None,
) -> dict[str, Result]:
    """The figures of several indicators by the same dimensions, each table read once.

    ``start`` and ``end`` are local days, both included. ``filters`` are by dimension, ``scope``
    by any column of the table.

    Raises:
        NotFound: an unknown indicator or engine.
        Refusal: a dimension that an indicator has not, or a breakdown too large to be protected.
        Unavailable: there is no lake yet, it is older than the program, or the engine fails.
    """
    grouping = tuple(by)
    return {
        key: results[grouping]
        for key, results in _figures(
            {key: [grouping] for key in keys}, start, end, filters, scope, engine
        ).items()
    }


def show_each(
    groupings: Mapping[str, Iterable[Grouping]],
    start: date | None = None,
    end: date | None = None,
    filters: Filters = ALL,
    scope: Filters = ALL,
    engine: str | None = None,
) -> dict[str, dict[Grouping, Result]]:
    """The figures of several indicators, each by some groupings: for a page that shows them all.

    All of one table in one pass, of one state of the lake. The rest as `show_many`.
    """
    return _figures(groupings, start, end, filters, scope, engine)


def _figures(
    groupings: Mapping[str, Iterable[Grouping]],
    start: date | None,
    end: date | None,
    filters: Filters,
    scope: Filters,
    engine: str | None,
) -> dict[str, dict[Grouping, Result]]:
    asked = {registry.indicator(key).key: list(every) for key, every in groupings.items()}
    tables: dict[tuple[str, Instead], list[Indicator]] = defaultdict(list)
    for key, every in asked.items():
        for by in every:
            check_dimensions([registry.indicators[key]], by, filters)
        indicator = registry.indicators[key]
        tables[indicator.table, indicator.instead].append(indicator)
    rule, today = settings.RULES.get, timezone.localdate()
    minimum = rule("measures.suppress_below", today).number
    level = rule("measures.confidence", today).share
    worker, once = engine_named(engine), _once(registry.indicators[key] for key in asked)

    def work(manifest: Manifest) -> dict[str, dict[Grouping, Result]]:
        results: dict[str, dict[Grouping, Result]] = {key: {} for key in asked}
        for (name, instead), indicators in tables.items():
            table = _Table(registry.tables[name], manifest, worker)
            every = list(dict.fromkeys(by for one in indicators for by in asked[one.key]))
            question = table.question(start, end, filters, scope, instead, once)
            count = Count(question, indicators, every)
            for indicator, by, cells, *beside in count.cells(table.evaluate(count)):
                if by in asked[indicator.key]:
                    figures = break_down(
                        indicator,
                        by,
                        cells,
                        minimum=minimum,
                        level=level,
                        **dict(zip(BESIDE, beside, strict=True)),
                    )
                    results[indicator.key][by] = Result(
                        indicator=indicator,
                        by=by,
                        rows=figures.rows,
                        sums=figures.sums,
                        total=figures.total,
                        cutoff=manifest.cutoff,
                        revision=manifest.revision,
                    )
        return results

    return on_one_state(work)


def _once(indicators: Iterable[Indicator]) -> Once | None:
    """Which records are about one event, if any of these indicators may ask."""
    asks = any(one.aside and registry.tables[one.table].event for one in indicators)
    return registry.same_event() if asks and registry.same_event else None


def tally(
    key: str,
    by: Sequence[str],
    start: date | None = None,
    end: date | None = None,
    filters: Filters = ALL,
    scope: Filters = ALL,
    engine: str | None = None,
) -> Tally:
    """The counts of one indicator by any number of dimensions, without sums and intervals.

    For long series and fine maps, where `show` would make a figure of every cell. Only for what
    an office does: never for an indicator whose small cells stay hidden.

    Raises as `show_many`.
    """
    indicator = registry.indicator(key)
    if indicator.hide_small:
        raise Refusal(_("%(key)s may only be shown with small cells hidden.") % {"key": key})
    check_dimensions([indicator], by, filters)
    worker = engine_named(engine)

    def work(manifest: Manifest) -> Tally:
        table = _Table(registry.tables[indicator.table], manifest, worker)
        question = table.question(start, end, filters, scope, indicator.instead)
        count = Count(question, [indicator], [tuple(by)])
        ((_indicator, _by, cells, *_beside),) = count.cells(table.evaluate(count))
        return Tally(cells, manifest.cutoff, manifest.revision)

    return on_one_state(work)


def records(
    key: str,
    dimensions: Filters = ALL,
    part: Part = Part.DENOMINATOR,
    start: date | None = None,
    end: date | None = None,
    scope: Filters = ALL,
    limit: int = 50,
    after: Any | None = None,
    engine: str | None = None,
) -> Records:
    """The keys of the records behind a figure, at most ``limit``, those above ``after``.

    Raises as `show_many`.
    """
    indicator = registry.indicator(key)
    check_dimensions([indicator], (), dimensions)
    worker, name = engine_named(engine), registry.tables[indicator.table].key

    def work(manifest: Manifest) -> Records:
        table = _Table(registry.tables[indicator.table], manifest, worker)
        question = table.question(start, end, dimensions, scope, indicator.instead)
        answer = table.evaluate(Listing(question, indicator, part, name, after, limit + 1))
        keys = list(answer.get(name, ()))
        more = keys[limit - 1] if len(keys) > limit else None
        return Records(keys[:limit], more, manifest.cutoff)

    return on_one_state(work)


def check_dimensions(indicators: Iterable[Indicator], by: Sequence[str], filters: Filters) -> None:
    """Refuse dimensions that an indicator has not, or that are named twice."""
    if len(set(by)) < len(by):
        raise Refusal(_("A dimension is named twice."), field="by")
    for indicator in indicators:
        known = (*indicator.dimensions, MONTH, DAY)
        for field, names in (("by", by), ("filters", filters)):
            if strange := next((name for name in names if name not in known), None):
                raise Refusal(
                    _("%(key)s has no dimension %(name)s; it has: %(known)s.")
                    % {"key": indicator.key, "name": strange, "known": ", ".join(known)},
                    field=field,
                )


def on_one_state[T](work: Callable[[Manifest], T]) -> T:
    """Do the work on one state of the lake; once more when a refresh came between."""
    revision = None
    while True:
        manifest = Manifest.read()
        if manifest is None:
            raise Unavailable(_("There are no figures yet; refresh them first."))
        if manifest.revision == revision:
            raise Unavailable(_("Files of the figures are missing; refresh them from scratch."))
        try:
            return work(manifest)
        except FilesChanged:
            revision = manifest.revision


def table_of(one: Indicator, manifest: Manifest, engine: Engine) -> "_Table":
    """The table that an indicator counts in, in one state of the lake."""
    return _Table(registry.tables[one.table], manifest, engine)


class _Table:
    """One table in one state of the lake, as an engine reads it."""

    def __init__(self, table: LakeTable, manifest: Manifest, engine: Engine) -> None:
        self._files = []
        for stored in registry.stored(table):
            state = manifest.tables.get(stored.name)
            if state is None or state.columns != stored.types:
                raise Unavailable(
                    _("Table %(table)s is newer than the figures; refresh them first.")
                    % {"table": stored.name}
                )
            self._files += manifest.files(stored.name)
        self._table, self._engine, self._cutoff = table, engine, manifest.cutoff

    def question(
        self,
        start: date | None,
        end: date | None,
        filters: Filters,
        scope: Filters,
        instead: Instead = (),
        once: Once | None = None,
    ) -> Question:
        """The records in question."""
        wanted = [*filters.items(), *scope.items()]
        return rows_in_question(self._table, self._cutoff, start, end, wanted, instead, once)

    def evaluate(self, query: Query) -> dict[str, list[Any]]:
        """The columns of the answer to a query about this table; none when it is empty."""
        if not self._files:
            return {}
        return self._engine.evaluate(query, self._files).to_pydict()  # type: ignore[no-any-return]
