"""What a space-time scan expects where nothing happens, although reports scatter and have seasons.

A permutation of single reports takes them as independent, and all places as having one season.
Where reports come in batches, or a town has a season of its own, it claims too often. Here the
null is fitted instead: every place keeps its reports and every day its own, and between them

- the share of a neighbourhood's reports in a day follows a slow curve (a line and a bend over the
  whole study), shrunk towards that of all by how much neighbourhoods differ at all;
- reports of a place come in batches on a day, and level shifts last for weeks, as much as they
  did at that place, and at all places, in the days before the longest span that is scanned.

Sources: M. Kulldorff et al., PLoS Medicine 2 (2005) e59 (permutations); G. P. Patil et al. and
others on scans with extra scatter: a fitted null and a parametric bootstrap of it (B. Efron and
R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 6); shrinkage after C. N. Morris,
JASA 78 (1983) 47-55.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anmin.stats.arguments import Floats
from anmin.stats.kernels import kernel
from anmin.stats.scan_chance import Drawn, Streams, uniform

NEIGHBOURHOOD = 150
"""Reports of a neighbourhood that has a season of its own, where none are named."""
FEWEST_UNITS = 20
"""Units of time before the longest span that tell how reports scatter; with fewer, as by chance."""
ROUNDS = 20
"""How often rates are brought to the sums of places and of units."""
NEAR = 10
"""Days to either side in which a level shift shows again."""
CLEAR = 1.64
"""Standard errors by which batches or shifts must stand out of chance: 5 % in one tail."""


@dataclass(frozen=True, slots=True, eq=False)
class Null:
    """How reports would lie.

    ``expected`` of each place and unit; ``seasons`` its weight relative to the product of place
    and unit; ``batch``: reports of a batch at each place, on average; ``lasting``: the chance that
    a batch lies near the one before it.
    """

    expected: Floats
    seasons: Floats
    batch: Floats
    lasting: float
    scatter: float

    @property
    def plain(self) -> bool:
        """Whether it is what a permutation of single reports makes."""
        return bool((self.seasons == 1).all() and (self.batch <= 1).all() and self.lasting <= 0)


def fitted(seen: NDArray[np.int64], near: NDArray[np.bool_], longest: int) -> Null:
    """The null for these reports by place and unit of time.

    ``near[i]`` marks the neighbourhood of place ``i``; ``longest`` is the longest span scanned.
    """
    flat = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    seasons = _seasons(seen, flat, near)
    expected = _balanced(flat * seasons, seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        seasons = np.where(flat > 0, expected / flat, 1.0)
    if (np.abs(seasons - 1) < 1e-6).all():
        seasons, expected = np.ones_like(flat), flat
    scatter, own = _scatters(seen, expected, longest)
    lasting = _lasting(seen, expected, longest, scatter)
    return Null(expected, seasons, (own + 1) / 2, lasting, scatter)


def neighbourhoods(
    points: Floats, weights: Floats, reports: float = NEIGHBOURHOOD
) -> NDArray[np.bool_]:
    """For each place the nearest ones, itself first, that together have so many reports."""
    n = len(points)
    near = np.zeros((n, n), bool)
    for i in range(n):
        order = np.argsort(((points - points[i]) ** 2).sum(axis=1), kind="stable")
        enough = int(np.searchsorted(np.cumsum(weights[order]), reports)) + 1
        near[i, order[:enough]] = True
    return near


def _curves(weights: Floats) -> Floats:
    """A line and a bend over time, of mean 0 and variance 1 over all reports."""
    units = len(weights)
    time = np.linspace(-1, 1, units)
    share = weights / weights.sum()
    found: list[Floats] = []
    for power in (1, 2):
        curve = time**power
        for other in [np.ones(units), *found]:
            curve = curve - (share * curve * other).sum() / (share * other * other).sum() * other
        spread = np.sqrt((share * curve**2).sum())
        found.append(curve / spread)
    return np.array(found)


def _seasons(seen: NDArray[np.int64], flat: Floats, near: NDArray[np.bool_]) -> Floats:
    """The relative weight of each unit at each place, by its neighbourhood's slow curve."""
    weights = seen.sum(axis=0).astype(float)
    if (weights > 0).sum() < 30 or near.all():
        return np.ones_like(flat)
    curves = _curves(weights)
    kinds, back = np.unique(near, axis=0, return_inverse=True)
    counts, expected = kinds @ seen.astype(float), kinds @ flat
    found = np.zeros((len(kinds), len(curves)))
    sums = counts.sum(axis=1)
    overlap = near.sum() / len(near) / max(len(kinds), 1)  # how many kinds a place is in
    for _round in range(3):
        rate = expected * np.exp(np.clip(found @ curves, -2, 2))
        rate *= (sums / rate.sum(axis=1))[:, None]
        score = (counts - rate) @ curves.T
        found = np.clip(found + score / sums[:, None], -1.5, 1.5)
    error = _batches(counts, expected) / sums
    for k in range(len(curves)):
        squares = np.sort(found[:, k] ** 2 - error)
        kept = squares[: max(1, round(len(squares) * 0.9))]
        between = max(0.0, float(kept.mean()))
        chance = np.sqrt(2 / max(len(kinds) / max(overlap * len(kinds), 1), 4)) * float(
            error.mean()
        )
        if between < chance:
            between = 0.0
        found[:, k] *= between / (between + error)
    return np.exp(np.clip(found @ curves, -1.5, 1.5))[back.ravel()]


