"""Do neighbours resemble each other? Moran's I and Geary's C, over all areas and for each.

Weights come from `anmin.stats.neighbours`; they need not be symmetric. Moments and names follow
A. D. Cliff and J. K. Ord, Spatial Processes (1981), and L. Anselin, Geographical Analysis 27
(1995) 93-115.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats import neighbours, permutation
from anmin.stats.arguments import Floats, counts, numbers, positive, together
from anmin.stats.multiplicity import benjamini_hochberg
from anmin.stats.neighbours import Weights
from anmin.stats.permutation import Progress

type Moments = Literal["randomisation", "normality"]
type LocalMoments = Literal["conditional", "total"]

FEWEST = 4
"""Areas below which the moments are not defined."""
NOTHING = 1e-12
"""A variance below this share of the squares it is the difference of is 0, but for rounding."""


@dataclass(frozen=True, slots=True)
class Autocorrelation:
    """A statistic of all areas beside what it would be were the values anywhere.

    Variance 0 leaves z and p NaN: with these neighbours every arrangement looks the same.
    """

    index: float
    expected: float
    variance: float
    z: float
    """Standard deviations from the expectation; above 0 where like lies beside like."""
    p: float
    """Two-sided, from z."""
    p_permutation: float
    """Two-sided, from permutations; NaN without."""


@dataclass(frozen=True, slots=True)
class LocalMoran:
    """The local statistic of every area; all arrays are (n). NaN for areas without neighbours."""

    index: Floats
    expected: Floats
    variance: Floats
    z: Floats
    p: Floats
    """Two-sided, from z."""
    q: Floats
    """``p`` adjusted for the number of areas (`adjusted`)."""
    p_permutation: Floats
    """Two-sided, from conditional permutations; NaN without."""
    q_permutation: Floats
    """``p_permutation`` adjusted; asks for many permutations, as none is below 2 / (R + 1)."""
    quadrant: NDArray[np.str_]
    """``high-high``, ``low-low``, ``high-low``, ``low-high``: the area, then its neighbours, above
    the mean or not; empty where there are none."""


class Sums(NamedTuple):
    """What the moments need of weights: Cliff and Ord's S0, S1 and S2."""

    s0: float
    s1: float
    s2: float


def moran(
    values: ArrayLike,
    weights: Weights,
    *,
    moments: Moments = "randomisation",
    permutations: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Autocorrelation:
    """Moran's I of ``values`` (n): above its expectation where like lies beside like.

    Args:
        values: One per area.
        weights: n by n.
        moments: ``randomisation`` takes the values as given and their places as chance;
            ``normality`` takes them as drawn from a normal distribution.
        permutations: How many for ``p_permutation``; 0 for none.
        seed: The same seed gives the same permutations.
        progress: Told how many are done, and of how many.

    Raises:
        Refusal: values that are missing or all the same, fewer than four, weights that do not
            fit or are all 0.
    """
    x, w = observed(values, weights)
    n, sums, z = len(x), sums_of(w), x - x.mean()
    m2 = (z**2).mean()
    index = z @ (w @ z) / (sums.s0 * m2)
    expected = -1 / (n - 1)
    s0, s1, s2 = sums.s0**2, sums.s1, sums.s2
    if moments == "normality":
        square = (n**2 * s1 - n * s2 + 3 * s0) / (s0 * (n**2 - 1))
    else:
        b2 = (z**4).mean() / m2**2
        square = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0)
        square -= b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0)
        square /= (n - 1) * (n - 2) * (n - 3) * s0
    p = permutation.everywhere(
        z, lambda dealt: permutation.pair_sums(dealt, w), permutations, seed, progress
    )
    return scored(index, expected, square - expected**2, p, scale=expected**2)


def empirical_bayes(cases: ArrayLike, population: ArrayLike) -> Floats:
    """Rates as deviates with one mean and variance, so that small populations do not stand out.

    (rate - b) / √(a + b / population), b the rate of all, a the spread between areas beyond chance;
    where a is negative, and the variance with it, the variance is b / population. R. M. Assunção
    and E. A. Reis, Statistics in Medicine 18 (1999) 2147-2162, as spdep's ``EBImoran``. Moran's I
    of these is their empirical-Bayes index.

    Raises:
        Refusal: what is no count, a population that is not above 0, no cases at all.
    """
    y, n = together(counts(cases, "cases"), positive(population, "population"))
    if y.ndim != 1 or not y.any():
        raise Refusal("there must be a list of cases, and some of them", field="cases")
    rate, all_people = y / n, n.sum()
    b = y.sum() / all_people
    spread = (n * (rate - b) ** 2).sum() / all_people
    a = spread - b / (all_people / len(n))
    variance = a + b / n
    variance = np.where(variance < 0, b / n, variance)
    found: Floats = (rate - b) / np.sqrt(variance)
    return found


