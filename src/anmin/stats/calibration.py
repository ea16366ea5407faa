"""Weights fitted to what is known of the population: post-stratification, raking, calibration.

J.-C. Deville and C.-E. Särndal, JASA 87 (1992) 376-382; raking after W. E. Deming and
F. F. Stephan, Annals of Mathematical Statistics 11 (1940) 427-444. A fitted design remembers what
it was fitted to: its estimates vary only by what the controls do not explain.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats
from anmin.stats.design import Design
from anmin.stats.fitted import Calibration as Calibration
from anmin.stats.fitted import Diagnostics as Diagnostics
from anmin.stats.fitted import inverse, squares
from anmin.stats.levels import Codes, Levels, crossed, levels_of
from anmin.stats.margins import (
    Amount,
    Controls,
    Limits,
    Margin,
    check_agreement,
    check_limits,
    controls_of,
    limits_of,
    matched,
    room,
)

type Method = Literal["linear", "raking", "logit"]


def poststratify(
    design: Design, margin: Margin, *, trim: Limits | None = None, bounds: Limits | None = None
) -> Design:
    """The design with weights that meet the totals of one variable.

    Several variables together are one whose levels are their combinations. Arguments and refusals
    as `rake`.
    """
    fitted = rake(design, [margin], trim=trim, bounds=bounds)
    assert fitted.calibration is not None
    return design.weighted(fitted.weights, replace(fitted.calibration, by=design.weights))


def rake(
    design: Design,
    margins: Sequence[Margin],
    *,
    trim: Limits | None = None,
    bounds: Limits | None = None,
    tolerance: float = 1e-10,
    rounds: int = 1000,
) -> Design:
    """The design with weights that meet the totals of each variable, one after the other.

    Args:
        trim: limits of the new weights. Trimmed and raked in turn until both hold.
        bounds: limits of the new weight over the old.
        tolerance: the largest relative error of a total that is good enough.
        rounds: how often at most.

    How the fit went stands in ``calibration.diagnostics`` of the design returned. Its errors are
    those of the residuals, as R's ``rake`` has them; with few clusters they are a little small,
    and ``errors="jackknife"`` of the estimates, which rakes anew without each cluster, covers.

    Raises:
        Refusal: levels of the sample without a total or totals without anybody in the sample,
            totals that are not above 0 or do not agree, limits that cannot be met, totals that
            no weights meet together, a design that was calibrated before.
    """
    _refuse_calibrated(design)
    if not margins:
        raise Refusal("there is nothing to fit to", field="margins")
    fitted = [matched(margin, design) for margin in margins]
    check_agreement(margins, fitted)
    levels = [level for level, _ in fitted]
    totals = [total * (fitted[0][1].sum() / total.sum()) for _, total in fitted]
    for margin, level, total in zip(margins, levels, totals, strict=True):
        check_limits(margin, level, total, design.weights, trim, bounds)

    def fit(base: Floats) -> tuple[Floats, int, float]:
        return _raked(base, levels, totals, trim, bounds, tolerance, rounds)

    known = Controls(levels, [], np.concatenate(totals))
    return _fitted(design, known, fit, tolerance, np.ones(len(design)))


def calibrate(
    design: Design,
    controls: Sequence[Margin | Amount],
    *,
    method: Method = "linear",
    trim: Limits | None = None,
    bounds: Limits | None = None,
    tolerance: float = 1e-7,
    rounds: int = 100,
) -> Design:
    """The design with weights as near to the old ones as the totals of the controls allow.

    Args:
        controls: margins, amounts, or both. Without a margin nothing keeps the weights' sum.
        method: what "near" means. ``linear`` (regression estimator; weights may become negative
            without limits), ``raking`` (always positive), ``logit`` (within ``bounds``, which it
            needs).
        trim, bounds: limits of the new weights, and of the new weight over the old.
        tolerance: the largest misfit, over 1 + the total, that is good enough.
        rounds: how often at most.

    Raises:
        Refusal: as `rake`; amounts that are missing; ``logit`` without bounds around 1.
    """
    _refuse_calibrated(design)
    if method not in ("linear", "raking", "logit"):
        raise Refusal("method must be linear, raking or logit", field="method")
    if not controls:
        raise Refusal("there is nothing to fit to", field="controls")
    if method == "logit" and (bounds is None or trim is not None or not bounds[0] < 1 < bounds[1]):
        raise Refusal("logit needs bounds around 1, such as 0.5 and 2, and no trim", field="bounds")
    limits_of(trim, "trim"), limits_of(bounds, "bounds")
    known = controls_of(controls, design)
    matrix = known.matrix()

    def fit(base: Floats) -> tuple[Floats, int, float]:
        low, high = _ratio_limits(base, trim, bounds)
        return _calibrated(
            base, matrix, known.totals, _DISTANCES[method](low, high), tolerance, rounds
        )

    return _fitted(design, known, fit, tolerance, design.weights)


def design_effect(weights: Floats) -> float:
    """Kish's design effect of unequal weights: n·Σw²/(Σw)², of the weights that are not 0."""
    return float(np.count_nonzero(weights) * (weights @ weights) / weights.sum() ** 2)


def _refuse_calibrated(design: Design) -> None:
    if design.calibration is not None:
        raise Refusal("this design is calibrated already; fit the first one to all totals at once")


