"""Is this year's count more than chance away from last year's?

Both counts are taken as Poisson. Given their sum, this year's is binomial with a share that
depends on the ratio of the two rates only, so test and interval are exact (J. Przyborowski and
H. Wilenski, Biometrika 31 (1940) 313-323).
"""

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.stats.arguments import LIKELY_AS, Floats, counts, positive, tail_of, together
from anmin.stats.intervals import exact_low, mid_p_low

MANY = 200
"""Pairs from which on it pays to load the compiled way."""


@dataclass(frozen=True, slots=True)
class Comparison[T]:
    """The ratio of two rates with its intervals and three p-values of "no change".

    Floats, or arrays of one shape. NaN where nothing can be said (the ratio when last year's
    count is 0, the mid-p interval when both are), infinity where there is no upper limit.
    """

    ratio: T
    """Rate of this period over rate of the last."""
    low: T
    high: T
    """Exact (Clopper-Pearson) interval of the ratio."""
    low_mid: T
    high_mid: T
    """Mid-p interval of the ratio."""
    p_minlike: T
    """Sum of all outcomes no more likely than the one seen, as R's ``poisson.test``."""
    p_central: T
    """Twice the smaller tail, at most 1; agrees with ``low`` and ``high``."""
    p_mid: T
    """As ``p_central`` with half of the seen outcome's probability; agrees with ``low_mid``…"""


@overload
def compare(
    this: float,
    last: float,
    exposure_this: float = ...,
    exposure_last: float = ...,
    level: float = ...,
) -> Comparison[float]: ...
@overload
def compare(
    this: ArrayLike,
    last: ArrayLike,
    exposure_this: ArrayLike = ...,
    exposure_last: ArrayLike = ...,
    level: float = ...,
) -> Comparison[Floats]: ...
def compare(
    this: ArrayLike,
    last: ArrayLike,
    exposure_this: ArrayLike = 1,
    exposure_last: ArrayLike = 1,
    level: float = 0.95,
) -> Comparison[float] | Comparison[Floats]:
    """Compare two counts exactly, each with what it was counted over (days, people, doors).

    Numbers or arrays, broadcast together. 12 against 9: ratio 1.33 (0.52 to 3.58), p = 0.664.

    Raises:
        Refusal: counts that are not whole numbers from 0, exposures not above 0, a level not
            between 0 and 1.
    """
    x, y, over_x, over_y = together(
        counts(this, "this"),
        counts(last, "last"),
        positive(exposure_this, "exposure_this"),
        positive(exposure_last, "exposure_last"),
    )
    columns = _many if x.size >= MANY else _few
    found = columns(x, y, over_x, over_y, tail_of(level))
    if x.ndim:
        return Comparison(**found)
    return Comparison(**{name: float(column) for name, column in found.items()})


def _few(x: Floats, y: Floats, over_x: Floats, over_y: Floats, tail: float) -> dict[str, Floats]:
    n, scale = x + y, over_y / over_x
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = _ratio_limits(exact_low(x, n, tail), exact_low(y, n, tail), scale)
        low_mid, high_mid = _ratio_limits(mid_p_low(x, n, tail), mid_p_low(y, n, tail), scale)
        return {
            "ratio": np.where(y > 0, x / y * scale, np.nan),
            "low": low,
            "high": high,
            "low_mid": np.where(n > 0, low_mid, np.nan),
            "high_mid": np.where(n > 0, high_mid, np.nan),
            **_p_values(x, n, over_x / (over_x + over_y), over_y / (over_x + over_y)),
        }


def _many(x: Floats, y: Floats, over_x: Floats, over_y: Floats, tail: float) -> dict[str, Floats]:
    """As `_few`; only sums that are very large go that way."""
    from anmin.stats import pairs  # not needed, and not waited for, where there are few

    shape, (x, y, over_x, over_y) = x.shape, (column.ravel() for column in (x, y, over_x, over_y))
    usual = x + y <= pairs.LARGEST
    if not usual.all():
        found = {name: np.empty(x.size) for name in Comparison.__slots__}
        for rows, columns in ((usual, _many), (~usual, _few)):
            part = columns(x[rows], y[rows], over_x[rows], over_y[rows], tail)
            for name, column in part.items():
                found[name][rows] = column
        return {name: column.reshape(shape) for name, column in found.items()}
    scale = over_y / over_x
    odds, (p_minlike, p_central, p_mid) = pairs.compare(x, y, over_x / (over_x + over_y), tail)
    low, high, low_mid, high_mid = odds * scale
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "ratio": np.where(y > 0, x / y * scale, np.nan),
            "low": low,
            "high": high,
            "low_mid": np.where(x + y > 0, low_mid, np.nan),
            "high_mid": np.where(x + y > 0, high_mid, np.nan),
            "p_minlike": p_minlike,
            "p_central": p_central,
            "p_mid": p_mid,
        }
    return {name: column.reshape(shape) for name, column in found.items()}


def _ratio_limits(share: Floats, other_share: Floats, scale: Floats) -> tuple[Floats, Floats]:
    # The upper limit of a share is one minus the lower limit of the rest; as odds, its inverse.
    return share / (1 - share) * scale, (1 - other_share) / other_share * scale


def _at_least(k: Floats, n: Floats, p: Floats) -> Floats:
    """P(X >= k) for X binomial, also for k = 0 and k = n + 1."""
    inside = special.betainc(np.clip(k, 1, None), np.clip(n - k + 1, 1, None), p)
    return np.where(k <= 0, 1.0, np.where(k > n, 0.0, inside))


def _p_values(x: Floats, n: Floats, p: Floats, q: Floats) -> dict[str, Floats]:
    upper, lower = _at_least(x, n, p), _at_least(n - x, n, q)
    above, below = _at_least(x + 1, n, p), _at_least(n - x + 1, n, q)
    return {
        "p_minlike": _p_minlike(x, n, p, q, lower, upper),
        "p_central": np.minimum(1, 2 * np.minimum(upper, lower)),
        "p_mid": np.minimum(1, np.minimum(upper + above, lower + below)),
    }


def _p_minlike(x: Floats, n: Floats, p: Floats, q: Floats, lower: Floats, upper: Floats) -> Floats:
    from scipy import stats  # four tenths of a second that most commands need not spend

    # Mirror so that the seen count never lies above its expectation; beyond the expectation
    # probabilities fall, so the first outcome there that is unlikely enough is found by halving.
    mirrored = x > n * p
    seen, near = np.where(mirrored, n - x, x), np.where(mirrored, upper, lower)
    p, q = np.where(mirrored, q, p), np.where(mirrored, p, q)
    limit = stats.binom.pmf(seen, n, p) * LIKELY_AS
    first, end = np.ceil(n * p), n + 1
    while (first < end).any():
        middle = np.floor((first + end) / 2)
        unlikely = stats.binom.pmf(middle, n, p) <= limit
        first, end = (
            np.where(unlikely, first, np.minimum(middle + 1, end)),
            np.where(unlikely, middle, end),
        )
    return np.minimum(1, near + _at_least(first, n, p))
