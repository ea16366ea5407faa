"""How much more do counts scatter than pure chance would make them?

Counts of calls and crimes scatter more than Poisson: several calls are about one thing, a level
drifts, a season comes early. Given the sum n of the counts of two periods, this period's is then
no longer binomial; with counts that are negative binomial it is beta-binomial, exactly, with

    variance = n·p·q·D(n),   D(n) = 1 + (φ - 1)·(n - 1)/(n + φ - 1) + ρ·(n - 1).

φ is the variance over the mean where reports come in batches (D does not grow with n), ρ what
levels of their own in each period add (D grows with n). Both are estimated from all the pairs of
a family at once, by the likelihood of two groups: most places did not change, and up to a fifth
may have, so that a place that did change counts for little. Small counts, and their gaps, are
taken for what they are.

Sources: J. G. Skellam, JRSS B 10 (1948) 257-261 (beta-binomial); B. Efron, Statistical Science 23
(2008) 1-22 (two groups; a null estimated from what most cases do); P. McCullagh and J. A. Nelder,
Generalized Linear Models (1989), 4.5 (dispersion; t in the place of the normal since it was
estimated). Chosen by simulation among this, a quasi-likelihood with a median scale and an
empirical normal null: docs/adr/0040.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from anmin.stats.arguments import LIKELY_AS, Floats

FEWEST = 20.0
"""Pairs, or as much as they tell, from which a family says itself how it scatters."""
EXACT_SUM = 400
"""Sum of a pair up to which the beta-binomial is summed; beyond, a beta with its moments is used."""
NOTABLE = 2.7
"""Twice the gain in log likelihood from which scatter is allowed for: by chance one family in 20
has as much (a chi-square with a bound: 5 % in one tail)."""
MOST_CHANGED = 0.2
"""Share of the places that may have changed."""
CHANGED = 0.12
"""What ρ is more among those: the logarithm of their ratio has a standard deviation of about 0.7."""
DF_EACH = 0.6
"""Degrees of freedom that a pair gives: what a robust estimate leaves of one."""
PUT_ASIDE = 0.02
"""Share of many rows, those that differ most from part to part, that tell nothing of the scatter."""
CLEAR = 1.64
"""Standard errors by which parts must scatter more than by chance: 5 % in one tail."""
PURE = 1e9
"""A concentration from which the beta-binomial is the binomial."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """How the counts of a family scatter.

    ``phi`` and ``rho`` as above (1 and 0: pure chance). ``df``: on how many pairs, or weeks, it
    rests; infinite where nothing was estimated.
    """

    phi: float = 1.0
    rho: float = 0.0
    df: float = np.inf

    @property
    def known(self) -> bool:
        """Whether it was told from counts, not assumed."""
        return bool(np.isfinite(self.df))

    @property
    def pure(self) -> bool:
        """Whether this is chance alone."""
        return self.phi <= 1 and self.rho <= 0

    def factor(self, n: Floats) -> Floats:
        """Variance over that of pure chance, given the sum of a pair."""
        n = np.maximum(n, 1.0)
        return 1 + (self.phi - 1) * (n - 1) / (n + self.phi - 1) + self.rho * (n - 1)

    def concentration(self, n: Floats) -> Floats:
        """The sum of the two parameters of the beta-binomial; infinite for chance alone."""
        n = np.maximum(n, 1.0)
        within = np.minimum((self.phi - 1) / (n + self.phi - 1) + self.rho, 0.99)
        with np.errstate(divide="ignore"):
            return np.where(within > 0, 1 / within - 1, np.inf)


CHANCE = Scatter()
"""Pure chance."""


def masses(n: Floats, share: Floats, together: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """The beta-binomial of each pair, laid end to end: outcomes, masses, where each begins."""
    lengths = n.astype(np.int64) + 1
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    of = np.repeat(np.arange(n.size), lengths)
    k = np.arange(lengths.sum()) - starts[of]
    size, p, theta = n[of], share[of], together[of]
    ways = special.gammaln(size + 1) - special.gammaln(k + 1) - special.gammaln(size - k + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = p * theta, (1 - p) * theta
        tied = special.betaln(k + a, size - k + b) - special.betaln(a, b)
        free = k * np.log(p) + (size - k) * np.log1p(-p)
    log = ways + np.where(theta < PURE, tied, free)
    return k.astype(float), np.exp(log), starts.astype(np.intp)


def _sums(values: Floats, starts: NDArray[np.intp]) -> Floats:
    return np.add.reduceat(values, starts)


def by_group(
    x: Floats, n: Floats, share: Floats, group: NDArray[np.intp], parts: Sequence[Floats]
) -> list[tuple[NDArray[np.bool_], Scatter]]:
    """The rows of each group, and how they scatter.

    A group that tells too little by itself shares the scatter of all such groups. ``parts`` hold
    the counts of each period by its parts, shape (rows, parts): a row scatters no less than from
    part to part.
    """
    found, small = [], np.zeros(x.size, bool)
    for number in np.unique(group):
        rows = group == number
        if telling(n[rows]) >= FEWEST:
            found.append((rows, _of_rows(x, n, share, rows, parts)))
        else:
            small |= rows
    if small.any():
        found.append((small, _of_rows(x, n, share, small, parts)))
    return found


def _of_rows(
    x: Floats, n: Floats, share: Floats, rows: NDArray[np.bool_], parts: Sequence[Floats]
) -> Scatter:
    pairs = estimated(x[rows], n[rows], share[rows])
    within = from_part_to_part([one[rows] for one in parts])
    if within.phi <= pairs.phi:
        return pairs if pairs.known else within
    return Scatter(within.phi, pairs.rho, pairs.df if pairs.rho else within.df)


def from_part_to_part(parts: Sequence[Floats]) -> Scatter:
    """How counts of equal parts of time scatter, each held against the one after it.

    The mean squared difference of neighbours over their sum (J. von Neumann et al., Annals of
    Mathematical Statistics 12 (1941) 153-162), so that a trend or a season does not count as
    scatter. Only φ: what levels of their own add from week to week says nothing of years.
    """
    first = [one[:, 0 : one.shape[1] // 2 * 2 : 2] for one in parts]
    second = [one[:, 1 : one.shape[1] // 2 * 2 : 2] for one in parts]
    if not first:
        return CHANCE
    x, y = np.hstack(first), np.hstack(second)
    sums = x + y
    pairs, whole = int((sums > 0).sum()), float(sums.sum())
    if pairs < FEWEST or whole < FEWEST:
        return CHANCE
    # Of many rows those that differ most from part to part may be what is looked for.
    apart = ((x - y) ** 2).sum(axis=1) - sums.sum(axis=1)
    kept = np.argsort(apart)[: len(apart) - int(len(apart) * PUT_ASIDE)]
    phi = float(((x - y)[kept] ** 2).sum() / max(float(sums[kept].sum()), 1.0))
    error = np.sqrt((2 + pairs / whole) / pairs)
    return Scatter(phi if phi - 1 > CLEAR * error else 1.0, 0.0, DF_EACH * pairs)


def telling(n: Floats) -> float:
    """How many pairs of large counts would tell as much of the scatter as these."""
    return float(((n[n > 1] - 1) / (n[n > 1] + 1)).sum())


def estimated(x: Floats, n: Floats, share: Floats) -> Scatter:
    """How this family of pairs scatters; chance alone where it is too few to say.

    ``share`` is the share of the sum that this period would have without change.
    """
    some = n >= 2
    x, n, share = x[some], n[some], share[some]
    told = telling(n)
    if told < FEWEST:
        return CHANCE
    share = _common(x, n, share)
    chance = _unlikelihood(x, n, share, CHANCE)
    minimize: Any = optimize.minimize
    tried = [
        minimize(
            lambda roots: _unlikelihood(x, n, share, _of_roots(roots)),
            start,
            method="Nelder-Mead",
            options={"xatol": 0.01, "fatol": 0.02, "maxiter": 80},
        )
        for start in ((0.5, 0.03), (1.0, 0.1))
    ]
    best = min(tried, key=lambda one: float(one.fun))
    allowed = CHANCE if 2 * (chance - best.fun) < NOTABLE else _of_roots(best.x)
    return replace(allowed, df=DF_EACH * told)


def _of_roots(roots: Sequence[float]) -> Scatter:
    """Squares, so that neither part can be negative."""
    phi, rho = (float(root) ** 2 for root in roots)
    return Scatter(1 + phi, min(rho, 0.9))


def _unlikelihood(x: Floats, n: Floats, share: Floats, scatter: Scatter) -> float:
    """Minus the log likelihood of the pairs, with as many changed ones as fit best."""
    most = _log_mass(x, n, share, scatter)
    changed = _log_mass(x, n, share, replace(scatter, rho=scatter.rho + CHANGED))
    more = np.expm1(np.clip(changed - most, -700, 700))
    parts = np.linspace(0, MOST_CHANGED, 9)[:, None]
    return -float((most + np.log1p(parts * more)).sum(axis=1).max())


def _log_mass(x: Floats, n: Floats, share: Floats, scatter: Scatter) -> Floats:
    """Logarithm of the chance of each outcome, but for the number of ways."""
    if scatter.pure:
        pure: Floats = np.asarray(special.xlogy(x, share) + special.xlog1py(n - x, -share))
        return pure
    theta = np.minimum(scatter.concentration(n), PURE)
    a, b = share * theta, (1 - share) * theta
    tied: Floats = special.betaln(x + a, n - x + b) - special.betaln(a, b)
    return tied


def _common(x: Floats, n: Floats, share: Floats) -> Floats:
    """Each pair's share if all places changed alike, as most did."""
    shift, scale = 0.0, 1.0
    for _round in range(8):
        p = special.expit(special.logit(share) + shift)
        spread = np.sqrt(n * p * (1 - p))
        z = (x - n * p) / spread
        scale = max(1.0, float(np.median(np.abs(z))) / 0.6745)
        bent = np.clip(z / scale, -1.5, 1.5)
        inside = np.abs(z / scale) < 1.5
        slope = float((spread[inside] ** 2).sum()) or 1.0
        step = float((bent * scale * spread).sum()) / slope
        shift += step
        if abs(step) < 1e-6:
            break
    moved: Floats = special.expit(special.logit(share) + shift)
    return moved


