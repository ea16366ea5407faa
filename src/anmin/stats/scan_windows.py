"""The windows of a scan: circles about each place, and spans of time.

A circle takes in whole places, nearest first, and always all that lie equally far from its centre;
so it is a *prefix* of the centre's neighbours. Nothing is stored for each window.
"""

import math
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anmin.stats.arguments import Floats
from anmin.stats.coordinates import EQUALLY_FAR, Positions
from anmin.stats.kernels import kernel

LOOSENESS = 0.8
"""How many standard deviations more than its first circle the last of a bundle may expect."""
ROWS = 128
"""Centres whose distances are held at one time."""


@dataclass(frozen=True, slots=True)
class Circles:
    """The neighbours of each centre as far as a circle about it may reach.

    Those of centre ``i`` are ``places[first[i]:first[i + 1]]``, nearest first. ``whole`` marks
    where a circle may end, ``closes`` where a bundle of circles does that are tried at once.
    """

    first: NDArray[np.int64]
    places: NDArray[np.int32]
    whole: NDArray[np.bool_]
    closes: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of time: span ``k`` holds the units from ``starts[k]`` up to but not ``ends[k]``."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def cumulated[T: np.generic](cells: NDArray[T]) -> NDArray[T]:
    """Sums over time, with a zero before the first unit; shape (places, units + 1)."""
    sums = np.zeros((len(cells), cells.shape[1] + 1), cells.dtype)
    np.cumsum(cells, axis=1, out=sums[:, 1:])
    return sums


def circles(
    points: Positions, weights: Floats, expected: Floats, share: float, pool: Executor
) -> Circles:
    """All circles whose places together have at most this share of all weight.

    ``weights`` has one value for each place, and so has ``expected``, the cases that the longest
    span of time would hold: what circles are bundled by.
    """
    n = len(points)
    room = share * float(weights.sum()) * (1 + 1e-12)
    parts = list(
        pool.map(
            lambda start: _rows(points, weights, expected, room, start, min(n, start + ROWS)),
            range(0, n, ROWS),
        )
    )
    first = np.zeros(n + 1, np.int64)
    np.cumsum(np.concatenate([part[0] for part in parts]), out=first[1:])
    places, whole, closes = (np.concatenate([part[k] for part in parts]) for k in (1, 2, 3))
    return Circles(first, places, whole, closes)


def _rows(
    points: Positions, weights: Floats, expected: Floats, room: float, start: int, stop: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_], NDArray[np.bool_]]:
    away = np.zeros((stop - start, len(points)))
    for axis in points.T:
        across = axis[start:stop, None] - axis[None, :]
        across *= across
        away += across
    order = np.argsort(away, axis=1)
    reach = np.empty(stop - start, np.int64)
    whole = np.zeros(order.shape, np.bool_)
    closes = np.zeros(order.shape, np.bool_)
    bound(away, order, weights, expected, room, LOOSENESS, reach, whole, closes)
    kept = np.arange(len(points)) < reach[:, None]
    return reach, order[kept].astype(np.int32), whole[kept], closes[kept]


@kernel
def bound(
    away: Floats,
    order: NDArray[np.int64],
    weights: Floats,
    expected: Floats,
    room: float,
    looseness: float,
    reach: NDArray[np.int64],
    whole: NDArray[np.bool_],
    closes: NDArray[np.bool_],
) -> None:
    """How far each centre's circles reach, where they may end and where a bundle closes.

    ``away`` holds squared distances: twice the tolerance of a distance is that of its square.
    """
    n = order.shape[1]
    for i in range(order.shape[0]):
        weight, cases, limit = 0.0, 0.0, -1.0
        reach[i], last = 0, -1
        for p in range(n):
            weight += weights[order[i, p]]
            cases += expected[order[i, p]]
            if weight > room:
                break
            here = away[i, order[i, p]]
            if p + 1 < n and away[i, order[i, p + 1]] <= here * (1 + 2 * EQUALLY_FAR):
                continue
            if cases > limit:
                if last >= 0:
                    closes[i, last] = True
                limit = cases + looseness * math.sqrt(cases)
            whole[i, p], last = True, p
            reach[i] = p + 1
        if last >= 0:
            closes[i, last] = True


def spans(units: int, shortest: int, longest: int, *, alive: bool) -> Spans:
    """All spans of ``shortest`` to ``longest`` units; alive: those that include the last unit."""
    pairs = [
        (start, start + length)
        for start in range(units)
        for length in range(shortest, longest + 1)
        if (start + length == units if alive else start + length <= units)
    ]
    starts, ends = np.array(pairs, np.int64).T
    return Spans(np.ascontiguousarray(starts), np.ascontiguousarray(ends))
