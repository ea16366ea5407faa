"""Means, totals and ratios of a population, and of its parts, from a weighted sample.

Every estimate comes with its standard error by Taylor linearisation (`linearisation`), its limits
by Student's t with the degrees of freedom of the design, and its design effect. ``by`` names
domains: parts of the population that may cut across strata and clusters, so the size of the sample
in them is itself left to chance; ``where`` keeps to one such part.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, tail_of
from anmin.stats.design import Design
from anmin.stats.levels import Columns
from anmin.stats.linearisation import Domains, covariance, degrees, domains_of, units, variances

type Errors = Literal["linearised", "jackknife"]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """One estimate for each domain, D of them (one if there was no ``by``).

    NaN where nothing can be said: a mean of nothing, limits without degrees of freedom, a design
    effect against a variance of 0.
    """

    by: NDArray[Any] | None
    """(D,) the domain's label, or (D, variables) if several were crossed; None: the whole."""
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    df: Floats
    """Degrees of freedom: units of the first stage in the domain less their strata."""
    n: Floats
    """Rows with weight."""
    deff: Floats
    """Variance over that of a simple random sample of n from the same population."""
    level: float
    design_df: float
    """Degrees of freedom of the whole design."""
    covariance: Floats | None = None
    """(D, D), when it was asked for."""
    units: Floats | None = None
    """(D,) units of the first stage, such as clusters, with a row in the domain."""


def mean(
    design: Design,
    y: ArrayLike,
    *,
    by: Columns = None,
    where: ArrayLike | None = None,
    level: float = 0.95,
    covariances: bool = False,
    errors: Errors = "linearised",
) -> Estimates:
    """The mean of ``y`` in the population.

    Args:
        y: (n,) numbers or booleans.
        by: labels of domains, one column or a sequence of columns to cross.
        where: (n,) which rows belong to the part that is estimated.
        covariances: also the covariances between domains, for `contrast`.
        errors: ``linearised`` (Taylor), or ``jackknife``: estimated again without each unit of
            the first stage, weights fitted anew. Better where few clusters were raked.

    Raises:
        Refusal: values that are missing, no numbers, or not as many as the design has rows;
            as `replicates.jackknife`.
    """
    domains = domains_of(design, by, where)
    values, weights = column(y, domains, "y"), domains.weights
    size = domains.sums(weights)
    # Values far from 0 keep their digits; a share of 0 or 1 stays exactly that.
    centre = values.mean() if values.min() > 0 or values.max() < 0 else 0.0
    values -= centre
    weighted = weights * values
    means = domains.sums(weighted) / size
    spread = domains.sums(weighted * values) / size - means**2
    scores = (weighted - weights * _each(means, domains)) / _each(size, domains)
    between = _again(domains, means, values, None) if errors == "jackknife" else None
    return finished(domains, means + centre, scores, spread, size, level, covariances, between)


def total(
    design: Design,
    y: ArrayLike,
    *,
    by: Columns = None,
    where: ArrayLike | None = None,
    level: float = 0.95,
    covariances: bool = False,
    errors: Errors = "linearised",
) -> Estimates:
    """The total of ``y`` over the population; of a true-or-false column, how many are true.

    Arguments and refusals as `mean`.
    """
    domains = domains_of(design, by, where)
    values, weights = column(y, domains, "y"), domains.weights
    size, weighted = domains.sums(weights), weights * values
    totals = domains.sums(weighted)
    apart = values - _each(totals / size, domains)
    spread = domains.sums(weights * apart**2) / size * size**2
    between = _again(domains, totals, values, _WHOLE) if errors == "jackknife" else None
    return finished(domains, totals, weighted, spread, size, level, covariances, between)


