"""Cases as chance alone would have put them: one draw for each replicate.

Each replicate has a random stream of its own, so that the answer is the same however the work is
spread. Cells are places by units of time, in that order.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anmin.stats.arguments import Floats
from anmin.stats.kernels import kernel

LANES = 64
"""Replicates that are computed side by side."""
CROWDED = 40
"""Cases for each cell from which drawing cell by cell is faster than case by case."""

BATCH = 1024
"""Random numbers that are made at one time."""

type Streams = NDArray[np.uint64]
type Drawn = NDArray[np.int32]


class Chance(Protocol):
    """Fills ``counts[cell, lane]``, which holds zeros, with the cases of some replicates."""

    def draw(self, streams: Streams, counts: Drawn) -> None:
        """One replicate for each of the streams."""
        ...


def streams(seed: int, replicates: int) -> Streams:
    """The start of one random stream for each replicate."""
    words: Streams = np.random.SeedSequence(seed).generate_state(replicates, np.uint64)  # type: ignore[assignment]
    return words


@kernel
def uniform(stream: int, step: int) -> float:
    """The number of [0, 1) at a step of a stream.

    Source: the generator SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014, 453-472),
    of whose 64 bits the upper 53 are used.
    """
    word = np.uint64(stream) + np.uint64(step) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    return float(word >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def alias_table(weights: Floats, keep: Floats, other: NDArray[np.int32]) -> None:
    """Walker's tables, by Vose's method: a column is kept with ``keep``, else gives ``other``.

    Source: M. D. Vose, IEEE Transactions on Software Engineering 17 (1991) 972-975.
    """
    n = weights.size
    scale = n / weights.sum()
    stack = np.empty(n, np.int32)
    small, large = 0, n
    for k in range(n):
        keep[k] = weights[k] * scale
        other[k] = k
        if keep[k] < 1:
            stack[small] = k
            small += 1
        else:
            large -= 1
            stack[large] = k
    while small > 0 and large < n:
        small -= 1
        short, long = stack[small], stack[large]
        other[short] = long
        keep[long] -= 1 - keep[short]
        if keep[long] < 1:
            large += 1
            stack[small] = long
            small += 1
    for k in range(small):
        keep[stack[k]] = 1.0
    for k in range(large, n):
        keep[stack[k]] = 1.0


@kernel
def draw_cases(
    streams: Streams,
    cases: int,
    keep: Floats,
    other: NDArray[np.int32],
    people: Floats,
    counts: Drawn,
) -> None:
    """Put each case into a cell at random, by the weights of an alias table.

    With ``people`` (one number for each cell, else none) nobody becomes a case twice: a draw is
    repeated in proportion to the cell's people who are cases already.
    """
    cells = keep.size
    columns, parts = np.empty(BATCH, np.int64), np.empty(BATCH)
    for lane in range(streams.size):
        left, step = cases, 0
        while left > 0:
            batch = min(BATCH, left)
            for k in range(batch):  # apart, so that it is done in vectors
                scaled = uniform(streams[lane], step + k) * cells
                columns[k] = np.int64(scaled)
                parts[k] = scaled - columns[k]
            step += batch
            for k in range(batch):
                column, part = columns[k], parts[k]
                moved = np.int64(part >= keep[column])
                cell = column + (np.int64(other[column]) - column) * moved  # without a branch
                if people.size:
                    # Given that outcome, the part is still uniform within its side of the limit.
                    side = keep[column] if moved == 0 else 1 - keep[column]
                    rest = part if moved == 0 else part - keep[column]
                    if rest * people[cell] < counts[cell, lane] * side:
                        continue
                counts[cell, lane] += 1
                left -= 1


@kernel
def shuffle_times(
    streams: Streams,
    places: NDArray[np.int32],
    times: NDArray[np.int32],
    units: int,
    counts: Drawn,
) -> None:
    """Leave each case at its place and each day its cases, and shuffle who has which."""
    shuffled = times.copy()
    for lane in range(streams.size):
        stream = streams[lane]
        shuffled[:] = times
        for k in range(places.size - 1, -1, -1):
            swap = int(uniform(stream, k) * (k + 1))
            time = shuffled[swap]
            shuffled[swap] = shuffled[k]
            counts[places[k] * units + time, lane] += 1


class ByWeight:
    """A given number of cases over cells, each with a chance in proportion to its weight."""

    def __init__(self, weights: Floats, cases: int, *, people: bool) -> None:
        """``people``: the weights are numbers of persons, none of whom becomes a case twice."""
        self.weights, self.cases = weights, cases
        # Of more than half of the people it is quicker to draw those who are no cases.
        self.turned = people and cases > weights.sum() / 2
        self.drawn = int(weights.sum()) - cases if self.turned else cases
        self.people = weights if people else np.empty(0)
        self.keep, self.other = np.empty(weights.size), np.empty(weights.size, np.int32)
        alias_table(weights, self.keep, self.other)

    def draw(self, streams: Streams, counts: Drawn) -> None:
        """One replicate for each of the streams."""
        if self.drawn > CROWDED * self.weights.size:
            self._draw_cells(streams, counts)
        else:
            draw_cases(streams, self.drawn, self.keep, self.other, self.people, counts)
        if self.turned:
            lanes = counts[:, : len(streams)]
            np.subtract(self.weights[:, None], lanes, out=lanes, casting="unsafe")

    def _draw_cells(self, streams: Streams, counts: Drawn) -> None:
        for lane, stream in enumerate(streams):
            generator = np.random.default_rng(int(stream))
            if self.people.size:
                counts[:, lane] = generator.multivariate_hypergeometric(
                    self.weights.astype(np.int64), self.drawn, method="marginals"
                )
            else:
                counts[:, lane] = generator.multinomial(
                    self.drawn, self.weights / self.weights.sum()
                )


class ByPermutation:
    """Every place keeps its cases and every unit of time its own."""

    def __init__(self, cases: NDArray[np.int64]) -> None:
        """``cases``: seen, by place and unit; shape (places, units)."""
        self.units = cases.shape[1]
        cells = np.repeat(np.arange(cases.size), cases.ravel())
        self.places = (cells // self.units).astype(np.int32)
        self.times = (cells % self.units).astype(np.int32)

    def draw(self, streams: Streams, counts: Drawn) -> None:
        """One replicate for each of the streams."""
        shuffle_times(streams, self.places, self.times, self.units, counts)
