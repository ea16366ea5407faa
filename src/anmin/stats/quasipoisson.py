"""Counts of groups with a common trend over time: log-linear, overdispersed, fitted for many series.

The model is log E(y) = level of the group + slope × time, with variance dispersion × E(y). Its
normal equations are an arrow (a diagonal of groups, one row for the slope), so a step costs no
more than a few sums over the observations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from anmin.stats.arguments import Floats
from anmin.stats.kernels import kernel

TOLERANCE = 1e-8
"""Relative change of the deviance at which iteration ends (as in R's ``glm``)."""
STEPS = 50
LEAST = np.finfo(np.float64).eps
"""Smallest fitted mean: a group without any count would drift to zero for ever."""
ANSCOMBE = 2 / 3
"""Exponent that makes the residuals of counts nearly normal."""


type Groups = NDArray[np.int64]


class Fits(NamedTuple):
    """One row for each series: what the model says of the moment asked for.

    ``mean`` is NaN where the model cannot be fitted; ``error`` is the standard error of log mean.
    """

    mean: Floats
    error: Floats
    dispersion: Floats
    slope: Floats
    """Change of log mean by unit of time; 0 where the trend was left out."""
    trended: NDArray[np.bool_]


@kernel
def _solve(
    y: Floats,
    group: Groups,
    time: Floats,
    prior: Floats,
    groups: int,
    trend: bool,
    level: Floats,
    mean: Floats,
    weight: Floats,
) -> tuple[float, float, bool]:
    """Fit one series. Fills level, mean and weight; returns slope, information on it, success.

    ``weight`` is what the last step was made with, so it belongs to the means before that step.
    """
    total, of_time, of_work = np.empty(groups), np.empty(groups), np.empty(groups)
    log_mean, log_y = np.empty(len(y)), np.empty(len(y))
    before = 0.0
    for i in range(len(y)):
        mean[i] = y[i] + 0.1
        log_mean[i] = np.log(mean[i])
        log_y[i] = np.log(y[i]) if y[i] > 0 else 0.0
        before += 2 * prior[i] * (y[i] * (log_y[i] - log_mean[i]) - (y[i] - mean[i]))
    slope, information = 0.0, 0.0
    for _step in range(STEPS):
        information, gain = _sums(
            y, group, time, prior, mean, log_mean, weight, total, of_time, of_work
        )
        if trend:
            for g in range(groups):
                information -= of_time[g] * of_time[g] / total[g]
                gain -= of_time[g] * of_work[g] / total[g]
            if information <= 0:
                return 0.0, 0.0, False
            slope = gain / information
        for g in range(groups):
            level[g] = (of_work[g] - slope * of_time[g]) / total[g]
        deviance = 0.0
        for i in range(len(y)):
            log_mean[i] = level[group[i]] + slope * time[i]
            mean[i] = max(np.exp(log_mean[i]), LEAST)
            deviance += 2 * prior[i] * (y[i] * (log_y[i] - log_mean[i]) - (y[i] - mean[i]))
        if not np.isfinite(deviance):
            return slope, information, False
        if abs(deviance - before) / (abs(deviance) + 0.1) < TOLERANCE:
            return slope, information, True
        before = deviance
    return slope, information, False


@kernel
def _sums(
    y: Floats,
    group: Groups,
    time: Floats,
    prior: Floats,
    mean: Floats,
    log_mean: Floats,
    weight: Floats,
    total: Floats,
    of_time: Floats,
    of_work: Floats,
) -> tuple[float, float]:
    """Fill the weights and the sums of the normal equations: by group, and (returned) over all."""
    total[:], of_time[:], of_work[:] = 0.0, 0.0, 0.0
    time_time, time_work = 0.0, 0.0
    for i in range(len(y)):
        w, g = prior[i] * mean[i], group[i]
        work = log_mean[i] + (y[i] - mean[i]) / mean[i]
        weight[i] = w
        total[g] += w
        of_work[g] += w * work
        of_time[g] += w * time[i]
        time_time += w * time[i] * time[i]
        time_work += w * time[i] * work
    return time_time, time_work


@kernel
def _variances(
    group: Groups,
    time: Floats,
    weight: Floats,
    groups: int,
    trend: bool,
    information: float,
    leverage: Floats,
    total: Floats,
    centre: Floats,
) -> None:
    """Fill the leverages, and for each group its sum of weights and its weighted mean time."""
    total[:], centre[:] = 0.0, 0.0
    for i in range(len(group)):
        total[group[i]] += weight[i]
        centre[group[i]] += weight[i] * time[i]
    for g in range(groups):
        centre[g] /= total[g]
    for i in range(len(group)):
        g = group[i]
        variance = 1 / total[g]
        if trend:
            variance += (time[i] - centre[g]) ** 2 / information
        leverage[i] = weight[i] * variance


@kernel
def _spread(y: Floats, mean: Floats, weight: Floats, freedom: int) -> float:
    """Pearson's dispersion: weights of the last step on the working residuals of its outcome."""
    squares = 0.0
    for i in range(len(y)):
        squares += weight[i] * ((y[i] - mean[i]) / mean[i]) ** 2
    return squares / freedom


@kernel
def _down_weight(
    y: Floats, mean: Floats, leverage: Floats, dispersion: float, threshold: float, prior: Floats
) -> None:
    """Give past outbreaks less weight: residuals above the threshold count by their square."""
    n = len(y)
    total = 0.0
    for i in range(n):
        free = dispersion * (1 - leverage[i])
        s = 0.0
        if free > 0:
            s = 1.5 * (y[i] ** ANSCOMBE * mean[i] ** (-1 / 6) - mean[i] ** 0.5) / np.sqrt(free)
        prior[i] = 1 / (s * s) if s > threshold else 1.0
        total += prior[i]
    for i in range(n):
        prior[i] *= n / total


@kernel
def _model(
    y: Floats,
    group: Groups,
    time: Floats,
    groups: int,
    trend: bool,
    reweight: bool,
    threshold: float,
    published: bool,
    work: tuple[Floats, ...],
) -> tuple[float, float, float, float, bool]:
    """Fit one series, with past outbreaks weighted down if asked for.

    Returns slope, information on it, the dispersion as it is and not below 1, and success.
    """
    level, total, centre, mean, weight, leverage, prior = work
    freedom = len(y) - groups - (1 if trend else 0)
    prior[:] = 1.0
    slope, information, done = _solve(y, group, time, prior, groups, trend, level, mean, weight)
    if not done:
        return slope, information, np.nan, np.nan, False
    raw = _spread(y, mean, weight, freedom)
    dispersion = max(raw, 1.0)
    if reweight:
        _variances(group, time, weight, groups, trend, information, leverage, total, centre)
        _down_weight(y, mean, leverage, dispersion, threshold, prior)
        slope, information, done = _solve(y, group, time, prior, groups, trend, level, mean, weight)
        raw = _spread(y, mean, weight, freedom)
        dispersion = max(raw, 1.0)
        if published:
            raw = _spread(y, mean, prior, freedom)
    _variances(group, time, weight, groups, trend, information, leverage, total, centre)
    return slope, information, raw, dispersion, done


@kernel
def _fit_many(
    counts: Floats,
    group: Groups,
    time: Floats,
    groups: int,
    here: int,
    now: float,
    trend: bool,
    critical: float,
    reweight: bool,
    threshold: float,
    published: bool,
    out: Floats,
) -> None:
    n = counts.shape[1]
    level, total, centre = np.empty(groups), np.empty(groups), np.empty(groups)
    mean, weight, leverage, prior = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    work = (level, total, centre, mean, weight, leverage, prior)
    for series in range(len(counts)):
        y = counts[series]
        out[series, :4] = np.nan
        out[series, 4] = 0.0
        for trended in (True, False):
            if trended and not trend:
                continue
            slope, information, raw, dispersion, done = _model(
                y, group, time, groups, trended, reweight, threshold, published, work
            )
            if not done:
                continue
            expected = np.exp(level[here] + slope * now)
            variance = 1 / total[here]
            if trended:
                clear = abs(slope) > critical * np.sqrt(raw / information)
                if not clear or expected > y.max():
                    continue
                variance += (now - centre[here]) ** 2 / information
            error = np.sqrt(variance * (raw if published else dispersion))
            out[series, 0], out[series, 1], out[series, 2] = expected, error, dispersion
            out[series, 3], out[series, 4] = slope, 1.0 if trended else 0.0
            break


def fit(
    counts: Floats,
    group: NDArray[np.int64],
    time: Floats,
    *,
    here: int,
    now: float,
    trend: bool,
    p_trend: float,
    threshold: float | None,
    published: bool,
) -> Fits:
    """Fit each row of ``counts`` (series × moments) and say what it expects now.

    ``group`` (0, 1, …, each with a moment) and ``time`` belong to the moments; ``here`` and ``now`` to
    the moment asked for. The trend stays if its p-value is below ``p_trend`` and it leads no higher
    than the highest count. Moments whose Anscombe residual is above ``threshold`` are weighted
    down (None: none are). ``published`` takes for error and p-value the dispersion that
    `surveillance::farringtonFlexible` takes: not kept from falling below 1, and, after
    reweighting, the mean of the prior weights times the squared working residuals.
    """
    groups = int(group.max()) + 1
    freedom = counts.shape[1] - groups - 1
    out = np.empty((len(counts), 5))
    _fit_many(
        np.ascontiguousarray(counts),
        group,
        time,
        groups,
        here,
        now,
        trend and freedom > 0,
        -stdtrit(max(freedom, 1), p_trend / 2),
        threshold is not None,
        0.0 if threshold is None else threshold,
        published,
        out,
    )
    mean, error, dispersion, slope, trended = out.T
    return Fits(mean, error, dispersion, slope, trended == 1)