def ratio(
    design: Design,
    y: ArrayLike,
    x: ArrayLike,
    *,
    by: Columns = None,
    where: ArrayLike | None = None,
    level: float = 0.95,
    covariances: bool = False,
    errors: Errors = "linearised",
) -> Estimates:
    """The total of ``y`` over the total of ``x``; NaN where the total of ``x`` is 0.

    Arguments and refusals as `mean`.
    """
    domains = domains_of(design, by, where)
    above, below = column(y, domains, "y"), column(x, domains, "x")
    weights, size = domains.weights, domains.sums(domains.weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = domains.sums(weights * below)
        ratios = np.where(base != 0, domains.sums(weights * above) / base, np.nan)
        apart = (above - below * _each(ratios, domains)) / _each(base, domains)
        spread = domains.sums(weights * apart**2) / size * size**2
    between = _again(domains, ratios, above, below) if errors == "jackknife" else None
    return finished(domains, ratios, weights * apart, spread, size, level, covariances, between)


_WHOLE: Floats = np.empty(0)
"""In the place of a denominator: there is none."""


def _again(domains: Domains, estimate: Floats, above: Floats, below: Floats | None) -> Floats:
    """(D, D) covariances by the jackknife; ``below`` None: a mean.

    A domain that a replicate has nobody of stays as it is there.
    """
    scale, made = _replicate_weights(domains.design)
    apart = np.empty((len(made), domains.size))
    for place, whole in enumerate(made):
        weights = whole[domains.rows]
        top = domains.sums(weights * above)
        if below is _WHOLE:
            apart[place] = top - estimate
            continue
        base = domains.sums(weights if below is None else weights * below)
        found = np.divide(top, base, out=estimate.copy(), where=base != 0)
        apart[place] = found - estimate
    between: Floats = apart.T @ (apart * scale[:, None])
    return between


@lru_cache(maxsize=2)
def _replicate_weights(design: Design) -> tuple[Floats, list[Floats]]:
    """The jackknife's weights: fitted once for all estimates of a design."""
    from anmin.stats.replicates import jackknife  # which needs the design, as this does

    replicates = jackknife(design)
    return replicates.scale, list(replicates)


def column(values: ArrayLike, domains: Domains, name: str) -> Floats:
    """The values of the domains' rows as floats of their own; elsewhere they may be missing.

    Raises:
        Refusal: values that are missing, no numbers, or not as many as the design has rows.
    """
    given: NDArray[Any] = np.asarray(values)
    if given.dtype.kind not in "iufb":
        raise Refusal(f"{name} must be a number", field=name)
    if given.shape != (len(domains.design),):
        raise Refusal(f"{name} must have a value for every row of the design", field=name)
    floats = given[domains.rows].astype(np.float64)
    if not np.isfinite(floats).all():
        raise Refusal(f"{name} must be a finite number and not missing", field=name)
    return floats


def finished(
    domains: Domains,
    estimate: Floats,
    scores: Floats,
    spread: Floats,
    size: Floats,
    level: float,
    covariances: bool,
    repeated: Floats | None = None,
) -> Estimates:
    """Estimates with everything that follows from their scores.

    ``spread`` (D,) is the variance within the domain of what is averaged, so that over n it is the
    variance of the estimate from a simple random sample; ``size`` (D,) the weights added up.
    ``repeated`` (D, D): covariances that were found by repetition, instead of the linearised ones.
    """
    tail = tail_of(level)
    between = repeated
    if between is None and covariances:
        between = covariance(domains, scores)
    variance = variances(domains, scores) if between is None else np.diagonal(between).copy()
    se, n, df = np.sqrt(variance), domains.n, degrees(domains)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Weights that do not expand to a population larger than the sample say nothing of its
        # size: then the comparison is with a sample drawn with replacement.
        unseen = np.where(size > n, 1 - n / size, 1.0)
        deff = variance / (spread / (n - 1) * unseen)
        deff = np.where(spread > 0, deff, np.nan)
        half = se * np.where(df > 0, special.stdtrit(np.maximum(df, 1), 1 - tail), np.nan)
    return Estimates(
        domains.labels, estimate, se, estimate - half, estimate + half, df, n, deff, level,
        domains.design.df if domains.labels is not None else float(df[0]), between, units(domains),
    )  # fmt: skip


def _each(values: Floats, domains: Domains) -> Floats:
    """A value of each domain for each of its rows (one number if there is one domain)."""
    return values if domains.size == 1 else values[domains.codes]
