"""How far two estimates are apart, from their own intervals."""

from typing import NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers, together


class Difference[T](NamedTuple):
    """First less second, with its limits: floats, or arrays of one shape."""

    value: T
    low: T
    high: T


type Estimate[T] = tuple[T, T, T]
"""Value, low and high."""


@overload
def difference(first: Estimate[float], second: Estimate[float]) -> Difference[float]: ...
@overload
def difference(
    first: Estimate[ArrayLike], second: Estimate[ArrayLike]
) -> Difference[float] | Difference[Floats]: ...
def difference(
    first: Estimate[ArrayLike], second: Estimate[ArrayLike]
) -> Difference[float] | Difference[Floats]:
    """The difference of two independent estimates, each given as value, low and high.

    The limits are recovered from those of the parts, whatever method made them (MOVER: G. Y. Zou
    and A. Donner, Statistics in Medicine 27 (2008) 1693-1702); of two shares with Wilson limits
    they are method 10 of R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890. The level is
    that of the parts.

    Raises:
        Refusal: a value that does not lie between its limits, or is missing.
    """
    names = ("value", "low", "high")
    one, one_low, one_high, other, other_low, other_high = together(
        *(
            numbers(part, name)
            for whole in (first, second)
            for part, name in zip(whole, names, strict=True)
        )
    )
    if ((one < one_low) | (one > one_high) | (other < other_low) | (other > other_high)).any():
        raise Refusal("value must lie between low and high", field="value")
    apart = one - other
    low = apart - np.hypot(one - one_low, other_high - other)
    high = apart + np.hypot(one_high - one, other - other_low)
    if apart.ndim:
        return Difference(apart, low, high)
    return Difference(float(apart), float(low), float(high))