def _batches(counts: Floats, expected: Floats) -> float:
    return max(1.0, float(((counts - expected) ** 2).sum() / expected.sum()))


def _balanced(rate: Floats, seen: NDArray[np.int64]) -> Floats:
    """The rates brought to the sums of places and units in turn."""
    places, units = seen.sum(axis=1).astype(float), seen.sum(axis=0).astype(float)
    for _round in range(ROUNDS):
        rate = rate * (places / np.maximum(rate.sum(axis=1), 1e-300))[:, None]
        rate = rate * (units / np.maximum(rate.sum(axis=0), 1e-300))
    return rate


def _scatters(seen: NDArray[np.int64], expected: Floats, longest: int) -> tuple[float, Floats]:
    """The scatter from unit to unit, of all and of each place: that of all where it tells little."""
    units = seen.shape[1]
    if units - longest < FEWEST_UNITS:
        return 1.0, np.ones(len(seen))
    before = slice(0, units - longest)
    rate, counts = expected[:, before], seen[:, before]
    sums = rate.sum(axis=1)
    if not sums.sum() > 0:
        return 1.0, np.ones(len(seen))
    squares = ((counts - rate) ** 2).sum(axis=1) / (1 - 1 / units)
    own = squares / np.maximum(sums, 1e-9)
    whole = float(squares.sum() / sums.sum())
    error = float(np.sqrt((rate + 2 * rate**2).sum()) / sums.sum())
    if whole - 1 < CLEAR * error:
        whole = 1.0
    chance = np.sqrt((rate * whole + 2 * (rate * whole) ** 2).sum(axis=1)) / np.maximum(sums, 1e-9)
    some = sums > 5
    if not some.any():
        return whole, np.full(len(seen), whole)
    between = float(np.average((own - whole)[some] ** 2 - chance[some] ** 2, weights=sums[some]))
    told = max(between, 0.0) / np.maximum(max(between, 0.0) + chance**2, 1e-300)
    mixed = np.where(some, told * own + (1 - told) * whole, whole)
    return whole, np.maximum(mixed, 1.0)


def _lasting(seen: NDArray[np.int64], expected: Floats, longest: int, scatter: float) -> float:
    """How often a batch must lie near the one before it for sums of ``longest`` units to scatter so."""
    units = seen.shape[1]
    blocks = (units - longest) // longest
    if longest < 2 or blocks < 2 or units - longest < FEWEST_UNITS:
        return 0.0
    start = units - longest - blocks * longest
    cut = slice(start, units - longest)
    shape = (len(seen), blocks, longest)
    counts, rate = (one[:, cut].reshape(shape).sum(axis=2) for one in (seen, expected))
    if not rate.sum() > 0:
        return 0.0
    squares = ((counts - rate) ** 2).sum() / (1 - longest / units)
    wide = float(squares / rate.sum())
    error = float(np.sqrt((rate + 2 * rate**2).sum()) / rate.sum()) * scatter
    if wide - scatter < CLEAR * error:
        return 0.0
    more = (wide / scatter - 1) / 0.6
    return more / (2 + more)


