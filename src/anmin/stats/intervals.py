"""Intervals for a share of n, for a count, and for a share that not everybody answered.

All functions take numbers or arrays (broadcast together) and answer with floats for numbers and
arrays for arrays. Wherever a share is asked for, n must be at least 1: a share of nothing has no
interval, and the caller says so rather than we.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol, overload

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts, numbers, tail_of, together


class Interval[T](NamedTuple):
    """A lower and an upper limit: floats, or arrays of one shape."""

    low: T
    high: T


class _ShareMethod(Protocol):
    @overload
    def __call__(self, count: float, n: float, level: float = ...) -> Interval[float]: ...
    @overload
    def __call__(self, count: ArrayLike, n: ArrayLike, level: float = ...) -> Interval[Floats]: ...


def _plain(low: Floats, high: Floats) -> Interval[float] | Interval[Floats]:
    return Interval(low, high) if low.ndim else Interval(float(low), float(high))


def _of_share(limits: Callable[[Floats, Floats, float], tuple[Floats, Floats]]) -> _ShareMethod:
    """Check, broadcast and unwrap around the mathematics of one method."""

    def method(
        count: ArrayLike, n: ArrayLike, level: float = 0.95
    ) -> Interval[float] | Interval[Floats]:
        favourable, all_ = shares(count, n)
        return _plain(*limits(favourable, all_, tail_of(level)))

    method.__name__ = method.__qualname__ = limits.__name__
    method.__doc__ = limits.__doc__
    return method  # type: ignore[return-value]  # the overloads say the same, case by case


def shares(count: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Count and n of a share as arrays of one shape.

    Raises:
        Refusal: unless 0 <= count <= n and n >= 1, both whole.
    """
    favourable, all_ = together(counts(count, "count"), counts(n, "n"))
    if (all_ < 1).any():
        raise Refusal("n must be at least 1", field="n")
    if (favourable > all_).any():
        raise Refusal("count must not be more than n", field="count")
    return favourable, all_


def wilson_score(total: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    """Wilson's limits for a mean of scores between 0 and 1, from their (perhaps broken) total.

    The variance of such a score is at most p(1 - p), so where scores lie between the ends the
    interval errs on the wide side.
    """
    z2 = special.ndtri(1 - tail) ** 2
    centre = (total + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (total * (n - total) / n + z2 / 4)) / (n + z2)
    low = np.where(total == 0, 0.0, np.maximum(centre - half, 0.0))
    return low, np.where(total == n, 1.0, np.minimum(centre + half, 1.0))


@_of_share
def wilson(count: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    """Wilson's score interval of the share ``count``/``n``, without continuity correction.

    Source: E. B. Wilson, JASA 22 (1927) 209-212. Raises ``Refusal`` for counts that are no share.
    """
    return wilson_score(count, n, tail)


def exact_low(count: Floats, n: Floats, tail: float) -> Floats:
    """The share p at which ``count`` or more of ``n`` has probability ``tail``; 0 for a count of 0."""
    some = count > 0
    low = special.betaincinv(np.where(some, count, 1), n - count + 1, tail)
    return np.where(some, low, 0.0)


def mid_p_low(count: Floats, n: Floats, tail: float) -> Floats:
    """As `exact_low`, but only half of the probability of ``count`` itself is counted."""

    def excess(p: Floats, count: Floats, n: Floats) -> Floats:
        more = np.where(count < n, special.betainc(count + 1, np.maximum(n - count, 1), p), 0.0)
        return (special.betainc(count, n - count + 1, p) + more) / 2 - tail

    some = count > 0
    x, of = np.where(some, count, 1), np.maximum(n, 1)
    bracket = exact_low(x, of, tail), 1 - exact_low(of - x, of, tail)
    from scipy.optimize import elementwise  # a quarter of a second that no other interval needs

    return np.where(some, elementwise.find_root(excess, bracket, args=(x, of)).x, 0.0)


@_of_share
def clopper_pearson(count: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    """The exact (Clopper-Pearson) interval of the share ``count``/``n``: never too narrow.

    Source: Biometrika 26 (1934) 404-413. Raises ``Refusal`` for counts that are no share.
    """
    return exact_low(count, n, tail), 1 - exact_low(n - count, n, tail)


@_of_share
def mid_p(count: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    """The exact interval with mid-p: right on average, where Clopper-Pearson is always too wide.

    Source: H. O. Lancaster, JASA 56 (1961) 223-234. Raises ``Refusal`` for counts that are no
    share.
    """
    return mid_p_low(count, n, tail), 1 - mid_p_low(n - count, n, tail)


@overload
def poisson(count: float, level: float = ...) -> Interval[float]: ...
@overload
def poisson(count: ArrayLike, level: float = ...) -> Interval[Floats]: ...
def poisson(count: ArrayLike, level: float = 0.95) -> Interval[float] | Interval[Floats]:
    """The exact (Garwood) interval of the expectation of a Poisson count.

    Source: F. Garwood, Biometrika 28 (1936) 437-442. Raises ``Refusal`` for what is no count.
    """
    seen, tail = counts(count, "count"), tail_of(level)
    low = np.where(seen > 0, special.gammaincinv(np.maximum(seen, 1), tail), 0.0)
    return _plain(low, special.gammainccinv(seen + 1, tail))


@overload
def nonresponse_bounds(favourable: float, replies: float, selected: float) -> Interval[float]: ...
@overload
def nonresponse_bounds(
    favourable: ArrayLike, replies: ArrayLike, selected: ArrayLike
) -> Interval[Floats]: ...
def nonresponse_bounds(
    favourable: ArrayLike, replies: ArrayLike, selected: ArrayLike
) -> Interval[float] | Interval[Floats]:
    """What the share could be among all selected, whatever those who did not reply think.

    Low: every one of them would have answered unfavourably; high: favourably. ``favourable`` is
    the number of favourable replies, or the total of scores between 0 and 1.

    Raises:
        Refusal: unless 0 <= favourable <= replies <= selected and selected >= 1.
    """
    good, given, asked = together(
        numbers(favourable, "favourable"), counts(replies, "replies"), counts(selected, "selected")
    )
    if (good < 0).any() or (good > given).any():
        raise Refusal("favourable must lie between 0 and replies", field="favourable")
    if (asked < 1).any() or (given > asked).any():
        raise Refusal("selected must be at least 1 and at least replies", field="selected")
    return _plain(good / asked, (good + asked - given) / asked)


METHODS: dict[str, _ShareMethod] = {
    "wilson": wilson,
    "clopper-pearson": clopper_pearson,
    "mid-p": mid_p,
}
"""The intervals of a share, by the names that `anmin stats interval` knows."""


@overload
def interval(
    count: float, n: float, level: float = ..., *, method: str = ...
) -> Interval[float]: ...
@overload
def interval(
    count: ArrayLike, n: ArrayLike, level: float = ..., *, method: str = ...
) -> Interval[Floats]: ...
def interval(
    count: ArrayLike, n: ArrayLike, level: float = 0.95, *, method: str = "wilson"
) -> Interval[float] | Interval[Floats]:
    """The interval of the share ``count``/``n`` by one of `METHODS`.

    Raises:
        Refusal: counts that are no share, or a method that there is not.
    """
    if method not in METHODS:
        raise Refusal(f"method must be one of {', '.join(METHODS)}", field="method")
    return METHODS[method](count, n, level)