def geary(
    values: ArrayLike,
    weights: Weights,
    *,
    permutations: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Autocorrelation:
    """Geary's C of ``values`` (n): below 1 where like lies beside like (z is above 0 then).

    Moments under randomisation. Arguments and refusals are those of `moran`.
    """
    x, w = observed(values, weights)
    n, sums, z = len(x), sums_of(w), x - x.mean()
    m2 = (z**2).mean()
    b2, around = (z**4).mean() / m2**2, w.sum(axis=1) + w.sum(axis=0)

    def differences(dealt: Floats) -> Floats:
        return np.asarray(around @ dealt**2 - 2 * permutation.pair_sums(dealt, w))

    index = (n - 1) * differences(z[:, None])[0] / (2 * n * sums.s0 * m2)
    square = sums.s0**2
    variance = (n - 1) * sums.s1 * (n**2 - 3 * n + 3 - (n - 1) * b2)
    variance -= (n - 1) * sums.s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * b2) / 4
    variance += square * (n**2 - 3 - (n - 1) ** 2 * b2)
    variance /= n * (n - 2) * (n - 3) * square
    p = permutation.everywhere(z, differences, permutations, seed, progress)
    return scored(index, 1.0, variance, p, scale=1.0, sign=-1)


def local_moran(
    values: ArrayLike,
    weights: Weights,
    *,
    moments: LocalMoments = "conditional",
    permutations: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> LocalMoran:
    """Each area's share in Moran's I: above 0 where it resembles its neighbours.

    Args:
        values: One per area (n).
        weights: n by n.
        moments: ``conditional`` holds the area's own value in place (R. R. Sokal, N. L. Oden and
            B. A. Thomson, Geographical Analysis 30 (1998) 331-354); ``total`` lets it move too
            (Anselin 1995).
        permutations: How many conditional ones for ``p_permutation``; 0 for none.
        seed: The same seed gives the same permutations.
        progress: Told how many are done, and of how many.

    Raises:
        Refusal: as `moran`.
    """
    x, w = observed(values, weights)
    n, z = len(x), x - x.mean()
    m2, lag = (z**2).mean(), w @ z
    of_row, of_squares = w.sum(axis=1), w.power(2).sum(axis=1)
    if moments == "conditional":
        own = z**2 / m2
        expected = -own * of_row / (n - 1)
        spread = of_squares - of_row**2 / (n - 1)
        variance = own * n / (n - 2) * spread * (1 - own / (n - 1))
    else:
        b2 = (z**4).mean() / m2**2
        expected = -of_row / (n - 1)
        variance = of_squares * (n - b2) / (n - 1) - expected**2
        variance += (of_row**2 - of_squares) * (2 * b2 - n) / ((n - 1) * (n - 2))
    some = of_row > 0
    index = np.where(some, z * lag / m2, np.nan)
    scores = standardised(index - expected, variance, scale=of_squares)
    p, permuted = two_sided(scores), permutation.conditional(z, w, permutations, seed, progress)
    sides = np.where(z > 0, "high-", "low-") + np.where(lag > 0, "high", "low").astype(object)
    return LocalMoran(
        index=index,
        expected=np.where(some, expected, np.nan),
        variance=np.where(some, variance, np.nan),
        z=scores,
        p=p,
        q=adjusted(p),
        p_permutation=permuted,
        q_permutation=adjusted(permuted),
        quadrant=np.where(some, sides, "").astype(np.str_),
    )


def observed(values: ArrayLike, weights: Weights) -> tuple[Floats, Weights]:
    """Values and weights as the statistics of neighbours take them.

    Raises:
        Refusal: as `moran`.
    """
    x = numbers(values, "values")
    if x.ndim != 1 or len(x) < FEWEST:
        raise Refusal(f"there must be at least {FEWEST} areas", field="values")
    if np.ptp(x) <= NOTHING * np.abs(x).max():
        raise Refusal("all values are the same", field="values")
    return x, neighbours.checked(weights, len(x))


def sums_of(weights: Weights) -> Sums:
    """Cliff and Ord's sums of weights."""
    around = weights.sum(axis=1) + weights.sum(axis=0)
    both = (weights + weights.T).power(2).sum()
    return Sums(float(weights.sum()), float(both) / 2, float((around**2).sum()))


def scored(
    index: float, expected: float, variance: float, p: float, *, scale: float, sign: int = 1
) -> Autocorrelation:
    """A statistic with its z and p; ``scale`` is the size of what the variance is left over of."""
    z = float(standardised(np.array(index - expected), np.array(variance), np.array(scale)))
    return Autocorrelation(
        float(index), float(expected), max(float(variance), 0.0), sign * z, float(two_sided(z)), p
    )


def standardised(deviation: Floats, variance: Floats, scale: Floats) -> Floats:
    """Deviations in standard deviations; NaN where the variance is 0."""
    some = variance > NOTHING * scale
    return np.where(some, deviation / np.sqrt(np.where(some, variance, 1)), np.nan)


def two_sided(z: Floats | float) -> Floats:
    """The probability that a standard normal lies as far from 0 as z."""
    return np.asarray(2 * special.ndtr(-np.abs(z)))


def adjusted(p: Floats) -> Floats:
    """q-values of Benjamini and Hochberg over the areas that were tested; NaN for the others."""
    tested, q = np.isfinite(p), np.full(len(p), np.nan)
    q[tested] = benjamini_hochberg(p[tested])
    return q
