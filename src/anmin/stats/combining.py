"""A weighted sum of estimates, from their own intervals."""

import numpy as np
from numpy.typing import ArrayLike

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import numbers, positive, together
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
