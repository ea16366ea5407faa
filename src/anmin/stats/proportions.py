"""Shares of a population, with limits that stay between 0 and 1.

The methods are those of R's ``svyciprop``; "effective n" is the sample that would be as precise if
it were drawn simply (E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998) 193-201).
"""

import math
from collections.abc import Callable, Sequence
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
from anmin.stats.estimates import Errors, Estimates, mean
from anmin.stats.intervals import wilson_score
from anmin.stats.levels import Column, Columns, Levels
from anmin.stats.linearisation import domains_of

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
    errors: Errors = "linearised",
) -> Estimates:
    """The share of the population whose ``y`` is ``value``.

    Where everybody or nobody in the sample has it, only ``wilson`` and ``beta`` have limits, since
    its spread says nothing. A sample of single people is then taken as drawn simply; one of
    clusters as so many as it would be with the likeness within clusters that the other domains
    show, and where none do, as so many people as there are clusters (the surest of all readings).
    Without a degree of freedom, as from a single cluster, there are no limits by any method.

    Args:
        y: (n,) labels; or without ``value`` booleans, or numbers 0 and 1.
        method: ``logit`` (alias ``xlogit``), ``wilson`` (score), ``beta`` (Clopper-Pearson with
            the effective n), ``wald`` (alias ``mean``; may leave 0 to 1), ``asin``,
            ``likelihood``.

    Other arguments and refusals as `estimates.mean`.
    """
    if method not in METHODS:
        raise Refusal(f"method must be one of {', '.join(METHODS)}", field="method")
    held = holds(y, value)
    found = mean(
        design, held, by=by, where=where, level=level, covariances=covariances, errors=errors
    )
    last = None
    if method == "likelihood":
        last = _last_steps(design, np.asarray(held, float), by, where)
    tail = tail_of(level)
    share = _Share(found.estimate, found.se**2, found.n, found.df, tail, _alike(found), last)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = METHODS[method](share)
    told = found.df > 0
    return replace(found, low=np.where(told, low, np.nan), high=np.where(told, high, np.nan))


LIKE_FROM = 3
"""Fewest other domains from which the likeness within clusters is told."""


def _alike(found: Estimates) -> Floats:
    """(D,) of how many people drawn simply a domain tells as much, where all say the same.

    The likeness ρ within clusters is that of the other domains together, from their design effects
    1 + (m - 1)·ρ at m people a cluster (L. Kish, Survey Sampling (1965), 5.4).
    """
    n, units = found.n, found.n if found.units is None else found.units
    size = n / np.maximum(units, 1)
    clustered = size > 1
    p = found.estimate
    others = clustered & (p > 0) & (p < 1) & (found.df > 0) & np.isfinite(found.deff)
    if not others.any() or others.sum() < LIKE_FROM:
        return np.where(clustered, units, n)
    more = found.df[others] * (found.deff[others] - 1)
    alike = float(np.clip(more.sum() / (found.df[others] * (size[others] - 1)).sum(), 0, 1))
    return np.maximum(n / (1 + (size - 1) * alike), np.minimum(units, n))


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
    alike: Floats
    """The effective n where all say the same."""
    last: Sequence[tuple[float, float]] | None = None
    """For the likelihood: see `_last_steps`."""

    @property
    def t(self) -> Floats:
        return _quantile(self.df, self.tail)

    @property
    def effective(self) -> Floats:
        n = self.p * (1 - self.p) / self.variance * (_quantile(self.n - 1, self.tail) / self.t) ** 2
        return np.where((self.p > 0) & (self.p < 1), n, self.alike)


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
        centre, before = (
            share.last[int(d)] if share.last else (float(special.logit(share.p[d])), None)
        )
        low[d], high[d] = _profiled(
            share.p[d], share.variance[d], share.n[d], share.t[d], centre, before
        )
    return low, high


CONVERGED: Final = 1e-8
"""Relative change of the deviance at which R's ``glm`` stops."""


def _last_steps(
    design: Design, held: Floats, by: Columns, where: ArrayLike | None
) -> list[tuple[float, float]]:
    """For each domain the logit at which R's ``glm`` stops, and p(1 - p) at its last step but one.

    Its working weights are those of the step before, and with them the design effect that the
    likelihood is scaled by: a share of 1e-5 of the limits.
    """
    domains = domains_of(design, by, where)
    found = []
    for d in range(domains.size):
        inside = domains.codes == d
        y, weights = held[domains.rows][inside], domains.weights[inside]
        found.append(_fitted_logit(y, weights / weights.mean()))
    return found


def _fitted_logit(y: Floats, weights: Floats) -> tuple[float, float]:
    if y.min() == y.max():
        return 0.0, 0.25
    mu = (weights * y + 0.5) / (weights + 1)
    logits, before, old = special.logit(mu), 0.0, _deviance(y, weights, mu)
    for _step in range(25):
        spread = mu * (1 - mu)
        working = weights * spread
        before = float(working.sum() / weights.sum())
        logit = (working * (logits + (y - mu) / spread)).sum() / working.sum()
        logits = np.full(y.shape, float(logit))
        mu = special.expit(logits)
        now = _deviance(y, weights, mu)
        if abs(now - old) / (abs(now) + 0.1) < CONVERGED:
            break
        old = now
    return float(logits[0]), before


def _deviance(y: Floats, weights: Floats, mu: Floats) -> float:
    return -2 * float((weights * np.where(y > 0, np.log(mu), np.log1p(-mu))).sum())


def _profiled(
    p: float, variance: float, n: float, t: float, centre: float, before: float | None
) -> tuple[float, float]:
    """Where the likelihood of a simple sample, scaled by the design effect, has fallen enough.

    Read off its signed root on a grid of logits, by a cubic spline and then a line through three
    points for each of the grid, as ``svyciprop`` does: its limits to nine digits, and within 1e-4
    of those of the likelihood itself. ``before``: p(1 - p) at the fit's last step but one.
    """
    spread = p * (1 - p)
    fall = t * math.sqrt(n * variance / spread * ((before or spread) / spread))
    reach = math.sqrt(special.fdtri(1, n - 1, 1 - special.ndtr(-fall) / 2))
    if not math.isfinite(reach):  # so large a design effect that the tail has no digits left
        reach = 1.2 * fall
    step = reach / 5 * math.sqrt(variance) / (p * (1 - p))

    def root(logit: float) -> float:
        drop = p * (math.log(p) - special.log_expit(logit))
        drop += (1 - p) * (math.log1p(-p) - special.log_expit(-logit))
        return math.copysign(math.sqrt(max(0.0, 2 * (n - 1) * drop)), logit - centre)

    grid = {centre: root(centre)}
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
