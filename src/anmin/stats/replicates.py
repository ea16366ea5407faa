"""Standard errors by repetition: for statistics that have no formula, and to check those that do.

Each replicate is the sample with other weights: without one unit of the first stage (jackknife:
J. Shao and D. Tu, The Jackknife and Bootstrap (1995), chapter 6), or with units drawn again
(bootstrap: J. N. K. Rao and C. F. J. Wu, JASA 83 (1988) 231-241). Weights of a calibrated design
are fitted anew in each. Stages below the first count as part of its units.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import MOST_TRIALS, Floats, tail_of, whole
from anmin.stats.design import Design, Stage


@dataclass(frozen=True, slots=True, eq=False)
class Replicated:
    """Estimates with what their replicates say of their errors, k of them."""

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    df: float
    covariance: Floats
    """(k, k)"""


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Sets of weights, made one after the other as they are asked for."""

    design: Design
    scale: Floats
    """(R,) what the squared deviation of each replicate counts."""
    multiplier: Callable[[int], Floats]
    """Replicate → (U,) what the weights of each unit of the first stage are multiplied by."""

    def __len__(self) -> int:
        return len(self.scale)

    def weights(self, replicate: int) -> Floats:
        """(n,) the weights of one replicate.

        Raises:
            Refusal: a calibrated design whose replicate cannot be fitted to the totals.
        """
        times = self.multiplier(replicate)[self.design.stages[0].unit]
        calibration = self.design.calibration
        if calibration is None:
            return self.design.weights * times
        return calibration.again(calibration.base * times)

    def __iter__(self) -> Iterator[Floats]:
        return (self.weights(replicate) for replicate in range(len(self)))

    def estimate(self, statistic: Callable[[Floats], ArrayLike], level: float = 0.95) -> Replicated:
        """What ``statistic`` makes of the weights, a number or (k,), and its error.

        Deviations are taken from the estimate of the whole sample.
        """
        tail = tail_of(level)
        estimate = np.atleast_1d(np.asarray(statistic(self.design.weights), float))
        apart = np.array([np.atleast_1d(statistic(weights)) for weights in self]) - estimate
        between = apart.T @ (apart * self.scale[:, None])
        df = min(self.design.df, len(self) - 1)
        se = np.sqrt(np.diagonal(between))
        half = se * (special.stdtrit(df, 1 - tail) if df > 0 else np.nan)
        return Replicated(estimate, se, estimate - half, estimate + half, df, between)


def jackknife(design: Design) -> Replicates:
    """One replicate for each unit of the first stage: its stratum without it.

    JK1 of an unstratified design, JKn of a stratified one. For smooth statistics; not for
    quantiles, where the bootstrap is right.

    Raises:
        Refusal: a design that compares strata of a single unit with the mean of all.
    """
    stage = _first_stage(design)
    units = np.flatnonzero(stage.sampled[stage.stratum] > 1)
    sampled, unseen = stage.sampled[stage.stratum[units]], _unseen(stage)[stage.stratum[units]]

    def multiplier(replicate: int) -> Floats:
        unit = units[replicate]
        n = stage.sampled[stage.stratum[unit]]
        times = np.where(stage.stratum == stage.stratum[unit], n / (n - 1), 1.0)
        times[unit] = 0.0
        return times

    return Replicates(design, (sampled - 1) / sampled * unseen, multiplier)


def bootstrap(design: Design, replicates: int = 500, *, seed: int) -> Replicates:
    """Replicates with one unit less than drawn, drawn again with replacement in each stratum.

    Rescaled so that their spread is that of the sample, seen shares of the population included.
    The same seed gives the same replicates, whichever are asked for first.

    Raises:
        Refusal: fewer than two replicates, or more than a million; as `jackknife`.
    """
    stage = _first_stage(design)
    whole(replicates, "replicates", 2, MOST_TRIALS)
    order = np.argsort(stage.stratum, kind="stable")
    starts = np.concatenate([[0], np.cumsum(stage.sampled)[:-1]]).astype(np.intp)
    again = np.maximum(stage.sampled - 1, 0).astype(np.intp)
    stratum = np.repeat(np.arange(len(again)), again)
    several = stage.sampled > 1
    stretch = np.where(several, np.sqrt(_unseen(stage)), 0.0)[stage.stratum]
    odds = (stage.sampled / np.maximum(stage.sampled - 1, 1))[stage.stratum]

    def multiplier(replicate: int) -> Floats:
        random = np.random.default_rng([seed, replicate])
        places = starts[stratum] + random.integers(0, stage.sampled.astype(np.intp)[stratum])
        times = np.bincount(order[places], minlength=len(order))
        return 1 + stretch * (odds * times - 1)

    return Replicates(design, np.full(replicates, 1 / replicates), multiplier)


def _first_stage(design: Design) -> Stage:
    stage = design.stages[0]
    if stage.centred and (stage.sampled == 1).any():
        raise Refusal("a stratum with a single unit has no replicates", field="strata")
    return stage


def _unseen(stage: Stage) -> Floats:
    """(H,) the share of each stratum's units that was not drawn."""
    if stage.population is None:
        return np.ones(len(stage.sampled))
    return 1 - stage.sampled / stage.population
