"""The greatest likelihood ratio of each replicate, exactly, at the price of integer comparisons.

Replicates lie side by side in blocks, so that one vector instruction serves many of them. Each
span of a bundle of circles is first tried as one: has any replicate as many cases in the largest
circle as the smallest would need to reach a *cut*? Where none has, no window of the bundle
matters; where one has, its windows are computed one by one. A replicate whose maximum stays below
the cut is done again with a lower one, so the cut decides how long it takes and nothing else.
"""

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anmin.stats.arguments import Floats
from anmin.stats.kernels import kernel
from anmin.stats.scan_chance import LANES, Chance, Drawn, Streams
from anmin.stats.scan_models import OCTAVE_SHIFT, ceiling, likelihood, thresholds
from anmin.stats.scan_windows import Circles, Spans

FIRST_CUT = 2.0
LOWERED = 0.6
"""What a cut is multiplied by for the replicates that stay below it."""
FEW = 0.06
"""Share of the replicates that a cut is to leave below it."""
CENTRES_TRIED = 24
"""Centres of the trial run that finds a cut."""
AS_GREAT = 1e-9
"""Ratios that differ by a smaller share than this are the same: rounding of other sums."""


@dataclass(frozen=True, slots=True)
class Study:
    """What is scanned: the windows, what they are judged by, and how many cases there are.

    ``measures`` has the measure of each place cumulated over time; shape (places, units + 1).
    """

    circles: Circles
    spans: Spans
    measures: Floats
    total: int
    people: float
    fewest: int

    def table(self, cut: float) -> tuple[NDArray[np.int32], int]:
        """Measure → least count that reaches the cut (`scan_models.thresholds`)."""
        cells = np.diff(self.measures, axis=1)
        return thresholds(
            float(cells[cells > 0].min()),
            float(self.measures[:, -1].sum()),
            cut=cut,
            total=self.total,
            people=self.people,
            fewest=self.fewest,
        )


@kernel
def cumulate(counts: Drawn) -> None:
    """Make counts[place, unit, lane] sums over time."""
    for place in range(counts.shape[0]):
        for t in range(1, counts.shape[1]):
            for lane in range(counts.shape[2]):
                counts[place, t, lane] += counts[place, t - 1, lane]


@kernel
def greatest(  # noqa: C901  (calls within these loops would double the time)
    first: NDArray[np.int64],
    places: NDArray[np.int32],
    whole: NDArray[np.bool_],
    closes: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    measures: Floats,
    total: int,
    people: float,
    fewest: int,
    table: NDArray[np.int32],
    base: int,
    counts: Drawn,
    step: int,
    best: Floats,
) -> None:
    """Raise ``best`` to each replicate's greatest ratio over every ``step``-th centre.

    ``counts[place, unit, lane]`` are cumulated over time, as ``measures`` are.
    """
    units = counts.shape[1]
    sums = np.zeros((units + 1, LANES), np.int32)
    measure, opening = np.zeros(units + 1), np.zeros(units + 1)
    judged, needed = np.empty(starts.size), np.empty(starts.size, np.int32)
    codes = judged.view(np.int64)
    for i in range(0, first.size - 1, step):
        sums[:] = 0
        measure[:] = 0
        opened = -1
        for p in range(first[i], first[i + 1]):
            place = places[p]
            for t in range(units):
                row, more = sums[t + 1], counts[place, t]
                for lane in range(LANES):
                    row[lane] += more[lane]
                measure[t + 1] += measures[place, t + 1]
            if whole[p] and opened < 0:
                opened = p
                for t in range(units + 1):
                    opening[t] = measure[t]
            if not closes[p]:
                continue
            look_up(opening, starts, ends, table, base, judged, codes, needed)
            for w in range(starts.size):
                before, after = sums[starts[w]], sums[ends[w]]
                most = np.int32(0)
                for lane in range(LANES):
                    most = max(most, np.int32(after[lane] - before[lane]))
                if most >= needed[w]:
                    settle(
                        places, whole, opened, p, starts[w], ends[w],
                        judged[w], measure[ends[w]] - measure[starts[w]], needed[w],
                        measures, counts, sums, total, people, fewest, best,
                    )  # fmt: skip
            opened = -1


@kernel
def look_up(
    measure: Floats,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    table: NDArray[np.int32],
    base: int,
    judged: Floats,
    codes: NDArray[np.int64],
    needed: NDArray[np.int32],
) -> None:
    """Each span's measure, from those cumulated over time, and the least count for the cut.

    ``codes`` are the bits of ``judged``.
    """
    for w in range(starts.size):
        judged[w] = measure[ends[w]] - measure[starts[w]]
    for w in range(starts.size):
        code = (codes[w] >> OCTAVE_SHIFT) - base
        needed[w] = table[min(max(code, 0), table.size - 1)]


