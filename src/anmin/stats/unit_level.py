"""Small areas from records: the nested error model of G. E. Battese, R. M. Harter and W. A. Fuller.

Record j of domain d is x'b + u + e; u is the same in the whole domain, with variance sigma_u^2
between domains, e has variance sigma_e^2 (JASA 83 (1988) 28-36). The mean of a domain is
predicted from its records, the means of its covariates over the whole population, and what the
domain has of its own.

Mean squared errors follow N. G. N. Prasad and J. N. K. Rao, JASA 85 (1990) 163-171, and for ML
G. S. Datta and P. Lahiri, Statistica Sinica 10 (2000) 613-627.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, covariates, numbers, positive

type Method = Literal["reml", "ml"]

RATIOS = np.concatenate([[0], np.logspace(-6, 6, 97)])
"""Where the ratio of the variances is looked for, times the mean number of records."""
ROUNDING = 1e-24
"""Squares below this share of those they are left over from are 0, but for rounding."""


@dataclass(frozen=True, slots=True)
class UnitModel:
    """The model and its prediction for every domain of the population."""

    sigma2_domain: float
    """Variance between domains; 0 where the data show none."""
    sigma2_error: float
    """Variance within domains."""
    beta: Floats
    """Coefficients (p), the intercept first if there is one."""
    beta_se: Floats
    eblup: Floats
    """Predicted means of the domains (D)."""
    mse: Floats
    """Their mean squared errors (D)."""
    synthetic: Floats
    """What the covariates alone say (D)."""
    weight: Floats
    """How much of what a domain has of its own is believed (D)."""
    n: Floats
    """Records of each domain (D); 0 where the prediction is the synthetic one."""
    log_likelihood: float
    """Restricted for REML."""


class _Sums(NamedTuple):
    """All that the likelihood needs, with covariates made orthonormal over all records."""

    basis: Floats
    """Sums over the records of each domain (D, p)."""
    residual: Floats
    """Sums of what the covariates do not say (D)."""
    squares: float
    """Its sum of squares over all records."""
    n: Floats


class _Fit(NamedTuple):
    """The best coefficients at one ratio of the variances, between domains over within."""

    ratio: float
    own: Floats
    """What u takes of each record's residual (D): ratio / (1 + n ratio)."""
    inverse: Floats
    """Covariance of the coefficients of the basis, over the variance of e (p, p)."""
    beta: Floats
    residual: Floats
    """Sums of the residuals over the records of each domain (D)."""
    squares: float
    """Their weighted sum of squares."""


