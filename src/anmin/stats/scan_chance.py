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

type Streams = NDArray[np.uint64]
type Drawn = NDArray[np.int32]


class Chance(Protocol):
    """Fills ``counts[cell, lane]``, which holds zeros, with the cases of some replicates."""

    def draw(self, streams: Streams, counts: Drawn) -> None:
        """One replicate for each row of ``streams``; rows are used up."""
        ...


def streams(seed: int, replicates: int) -> Streams:
    """The starts of one random stream for each replicate; shape (replicates, 4)."""
    words: Streams = np.random.SeedSequence(seed).generate_state(4 * replicates, np.uint64)  # type: ignore[assignment]
    return words.reshape(replicates, 4)


@kernel
def uniform(state: Streams) -> float:
    """The next number of [0, 1) of a stream.

    Source: the generator xoshiro256+ (D. Blackman and S. Vigna, ACM Transactions on Mathematical
    Software 47 (2021) 36), of whose 64 bits the upper 53 are used.
    """
    word = state[0] + state[3]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
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
    for lane in range(streams.shape[0]):
        left, state = cases, streams[lane]
        while left > 0:
            scaled = uniform(state) * cells
            cell = int(scaled)
            if scaled - cell >= keep[cell]:
                cell = other[cell]
            if people.size and uniform(state) * people[cell] < counts[cell, lane]:
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
    for lane in range(streams.shape[0]):
        state = streams[lane]
        shuffled[:] = times
        for k in range(places.size - 1, -1, -1):
            swap = int(uniform(state) * (k + 1))
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
        """One replicate for each row of ``streams``."""
        if self.drawn > CROWDED * self.weights.size:
            self._draw_cells(streams, counts)
        else:
            draw_cases(streams, self.drawn, self.keep, self.other, self.people, counts)
        if self.turned:
            lanes = counts[:, : len(streams)]
            np.subtract(self.weights[:, None], lanes, out=lanes, casting="unsafe")

    def _draw_cells(self, streams: Streams, counts: Drawn) -> None:
        for lane, words in enumerate(streams):
            generator = np.random.default_rng(np.random.SeedSequence([int(w) for w in words]))
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
        """One replicate for each row of ``streams``."""
        shuffle_times(streams, self.places, self.times, self.units, counts)
