"""Fitted weights: they meet the totals, keep their limits, and the errors know of the fit."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.calibration import calibrate, design_effect, poststratify, rake
from anmin.stats.design import Design
from anmin.stats.estimates import mean, total
from anmin.stats.margins import Amount, Margin
from anmin.stats.replicates import jackknife


@some.composite
def fits(draw):
    """A clustered sample with two variables, and totals that some positive weights meet."""
    random = np.random.default_rng(draw(some.integers(0, 10**6)))
    n = draw(some.integers(20, 60))
    first, second = random.integers(0, 3, n), random.integers(0, 2, n)
    assume(len(np.unique(first * 2 + second)) == 6)
    design = Design.of(weights=random.uniform(1, 5, n), clusters=np.arange(n) // 2)
    meant = design.weights * random.uniform(0.7, 1.4, n)
    margins = [
        Margin(name, values, dict(enumerate(np.bincount(values, meant).tolist())))
        for name, values in (("first", first), ("second", second))
    ]
    y = random.normal(first, 1)
    return design, margins, Amount("size", y, float(meant @ y)), y


def meets(design, margins):
    for margin in margins:
        found = np.bincount(margin.values, design.weights)
        np.testing.assert_allclose(found, list(margin.totals.values()), rtol=1e-6)


@given(fits())
def test_raked_weights_are_positive_and_meet_every_margin(fit):
    design, margins, _, _ = fit
    raked = rake(design, margins)
    assert raked.calibration.diagnostics.converged
    assert (raked.weights > 0).all()
    meets(raked, margins)


@given(fits())
def test_raking_by_newton_is_raking_by_turns(fit):
    design, margins, _, _ = fit
    by_turns = rake(design, margins).weights
    by_newton = calibrate(design, margins, method="raking", tolerance=1e-10).weights
    np.testing.assert_allclose(by_newton, by_turns, rtol=1e-6)


@given(fits())
@pytest.mark.parametrize(
    ("method", "bounds"),
    [("linear", None), ("raking", None), ("logit", (0.3, 3)), ("linear", (0.3, 3))],
)
def test_calibrated_weights_meet_amounts_too(method, bounds, fit):
    design, margins, amount, _ = fit
    found = calibrate(design, [*margins, amount], method=method, bounds=bounds)
    assume(found.calibration.diagnostics.converged)
    meets(found, margins)
    assert found.weights @ amount.values == pytest.approx(amount.total, rel=1e-5, abs=1e-4)
    if bounds:
        ratios = found.weights / design.weights
        assert bounds[0] - 1e-9 <= ratios.min() <= ratios.max() <= bounds[1] + 1e-9


@given(fits())
def test_limits_of_weights_and_of_ratios(fit):
    design, margins, _, _ = fit
    plain = rake(design, margins)
    low, high = plain.calibration.diagnostics.weight_range
    limits = (low + (high - low) * 0.02, high - (high - low) * 0.02)
    try:
        found = rake(design, margins, trim=limits)
    except Refusal as refusal:
        assert refusal.field == "trim"  # noqa: PT017
        return
    assume(found.calibration.diagnostics.converged)
    least, most = found.calibration.diagnostics.weight_range
    assert limits[0] <= least <= most <= limits[1]
    meets(found, margins)


@given(fits())
def test_what_is_known_has_no_error(fit):
    design, margins, amount, y = fit
    for found in (
        total(rake(design, margins), margins[0].values == 1),
        total(calibrate(design, [*margins, amount]), y),
    ):
        assert found.se[0] == pytest.approx(0, abs=1e-6)


@given(fits())
def test_domains_of_a_fitted_design(fit):
    """One domain after another, with and without covariances: the same errors."""
    design, margins, _, y = fit
    raked = rake(design, margins)
    by = np.arange(len(y)) % 3
    found, with_them = mean(raked, y, by=by), mean(raked, y, by=by, covariances=True)
    np.testing.assert_allclose(found.se, with_them.se)
    for place in range(3):
        assert mean(raked, y, where=by == place).se[0] == pytest.approx(found.se[place])


def test_the_order_of_rows_does_not_matter():
    random = np.random.default_rng(5)
    order, sexes = random.permutation(40), np.arange(40) % 2
    y = random.normal(sexes, 1)
    margin = Margin("sex", sexes, {0: 300, 1: 500})
    other = Margin("sex", sexes[order], {1: 500, 0: 300})
    one = mean(poststratify(Design.of(weights=np.ones(40)), margin), y)
    two = mean(poststratify(Design.of(weights=np.ones(40)), other), y[order])
    assert (one.estimate[0], one.se[0]) == pytest.approx((two.estimate[0], two.se[0]))


def test_post_stratification_is_the_textbooks():
    """Two post-strata of a simple sample: the variance is that within them, by their weights."""
    y, sex = np.array([1.0, 2, 3, 10, 14]), ["f", "f", "f", "m", "m"]
    design = poststratify(
        Design.of(weights=np.full(5, 20.0)), Margin("sex", sex, {"f": 50, "m": 50})
    )
    assert design.weights == pytest.approx([50 / 3] * 3 + [25] * 2)
    residuals = np.array([-1, 0, 1, -2, 2]) * design.weights
    expected = 5 / 4 * (residuals**2).sum() / 100**2
    assert mean(design, y).se[0] ** 2 == pytest.approx(expected)


def test_the_errors_agree_with_those_of_the_jackknife():
    random = np.random.default_rng(3)
    n = 400
    group, half = random.integers(0, 4, n), random.integers(0, 2, n)
    y = random.normal(group * 2 + half, 1)
    raked = rake(
        Design.of(weights=random.uniform(1, 2, n), clusters=np.arange(n) // 4),
        [
            Margin("group", group, dict.fromkeys(range(4), 250)),
            Margin("half", half, {0: 600, 1: 400}),
        ],
    )
    again = jackknife(raked).estimate(lambda weights: weights @ y / weights.sum())
    assert mean(raked, y).se[0] == pytest.approx(again.se[0], rel=0.03)
    naive = mean(raked.weighted(raked.weights), y).se[0]
    assert naive > 1.5 * again.se[0]  # what forgetting the fit would have said


def test_intervals_after_raking_hold_the_truth_as_often_as_they_say():
    random, runs, held = np.random.default_rng(20261126), 1000, 0
    group, half = random.integers(0, 4, 5000), random.integers(0, 2, 5000)
    people = random.normal(group * 2.0 + half, 2)
    totals = [dict(enumerate(np.bincount(x).tolist())) for x in (group, half)]
    for _ in range(runs):
        drawn = random.choice(5000, 300, replace=False)
        design = rake(
            Design.of(fpc=np.full(300, 5000.0)),
            [Margin("group", group[drawn], totals[0]), Margin("half", half[drawn], totals[1])],
        )
        found = mean(design, people[drawn])
        held += int(found.low[0] <= people.mean() <= found.high[0])
    assert held / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))


def test_diagnostics():
    design = poststratify(Design.of(weights=[1, 1, 1, 1]), Margin("a", [1, 1, 1, 2], {1: 3, 2: 9}))
    found = design.calibration.diagnostics
    assert (found.iterations, found.converged, found.weight_range) == (1, True, (1.0, 9.0))
    assert found.design_effect == design_effect(design.weights) == 4 * 84 / 144


def test_what_no_weights_meet_is_refused():
    """The table's only filled cells cannot meet both margins."""
    margins = [Margin("a", [1, 1, 2], {1: 60, 2: 40}), Margin("b", [1, 1, 2], {1: 30, 2: 70})]
    design = Design.of(weights=[1, 1, 1])
    for fit in (
        lambda: rake(design, margins, rounds=50),
        lambda: calibrate(design, margins, method="raking"),
        lambda: calibrate(design, margins),
    ):
        with pytest.raises(Refusal, match="no weights that meet all totals") as refusal:
            fit()
        assert (refusal.value.field, refusal.value.code) == ("margins", "not_fitted")


