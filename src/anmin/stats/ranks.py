"""How far estimates settle the order of what they estimate.

Estimates are taken as independent and normal, with known standard errors. Rank 1 is the smallest;
equal estimates share a rank.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers, positive, tail_of

type Ints = NDArray[np.int64]
type Adjustment = Literal["independence", "bonferroni"]


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank of every estimate and the ranks that it may truly have; arrays are (n)."""

    rank: Ints
    low: Ints
    high: Ints
    z: float
    """Standard errors by which estimates (joint), or pairs of them, are compared."""


def rank(
    y: ArrayLike,
    se: ArrayLike,
    level: float = 0.9,
    *,
    joint: bool = False,
    adjustment: Adjustment = "independence",
    largest_first: bool = False,
) -> Ranks:
    """Ranks with their intervals.

    Marginal: each area's interval holds its true rank with probability ``level``. The area is
    compared with each other one by the difference; those surely below set the low end, those
    surely above the high end (M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm, Review of
    Economic Studies 91 (2024) 476-518).

    Joint: all intervals hold all true ranks at once with probability ``level``. Of two areas whose
    simultaneous intervals do not overlap, the order is settled (M. Klein, T. Wright and J.
    Wieczorek, JRSS A 183 (2020) 589-606).

    Args:
        y: Estimates (n).
        se: Their standard errors (n).
        level: Between 0 and 1.
        joint: All areas at once.
        adjustment: How the level is shared among the comparisons: ``independence`` (Sidak; for
            the differences of marginal ranks it errs on the wide side) or ``bonferroni``.
        largest_first: Rank 1 is the largest estimate.

    Raises:
        Refusal: values that are missing, standard errors not above 0, fewer than two estimates,
            columns of different length.
    """
    estimate, error = _estimates(y, se)
    estimate = -estimate if largest_first else estimate
    n = len(estimate)
    z = multiplier(n if joint else n - 1, level, adjustment)
    order = np.sort(estimate)
    if joint:
        lows, highs = estimate - z * error, estimate + z * error
        below = np.searchsorted(np.sort(highs), lows, side="right")
        above = n - np.searchsorted(np.sort(lows), highs, side="left")
    else:
        below, above = _settled(estimate, error, z)
    return Ranks(
        rank=np.searchsorted(order, estimate, side="left") + 1,
        low=below + 1,
        high=n - above,
        z=z,
    )


def multiplier(comparisons: int, level: float, adjustment: Adjustment = "independence") -> float:
    """Standard errors for as many two-sided intervals that shall all hold at this level.

    Raises:
        Refusal: a level that does not lie between 0 and 1.
    """
    tail = tail_of(level)
    if adjustment == "bonferroni":
        return float(-special.ndtri(tail / comparisons))
    # The share outside, 1 - level ** (1 / comparisons), without the loss of the subtraction.
    return float(-special.ndtri(-np.expm1(np.log(level) / comparisons) / 2))


def goldstein_healy(se: ArrayLike, level: float = 0.9) -> float:
    """Standard errors for bars of which two, on average, do not overlap when they truly differ.

    The bars of any two areas taken alone: overlap is read as "not told apart" at about ``level``
    (H. Goldstein and M. J. R. Healy, JRSS A 158 (1995) 175-177). Not for all pairs at once.

    Raises:
        Refusal: as `rank`.
    """
    _, error = _estimates(np.zeros_like(np.asarray(se, dtype=np.float64)), se)
    first, second = np.triu_indices(len(error), 1)
    together = (error[first] + error[second]) / np.hypot(error[first], error[second])
    return float(-special.ndtri(tail_of(level)) / together.mean())


def pair_p(y: ArrayLike, se: ArrayLike) -> Floats:
    """Two-sided p-values that two areas are the same, for all pairs: (0, 1), (0, 2) … (n(n-1)/2).

    Adjust them for their number with `anmin.stats.multiplicity`.

    Raises:
        Refusal: as `rank`.
    """
    estimate, error = _estimates(y, se)
    first, second = np.triu_indices(len(estimate), 1)
    z = (estimate[first] - estimate[second]) / np.hypot(error[first], error[second])
    return np.asarray(2 * special.ndtr(-np.abs(z)))


def homogeneity(y: ArrayLike, se: ArrayLike) -> tuple[float, int, float]:
    """Could all areas be the same? Cochran's Q, its degrees of freedom, and the p-value.

    Raises:
        Refusal: as `rank`.
    """
    estimate, error = _estimates(y, se)
    weight = 1 / error**2
    q = float((weight * (estimate - (weight @ estimate) / weight.sum()) ** 2).sum())
    return q, len(estimate) - 1, float(special.chdtrc(len(estimate) - 1, q))


def _estimates(y: ArrayLike, se: ArrayLike) -> tuple[Floats, Floats]:
    estimate, error = numbers(y, "y"), positive(se, "se")
    if estimate.ndim != 1 or estimate.shape != error.shape:
        raise Refusal("there must be one standard error for each y", field="se")
    if len(estimate) < 2:
        raise Refusal("there must be at least two estimates", field="y")
    return estimate, error


def _settled(estimate: Floats, error: Floats, z: float) -> tuple[Ints, Ints]:
    """How many are surely below each, and how many surely above."""
    below, above = np.empty(len(estimate), np.int64), np.empty(len(estimate), np.int64)
    reach = (z * error) ** 2
    for one in range(len(estimate)):
        apart = estimate - estimate[one]
        settled = apart**2 > reach + reach[one]
        above[one] = np.count_nonzero(settled & (apart > 0))
        below[one] = np.count_nonzero(settled) - above[one]
    return below, above
