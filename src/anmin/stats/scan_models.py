"""The likelihood of a window, and the least count that makes it remarkable.

A window holds ``count`` of ``total`` cases and has a *measure*: what its share of cases is judged
by. For the Poisson and the permutation model that is its expected count (all windows together:
``total``); for the Bernoulli model it is its people, cases among them (together: ``people``).

Source: M. Kulldorff, Communications in Statistics, Theory and Methods 26 (1997) 1481-1496; the
permutation model: M. Kulldorff et al., PLoS Medicine 2 (2005) e59.
"""

import math

import numpy as np
from numpy.typing import NDArray

from anmin.stats.arguments import Floats
from anmin.stats.kernels import kernel

OCTAVE_SHIFT = 45
"""Bits of a float that are cut off: 128 steps between a measure and its double are left."""
NEVER = 2**31 - 1


@kernel
def excess(count: int, measure: float, total: int, people: float) -> float:
    """Cases above expectation."""
    if people > 0:
        return count - measure * total / people
    return count - measure


@kernel
def likelihood(count: int, measure: float, total: int, people: float) -> float:
    """The log likelihood ratio of a window with more cases than expected; 0 for any other.

    ``people`` is 0 for the Poisson and permutation models.
    """
    if excess(count, measure, total, people) <= 0:
        return 0.0
    rest = total - count
    if people <= 0:
        found = count * math.log(count / measure)
        if rest > 0:
            found += rest * math.log(rest / (total - measure))
        return found
    outside, share = people - measure, total / people
    found = count * math.log(count / measure / share)
    if measure > count:
        found += (measure - count) * math.log((measure - count) / measure / (1 - share))
    if rest > 0:
        found += rest * math.log(rest / outside / share)
    if outside > rest:
        found += (outside - rest) * math.log((outside - rest) / outside / (1 - share))
    return found


@kernel
def ceiling(count: int, measure: float, total: int, people: float) -> float:
    """A number never below `likelihood`, without a logarithm.

    For (1 + x) log(1 + x) - x is at most x²/2, and log x at most x - 1.
    """
    over = excess(count, measure, total, people)
    if over <= 0:
        return 0.0
    if people > 0:
        outside, share = people - measure, total / people
        if outside <= 0:
            return 0.0
        return over * over / (share * (1 - share)) * (1 / measure + 1 / outside)
    return over * over * (0.5 / measure + 1 / max(total - measure, 1e-300))


@kernel
def least_counts(
    codes: NDArray[np.int64],
    lows: Floats,
    cut: float,
    total: int,
    people: float,
    fewest: int,
    found: NDArray[np.int32],
) -> None:
    """For each measure in ``lows`` the least count whose likelihood ratio reaches ``cut``."""
    count = max(fewest, 1)
    for k in range(codes.size):
        while count <= total and (people <= 0 or count <= lows[k]):
            reached = likelihood(count, lows[k], total, people)
            if reached > 0 and reached >= cut:
                break
            count += 1
        found[k] = count if count <= total else NEVER


def thresholds(
    smallest: float, largest: float, *, cut: float, total: int, people: float, fewest: int
) -> tuple[NDArray[np.int32], int]:
    """A table from a measure to the least count worth a closer look, and the code of its start.

    The code of a measure is its bits without the last `OCTAVE_SHIFT`. An entry holds for the
    smallest measure with its code, so it is never too high: what passes is computed exactly.
    """
    ends = np.array([smallest, largest]).view(np.int64) >> OCTAVE_SHIFT
    codes = np.arange(ends[0], ends[1] + 2)
    table = np.empty(codes.size, np.int32)
    lows = (codes << OCTAVE_SHIFT).view(np.float64)
    least_counts(codes, lows, cut, total, people, fewest, table)
    return table, int(ends[0])
