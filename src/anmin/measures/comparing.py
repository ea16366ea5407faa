"""Whether chance explains a change: of a day from its like, of a period from the one before.

Nothing here is more than the registry's own figures and a comparison of the statistics library;
pages only put it into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from scipy.stats import false_discovery_control

from anmin.kernel.errors import Conflict
from anmin.measures.figures import Figure
from anmin.measures.queries import ALL, Filters, Result, show, show_many
from anmin.measures.registry import Indicator, Kind
from anmin.stats.counts import compare
from anmin.stats.differences import Difference, difference

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Compared:
    """A day's count beside the mean of the same weekday before.

    ``ratio`` of the two with its exact interval is None where nothing was counted before;
    ``p`` is that of "no change", each taken as Poisson. ``beyond_chance`` allows for how many
    counts are compared at once.
    """

    dimensions: dict[str, Any]
    count: int
    usual: float
    ratio: float | None
    low: float | None
    high: float | None
    p: float
    beyond_chance: bool


@dataclass(frozen=True, slots=True)
class Unusual:
    """A day of one indicator: ``total`` is None where too few weeks are known to compare with.

    ``days`` are the earlier ones it is compared with, newest first; ``counts`` are theirs.
    """

    indicator: Indicator
    day: date
    count: int | None
    days: list[date]
    counts: list[int]
    total: Compared | None
    rows: list[Compared]
    cutoff: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Change:
    """One indicator in a period and in the one of the same length just before.

    ``difference`` (of shares and scores) is None where either figure is hidden or of nothing;
    ``ratio`` (of counts) likewise. ``beyond_chance`` is None where nothing can be said.
    """

    now: Result
    before: Result
    difference: Difference[float] | None
    ratio: float | None
    beyond_chance: bool | None


def against_usual(key: str, day: date, by: Sequence[str] = (), scope: Filters = ALL) -> Unusual:
    """A day's counts beside the same weekday of the weeks before (rule ``measures.usual_weeks``).

    Weeks before the first record do not count. The total is judged by its own p-value, the rows
    together by their false discovery rate (rule ``measures.false_signals``).

    Raises as `queries.show_many`; ``Conflict`` while the figures are being replaced again and
    again.
    """
    rule, today = settings.RULES.get, timezone.localdate()
    weeks = rule("measures.usual_weeks", today).number
    wanted = [day - n * WEEK for n in range(weeks + 1)]
    this, *before = _on_one_revision(key, wanted, by, scope)
    known = [result.total.value or 0 for result in before]
    while known and not known[-1]:
        known.pop()
    total: Compared | None = None
    rows: list[Compared] = []
    if len(known) >= rule("measures.usual_from", today).number and this.total.value is not None:
        total, rows = _compared(this, before[: len(known)])
    return Unusual(
        indicator=this.indicator,
        day=day,
        count=None if this.total.value is None else int(this.total.value),
        days=wanted[1 : len(known) + 1],
        counts=[int(count) for count in known],
        total=total,
        rows=rows,
        cutoff=this.cutoff,
        revision=this.revision,
    )


def _on_one_revision(
    key: str, days: Sequence[date], by: Sequence[str], scope: Filters
) -> list[Result]:
    for _attempt in range(3):
        found = [show(key, by, day, day, scope=scope) for day in days]
        if len({result.revision for result in found}) == 1:
            return found
    raise Conflict("the figures change too fast to be compared")


def _compared(this: Result, before: Sequence[Result]) -> tuple[Compared, list[Compared]]:
    """The total and every cell that is known on any of the days."""
    today = timezone.localdate()
    level = settings.RULES.get("measures.confidence", today).share
    rate = settings.RULES.get("measures.false_signals", today).share
    cells: dict[tuple[Any, ...], list[float]] = {}
    for n, result in enumerate((this, *before)):
        for figure in result.rows:
            place = tuple(figure.dimensions.values())
            cells.setdefault(place, [0.0] * (len(before) + 1))[n] = figure.value or 0
    counts = [[result.total.value or 0 for result in (this, *before)], *cells.values()]
    found = compare(
        [one[0] for one in counts],
        [sum(one[1:]) for one in counts],
        exposure_last=len(before),
        level=level,
    )
    p = found.p_minlike.tolist()
    judged = false_discovery_control(p[1:]).tolist() if p[1:] else []
    signals = [p[0] < 1 - level, *(q <= rate for q in judged)]
    places = [{}, *(dict(zip(this.by, place, strict=True)) for place in cells)]
    total, *rows = (
        Compared(
            dimensions=places[i],
            count=int(one[0]),
            usual=sum(one[1:]) / len(before),
            ratio=_known(found.ratio[i]),
            low=_known(found.low[i]),
            high=_known(found.high[i]),
            p=p[i],
            beyond_chance=signals[i],
        )
        for i, one in enumerate(counts)
    )
    return total, sorted(rows, key=lambda row: (row.p, -row.count))


def _known(number: float) -> float | None:
    return float(number) if abs(number) < float("inf") else None


def against_before(
    keys: Iterable[str], start: date, end: date, filters: Filters = ALL, scope: Filters = ALL
) -> dict[str, Change]:
    """Each indicator from ``start`` to ``end`` beside the days just before, as many.

    Raises as `queries.show_many`.
    """
    keys = list(keys)
    earlier = start - (end - start) - timedelta(days=1)
    now = show_many(keys, (), start, end, filters, scope)
    before = show_many(keys, (), earlier, start - timedelta(days=1), filters, scope)
    return {key: _change(now[key], before[key]) for key in keys}


def _change(now: Result, before: Result) -> Change:
    one, other = now.total, before.total
    if one.value is None or other.value is None:
        return Change(now, before, None, None, None)
    if now.indicator.kind is Kind.COUNT:
        level = settings.RULES.get("measures.confidence", timezone.localdate()).share
        found = compare(one.value, other.value, level=level)
        return Change(now, before, None, _known(found.ratio), found.p_minlike < 1 - level)
    apart = difference(_estimate(one), _estimate(other))
    return Change(now, before, apart, None, apart.low > 0 or apart.high < 0)


def _estimate(figure: Figure) -> tuple[float, float, float]:
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    # Rounding may leave a limit beyond a value of 0 or 1 by the last bit.
    return figure.value, min(figure.low, figure.value), max(figure.high, figure.value)


def apart_from_total(result: Result) -> list[Figure]:
    """The cells of a share or score whose interval leaves the total out.

    By chance alone about one in twenty of many cells would, at the usual level.
    """
    total = result.total.value
    if total is None:
        return []
    return [
        row
        for row in result.rows
        if row.low is not None and row.high is not None and not row.low <= total <= row.high
    ]


def last_change(result: Result) -> Difference[float] | None:
    """How far the last month shown of a share lies from the one before; None if it cannot be said."""
    shown = [row for row in result.rows if row.value is not None]
    if len(shown) < 2 or result.indicator.kind is Kind.COUNT:
        return None
    return difference(_estimate(shown[-1]), _estimate(shown[-2]))
