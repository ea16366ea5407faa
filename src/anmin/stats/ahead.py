"""How far a count, or a share, will get by the end of a period of which a part is over.

Prediction intervals, not confidence intervals: they allow for what is not known of the rate so far
and for what chance does in the time that is left. Counts and shares of real life scatter more than
pure chance; how much more is read from the equal parts of the time that is over.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts, numbers, tail_of

HALF = 0.5
"""What Jeffreys' prior adds to a count, and to both sides of a share."""

NEARLY = 1e-6
"""A variance that passes that of chance by no more is that of chance."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The value at the end of the period: its middle, its prediction interval, and the scatter.

    ``scatter`` is variance over that of pure chance, never below 1.
    """

    middle: float
    low: float
    high: float
    scatter: float


def count_ahead(parts: ArrayLike, left: float, level: float = 0.95) -> Ahead:
    """The count at the end, from equal ``parts`` of the time that is over; ``left`` parts are to come.

    The predictive distribution of what is to come is negative binomial. Without more scatter than
    chance makes it is exactly that of a Poisson rate with Jeffreys' prior (A. Gelman et al., Bayesian
    Data Analysis, 3rd ed., section 2.6); with more, mean and variance are those of a quasi-Poisson
    rate that is known as well as the parts tell: φμ(1 + left / parts).

    Raises:
        Refusal: no part, a count below 0, or less than nothing left.
    """
    seen, tail = counts(parts, "parts"), tail_of(level)
    many = _some(seen, left)
    total, phi = float(seen.sum()), _scatter(seen, np.full(many, seen.mean()))
    if left == 0:
        return Ahead(total, total, total, phi)
    mean = left * (total + HALF) / many
    over = phi * (1 + left / many)
    ends = np.array([tail, 1 - tail])
    if over - 1 > NEARLY:
        low, high = stats.nbinom.ppf(ends, mean / (over - 1), 1 / over).tolist()
    else:
        low, high = stats.poisson.ppf(ends, mean).tolist()
    return Ahead(total + left * total / many, total + low, total + high, phi)


def share_ahead(favourable: ArrayLike, all_: ArrayLike, left: float, level: float = 0.95) -> Ahead:
    """The share at the end, from the favourable and all cases of equal parts of the time that is over.

    As many cases come in ``left`` further parts as came so far in as many. Of these the favourable
    ones are beta-binomial (Jeffreys' prior); with more scatter than chance makes, both the cases so
    far and those to come tell as much as a φ-th of them. Scores between 0 and 1 may stand for
    favourable cases: their variance is at most that of shares, so the interval is on the safe side.

    Raises:
        Refusal: no case at all, more favourable ones than cases, or less than nothing left.
    """
    good, cases, tail = numbers(favourable, "favourable"), counts(all_, "n"), tail_of(level)
    many = _some(cases, left)
    if good.shape != cases.shape or (good < 0).any() or (good > cases + 1e-9).any():
        raise Refusal("favourable must be from 0 to n, part by part", field="favourable")
    x, n = float(good.sum()), float(cases.sum())
    if n < 1:
        raise Refusal("n must be at least 1", field="n")
    share = x / n
    phi = _scatter_of_shares(good, cases, share)
    to_come = n * left / many
    if to_come == 0:
        return Ahead(share, share, share, phi)
    trials = max(round(to_come / phi), 1)
    then = stats.betabinom(trials, x / phi + HALF, (n - x) / phi + HALF)
    low, high = (
        min((x + to_come * float(then.ppf(q)) / trials) / (n + to_come), 1.0)
        for q in (tail, 1 - tail)
    )
    return Ahead(share, low, high, phi)


def _some(parts: Floats, left: float) -> int:
    if parts.ndim != 1 or not parts.size:
        raise Refusal("there must be at least one part", field="parts")
    if not 0 <= left < np.inf:
        raise Refusal("what is left must be a number from 0", field="left")
    return int(parts.size)


def _scatter(seen: Floats, expected: Floats) -> float:
    """Pearson's chi-square over its degrees of freedom; 1 where that is less or nothing is known."""
    if seen.size < 2 or not expected.sum():
        return 1.0
    return max(float(((seen - expected) ** 2 / expected).sum() / (seen.size - 1)), 1.0)


def _scatter_of_shares(good: Floats, cases: Floats, share: float) -> float:
    some = cases > 0
    if some.sum() < 2 or not 0 < share < 1:
        return 1.0
    chance = cases[some] * share * (1 - share)
    apart = (good[some] - cases[some] * share) ** 2 / chance
    return max(float(apart.sum() / (some.sum() - 1)), 1.0)
