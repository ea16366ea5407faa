"""Small areas from one estimate of each: the model of R. E. Fay and R. A. Herriot.

The estimate y of an area, with its known sampling variance D, is x'b + v + e; v has the same
variance A in all areas. The best predictor leans on y where D is small and on x'b where it is
large (Fay and Herriot, JASA 74 (1979) 269-277).

Mean squared errors are those of N. G. N. Prasad and J. N. K. Rao, JASA 85 (1990) 163-171, for
REML, of G. S. Datta and P. Lahiri, Statistica Sinica 10 (2000) 613-627, for ML, and of G. S.
Datta, J. N. K. Rao and D. D. Smith, Biometrika 92 (2005) 183-196, for the moment estimator.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, covariates, numbers, positive

type Method = Literal["reml", "ml", "moments"]

ITERATIONS = 500
PATIENT = 50
"""Steps after which the search only halves."""
PRECISE = 1e-12
"""The relative step of the variance below which it has been found."""


@dataclass(frozen=True, slots=True)
class AreaModel:
    """The model and its prediction for every area."""

    sigma2: float
    """Variance between areas that the covariates leave (A); 0 where the data show none."""
    beta: Floats
    """Coefficients (p), the intercept first if there is one."""
    beta_se: Floats
    eblup: Floats
    """Predictions (m), between ``synthetic`` and the direct estimate."""
    mse: Floats
    """Their mean squared errors (m); where the correction for the bias of A would make one
    negative, as it may where A is 0, the error without it."""
    synthetic: Floats
    """What the covariates alone say (m)."""
    weight: Floats
    """The share of the direct estimate in the prediction (m)."""
    iterations: int
    log_likelihood: float
    aic: float
    bic: float
    kic: float
    """Kullback's information criterion: three times the parameters where AIC has two."""


class _Fit(NamedTuple):
    """Generalised least squares at one A."""

    precision: Floats
    """1 / (A + D) (m)."""
    basis: Floats
    """Orthonormal basis (m, p) of the covariates, weighted by the root of the precision."""
    beta: Floats
    beta_se: Floats
    fitted: Floats
    residual: Floats
    """y - x'b (m)."""


def small_area(
    y: ArrayLike,
    variances: ArrayLike,
    x: ArrayLike | None = None,
    *,
    intercept: bool = True,
    method: Method = "reml",
) -> AreaModel:
    """Predict every area from its own estimate and from what its covariates say.

    Args:
        y: Direct estimates (m).
        variances: Their sampling variances, taken as known (m).
        x: Covariates (m, p), or (m) for one; None for the intercept alone.
        intercept: Put a column of ones before the covariates.
        method: How A is estimated: ``reml``, ``ml``, or by Fay and Herriot's ``moments``.

    Raises:
        Refusal: values that are missing, variances not above 0, columns of different length, a
            covariate that is a sum of others, no more areas than coefficients.
    """
    direct, sampling = numbers(y, "y"), positive(variances, "variances")
    if direct.ndim != 1 or sampling.shape != direct.shape:
        raise Refusal("there must be one variance for each y", field="variances")
    columns = covariates(x, len(direct), intercept=intercept)
    score = SCORES[method]

    def step(between: float) -> tuple[float, float]:
        return score(_fit(direct, sampling, columns, between))

    between, iterations = _solve(step, start=float(np.median(sampling)))
    fit = _fit(direct, sampling, columns, between)
    weight = between * fit.precision
    parameters, twice = columns.shape[1] + 1, _twice_log_likelihood(fit)
    return AreaModel(
        sigma2=between,
        beta=fit.beta,
        beta_se=fit.beta_se,
        eblup=fit.fitted + weight * fit.residual,
        mse=_mean_squared_errors(fit, sampling, between, method),
        synthetic=fit.fitted,
        weight=weight,
        iterations=iterations,
        log_likelihood=twice / 2,
        aic=2 * parameters - twice,
        bic=float(np.log(len(direct))) * parameters - twice,
        kic=3 * parameters - twice,
    )


def _fit(y: Floats, sampling: Floats, columns: Floats, between: float) -> _Fit:
    precision = 1 / (between + sampling)
    root = np.sqrt(precision)
    basis, triangle = np.linalg.qr(root[:, None] * columns)
    inverse = np.linalg.inv(triangle)
    beta = inverse @ (basis.T @ (root * y))
    fitted = columns @ beta
    return _Fit(precision, basis, beta, np.sqrt((inverse**2).sum(axis=1)), fitted, y - fitted)


def _twice_log_likelihood(fit: _Fit) -> float:
    squares = fit.precision * fit.residual**2
    return float((np.log(fit.precision / (2 * np.pi)) - squares).sum())


def _ml(fit: _Fit) -> tuple[float, float]:
    """The score of the likelihood in A, and its expected information."""
    squares = ((fit.precision * fit.residual) ** 2).sum()
    return (squares - fit.precision.sum()) / 2, (fit.precision**2).sum() / 2


def _reml(fit: _Fit) -> tuple[float, float]:
    """The same of the likelihood of what the covariates do not say."""
    v, leverage = fit.precision, (fit.basis**2).sum(axis=1)
    inner = fit.basis.T @ (v[:, None] * fit.basis)
    squares = ((v * fit.residual) ** 2).sum()
    information = (v**2 * (1 - 2 * leverage)).sum() + (inner**2).sum()
    return (squares - (v * (1 - leverage)).sum()) / 2, information / 2


def _moments(fit: _Fit) -> tuple[float, float]:
    """How far the weighted squares exceed their degrees of freedom, and how fast they may fall."""
    squares = (fit.precision * fit.residual**2).sum()
    rows, count = fit.basis.shape
    return squares - (rows - count), fit.precision.sum()


SCORES: dict[Method, Callable[[_Fit], tuple[float, float]]] = {
    "reml": _reml,
    "ml": _ml,
    "moments": _moments,
}


def _solve(step: Callable[[float], tuple[float, float]], start: float) -> tuple[float, int]:
    """The A at which the score is 0, or 0 where it is negative there; and how many steps it took.

    Fisher scoring, kept between the places where the score was last seen above and below 0.
    """
    low, high, at = -np.inf, np.inf, start
    for iteration in range(1, ITERATIONS + 1):
        score, information = step(at)
        if score > 0:
            low = at
        else:
            high = at
        if high <= 0:
            return 0.0, iteration
        above = high if high < np.inf else 4 * at
        new = at + score / information if information > 0 else above * (score > 0)
        if new <= 0 > low:
            new = 0.0
        elif not low <= new <= high or iteration > PATIENT:
            new = (max(low, 0.0) + above) / 2
        if abs(new - at) <= PRECISE * at:
            return float(new), iteration
        at = new
    raise Refusal("the variance between areas cannot be found from these data", field="y")


def _mean_squared_errors(fit: _Fit, sampling: Floats, between: float, method: Method) -> Floats:
    v, away = fit.precision, sampling * fit.precision
    leverage = (fit.basis**2).sum(axis=1) / v  # x' (X' V^-1 X)^-1 x
    squares = (v**2).sum()
    spread, bias = 2 / squares, 0.0
    if method == "ml":
        bias = -float((fit.basis**2).sum(axis=1) @ v / squares)
    elif method == "moments":
        spread = 2 * len(v) / v.sum() ** 2
        bias = 2 * (len(v) * squares - v.sum() ** 2) / v.sum() ** 3
    found = between * away + away**2 * leverage + 2 * spread * away**2 * v
    corrected = found - bias * away**2
    return np.where(corrected > 0, corrected, found)
