"""Checks that every method makes of what it is given, so that all refuse in the same words."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal

type Floats = NDArray[np.float64]
LIKELY_AS = 1 + 1e-7
"""Outcomes whose probability differs by less than this factor count as equally likely (as in R)."""


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


MOST_TRIALS = 1_000_000
"""How often chance is tried at most: more would tell nothing further, and take days."""


def whole(value: object, name: str, least: int, most: float = math.inf) -> int:
    """A whole number not below the least that makes sense, nor above the most."""
    number = counts(value, name)  # type: ignore[arg-type]
    if number.ndim or not least <= number <= most:
        upto = f" to {most:,.0f}" if most < math.inf else ""
        raise Refusal(f"{name} must be one whole number from {least}{upto}", field=name)
    return int(number)


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


DEPENDENT = 1e-10
"""A covariate of which less than this share is not said by the others is a sum of them."""


def covariates(x: ArrayLike | None, rows: int, *, intercept: bool) -> Floats:
    """Covariates as a matrix (rows, p) of independent columns, with a first column of ones.

    Args:
        x: (rows, p), or (rows) for one covariate; None for the intercept alone.
        rows: How many there must be.
        intercept: Whether there is that column of ones.

    Raises:
        Refusal: values that are missing, another number of rows, no column at all, no more rows
            than columns, a column that is a sum of others.
    """
    given = np.empty((rows, 0)) if x is None else numbers(x, "x")
    given = given[:, None] if given.ndim == 1 else given
    if given.ndim != 2 or len(given) != rows:
        raise Refusal(f"the columns differ in length: y {rows}, x {len(given)}", field="x")
    columns = np.column_stack([np.ones(rows), given]) if intercept else given
    count = columns.shape[1]
    if not count:
        raise Refusal("there must be an intercept or a covariate", field="x")
    if rows <= count:
        raise Refusal(f"{rows} rows are too few for {count} coefficients", field="x")
    sizes = np.sqrt((columns**2).sum(axis=0))
    own = np.abs(np.diag(np.linalg.qr(columns / np.where(sizes > 0, sizes, 1), mode="r")))
    if (own < DEPENDENT).any():
        raise Refusal("a covariate never changes, or is a sum of others: leave it out", field="x")
    return columns
