"""`counts.compare` for very many pairs: the same limits and p-values, compiled.

Everything follows from one sum, P(X >= k) = P(X = k) · (1 + r + r·r' + …), the r being the ratios of
neighbouring probabilities. All terms are positive, so no digit is lost. Limits are found on the
scale of the logarithm of the odds, where the logarithm of that sum is smooth enough for Halley's
method to arrive in two or three steps.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from anmin.stats.arguments import LIKELY_AS, Floats
from anmin.stats.kernels import kernel

LARGEST = 20_000
"""Sum of a pair up to which logarithms of factorials keep ten digits of a probability."""
ENOUGH = 1e-17
CLOSE = 1e-12
"""What a step may leave as error: its third power, times the information (at most n)."""
MOST_STEPS = 60


@kernel
def _beyond(k: float, n: float, odds: float) -> float:
    """P(X >= k) as a multiple of P(X = k), for k not far below the mean."""
    term, total = 1.0, 1.0
    while k < n:
        term *= (n - k) / (k + 1) * odds
        total += term
        if term < ENOUGH * total:
            break
        k += 1
    return total


@kernel
def _first_guess(x: float, n: float, z: float) -> float:
    """Log odds of the exact lower limit, by Abramowitz and Stegun 26.5.22."""
    a, b = 2 * x - 1, 2 * (n - x) + 1
    h, lean = 2 / (1 / a + 1 / b), (z * z - 3) / 6
    w = z * math.sqrt(h + lean) / h - (1 / b - 1 / a) * (lean + 5 / 6 - 2 / (3 * h))
    return math.log((a + 1) / (b + 1)) - 2 * w


@kernel
def _step(
    x: float, n: float, choose: float, log_tail: float, theta: float, beyond: float, half: bool
) -> float:
    """How far to go from these log odds, P(X >= x) being ``beyond`` times P(X = x) there.

    With ``half``, only half of P(X = x) is to count.
    """
    odds = math.exp(theta)
    p, q = odds / (1 + odds), 1 / (1 + odds)
    slope, bend = x * q, x - n * p
    if half:
        beyond -= 0.5
        slope = (x * q + (n - x) * p) / 2
        bend += p * q * (n - 2 * x) / (2 * slope)
    else:
        bend -= p
    gap = choose + x * theta - n * math.log1p(odds) + math.log(beyond) - log_tail
    slope /= beyond
    step = -gap / slope
    curved = step * (bend - slope)
    return step / (1 + curved / 2) if abs(curved) < 1 else step


@kernel
def _lower(x: float, n: float, choose: float, log_tail: float, start: float) -> tuple[float, float]:
    """The log odds at which P(X >= x) is the tail, and where it is so with half of P(X = x)."""
    exact, step = start, 0.0
    for _ in range(MOST_STEPS):
        beyond = _beyond(x, n, math.exp(exact))
        step = _step(x, n, choose, log_tail, exact, beyond, False)
        if abs(step) ** 3 * n < CLOSE:
            break
        exact += step
    # The first step of the other search needs no new sum.
    mid = exact + _step(x, n, choose, log_tail, exact, beyond, True)
    exact += step
    for _ in range(MOST_STEPS):
        beyond = _beyond(x, n, math.exp(mid))
        step = _step(x, n, choose, log_tail, mid, beyond, True)
        mid += step
        if abs(step) ** 3 * n < CLOSE:
            break
    return exact, mid


@kernel
def _limits(
    x: Floats, y: Floats, log_factorial: Floats, tail: float, z: float, out: Floats
) -> None:
    log_tail = math.log(tail)
    for i in range(len(x)):
        n = x[i] + y[i]
        choose = log_factorial[int(n)] - log_factorial[int(x[i])] - log_factorial[int(y[i])]
        out[0, i], out[1, i], out[2, i], out[3, i] = 0.0, np.inf, 0.0, np.inf
        for side in range(2):
            count = x[i] if side == 0 else y[i]
            if count == 0:
                continue
            exact, mid = _lower(count, n, choose, log_tail, _first_guess(count, n, z))
            # The upper limit of a share is one minus the lower of the rest: as odds, its inverse.
            sign = 1 - 2 * side
            out[side, i], out[2 + side, i] = math.exp(sign * exact), math.exp(sign * mid)


@kernel
def _p_values(x: Floats, y: Floats, p: Floats, log_factorial: Floats, out: Floats) -> None:
    for i in range(len(x)):
        n = x[i] + y[i]
        # Mirrored so that the seen count never lies above its expectation.
        mirrored = x[i] > n * p[i]
        seen, share, rest = (y[i], 1 - p[i], p[i]) if mirrored else (x[i], p[i], 1 - p[i])
        log_share, log_rest, all_ways = math.log(share), math.log(rest), log_factorial[int(n)]
        point = math.exp(
            all_ways - log_factorial[int(seen)] - log_factorial[int(n - seen)]
            + seen * log_share + (n - seen) * log_rest
        )  # fmt: skip
        near = point * _beyond(n - seen, n, rest / share)
        smaller = min(near, 1 - near + point)
        # Beyond the expectation probabilities fall: find the first outcome unlikely enough,
        # starting opposite to what was seen.
        mean = n * share
        k = min(max(math.ceil(mean), math.floor(2 * mean - seen)), n)
        odds = share / rest
        there = math.exp(
            all_ways - log_factorial[int(k)] - log_factorial[int(n - k)]
            + k * log_share + (n - k) * log_rest
        )  # fmt: skip
        limit = point * LIKELY_AS
        if there > limit:
            while k <= n and there > limit:
                there *= (n - k) / (k + 1) * odds
                k += 1
        else:
            while k - 1 >= mean and there * k / ((n - k + 1) * odds) <= limit:
                there *= k / ((n - k + 1) * odds)
                k -= 1
        far = there * _beyond(k, n, odds) if k <= n else 0.0
        out[0, i], out[1, i] = min(1.0, near + far), min(1.0, 2 * smaller)
        out[2, i] = min(1.0, 2 * smaller - point)


def compare(x: Floats, y: Floats, p: Floats, tail: float) -> tuple[Floats, Floats]:
    """Limits of the odds of ``x`` against ``y``, and p-values where ``x`` expects a share ``p``.

    Counts as flat arrays with sums up to `LARGEST`. Limits (4 × pairs) are exact low and high,
    mid-p low and high: 0 and infinity where a count is 0. P-values (3 × pairs) are those of minimum
    likelihood, central and mid.
    """
    log_factorial = special.gammaln(np.arange(int((x + y).max(initial=0)) + 1) + 1.0)
    this, last, where = _different(x, y)
    limits = np.empty((4, len(this)))
    _limits(this, last, log_factorial, tail, -float(special.ndtri(tail)), limits)
    alike = bool(len(p)) and bool((p == p[0]).all())
    if alike:
        x, y, p = this, last, np.full(len(this), p[0])
    p_values = np.empty((3, len(x)))
    _p_values(x, y, np.ascontiguousarray(p), log_factorial, p_values)
    return limits[:, where], p_values[:, where] if alike else p_values


def _different(x: Floats, y: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Each pair once, and which of them each row holds: small counts repeat a lot."""
    height = int(y.max(initial=0)) + 1
    keys = (x * height + y).astype(np.int64)
    size = (int(x.max(initial=0)) + 1) * height
    if size > 4 * len(keys) + 1000:
        once, where = np.unique(keys, return_inverse=True)
    else:
        met = np.zeros(size, dtype=bool)
        met[keys] = True
        once = np.flatnonzero(met)
        where = (np.cumsum(met) - 1)[keys]
    this, last = np.divmod(once, height)
    return this.astype(float), last.astype(float), where