@kernel
def settle(
    places: NDArray[np.int32],
    whole: NDArray[np.bool_],
    opened: int,
    closed: int,
    start: int,
    end: int,
    smallest: float,
    largest: float,
    needed: int,
    measures: Floats,
    counts: Drawn,
    sums: Drawn,
    total: int,
    people: float,
    fewest: int,
    best: Floats,
) -> None:
    """One span of a bundle: compute the windows that may be greater than a replicate's best.

    ``smallest`` and ``largest`` are the measures of the first circle and of the last.
    """
    for lane in range(LANES):
        count = sums[end, lane] - sums[start, lane]
        if count < needed or ceiling(count, smallest, total, people) <= best[lane]:
            continue
        measure = largest
        for p in range(closed, opened - 1, -1):
            if whole[p] and count >= fewest and ceiling(count, measure, total, people) > best[lane]:
                best[lane] = max(best[lane], likelihood(count, measure, total, people))
            place = places[p]
            count -= counts[place, end - 1, lane]
            if start > 0:
                count += counts[place, start - 1, lane]
            measure -= measures[place, end] - measures[place, start]


def maxima(
    study: Study,
    chance: Chance,
    streams: Streams,
    *,
    pool: Executor,
    threads: int,
    enough: Callable[[Floats], bool] | None,
    progress: Callable[[int, int], None],
) -> Floats:
    """The greatest log likelihood ratio of each replicate, until there are ``enough``."""
    cut = _trial(study, chance, streams[:LANES])
    found, wave = np.empty(0), threads * LANES
    while len(found) < len(streams) and not (enough and enough(found)):
        part = streams[len(found) : len(found) + wave]
        before = len(found)
        done = _wave(
            study, chance, part, cut, pool,
            lambda more, before=before: progress(before + more, len(streams)),  # type: ignore[misc]
        )  # fmt: skip
        found = np.concatenate([found, done])
        cut = max(cut, float(np.quantile(found, FEW)))
        wave = wave if enough else len(streams)
    return found


def _trial(study: Study, chance: Chance, streams: Streams) -> float:
    """A cut that most replicates reach: few windows reach it, and few replicates are redone."""
    centres = len(study.circles.first) - 1
    tried = _block(study, chance, streams, FIRST_CUT, max(1, centres // CENTRES_TRIED))
    return max(FIRST_CUT, float(np.quantile(tried, FEW)))


def _wave(
    study: Study,
    chance: Chance,
    streams: Streams,
    cut: float,
    pool: Executor,
    progress: Callable[[int], None],
) -> Floats:
    """Some replicates; those that stay below the cut again in blocks of their own."""
    found = np.empty(0)
    for done in pool.map(lambda block: _block(study, chance, block, cut), _blocks(streams)):
        found = np.concatenate([found, done])
        progress(len(found))
    while (below := np.flatnonzero(found < cut)).size:
        cut = cut * LOWERED if cut > FIRST_CUT / 4 else 0.0
        again = _blocks(streams[below])
        lower = [cut] * len(again)
        parts = pool.map(lambda block, at: _block(study, chance, block, at), again, lower)
        found[below] = np.concatenate(list(parts))
    return found


def _blocks(streams: Streams) -> list[Streams]:
    return [streams[start : start + LANES] for start in range(0, len(streams), LANES)]


def _block(study: Study, chance: Chance, streams: Streams, cut: float, step: int = 1) -> Floats:
    units = study.measures.shape[1] - 1
    counts = np.zeros((len(study.measures), units, LANES), np.int32)
    chance.draw(streams, counts.reshape(-1, LANES))
    cumulate(counts)
    table, base = study.table(cut)
    best = np.zeros(LANES)
    circles, spans = study.circles, study.spans
    greatest(
        circles.first, circles.places, circles.whole, circles.closes, spans.starts, spans.ends,
        study.measures, study.total, study.people, study.fewest, table, base, counts, step, best,
    )  # fmt: skip
    return best[: len(streams)]


def reached(maxima: Floats, ratio: float) -> NDArray[np.bool_]:
    """Which replicates have a greatest ratio at least as great as this one."""
    return maxima >= ratio - AS_GREAT * (1 + ratio)


def p_value(maxima: Floats, ratio: float, stop_after: int | None) -> float | None:
    """The exact Monte Carlo p-value of a ratio; None without replicates.

    The rank of what was seen among all, over their number (M. Dwass, Annals of Mathematical
    Statistics 28 (1957) 181-187); or, once ``stop_after`` replicates are as great, that number
    over the replicates that it took.
    """
    if not maxima.size:
        return None
    as_great = np.flatnonzero(reached(maxima, ratio))
    if stop_after is not None and as_great.size >= stop_after:
        return float(stop_after / (as_great[stop_after - 1] + 1))
    return float((as_great.size + 1) / (maxima.size + 1))


def gumbel_p(maxima: Floats, ratio: float) -> float | None:
    """The p-value by a Gumbel distribution with the mean and variance of the replicates.

    Source: A. M. Abrams, K. Kleinman and M. Kulldorff, International Journal of Health Geographics
    9 (2010) 61. None without two different replicates.
    """
    if maxima.size < 2 or maxima.std(ddof=1) == 0:
        return None
    scale = float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi
    mode = float(maxima.mean()) - np.euler_gamma * scale
    return -math.expm1(-math.exp(-(ratio - mode) / scale))
