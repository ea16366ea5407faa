"""Whether chance explains a change: of a day from its like, of a period from the one before.

Nothing here is more than the registry's own figures and a comparison of the statistics library;
pages only put it into words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.utils import timezone

from anmin.kernel.errors import Conflict
from anmin.measures.figures import Figure
from anmin.measures.queries import ALL, Filters, Result, show, show_many, tally
from anmin.measures.registry import DAY, Indicator, Kind
from anmin.stats.arguments import Floats
from anmin.stats.differences import Difference, difference
from anmin.stats.funnel import Funnel, share_funnel
from anmin.stats.multiplicity import compare_many
from anmin.stats.scatter import CHANCE, Scatter, from_part_to_part

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Compared:
    """A day's count beside the mean of the same weekday before.

    ``ratio`` of the two with its interval is None where nothing was counted before; ``p`` is that
    of "no change". Both allow for ``scatter``, the variance over that of pure chance, which the
    same weekdays of the weeks before show; ``known`` whether they are enough to tell, else pure
    chance is taken. ``beyond_chance`` allows for how many counts are compared at once.
    """

    dimensions: dict[str, Any]
    count: int
    usual: float
    ratio: float | None
    low: float | None
    high: float | None
    p: float
    beyond_chance: bool
    scatter: float
    known: bool


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
        past = _past(key, day, len(known), by, scope)
        total, rows = _compared(this, before[: len(known)], past)
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


def _past(
    key: str,
    day: date,
    weeks: int,
    by: Sequence[str],
    scope: Filters,
    filters: Filters = ALL,
) -> dict[tuple[Any, ...], Floats]:
    """Counts of the weeks before by cell, and of all under ``()``: weekdays by weeks."""
    start = day - weeks * WEEK
    seen = tally(key, (*by, DAY), start, day - timedelta(days=1), filters, scope)
    found: dict[tuple[Any, ...], Floats] = defaultdict(lambda: np.zeros((7, weeks)))
    for (*place, text), cell in seen.cells.items():
        week, weekday = divmod((date.fromisoformat(text) - start).days, 7)
        for one in {tuple(place), ()}:
            found[one][weekday, week] += cell.numerator
    return found


def _compared(
    this: Result, before: Sequence[Result], past: Mapping[tuple[Any, ...], Floats]
) -> tuple[Compared, list[Compared]]:
    """The total and every cell that is known on any of the days."""
    from scipy.stats import (
        false_discovery_control,
    )  # four tenths of a second that most commands need not spend

    today = timezone.localdate()
    level = settings.RULES.get("measures.confidence", today).share
    rate = settings.RULES.get("measures.false_signals", today).share
    cells: dict[tuple[Any, ...], list[float]] = {}
    for n, result in enumerate((this, *before)):
        for figure in result.rows:
            place = tuple(figure.dimensions.values())
            cells.setdefault(place, [0.0] * (len(before) + 1))[n] = figure.value or 0
    counts = [[result.total.value or 0 for result in (this, *before)], *cells.values()]
    first, last = [one[0] for one in counts], [sum(one[1:]) for one in counts]
    scatters = scatters_of(list(cells), past)
    judged = [
        compare_many([x], [y], exposure_last=len(before), level=level, scatter=scatter)
        for x, y, scatter in zip(first, last, scatters, strict=True)
    ]
    p = [float(one.p[0]) for one in judged]
    rises = false_discovery_control(p[1:]).tolist() if p[1:] else []
    signals = [p[0] < 1 - level, *(q <= rate for q in rises)]
    places = [{}, *(dict(zip(this.by, place, strict=True)) for place in cells)]
    total, *rows = (
        Compared(
            dimensions=places[i],
            count=int(one[0]),
            usual=sum(one[1:]) / len(before),
            ratio=_known(judged[i].comparison.ratio[0]),
            low=_known(judged[i].low[0]),
            high=_known(judged[i].high[0]),
            p=p[i],
            beyond_chance=signals[i],
            scatter=float(judged[i].scatter[0]),
            known=scatters[i].known,
        )
        for i, one in enumerate(counts)
    )
    return total, sorted(rows, key=lambda row: (row.p, -row.count))


def scatters_of(
    cells: Sequence[tuple[Any, ...]], past: Mapping[tuple[Any, ...], Floats]
) -> list[Scatter]:
    """How the total and each cell scatter: by its own weeks where they tell it, else by all cells'."""
    together = (
        from_part_to_part([np.vstack([past[one] for one in cells if one in past])])
        if any(one in past for one in cells)
        else CHANCE
    )
    found = [from_part_to_part([past[()]]) if () in past else CHANCE]
    for one in cells:
        own = from_part_to_part([past[one]]) if one in past else CHANCE
        found.append(own if own.known else together)
    return found


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
    weeks, after = (end - earlier).days // 7, end + timedelta(days=1)
    scatters = {
        key: scatters_of([], _past(key, after, weeks, (), scope, filters))[0]
        for key, result in now.items()
        if result.indicator.kind is Kind.COUNT and not result.indicator.hide_small
    }
    return {key: _change(now[key], before[key], scatters.get(key, CHANCE)) for key in keys}


