"""Hot and cold spots: Getis and Ord's Gi and Gi* of every area, and G of all.

Local statistics as standard scores, by J. K. Ord and A. Getis, Geographical Analysis 27 (1995)
286-306; the general G by A. Getis and J. K. Ord, Geographical Analysis 24 (1992) 189-206.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from anmin.kernel.errors import Refusal
from anmin.stats import permutation
from anmin.stats.arguments import Floats
from anmin.stats.autocorrelation import (
    Autocorrelation,
    adjusted,
    observed,
    scored,
    standardised,
    sums_of,
    two_sided,
)
from anmin.stats.neighbours import Weights, with_self
from anmin.stats.permutation import Progress


@dataclass(frozen=True, slots=True)
class Spots:
    """The score of every area; all arrays are (n). NaN where nothing can be said."""

    z: Floats
    """Above 0: high values lie together (hot); below: low ones (cold)."""
    p: Floats
    """Two-sided, from z."""
    q: Floats
    """``p`` adjusted for the number of areas (`anmin.stats.autocorrelation.adjusted`)."""
    p_permutation: Floats
    """Two-sided, from conditional permutations; NaN without."""
    q_permutation: Floats
    """``p_permutation`` adjusted; asks for many permutations, as none is below 2 / (R + 1)."""


def gi(
    values: ArrayLike,
    weights: Weights,
    *,
    star: bool = True,
    permutations: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Spots:
    """Gi* of every area, or Gi, which leaves the area itself out.

    Gi* of an area without neighbours is the standard score of its own value; its Gi is NaN, as is
    that of an area whose neighbours are all the others. Scores do not change when the weights of
    a row are multiplied, so binary and row-standardised ones give the same.

    Args:
        values: One per area (n).
        weights: n by n, without the areas themselves; for Gi* they are added (`with_self`).
        star: Gi* (the area and its neighbours) or Gi (its neighbours).
        permutations: How many conditional ones for ``p_permutation``; 0 for none. They hold the
            area's own value in place, so Gi* and Gi get the same.
        seed: The same seed gives the same permutations.
        progress: Told how many are done, and of how many.

    Raises:
        Refusal: values that are missing or all the same, fewer than four, weights that do not
            fit or are all 0.
    """
    x, w = observed(values, weights)
    near, n, deviations = (with_self(w) if star else w), len(x), x - x.mean()
    if star:
        others, mean, variance = float(n), np.zeros(n), np.full(n, (deviations**2).mean())
    else:
        others = n - 1.0
        mean = -deviations / others
        variance = ((deviations**2).sum() - deviations**2) / others - mean**2
    of_row, of_squares = near.sum(axis=1), near.power(2).sum(axis=1)
    spread = variance * (others * of_squares - of_row**2) / (others - 1)
    size = variance.max() * others * of_squares
    z = standardised(near @ deviations - of_row * mean, spread, scale=size)
    p, permuted = two_sided(z), permutation.conditional(deviations, w, permutations, seed, progress)
    return Spots(z, p, adjusted(p), permuted, adjusted(permuted))


def general_g(
    values: ArrayLike,
    weights: Weights,
    *,
    permutations: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Autocorrelation:
    """Getis and Ord's G of ``values`` (n): above its expectation where high values lie together.

    Unlike Moran's I it tells high beside high (z above 0) from low beside low (below 0). Moments
    under randomisation; arguments are those of `anmin.stats.autocorrelation.moran`.

    Raises:
        Refusal: as `gi`, values below 0, fewer than two above.
    """
    x, w = observed(values, weights)
    if (x < 0).any():
        raise Refusal("values must not be below 0", field="values")
    if (x > 0).sum() < 2:
        raise Refusal("at least two values must be above 0", field="values")
    x, n, sums = x / x.mean(), len(x), sums_of(w)
    m1, m2, m3, m4 = (float((x**power).sum()) for power in (1, 2, 3, 4))
    s0, s1, s2, pairs = sums.s0**2, sums.s1, sums.s2, m1**2 - m2
    square = m2**2 * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0)
    square -= m4 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0)
    square -= m1**2 * m2 * (2 * n * s1 - (n + 3) * s2 + 6 * s0)
    square += m1 * m3 * (4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0)
    square += m1**4 * (s1 - s2 + s0)
    square /= pairs**2 * n * (n - 1) * (n - 2) * (n - 3)
    expected = sums.s0 / (n * (n - 1))

    def share(dealt: Floats) -> Floats:
        return permutation.pair_sums(dealt, w) / pairs

    p = permutation.everywhere(x, share, permutations, seed, progress)
    return scored(share(x[:, None])[0], expected, square - expected**2, p, scale=expected**2)
