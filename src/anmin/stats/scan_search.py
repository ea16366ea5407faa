"""The most likely clusters in what was seen, none overlapping another.

Without time, clusters have no place in common, and all circles are considered. In space and time
they have no unit of time at a place in common, and of the windows about one centre only those are
considered that share no moment with a more likely one about the same centre: a centre has one
answer for each moment (as in SaTScan 10).
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anmin.stats.arguments import Floats
from anmin.stats.kernels import kernel
from anmin.stats.scan_models import ceiling, excess, likelihood
from anmin.stats.scan_replicates import Study

CENTRES = 64
"""Centres that one task looks at."""
EQUAL = 1e-10
"""Ratios that differ by a smaller share than this are the same: rounding of other sums."""


@dataclass(frozen=True, slots=True)
class Window:
    """Places, nearest to the centre first, and the units of time from ``start`` to before ``end``."""

    centre: int
    members: NDArray[np.int32]
    start: int
    end: int
    ratio: float


@kernel
def best_windows(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    places: NDArray[np.int32],
    whole: NDArray[np.bool_],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    measures: Floats,
    counts: NDArray[np.int64],
    total: int,
    people: float,
    fewest: int,
    ratios: Floats,
    found: NDArray[np.int64],
) -> None:
    """The most likely window of each centre: its ratio, the end of its circle, and its span.

    Neighbours from ``first[i]`` up to but not ``last[i]``; ``counts`` and ``measures`` cumulated
    over time, shape (places, units + 1). Of equals the smallest circle stands.
    """
    units = counts.shape[1]
    count, measure = np.zeros(units, np.int64), np.zeros(units)
    for i in range(first.size):
        count[:] = 0
        measure[:] = 0
        ratios[i] = 0
        for p in range(first[i], last[i]):
            for t in range(1, units):
                count[t] += counts[places[p], t]
                measure[t] += measures[places[p], t]
            if not whole[p]:
                continue
            for w in range(starts.size):
                seen = count[ends[w]] - count[starts[w]]
                judged = measure[ends[w]] - measure[starts[w]]
                if seen < fewest or excess(seen, judged, total, people) <= 0:
                    continue
                least = ratios[i] * (1 + 1e-12)
                if ceiling(seen, judged, total, people) <= least:
                    continue
                ratio = likelihood(seen, judged, total, people)
                if ratio > least:
                    ratios[i] = ratio
                    found[i, 0], found[i, 1], found[i, 2] = p + 1, starts[w], ends[w]


class Search:
    """The best window of each centre, and what is next when it is taken."""

    def __init__(
        self, study: Study, counts: NDArray[np.int64], points: Floats, pool: Executor
    ) -> None:
        """``counts``: seen, by place and cumulated over time."""
        self.study, self.counts, self.points = study, counts, points
        self.first, self.last = study.circles.first[:-1], study.circles.first[1:].copy()
        self.ratios = np.zeros(len(counts))
        self.found = np.zeros((len(counts), 3), np.int64)
        self.offered: dict[int, list[tuple[int, int]]] = {}
        tasks = range(0, len(counts), CENTRES)
        list(pool.map(lambda start: self._look(slice(start, start + CENTRES)), tasks))

    def clusters(self) -> Iterator[Window]:
        """Windows that do not overlap, most likely first."""
        taken = np.zeros((len(self.counts), self.counts.shape[1] - 1), np.bool_)
        while self.ratios.max() > 0:
            window = self._top()
            if not taken[window.members, window.start : window.end].any():
                taken[window.members, window.start : window.end] = True
                yield window
            self._renew(window, taken)

    def _top(self) -> Window:
        """The best window; of equals the narrowest, whatever the order of the places."""
        equals = np.flatnonzero(self.ratios >= self.ratios.max() * (1 - EQUAL))
        return min(map(self._window, equals.tolist()), key=self._narrowness)

    def _narrowness(self, window: Window) -> tuple[float, ...]:
        centre, farthest = self.points[[window.centre, window.members[-1]]]
        return round(float(np.linalg.norm(farthest - centre)), 9), *centre.tolist()

    def _window(self, centre: int) -> Window:
        last, start, end = self.found[centre].tolist()
        members = self.study.circles.places[self.first[centre] : last]
        return Window(centre, members, start, end, float(self.ratios[centre]))

    def _renew(self, window: Window, taken: NDArray[np.bool_]) -> None:
        """Look about the centre of a window for another."""
        centre, spans = window.centre, self.study.spans
        starts, ends = spans.starts, spans.ends
        if taken.shape[1] == 1:
            reach = self.study.circles.places[self.first[centre] : self.last[centre]]
            self.last[centre] = self.first[centre] + int(taken[reach, 0].argmax())
        else:
            self.offered.setdefault(centre, []).append((window.start, window.end))
            for start, end in self.offered[centre]:
                apart = (ends <= start) | (starts >= end)
                starts, ends = starts[apart], ends[apart]
        self._look(slice(centre, centre + 1), starts, ends)

    def _look(
        self,
        centres: slice,
        starts: NDArray[np.int64] | None = None,
        ends: NDArray[np.int64] | None = None,
    ) -> None:
        study, circles = self.study, self.study.circles
        best_windows(
            self.first[centres], self.last[centres], circles.places, circles.whole,
            study.spans.starts if starts is None else starts,
            study.spans.ends if ends is None else ends,
            study.measures, self.counts, study.total, study.people, study.fewest,
            self.ratios[centres], self.found[centres],
        )  # fmt: skip
