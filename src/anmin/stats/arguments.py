"""Checks that every method makes of what it is given, so that all refuse in the same words."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal

type Floats = NDArray[np.float64]


def numbers(values: ArrayLike, name: str) -> Floats:
    """The values as an array of finite floats.

    Raises:
        Refusal: with ``field=name``, when a value is missing, infinite or no number.
    """
    given: NDArray[Any] = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise Refusal(f"{name} must be a number", field=name)
    floats = given.astype(np.float64)
    if not np.isfinite(floats).all():
        raise Refusal(f"{name} must be a finite number and not missing", field=name)
    return floats


def counts(values: ArrayLike, name: str) -> Floats:
    """The values as an array of whole numbers from 0, held as floats (exact up to 2^53)."""
    floats = numbers(values, name)
    if (floats < 0).any() or (floats != np.floor(floats)).any() or (floats > 2**53).any():
        raise Refusal(f"{name} must be a whole number from 0 (at most 2^53)", field=name)
    return floats


def positive(values: ArrayLike, name: str) -> Floats:
    """The values as an array of numbers above 0."""
    floats = numbers(values, name)
    if (floats <= 0).any():
        raise Refusal(f"{name} must be above 0", field=name)
    return floats


def tail_of(level: float) -> float:
    """The share in each tail outside a two-sided interval of this confidence level."""
    if not 0 < numbers(level, "level") < 1:
        raise Refusal("level must lie between 0 and 1, such as 0.95", field="level")
    return (1 - level) / 2


def together(*arrays: Floats) -> tuple[Floats, ...]:
    """The arrays broadcast to one shape.

    Raises:
        Refusal: when their shapes do not fit.
    """
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise Refusal(f"the columns differ in length: {shapes}") from None
