"""Places around a target: exact limits by chance, and wider ones where places differ anyway."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats.funnel import ratio_funnel, share_funnel
from anmin.stats.intervals import clopper_pearson, poisson

sizes = some.integers(1, 500)
levels = some.sampled_from([0.9, 0.95, 0.998])


@settings(deadline=None)
@given(sizes, levels)
def test_limits_are_the_exact_interval_of_a_place_on_target(size, level):
    found = ratio_funnel([3, 5], [4, 4]).limits([float(size)], level)
    low, high = poisson(size, level)
    assert found.low[0] * size == pytest.approx(low, rel=1e-12)
    assert found.high[0] * size == pytest.approx(high, rel=1e-12)
    low, high = clopper_pearson(size, 4 * size, level)
    found = share_funnel([3, 5], [16, 16], target=0.25).limits([4.0 * size], level)
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), rel=1e-12)


places = some.lists(
    some.tuples(some.integers(0, 60), some.floats(0.5, 60)), min_size=1, max_size=30
)


@settings(deadline=None)
@given(places, some.sampled_from(["additive", "multiplicative", "none"]))
def test_a_place_is_beyond_its_limits_exactly_when_its_z_says_so(rows, overdispersion):
    observed, expected = map(np.array, zip(*rows, strict=True))
    found = ratio_funnel(observed, expected, overdispersion=overdispersion)
    low, high = found.adjusted_limits(found.size, 0.95)
    sure = abs(abs(found.z_adjusted) - 1.959963984540054) > 1e-9
    beyond = (found.value < low) | (found.value > high)
    # Below, a root cannot be negative: a small place has no lower limit.
    reachable = (found.z_adjusted > 0) | (low > 0)
    expected_beyond = abs(found.z_adjusted) > 1.959963984540054
    assert (beyond == (expected_beyond & reachable))[sure].all()


@settings(deadline=None)
@given(places)
def test_p_is_that_of_the_distribution(rows):
    observed, expected = map(np.array, zip(*rows, strict=True))
    found = ratio_funnel(observed, expected, target=1.2)
    tails = (
        stats.poisson.cdf(observed, 1.2 * expected),
        stats.poisson.sf(observed - 1, 1.2 * expected),
    )
    np.testing.assert_allclose(found.p, np.minimum(1, 2 * np.minimum(*tails)), rtol=1e-9)
    n = observed + 7
    shares = share_funnel(observed, n, target=0.3)
    tails = stats.binom.cdf(observed, n, 0.3), stats.binom.sf(observed - 1, n, 0.3)
    np.testing.assert_allclose(shares.p, np.minimum(1, 2 * np.minimum(*tails)), rtol=1e-9)


@settings(deadline=None)
@given(places, some.randoms())
def test_the_order_of_places_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = (ratio_funnel(*map(np.array, zip(*r, strict=True))) for r in (rows, shuffled))
    assert one.phi == pytest.approx(other.phi, rel=1e-9, abs=1e-12)
    assert one.tau2 == pytest.approx(other.tau2, rel=1e-6, abs=1e-9)


def test_a_funnel_narrows_and_keeps_the_target_inside():
    found = share_funnel([30, 50, 45], [100, 100, 100])
    size = np.array([5.0, 50.0, 500.0, 5000.0])
    for low, high in (found.limits(size), found.adjusted_limits(size)):
        assert ((low < found.target) & (found.target < high)).all()
        assert (np.diff(high - low) < 0).all()
    assert found.target == pytest.approx(125 / 300)


def test_where_places_differ_few_stand_out_after_adjustment():
    """200 stations whose true shares differ by themselves: chance alone would blame most."""
    draw = np.random.default_rng(4)
    n = draw.integers(200, 3000, size=200)
    true = np.sin(np.arcsin(np.sqrt(0.8)) + draw.normal(0, 0.05, size=200)) ** 2
    found = share_funnel(draw.binomial(n, true), n, winsorise=0)
    assert found.tau2 == pytest.approx(0.05**2, rel=0.25)
    assert (found.p < 0.05).mean() > 0.4
    assert (abs(found.z_adjusted) > 1.96).mean() == pytest.approx(0.05, abs=0.03)


def test_where_chance_alone_is_at_work_nothing_is_adjusted_much():
    draw = np.random.default_rng(5)
    expected = draw.uniform(20, 200, size=500)
    found = ratio_funnel(draw.poisson(expected), expected, winsorise=0)
    assert found.phi == pytest.approx(1, abs=0.15)
    assert found.tau2 < 0.002
    assert (found.p < 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 500)


def test_one_place():
    found = ratio_funnel([12], [9.0])
    assert (found.tau2, found.z_adjusted[0]) == (0, found.z[0])


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: ratio_funnel([1], [0]), "expected"),
        (lambda: ratio_funnel([-1], [1]), "observed"),
        (lambda: ratio_funnel([1], [1], target=0), "target"),
        (lambda: ratio_funnel([1], [1], overdispersion="some"), "overdispersion"),
        (lambda: ratio_funnel([1], [1], winsorise=0.5), "winsorise"),
        (lambda: ratio_funnel([], []), None),
        (lambda: ratio_funnel(1, 1), None),
        (lambda: share_funnel([3], [2]), "count"),
        (lambda: share_funnel([0, 0], [2, 3]), "target"),
        (lambda: ratio_funnel([1], [1]).limits([0]), "size"),
        (lambda: ratio_funnel([1], [1]).adjusted_limits([1], 1), "level"),
    ],
)
def test_bad_input_is_refused(call, field):
    with pytest.raises(Refusal) as refusal:
        call()
    assert refusal.value.field == field