@kernel
def draw_batches(  # noqa: C901  (calls within these loops would double the time)
    streams: Streams,
    cases: NDArray[np.int64],
    times: NDArray[np.int32],
    units: int,
    seasons: Floats,
    top: Floats,
    batch: Floats,
    lasting: float,
    near: int,
    counts: Drawn,
) -> None:
    """Each place keeps its cases and each unit its own; batches and seasons as the null has them.

    The cases of a place fall into batches of ``batch[place]`` on average, geometric. The greatest
    come first, while there is room for them whole: on a day with many reports they are often why.
    A batch lies near the last one of its place by the
    chance ``lasting``, else anywhere, units taken by what they have left and the place's season.
    What a unit has no room for goes to another.
    """
    total = times.size
    owner = np.empty(total, np.int32)
    many = np.empty(total, np.int32)
    order = np.empty(total, np.int32)
    slots = np.empty(total, np.int32)
    left = np.empty(units, np.int64)
    stale = np.empty(units, np.int64)
    last = np.empty(top.size, np.int32)
    of_size = np.empty(total + 2, np.int32)
    for lane in range(streams.size):
        stream, step, made = streams[lane], 0, 0
        of_size[:] = 0
        for place in range(top.size):
            rest = cases[place]
            while rest > 0:
                n = 1
                if batch[place] > 1:
                    while n < rest and uniform(stream, step) * batch[place] > 1:
                        n += 1
                        step += 1
                    step += 1
                owner[made], many[made] = place, n
                of_size[n] += 1
                made += 1
                rest -= n
        start = 0
        for n in range(total, 0, -1):
            here = of_size[n]
            of_size[n] = start
            start += here
        for k in range(made):
            order[of_size[many[k]]] = k
            of_size[many[k]] += 1
        begin = 0
        while begin < made:  # those of one size in any order
            end = begin
            while end < made and many[order[end]] == many[order[begin]]:
                end += 1
            for k in range(end - 1, begin, -1):
                swap = begin + int(uniform(stream, step) * (k - begin + 1))
                step += 1
                order[k], order[swap] = order[swap], order[k]
            begin = end
        slots[:] = times
        left[:] = 0
        stale[:] = 0
        last[:] = -1
        for k in range(total):
            left[times[k]] += 1
        size = total
        for b in range(made):
            place, rest = owner[order[b]], many[order[b]]
            while rest > 0:
                unit = -1
                if last[place] >= 0 and lasting > 0:
                    if uniform(stream, step) < lasting:
                        unit = last[place] + int(uniform(stream, step + 1) * (2 * near + 1)) - near
                    step += 2
                if unit < 0 or unit >= units or left[unit] < rest:
                    tries = 0
                    while True:
                        chosen = int(uniform(stream, step) * size)
                        unit = slots[chosen]
                        keep = uniform(stream, step + 1)
                        step += 2
                        if keep * (stale[unit] + left[unit]) >= left[unit]:
                            stale[unit] -= 1
                            size -= 1
                            slots[chosen] = slots[size]
                            continue
                        tries += 1
                        if tries < 100:
                            narrow = left[unit] < rest
                            unlike = uniform(stream, step) * top[place] > seasons[place, unit]
                            step += 1
                            if narrow or unlike:
                                continue
                        size -= 1
                        slots[chosen] = slots[size]
                        break
                    stale[unit] -= 1
                taken = min(rest, left[unit])
                stale[unit] += taken
                left[unit] -= taken
                rest -= taken
                last[place] = unit
                counts[place * units + unit, lane] += taken


class ByBatches:
    """Every place keeps its cases and every unit of time its own, in batches, with seasons."""

    def __init__(self, cases: NDArray[np.int64], null: Null) -> None:
        """``cases``: seen, by place and unit; shape (places, units)."""
        self.units, self.null = cases.shape[1], null
        self.cases = cases.sum(axis=1)
        self.times = np.repeat(np.arange(self.units, dtype=np.int32), cases.sum(axis=0))
        self.top = null.seasons.max(axis=1)

    def draw(self, streams: Streams, counts: Drawn) -> None:
        """One replicate for each of the streams."""
        null = self.null
        draw_batches(
            streams, self.cases, self.times, self.units, null.seasons, self.top, null.batch,
            null.lasting, NEAR, counts,
        )  # fmt: skip
