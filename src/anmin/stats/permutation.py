"""What a statistic of neighbours would be if the values lay anywhere else.

The p-values are two-sided, twice the smaller tail: of R permutations, those as low as the value
seen and those as high are counted, the value itself with them, so that none is below 2/(R + 1)
(B. Phipson and G. K. Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010)
39). Programs that fold the tails without doubling tell half of it.
"""

from collections.abc import Callable

import numpy as np

from anmin.stats.arguments import MOST_TRIALS, Floats, whole
from anmin.stats.neighbours import Ints, Weights, counts_of

BLOCK = 128
"""Permutations of all values at a time: bounds the memory to this times the areas."""
CELLS = 2**18
"""Places drawn at a time."""
SAME = 1e-10
"""Sums of the same values in another order differ by less than this share of their size."""


type Progress = Callable[[int, int], None]
type Statistic = Callable[[Floats], Floats]
"""One arrangement of the values a column (n, m) in, one number for each out (m)."""


def two_sided(low: Ints | np.int64, high: Ints | np.int64, permutations: int) -> Floats:
    """p-values from how many permutations lay as low, and as high, as the value seen."""
    return np.minimum(1.0, 2 * (np.minimum(low, high) + 1) / (permutations + 1))


def _check(permutations: int, seed: int) -> None:
    whole(permutations, "permutations", 0, MOST_TRIALS)
    whole(seed, "seed", 0)


def conditional(
    values: Floats,
    weights: Weights,
    permutations: int,
    seed: int,
    progress: Progress | None = None,
) -> Floats:
    """p-values of every area's weighted sum over neighbours, its own value held in place.

    The values of all others are dealt out anew (L. Anselin, Geographical Analysis 27 (1995)
    93-115). As the area's own value does not move, the p-value is the same for Gi, Gi* and, with
    its tails turned, for the local Moran statistic.

    Each permutation draws places from the n - 1 first areas; for area i, the last area stands
    wherever i itself was drawn, so that every area gets a fair draw from the others. Areas whose
    neighbours have the same weights then have the same sums but for the few that hold themselves.

    Args:
        values: One per area (n).
        weights: Without the areas themselves (n by n).
        permutations: How many; 0 for none.
        seed: The same seed gives the same p-values.
        progress: Told how many are done, and of how many.

    Returns:
        Two-sided p-values (n); NaN for areas without neighbours, and without permutations.

    Raises:
        Refusal: a number of permutations or a seed below 0.
    """
    _check(permutations, seed)
    n, sizes = len(values), counts_of(weights)
    if not permutations:
        return np.full(n, np.nan)
    seen = weights @ values
    slack = SAME * (weights @ np.abs(values - values.mean()) + np.abs(seen))
    groups = _grouped(kinds := _kinds(weights, sizes))
    rng, largest = np.random.default_rng(seed), int(sizes.max())
    low, high, block = np.zeros(n, np.int64), np.zeros(n, np.int64), max(1, CELLS // largest)
    for start in range(0, permutations, block):
        wanted = range(min(block, permutations - start))
        drawn = np.stack([rng.choice(n - 1, largest, replace=False) for _ in wanted])
        _count(values, weights, drawn, kinds, groups, seen + slack, seen - slack, low, high)
        if progress:
            progress(start + len(wanted), permutations)
    return np.where(sizes > 0, two_sided(low, high, permutations), np.nan)


def _count(
    values: Floats,
    weights: Weights,
    drawn: Ints,
    kinds: Ints,
    groups: dict[int, Ints],
    top: Floats,
    bottom: Floats,
    low: Ints,
    high: Ints,
) -> None:
    """Add to ``low`` the sums of each area (n) that lie at its top or below, to ``high`` those at
    its bottom or above. ``drawn`` holds places (permutations, largest number of neighbours)."""
    dealt = values[drawn]
    permutation, neighbour = np.nonzero(np.arange(drawn.shape[1]) < counts_of(weights)[drawn])
    itself = drawn[permutation, neighbour]
    drew = _grouped(kinds[itself])
    for kind, areas in groups.items():
        row = weights.data[weights.indptr[areas[0]] : weights.indptr[areas[0] + 1]]
        sums = dealt[:, : len(row)] @ row
        ordered = np.sort(sums)
        low[areas] += np.searchsorted(ordered, top[areas], side="right")
        high[areas] += len(sums) - np.searchsorted(ordered, bottom[areas], side="left")
        if kind in drew:
            one = drew[kind]
            area, before = itself[one], sums[permutation[one]]
            after = before + row[neighbour[one]] * (values[-1] - values[area])
            np.add.at(low, area, (after <= top[area]) * 1 - (before <= top[area]))
            np.add.at(high, area, (after >= bottom[area]) * 1 - (before >= bottom[area]))


def _kinds(weights: Weights, sizes: Ints) -> Ints:
    """A number for each area (n), the same for those with the same weights in the same order; -1
    without neighbours."""
    kinds, known = np.full(len(sizes), -1), 0
    for size in np.unique(sizes[sizes > 0]):
        areas = np.flatnonzero(sizes == size)
        rows = weights.data[weights.indptr[areas][:, None] + np.arange(size)]
        kinds[areas] = known + np.unique(rows, axis=0, return_inverse=True)[1]
        known = int(kinds.max()) + 1
    return kinds


def _grouped(kinds: Ints) -> dict[int, Ints]:
    """The places of each kind but -1."""
    order = np.argsort(kinds, kind="stable")
    found, starts = np.unique(kinds[order], return_index=True)
    groups = np.split(order, starts[1:])
    return {int(kind): group for kind, group in zip(found, groups, strict=True) if kind >= 0}


def everywhere(
    values: Floats,
    statistic: Statistic,
    permutations: int,
    seed: int,
    progress: Progress | None = None,
) -> float:
    """The p-value of a statistic of all values when they are dealt out anew over all areas.

    NaN without permutations. Raises ``Refusal`` for a number of them, or a seed, below 0.
    """
    _check(permutations, seed)
    if not permutations:
        return float("nan")
    rng, seen = np.random.default_rng(seed), statistic(values[:, None])[0]
    low = high = np.int64(0)
    for start in range(0, permutations, BLOCK):
        block = np.tile(values, (min(BLOCK, permutations - start), 1))
        found = statistic(rng.permuted(block, axis=1).T)
        slack = SAME * np.abs(found).max()
        low += (found <= seen + slack).sum()
        high += (found >= seen - slack).sum()
        if progress:
            progress(start + len(block), permutations)
    return float(two_sided(low, high, permutations))


def pair_sums(dealt: Floats, weights: Weights) -> Floats:
    """The sum over pairs of areas, weight times both values, of each column of (n, m)."""
    return np.asarray(np.einsum("np,np->p", dealt, weights @ dealt))
