"""Estimates that come with their intervals: their weighted sum, and the standard error behind them."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers, positive, tail_of, together
from anmin.stats.intervals import Interval


def weighted_sum(
    values: ArrayLike, low: ArrayLike, high: ArrayLike, weights: ArrayLike
) -> tuple[float, Interval[float]]:
    """The sum of weight times value over independent estimates, with its limits.

    One-dimensional arrays of one length. The limits are recovered from those of the parts,
    whatever method made them (MOVER for linear functions: G. Y. Zou, W. Huang and X. Zhang,
    Computational Statistics and Data Analysis 53 (2009) 1080-1085); their level is that of the
    parts. With one part of weight 1 they are its own.

    Raises:
        Refusal: no estimates at all, a weight not above 0, a value not between its limits.
    """
    value, least, most, weight = together(
        numbers(values, "values"),
        numbers(low, "low"),
        numbers(high, "high"),
        positive(weights, "weights"),
    )
    if value.ndim != 1 or not value.size:
        raise Refusal("values must be a list of at least one estimate", field="values")
    if ((value < least) | (value > most)).any():
        raise Refusal("each value must lie between its low and high", field="values")
    whole = float(weight @ value)
    below = float(np.sqrt(np.sum((weight * (value - least)) ** 2)))
    above = float(np.sqrt(np.sum((weight * (most - value)) ** 2)))
    return whole, Interval(whole - below, whole + above)


def standard_errors(low: ArrayLike, high: ArrayLike, level: float = 0.95) -> Floats:
    """The standard errors of estimates whose intervals (n) are as wide as these, taken as normal.

    Of a share with Wilson's limits it is never nought, not even where everybody said the same.

    Raises:
        Refusal: limits that are missing or the wrong way round, a level not between 0 and 1.
    """
    least, most = together(numbers(low, "low"), numbers(high, "high"))
    if (most <= least).any():
        raise Refusal("high must lie above low", field="high")
    error: Floats = (most - least) / (2 * special.ndtri(1 - tail_of(level)))
    return error
