"""Shares of a population, with limits that stay between 0 and 1.

The methods are those of R's ``svyciprop``; "effective n" is the sample that would be as precise if
it were drawn simply (E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998) 193-201).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.interpolate import make_interp_spline

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, tail_of
from anmin.stats.design import Design
from anmin.stats.estimates import Estimates, mean
from anmin.stats.intervals import wilson_score
from anmin.stats.levels import Column, Columns, Levels

PROFILE_STEPS: Final = 9
"""Steps of the profile of a likelihood to each side, unless the limits lie further out."""


def proportion(
    design: Design,
    y: Column,
    *,
    value: Any = None,
    by: Columns = None,
    where: ArrayLike | None = None,
    method: str = "logit",
    level: float = 0.95,
    covariances: bool = False,
) -> Estimates:
    """The share of the population whose ``y`` is ``value``.

    Where everybody or nobody in the sample has it, only ``wilson`` and ``beta`` have limits: they
    then take the sample as drawn simply, since its spread says nothing.

    Args:
        y: (n,) labels; or without ``value`` booleans, or numbers 0 and 1.
        method: ``logit`` (alias ``xlogit``), ``wilson`` (score), ``beta`` (Clopper-Pearson with
            the effective n), ``wald`` (alias ``mean``; may leave 0 to 1), ``asin``,
            ``likelihood``.

    Other arguments and refusals as `estimates.mean`.
    """
    if method not in METHODS:
        raise Refusal(f"method must be one of {', '.join(METHODS)}", field="method")
    found = mean(design, holds(y, value), by=by, where=where, level=level, covariances=covariances)
    p = found.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = METHODS[method](_Share(p, found.se**2, found.n, found.df, tail_of(level)))
    return replace(found, low=low, high=high)


def holds(y: Column, value: Any) -> NDArray[Any]:
    """Whether each row holds the value; without one, the column itself if it holds 0 and 1 only.

    Raises:
        Refusal: missing answers, or neither a value nor a column of 0 and 1.
    """
    if isinstance(y, Levels):
        return (y.labels == value)[y.codes] if value is not None else holds(y.labels[y.codes], None)
    given: NDArray[Any] = np.asarray(y)
    if given.dtype.kind == "f" and not np.isfinite(given).all() and value is not None:
        raise Refusal("y must not be missing", field="y")
    if given.dtype == object and any(one is None or one != one for one in given.tolist()):
        raise Refusal("y must not be missing", field="y")
    if value is not None:
        same: NDArray[Any] = np.asarray(given == value)
        return same if same.shape == given.shape else np.zeros(given.shape, bool)
    if given.dtype.kind not in "iufb" or not np.isin(given[given == given], (0, 1)).all():
        raise Refusal("y must hold 0 and 1 only, or a value must be named", field="y")
    return given


@dataclass(frozen=True, slots=True, eq=False)
class _Share:
    """What the limits of shares are made from, (D,) each."""

    p: Floats
    variance: Floats
    n: Floats
    df: Floats
    tail: float

    @property
    def t(self) -> Floats:
        return _quantile(self.df, self.tail)

    @property
    def effective(self) -> Floats:
        n = self.p * (1 - self.p) / self.variance * (_quantile(self.n - 1, self.tail) / self.t) ** 2
        return np.where((self.p > 0) & (self.p < 1), n, self.n)


def _quantile(df: Floats, tail: float) -> Floats:
    return np.where(df > 0, special.stdtrit(np.maximum(df, 1), 1 - tail), np.nan)


def _around(
    centre: Floats, half: Floats, back: Callable[[Floats], Floats]
) -> tuple[Floats, Floats]:
    return back(centre - half), back(centre + half)


def _logit(share: _Share) -> tuple[Floats, Floats]:
    half = share.t * np.sqrt(share.variance) / (share.p * (1 - share.p))
    return _around(special.logit(share.p), half, special.expit)


def _asin(share: _Share) -> tuple[Floats, Floats]:
    half = share.t * np.sqrt(share.variance / (share.p * (1 - share.p))) / 2

    def back(angle: Floats) -> Floats:
        return np.sin(np.clip(angle, 0, np.pi / 2)) ** 2

    return _around(np.arcsin(np.sqrt(share.p)), half, back)


def _wald(share: _Share) -> tuple[Floats, Floats]:
    inside = np.where((share.p > 0) & (share.p < 1), share.t, np.nan)
    return _around(share.p, inside * np.sqrt(share.variance), lambda limit: limit)


def _wilson(share: _Share) -> tuple[Floats, Floats]:
    n = share.effective
    low, high = wilson_score(share.p * n, n, share.tail)
    exact = share.variance == 0  # nothing left to chance within the sample
    inside = exact & (share.p > 0) & (share.p < 1)
    return np.where(inside, share.p, low), np.where(inside, share.p, high)


def _beta(share: _Share) -> tuple[Floats, Floats]:
    n, p = share.effective, share.p
    some, rest = p > 0, p < 1
    low = special.betaincinv(np.where(some, n * p, 1), n * (1 - p) + 1, share.tail)
    high = special.betaincinv(n * p + 1, np.where(rest, n * (1 - p), 1), 1 - share.tail)
    exact = (share.variance == 0) & some & rest
    low, high = np.where(some, low, 0.0), np.where(rest, high, 1.0)
    return np.where(exact, p, low), np.where(exact, p, high)


def _likelihood(share: _Share) -> tuple[Floats, Floats]:
    certain = np.where((share.variance == 0) & (share.p > 0) & (share.p < 1), share.p, np.nan)
    low, high = certain.copy(), certain.copy()
    inside = (share.p > 0) & (share.p < 1) & (share.df > 0) & (share.variance > 0)
    for d in np.flatnonzero(inside):
        low[d], high[d] = _profiled(share.p[d], share.variance[d], share.n[d], share.t[d])
    return low, high


def _profiled(p: float, variance: float, n: float, t: float) -> tuple[float, float]:
    """Where the likelihood of a simple sample, scaled by the design effect, has fallen enough.

    Read off its signed root on a grid of logits, by a cubic spline and then a line through three
    points for each of the grid, as ``svyciprop`` does: within 1e-4 of the limits themselves.
    """
    fall = t * math.sqrt(n * variance / (p * (1 - p)))
    reach = math.sqrt(special.fdtri(1, n - 1, 1 - special.ndtr(-fall) / 2))
    if not math.isfinite(reach):  # so large a design effect that the tail has no digits left
        reach = 1.2 * fall
    step = reach / 5 * math.sqrt(variance) / (p * (1 - p))

    def root(logit: float) -> float:
        drop = p * (math.log(p) - special.log_expit(logit))
        drop += (1 - p) * (math.log1p(-p) - special.log_expit(-logit))
        return math.copysign(math.sqrt(max(0.0, 2 * (n - 1) * drop)), logit - centre)

    centre = float(special.logit(p))
    grid = {centre: 0.0}
    for sign in (-1, 1):
        for k in count(1):
            at = centre + sign * k * step
            grid[at] = root(at)
            if abs(grid[at]) >= (reach if k < PROFILE_STEPS else fall):
                break
    x = np.array(sorted(grid))
    y = np.array([grid[at] for at in x])
    ends: Any = ([(3, _third(x[:4], y[:4]))], [(3, _third(x[-4:], y[-4:]))])
    fine = np.linspace(x[0], x[-1], 3 * len(x))
    found = np.interp([-fall, fall], make_interp_spline(x, y, k=3, bc_type=ends)(fine), fine)
    low, high = special.expit(found)
    return float(low), float(high)


def _third(x: Floats, y: Floats) -> float:
    """The third derivative of the cubic through four points."""
    return 6 * float(np.polyfit(x - x[0], y, 3)[0])


METHODS: dict[str, Callable[[_Share], tuple[Floats, Floats]]] = {
    "logit": _logit,
    "xlogit": _logit,
    "wilson": _wilson,
    "beta": _beta,
    "wald": _wald,
    "mean": _wald,
    "asin": _asin,
    "likelihood": _likelihood,
}
"""The intervals of a share from a design, by name."""