def _change(now: Result, before: Result, scatter: Scatter) -> Change:
    one, other = now.total, before.total
    if one.value is None or other.value is None:
        return Change(now, before, None, None, None)
    if now.indicator.kind is Kind.COUNT:
        level = settings.RULES.get("measures.confidence", timezone.localdate()).share
        found = compare_many([one.value], [other.value], level=level, scatter=scatter)
        ratio = _known(found.comparison.ratio[0])
        return Change(now, before, None, ratio, bool(found.p[0] < 1 - level))
    apart = difference(_estimate(one), _estimate(other))
    return Change(now, before, apart, None, apart.low > 0 or apart.high < 0)


def _estimate(figure: Figure) -> tuple[float, float, float]:
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    # Rounding may leave a limit beyond a value of 0 or 1 by the last bit.
    return figure.value, min(figure.low, figure.value), max(figure.high, figure.value)


LIMITS = (0.95, 0.998)
"""Of a funnel: about two and three standard errors (D. J. Spiegelhalter, Statistics in Medicine 24
(2005) 1185-1202)."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """Shares of places in a funnel: which limits each lies beyond (0: none, 1: inner, 2: outer)."""

    funnel: Funnel
    outside: list[int]


def beyond_limits(counts: Sequence[int], sizes: Sequence[int]) -> Beyond | None:
    """Which of some places leave the funnel; None where all or none are counted.

    The limits are widened by what places scatter beyond chance. They are then approximate, and
    near 0 and 1 too narrow: what chance alone explains exactly is never outside.
    """
    if len(counts) < 2 or not 0 < sum(counts) < sum(sizes):
        return None
    found = share_funnel(counts, sizes)
    near, far = (found.adjusted_limits(sizes, level) for level in LIMITS)
    outside = [
        sum(
            bool((value < limits.low[i] or value > limits.high[i]) and found.p[i] < 1 - level)
            for limits, level in zip((near, far), LIMITS, strict=True)
        )
        for i, value in enumerate(found.value)
    ]
    return Beyond(found, outside)


def large_enough(result: Result) -> Result:
    """A breakdown of a share with the cells alone that are large enough to be judged.

    None of fewer records than rule ``measures.rank_from``: such a cell is not named.
    """
    least = settings.RULES.get("measures.rank_from", timezone.localdate()).number
    rows = [row for row in result.rows if row.low is not None and (row.denominator or 0) >= least]
    return replace(result, rows=rows)


def apart_from_total(result: Result) -> tuple[list[Figure], list[Figure]]:
    """The cells of a share that leave the funnel, and all that are large enough to be judged."""
    judged = large_enough(result).rows
    found = beyond_limits(
        [int(row.numerator or 0) for row in judged], [row.denominator or 0 for row in judged]
    )
    if found is None:
        return [], judged
    return [row for row, out in zip(judged, found.outside, strict=True) if out], judged


def last_change(result: Result) -> Difference[float] | None:
    """How far the last month shown of a share lies from the one before; None if it cannot be said."""
    shown = [row for row in result.rows if row.value is not None]
    if len(shown) < 2 or result.indicator.kind is Kind.COUNT:
        return None
    return difference(_estimate(shown[-1]), _estimate(shown[-2]))
