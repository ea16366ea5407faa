"""Replicates against the formulas, where there are some."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.calibration import rake
from anmin.stats.design import Design
from anmin.stats.estimates import mean, ratio, total
from anmin.stats.margins import Margin
from anmin.stats.quantiles import quantile
from anmin.stats.replicates import bootstrap, jackknife


def sample(seed, strata=4, drawn=10, people=5, there=40.0):
    random = np.random.default_rng(seed)
    n = strata * drawn * people
    stratum = np.repeat(np.arange(strata), drawn * people)
    cluster = np.repeat(np.arange(strata * drawn), people)
    y = random.normal(stratum + random.normal(0, 1, strata * drawn)[cluster], 1)
    design = Design.of(
        weights=random.uniform(1, 3, n), strata=stratum, clusters=cluster, fpc=np.full(n, there)
    )
    return design, y, random.uniform(1, 2, n)


@given(some.integers(0, 10**6), some.integers(1, 3), some.integers(2, 5))
def test_of_a_total_the_jackknife_is_the_formula(seed, strata, drawn):
    design, y, _ = sample(seed, strata, drawn)
    found, formula = jackknife(design).estimate(lambda weights: weights @ y), total(design, y)
    assert len(jackknife(design)) == strata * drawn
    assert (found.estimate[0], found.se[0]) == pytest.approx((formula.estimate[0], formula.se[0]))
    assert (found.low[0], found.high[0]) == pytest.approx((formula.low[0], formula.high[0]))


def test_of_means_and_ratios_both_are_near_it():
    design, y, x = sample(1)
    formula = mean(design, y).se[0], ratio(design, y, x).se[0]
    for replicates, near in ((jackknife(design), 0.02), (bootstrap(design, 2000, seed=7), 0.06)):
        found = replicates.estimate(lambda w: [w @ y / w.sum(), w @ y / (w @ x)])
        assert found.se == pytest.approx(formula, rel=near)
        assert found.covariance.shape == (2, 2)


def test_of_a_median_the_bootstrap_is_near_woodruffs():
    design, y, _ = sample(2, drawn=30)
    found = bootstrap(design, 500, seed=1).estimate(
        lambda weights: quantile(design.weighted(weights), y).estimate
    )
    assert found.se[0] == pytest.approx(quantile(design, y).se[0], rel=0.2)


def test_bootstrap_weights_are_reproducible_and_keep_each_stratum_on_average():
    design, _, _ = sample(3)
    one, other = bootstrap(design, 400, seed=5), bootstrap(design, 400, seed=5)
    np.testing.assert_array_equal(one.weights(37), other.weights(37))
    assert not np.array_equal(one.weights(37), bootstrap(design, 400, seed=6).weights(37))
    average = np.mean(list(one), axis=0)
    assert (average / design.weights).mean() == pytest.approx(1, abs=0.01)
    assert min(weights.min() for weights in one) >= 0


def test_replicates_of_a_fitted_design_meet_the_totals():
    design, _, _ = sample(4)
    sex = np.arange(len(design)) % 2
    raked = rake(design, [Margin("sex", sex, {0: 300, 1: 200})])
    for weights in bootstrap(raked, 5, seed=1):
        assert np.bincount(sex, weights) == pytest.approx([300, 200])


def test_strata_seen_in_full_do_not_vary():
    design, y, _ = sample(5, there=10.0)
    for replicates in (jackknife(design), bootstrap(design, 20, seed=1)):
        assert replicates.estimate(lambda weights: weights @ y).se[0] == pytest.approx(0, abs=1e-9)


def test_what_has_no_replicates_is_refused():
    centred = Design.of(weights=[1, 1, 1], strata=[0, 0, 1], single="centred")
    for make in (jackknife, lambda design: bootstrap(design, seed=1)):
        with pytest.raises(Refusal, match="single unit"):
            make(centred)
    with pytest.raises(Refusal, match="one whole number from 2"):
        bootstrap(Design.of(weights=[1, 1]), 1, seed=1)
    certain = Design.of(weights=[1, 1, 1], strata=[0, 0, 1], single="certainty")
    assert len(jackknife(certain)) == 2


def test_a_replicate_without_a_level_lets_the_others_stand_for_the_whole():
    certain = Design.of(weights=[1, 1, 1], strata=[0, 0, 1], single="certainty")
    fitted = rake(certain, [Margin("a", [0, 1, 1], {0: 1, 1: 2})])
    assert jackknife(fitted).weights(0) == pytest.approx([0, 2, 1])  # three, without the first


def test_estimates_by_the_jackknife_are_those_of_the_replicates():
    rng = np.random.default_rng(5)
    clusters, y, domain = np.repeat(np.arange(9), 7), rng.normal(size=63), rng.integers(0, 2, 63)
    design = rake(
        Design.of(weights=rng.uniform(1, 3, 63), clusters=clusters),
        [Margin("a", domain, {0: 60, 1: 70})],
    )
    by_hand = jackknife(design).estimate(
        lambda w: [(w * y)[domain == d].sum() / w[domain == d].sum() for d in (0, 1)]
    )
    found = mean(design, y, by=domain, errors="jackknife")
    assert found.se == pytest.approx(by_hand.se)
    assert found.estimate == pytest.approx(by_hand.estimate)
    whole = total(design, y, errors="jackknife")
    assert whole.se == pytest.approx(jackknife(design).estimate(lambda w: w @ y).se)
    shares = ratio(design, y, y + 9, errors="jackknife")
    again = jackknife(design).estimate(lambda w: (w @ y) / (w @ (y + 9)))
    assert shares.se == pytest.approx(again.se)