def p_values(x: Floats, n: Floats, share: Floats, scatter: Scatter, kind: str) -> Floats:
    """The p-value of "no change" where counts scatter so, given the sums.

    Outcomes are put in order as `counts.compare` does (``kind``: minlike, central, mid; upper: this many or more), and have
    the chances of the beta-binomial. Since the scatter is estimated, Student's t takes the place
    of the normal in the tail.
    """
    found = np.ones(n.shape)
    summed = (n <= EXACT_SUM) & (n > 0)
    if summed.any():
        found[summed] = _summed(x[summed], n[summed], share[summed], scatter, kind)
    if (~summed & (n > 0)).any():
        rest = ~summed & (n > 0)
        found[rest] = _smooth(x[rest], n[rest], share[rest], scatter, kind)
    if scatter.known and not scatter.pure:
        sides = 1 if kind == "upper" else 2
        z = special.ndtri(np.minimum(found, 1.0) / sides)
        found = sides * np.asarray(special.stdtr(scatter.df, z))
    capped: Floats = np.minimum(found, 1.0)
    return capped


def _summed(x: Floats, n: Floats, share: Floats, scatter: Scatter, kind: str) -> Floats:
    once, back = np.unique(np.column_stack([x, n, share]), axis=0, return_inverse=True)
    x, n, share = once.T
    theta = scatter.concentration(n)
    k, mass, starts = masses(n, share, theta)
    of = np.repeat(np.arange(n.size), n.astype(np.int64) + 1)
    if kind == "minlike":
        _k, pure, _s = masses(n, share, np.full_like(n, np.inf))
        seen = pure[starts + x.astype(np.intp)]
        found = _sums(mass * (pure <= (seen * LIKELY_AS)[of]), starts)
    else:
        half = 0.5 if kind == "mid" else 1.0
        tie = half * (k == x[of])
        upper = _sums(mass * ((k > x[of]) + tie), starts)
        lower = _sums(mass * ((k < x[of]) + tie), starts)
        found = upper if kind == "upper" else 2 * np.minimum(upper, lower)
    capped: Floats = np.minimum(found, 1.0)[back.ravel()]
    return capped