ROWS = {"weights": [1, 1, 1, 0]}


@pytest.mark.parametrize(
    ("call", "field", "reason"),
    [
        (lambda d: rake(d, []), "margins", "nothing to fit to"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2], {1: 1, 2: 1})]), "a", "every row"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 1})]), "a", "no total for a 2"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 3], {1: 1, 2: 1, 3: 1})]), "a", "nobody in the sample has a 3"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: 0})]), "a", "above 0"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: np.nan})]), "a", "not missing"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, None], {1: 1, 2: 1})]), "a", "missing"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: 1}), Margin("b", [1, 1, 2, 2], {1: 1, 2: 2})]), "b", "add up to 3, those of a to 2"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 9, 2: 1})], trim=(1, 4)), "trim", "a 1 can add up to 2 to 8, not to 9"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 9, 2: 1})], bounds=(0.5, 2)), "bounds", "not to 9"),
        (lambda d: rake(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: 1})], trim=(3, 2)), "trim", "lower limit"),
        (lambda d: calibrate(d, [Amount("size", [1, 2, np.nan, 1], 3)]), "size", "not missing"),
        (lambda d: calibrate(d, [Amount("size", [1, 2], 3)]), "size", "every row"),
        (lambda d: calibrate(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: 1})], method="logit"), "bounds", "needs bounds"),
        (lambda d: calibrate(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: 1})], method="guess"), "method", "must be"),
        (lambda d: rake(rake(d, [Margin("a", [1, 1, 2, 2], {1: 1, 2: 1})]), [Margin("a", [1, 1, 2, 2], {1: 1, 2: 1})]), None, "calibrated already"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(call, field, reason):
    with pytest.raises(Refusal, match=reason) as refusal:
        call(Design.of(**ROWS))
    assert refusal.value.field == field