def _fitted(
    design: Design,
    known: Controls,
    fit: Callable[[Floats], tuple[Floats, int, float]],
    tolerance: float,
    by: Floats,
) -> Design:
    base = design.weights
    weights, iterations, error = fit(base)
    if not error <= tolerance:
        raise Refusal(
            f"no weights that meet all totals were found in {iterations} rounds; "
            f"the largest error is {error:.2g} of a total",
            field="margins",
            code="not_fitted",
            values={"rounds": str(iterations), "error": f"{error:.2g}"},
        )
    some = weights[base > 0]
    diagnostics = Diagnostics(
        iterations,
        error <= tolerance,
        error,
        (float(some.min()), float(some.max())),
        design_effect(weights),
    )

    def again(other: Floats) -> Floats:
        found, _, misfit = fit(other)
        if not misfit <= tolerance:
            raise Refusal("a replicate of the sample cannot be fitted to the totals")
        return found

    return design.weighted(weights, Calibration(base, known.matrix, diagnostics, again, by))


# Raking


def _raked(
    base: Floats,
    levels: list[Levels],
    totals: list[Floats],
    trim: Limits | None,
    bounds: Limits | None,
    tolerance: float,
    rounds: int,
) -> tuple[Floats, int, float]:
    """Rake cells rather than rows: rows alike in all margins (and weight, if that matters)."""
    alike = levels if trim is None else [*levels, levels_of(base, "weights")]
    cell, places = _cells(alike)
    whole = np.bincount(cell, base)
    margins = [
        (place, _of_those_there(place, total, whole))
        for place, total in zip(places, totals, strict=False)
    ]
    floor, top = room(whole, np.bincount(cell).astype(float), trim, bounds)
    weights, error, iteration = whole.copy(), np.inf, 0
    while error > tolerance and iteration < rounds:
        iteration += 1
        for place, total in margins:
            sums = np.bincount(place, weights, len(total))
            weights *= np.divide(total, sums, out=np.ones_like(total), where=sums > 0)[place]
        weights = np.clip(weights, floor, top)
        error = max(
            float(np.abs(np.bincount(place, weights, len(total))[there] / total[there] - 1).max())
            for place, total in margins
            for there in [total > 0]
        )
    ratio = np.divide(weights, whole, out=np.zeros_like(whole), where=whole > 0)
    fitted = base * ratio[cell]
    # The parts of a cell that stands at a limit may miss it by rounding.
    return (
        fitted if trim is None else np.clip(fitted, trim[0] * (base > 0), trim[1]),
        iteration,
        error,
    )


def _of_those_there(place: Codes, total: Floats, whole: Floats) -> Floats:
    """A replicate may lack a level: then those that it has stand for the whole."""
    there = np.bincount(place, whole, len(total)) > 0
    if there.all() or not there.any():
        return total
    return np.where(there, total * (total.sum() / total[there].sum()), 0.0)


def _cells(levels: list[Levels]) -> tuple[Codes, list[Codes]]:
    """The cell of each row in the cross of all, and the level of each cell in each."""
    cell, labels = crossed(*(Levels(one.codes, np.arange(len(one.labels))) for one in levels))
    if len(levels) == 1:
        return cell, [np.arange(len(labels))]
    return cell, [labels[:, place].astype(np.intp) for place in range(len(levels))]


# Calibration by Newton's method


type _Distance = Callable[[Floats], tuple[Floats, Floats]]
"""Ratio of new weight to old, and its slope, at the linear predictor."""


def _linear(low: Any, high: Any) -> _Distance:
    def at(u: Floats) -> tuple[Floats, Floats]:
        return np.clip(1 + u, low, high), ((1 + u > low) & (1 + u < high)).astype(float)

    return at


def _exponential(low: Any, high: Any) -> _Distance:
    def at(u: Floats) -> tuple[Floats, Floats]:
        ratio = np.exp(np.minimum(u, 700))
        return np.clip(ratio, low, high), np.where((ratio > low) & (ratio < high), ratio, 0.0)

    return at


def _logistic(low: Any, high: Any) -> _Distance:
    scale = (high - low) / ((1 - low) * (high - 1))

    def at(u: Floats) -> tuple[Floats, Floats]:
        rise = np.exp(np.clip(scale * u, -700, 700))
        below = high - 1 + (1 - low) * rise
        ratio = (low * (high - 1) + high * (1 - low) * rise) / below
        return ratio, (high - ratio) * (ratio - low) * scale / (high - low)

    return at


_DISTANCES: dict[str, Callable[[Any, Any], _Distance]] = {
    "linear": _linear,
    "raking": _exponential,
    "logit": _logistic,
}


def _ratio_limits(base: Floats, trim: Limits | None, bounds: Limits | None) -> tuple[Any, Any]:
    least, most = (-np.inf, np.inf) if bounds is None else bounds
    if trim is None:
        return least, most
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(least, trim[0] / base), np.minimum(most, trim[1] / base)


def _calibrated(
    base: Floats,
    controls: Any,
    totals: Floats,
    distance: _Distance,
    tolerance: float,
    rounds: int,
) -> tuple[Floats, int, float]:
    slopes, ratio, slope = np.zeros(len(totals)), np.ones(len(base)), np.ones(len(base))
    misfit = totals - base @ controls
    error, iteration = np.inf, 0
    while error > tolerance and iteration < rounds:
        iteration += 1
        step = inverse(squares(controls, base * slope)) @ misfit
        for _ in range(30):  # half as far as long as that leads away
            ratio, slope = distance(controls @ (slopes + step))
            left = totals - (base * ratio) @ controls
            if np.abs(left).max() <= np.abs(misfit).max() or not step.any():
                break
            step = step / 2
        slopes, misfit = slopes + step, left
        error = float((np.abs(misfit) / (1 + np.abs(totals))).max())
    return base * ratio, iteration, error