def small_area_units[Id: Hashable](
    y: ArrayLike,
    domain: Sequence[Id],
    x: ArrayLike | None,
    domains: Sequence[Id],
    means: ArrayLike | None,
    *,
    sizes: ArrayLike | None = None,
    intercept: bool = True,
    method: Method = "reml",
) -> UnitModel:
    """Predict the mean of every domain from records of some of its members.

    Args:
        y: One value a record (n).
        domain: The domain of each record (n).
        x: Covariates of the records (n, p), or (n) for one; None for the intercept alone.
        domains: All domains to be predicted (D), each once, with records or without.
        means: Means of the covariates over all members of each domain (D, p).
        sizes: Members of each domain (D), to predict those without record only; None if they
            are too many to matter.
        intercept: Put a column of ones before the covariates.
        method: ``reml`` or ``ml``.

    Raises:
        Refusal: values that are missing, columns of different length, a domain that is there
            twice or not among ``domains``, more records than members, a covariate that is a sum
            of others, too few records, none of two domains or none of two in one, covariates that
            leave nothing to chance.
    """
    values = numbers(y, "y")
    columns = covariates(x, len(values), intercept=intercept)
    code, n = _coded(domain, domains, len(values))
    centres = _means(means, len(n), columns.shape[1], intercept=intercept)
    basis, triangle = np.linalg.qr(columns)
    straight = basis.T @ values
    rest = values - basis @ straight
    if rest @ rest <= ROUNDING * (values @ values):
        raise Refusal("the covariates say all there is to say of y", field="y")
    sums = _Sums(
        np.stack([np.bincount(code, column, len(n)) for column in basis.T], axis=1),
        np.bincount(code, rest, len(n)),
        float(rest @ rest),
        n,
    )
    fit = _fit(sums, _best_ratio(sums, method))
    error = fit.squares / _freedom(sums, method)
    # What a prediction takes from each record of its domain: directly, and through u.
    taken = _members_seen(sizes, n)
    inverse = np.linalg.inv(triangle)
    beta = inverse @ (straight + fit.beta)
    seen = np.where(n > 0, taken / np.maximum(n, 1), 0) + (1 - taken) * fit.own
    synthetic = centres @ beta
    away = centres @ inverse - seen[:, None] * sums.basis
    mse = (1 - taken) ** 2 * _of_variances(sums, fit, error, method)
    mse += error * np.einsum("dp,pq,dq->d", away, fit.inverse, away)
    if sizes is not None:
        mse += (1 - taken) * error / numbers(sizes, "sizes")
    return UnitModel(
        sigma2_domain=fit.ratio * error,
        sigma2_error=error,
        beta=beta,
        beta_se=np.sqrt(error * np.einsum("ip,pq,iq->i", inverse, fit.inverse, inverse)),
        eblup=synthetic + seen * fit.residual,
        mse=mse,
        synthetic=synthetic,
        weight=n * fit.own,
        n=n,
        log_likelihood=-_deviance(sums, fit, method, triangle) / 2,
    )


def _coded[Id: Hashable](
    domain: Sequence[Id], domains: Sequence[Id], records: int
) -> tuple[NDArray[np.int64], Floats]:
    """The place of each record's domain among all (n), and how many records each has (D)."""
    place = {one: code for code, one in enumerate(domains)}
    if len(place) < len(domains):
        twice = next(one for code, one in enumerate(domains) if place[one] != code)
        raise Refusal(f"domain {twice} is there twice", field="domains")
    if len(domain) != records:
        raise Refusal(f"there are {records} y and {len(domain)} domains", field="domain")
    unknown = next((one for one in domain if one not in place), None)
    if unknown is not None:
        raise Refusal(f"nothing is known of domain {unknown}", field="domain")
    code = np.array([place[one] for one in domain], np.int64)
    n = np.bincount(code, minlength=len(domains)).astype(np.float64)
    if (n > 0).sum() < 2:
        raise Refusal("there must be records of two domains at least", field="domain")
    if n.max() < 2:
        raise Refusal("some domain must have two records or more", field="domain")
    return code, n


def _means(means: ArrayLike | None, rows: int, count: int, *, intercept: bool) -> Floats:
    """The means of the covariates (D, p), with the intercept's."""
    given = np.empty((rows, 0)) if means is None else numbers(means, "means")
    given = given[:, None] if given.ndim == 1 else given
    wanted = (rows, count - intercept)
    if given.shape != wanted:
        raise Refusal(
            f"means must hold {wanted[1]} covariates of {rows} domains, not {given.shape[1:]} "
            f"of {len(given)}",
            field="means",
        )
    return np.column_stack([np.ones(rows), given]) if intercept else given


def _members_seen(sizes: ArrayLike | None, n: Floats) -> Floats:
    """The share of each domain's members that have records (D)."""
    if sizes is None:
        return np.zeros(len(n))
    members = positive(sizes, "sizes")
    if members.shape != n.shape:
        raise Refusal("there must be one size for each domain", field="sizes")
    if (n > members).any():
        raise Refusal("a domain has more records than members", field="sizes")
    return n / members


def _fit(sums: _Sums, ratio: float) -> _Fit:
    own = ratio / (1 + sums.n * ratio)
    inverse = np.linalg.inv(
        np.eye(sums.basis.shape[1]) - sums.basis.T @ (own[:, None] * sums.basis)
    )
    towards = -(own * sums.residual) @ sums.basis
    beta = inverse @ towards
    squares = sums.squares - float(own @ sums.residual**2) - float(towards @ beta)
    return _Fit(ratio, own, inverse, beta, sums.residual - sums.basis @ beta, squares)


