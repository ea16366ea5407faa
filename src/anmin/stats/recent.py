"""Sudden rises, where there is no past of years: each count against the few moments before it.

Source: L. Hutwagner et al., Journal of Urban Health 80 (2003) i89-i96, in the form of R. D. Fricker
et al., Statistics in Medicine 27 (2008) 3407-3429; the values are those of ``earsC`` of the R
package surveillance.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, counts

METHODS = {"C1": 0, "C2": 2, "C3": 2}
"""Moments left out between the baseline and now."""
ALPHA = {"C1": 0.001, "C2": 0.001, "C3": 0.025}


class Rises(NamedTuple):
    """Arrays series × moments (or moments)."""

    observed: Floats
    expected: Floats
    """Mean of the baseline."""
    upperbound: Floats
    """NaN where the baseline does not vary, so that C3 cannot tell."""
    alarm: NDArray[np.bool_]


def ears(
    observed: ArrayLike,
    start: int | None = None,
    *,
    method: str = "C1",
    baseline: int = 7,
    alpha: float | None = None,
    min_sigma: float = 0,
) -> Rises:
    """Judge every moment from ``start`` (position in time, from 0; else the first possible) on.

    ``observed`` is one series, or series × time. C1 compares with the ``baseline`` moments before
    now, C2 leaves the last two out, so that a slow rise does not hide itself, and C3 adds what C2
    found at the last two moments. ``alpha`` (else 0.001, for C3 0.025) is the chance of an alarm
    without cause if counts were normal; ``min_sigma`` the smallest standard deviation believed.

    Raises:
        Refusal: counts that are none, options out of range, too few moments before ``start``.
    """
    series = counts(observed, "observed")
    chance = ALPHA.get(method, 0.0) if alpha is None else alpha
    _check(series, method, baseline, chance, min_sigma)
    lag, before = METHODS[method], 2 if method == "C3" else 0
    needed = baseline + lag + before
    first = needed if start is None else start
    if not needed <= first < series.shape[-1]:
        raise Refusal(
            f"{method} judges no moment before number {needed + 1}, or after the last",
            field="start",
        )
    # From here on, column 0 is the first moment needed: the one judged, or two before it.
    now = series[..., first - before :]
    windows = sliding_window_view(series, baseline, axis=-1)
    past = windows[..., first - before - lag - baseline :, :][..., : now.shape[-1], :]
    mean, sigma = past.mean(axis=-1), np.maximum(past.std(axis=-1, ddof=1), min_sigma)
    z = special.ndtri(1 - chance)
    if method == "C3":
        upper = _with_the_last_two(now, mean, sigma, z)
        now, mean = now[..., 2:], mean[..., 2:]
    else:
        upper = mean + z * sigma
    return Rises(now, mean, upper, now > upper)


def _check(series: Floats, method: str, baseline: int, alpha: float, min_sigma: float) -> None:
    if series.ndim not in (1, 2):
        raise Refusal("observed must be one series, or series by time", field="observed")
    if method not in METHODS:
        raise Refusal(f"method must be one of {', '.join(METHODS)}", field="method")
    if baseline < 3:
        raise Refusal("baseline must be at least 3", field="baseline")
    if not 0 < alpha < 1:
        raise Refusal("alpha must lie between 0 and 1, such as 0.001", field="alpha")
    if not 0 <= min_sigma < np.inf:
        raise Refusal("min_sigma must be at least 0", field="min_sigma")


def _with_the_last_two(now: Floats, mean: Floats, sigma: Floats, z: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum((now - mean) / sigma - 1, 0)
        upper = now[..., 2:] + sigma[..., 2:] * (z - excess[..., :-2] - excess[..., 1:-1])
    return np.maximum(upper, 0)