def _smooth(x: Floats, n: Floats, share: Floats, scatter: Scatter, kind: str) -> Floats:
    """Twice the smaller tail of the beta with the same mean and variance, half a count aside."""
    alike = n / scatter.factor(n) - 1
    a, b = share * alike, (1 - share) * alike
    upper = special.betaincc(a, b, np.clip((x - 0.5) / n, 0, 1))
    if kind == "upper":
        beyond: Floats = upper
        return beyond
    lower = special.betainc(a, b, np.clip((x + 0.5) / n, 0, 1))
    tails: Floats = np.minimum(1.0, 2 * np.minimum(upper, lower))
    return tails


def upper_limits(
    sums: Floats, share: float, scatter: Scatter, alpha: float, most: int = 1_000_000
) -> Floats:
    """The largest count that need not surprise after so many counted before, given the scatter.

    A count above it has a chance of at most ``alpha`` beside ``sums``, of which it would without
    change be the ``share`` of both together.
    """
    sums = np.asarray(sums, float)
    low, high = np.full(sums.shape, -1.0), np.maximum(sums, 4.0)
    shares = np.full(sums.shape, share)

    def rare(count: Floats) -> NDArray[np.bool_]:
        return p_values(count, sums + count, shares, scatter, "upper") <= alpha

    while not (enough := rare(high)).all() and float(high.max()) < most:
        low, high = np.where(enough, low, high), np.where(enough, high, 2 * high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        is_rare = rare(middle)
        low, high = np.where(is_rare, low, middle), np.where(is_rare, middle, high)
    return high - 1