def _freedom(sums: _Sums, method: Method) -> float:
    return float(sums.n.sum()) - (sums.basis.shape[1] if method == "reml" else 0)


def _deviance(sums: _Sums, fit: _Fit, method: Method, triangle: Floats | None = None) -> float:
    """Minus twice the log likelihood, the variance of e being the best for this ratio."""
    freedom = _freedom(sums, method)
    found = freedom * (1 + np.log(2 * np.pi * fit.squares / freedom))
    found += np.log1p(sums.n * fit.ratio).sum()
    if method == "reml":
        found -= np.linalg.slogdet(fit.inverse)[1]
        if triangle is not None:
            found += 2 * np.log(np.abs(np.diag(triangle))).sum()
    return float(found)


def _slope(sums: _Sums, fit: _Fit, method: Method) -> float:
    """The slope of the deviance in the ratio."""
    shrink = 1 / (1 + sums.n * fit.ratio)
    found = (sums.n * shrink).sum()
    found -= _freedom(sums, method) * ((fit.residual * shrink) ** 2).sum() / fit.squares
    if method == "reml":
        found -= (_leverage(sums, fit) * shrink**2).sum()
    return float(found)


def _leverage(sums: _Sums, fit: _Fit) -> Floats:
    return np.asarray(np.einsum("dp,pq,dq->d", sums.basis, fit.inverse, sums.basis))


def _best_ratio(sums: _Sums, method: Method) -> float:
    """The ratio of the variances, between domains over within, at which the likelihood is best."""

    def height(ratio: float) -> float:
        return _deviance(sums, _fit(sums, ratio), method)

    def slope(ratio: float) -> float:
        return _slope(sums, _fit(sums, ratio), method)

    ratios = RATIOS / sums.n[sums.n > 0].mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = np.array([slope(ratio) for ratio in ratios])
        end = height(ratios[-1])
    valleys = [0.0] if slopes[0] >= 0 else []
    for low in np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0)):
        tight = 1e-15 * ratios[low + 1]
        valleys.append(brentq(slope, ratios[low], ratios[low + 1], xtol=tight, rtol=1e-15))
    best = min(valleys, key=height, default=np.inf)
    if not (np.isfinite(slopes).all() and np.isfinite(end)) or not valleys or end < height(best):
        raise Refusal("within domains nothing is left that the covariates do not say", field="y")
    return float(best)


def _of_variances(sums: _Sums, fit: _Fit, error: float, method: Method) -> Floats:
    """What is left to know of u (D), with what it costs that the variances are estimated."""
    n, between = sums.n, fit.ratio * error
    all_, some = n * between + error, n > 0
    squares = (1 / all_[some]) ** 2
    information = np.array(
        [
            [(n[some] ** 2 * squares).sum(), (n[some] * squares).sum()],
            [(n[some] * squares).sum(), (n.sum() - some.sum()) / error**2 + squares.sum()],
        ]
    )
    spread = np.linalg.inv(information / 2)
    slopes = (
        np.stack([np.full(len(n), error**2), n * between**2]) / all_**2
    )  # of what is left, in both variances
    along = np.array([error, -between])
    costs = n * float(along @ spread @ along) / all_**3
    left = between * error / all_ + 2 * costs
    if method == "reml":
        return left
    corrected = left - _bias(sums, fit, error, spread) @ slopes
    return np.where(corrected > 0, corrected, left)


def _bias(sums: _Sums, fit: _Fit, error: float, spread: Floats) -> Floats:
    """The bias of both variances that ML has."""
    shrink = 1 / (1 + sums.n * fit.ratio)
    leverage = _leverage(sums, fit)
    between = (leverage * shrink**2).sum()
    within = np.trace(fit.inverse) - (leverage * fit.own * (1 + shrink)).sum()
    return np.asarray(-spread @ np.array([between, within]) / error / 2)
