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
from anmin.measures.engines import Engine, FilesChanged, engine_named
from anmin.measures.figures import Counted, Figure, Part, break_down
from anmin.measures.manifest import Manifest
from anmin.measures.registry import DAY, MONTH, Indicator, LakeTable, Rows, registry

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
    chosen = {key: registry.indicator(key) for key in keys}
    _check(chosen.values(), by, filters)
    rule, today = settings.RULES.get, timezone.localdate()
    minimum = rule("measures.suppress_below", today).number
    level = rule("measures.confidence", today).share
    tables: dict[str, list[Indicator]] = defaultdict(list)
    for indicator in chosen.values():
        tables[indicator.table].append(indicator)
    worker = engine_named(engine)

    def work(manifest: Manifest) -> dict[str, Result]:
        from anmin.measures import expressions

        results = {}
        for name, indicators in tables.items():
            table = _Table(registry.tables[name], manifest, worker)
            rows = table.rows(start, end, filters, scope)
            answer = table.evaluate(expressions.counts(rows, indicators, by))
            for i, indicator in enumerate(indicators):
                cells = expressions.cells(answer, i, by)
                figures = break_down(indicator, by, cells, minimum=minimum, level=level)
                results[indicator.key] = Result(
                    indicator=indicator,
                    by=tuple(by),
                    rows=figures.rows,
                    sums=figures.sums,
                    total=figures.total,
                    cutoff=manifest.cutoff,
                    revision=manifest.revision,
                )
        return {key: results[key] for key in chosen}

    return _on_one_state(work)


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
    _check([indicator], by, filters)
    worker = engine_named(engine)

    def work(manifest: Manifest) -> Tally:
        from anmin.measures import expressions

        table = _Table(registry.tables[indicator.table], manifest, worker)
        rows = table.rows(start, end, filters, scope)
        answer = table.evaluate(expressions.counts(rows, [indicator], by))
        return Tally(expressions.cells(answer, 0, by), manifest.cutoff, manifest.revision)

    return _on_one_state(work)


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
    _check([indicator], (), dimensions)
    worker, name = engine_named(engine), registry.tables[indicator.table].key

    def work(manifest: Manifest) -> Records:
        from anmin.measures import expressions

        table = _Table(registry.tables[indicator.table], manifest, worker)
        rows = table.rows(start, end, dimensions, scope)
        page = expressions.records_of(part, indicator, rows, name, after, limit + 1)
        keys = [row[name] for row in table.evaluate(page)]
        more = keys[limit - 1] if len(keys) > limit else None
        return Records(keys[:limit], more, manifest.cutoff)

    return _on_one_state(work)


def _check(indicators: Iterable[Indicator], by: Sequence[str], filters: Filters) -> None:
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


def _on_one_state[T](work: Callable[[Manifest], T]) -> T:
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


class _Table:
    """One table in one state of the lake, as an engine reads it."""

    def __init__(self, table: LakeTable, manifest: Manifest, engine: Engine) -> None:
        state = manifest.tables.get(table.name)
        if state is None or state.columns != table.types:
            raise Unavailable(
                _("Table %(table)s is newer than the figures; refresh them first.")
                % {"table": table.name}
            )
        self._table, self._engine = table, engine
        self._files, self._cutoff = manifest.files(table.name), manifest.cutoff

    def rows(self, start: date | None, end: date | None, filters: Filters, scope: Filters) -> Rows:
        """The records in question, as an expression."""
        from anmin.measures.expressions import rows_in_question

        wanted = [*filters.items(), *scope.items()]
        return rows_in_question(self._table, self._cutoff, start, end, wanted)

    def evaluate(self, expression: Rows) -> list[dict[str, Any]]:
        """The rows of an expression over this table; none when the table is empty."""
        if not self._files:
            return []
        answer = self._engine.evaluate(expression, {self._table.name: self._files})
        return answer.to_pylist()  # type: ignore[no-any-return]
