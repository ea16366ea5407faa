"""Forecasts to the end of a period: known answers, and how often they hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats import count_ahead, share_ahead


def test_a_count_without_more_scatter_than_chance_is_the_poisson_gamma_prediction():
    """10 weeks of 5, 10 more to come: Gamma(50.5, 10) mixed over Poisson(10λ), reckoned by quadrature."""
    found = count_ahead([5] * 10, 10, 0.8)
    rate = stats.gamma(50.5, scale=1 / 10)
    grid = rate.ppf((np.arange(20_000) + 0.5) / 20_000)

    def at_most(k):
        return stats.poisson.cdf(k, 10 * grid).mean()

    low, high = found.low - 50, found.high - 50
    assert (found.middle, found.scatter) == (100.0, 1.0)
    assert (low, high) == (38, 64)
    assert at_most(low - 1) < 0.1 <= at_most(low)
    assert at_most(high - 1) < 0.9 <= at_most(high)


def test_scatter_is_pearsons_and_widens_the_interval():
    weeks = [2, 14, 1, 19, 3, 21]  # mean 10, sum of squares 412
    found = count_ahead(weeks, 6, 0.8)
    assert found.scatter == pytest.approx(412 / 10 / 5)
    even = count_ahead([10] * 6, 6, 0.8)
    assert found.middle == even.middle == 120
    # The standard deviations are as the square root of the scatter.
    wider = (found.high - found.low) / (even.high - even.low)
    assert wider == pytest.approx(8.24**0.5, rel=0.06)


def test_nothing_so_far_is_not_nothing_for_ever():
    found = count_ahead([0, 0, 0, 0], 4, 0.8)
    assert (found.middle, found.low) == (0, 0)
    # NB(1/2, 1/2): P(0) = .707, P(<=1) = .884, P(<=2) = .950
    assert found.high == 2


def test_a_share_is_beta_binomial_about_the_share_so_far():
    """36 of 40 in four weeks, 40 to come: BetaBinomial(40, 36.5, 4.5)."""
    found = share_ahead([9, 9, 9, 9], [10, 10, 10, 10], 4, 0.8)
    assert (found.middle, found.scatter) == (0.9, 1.0)
    assert found.low == pytest.approx((36 + stats.betabinom.ppf(0.1, 40, 36.5, 4.5)) / 80)
    assert (found.low, found.high) == (pytest.approx(68 / 80), pytest.approx(75 / 80))


def test_a_share_that_jumps_from_week_to_week_tells_less():
    even = share_ahead([5] * 6, [10] * 6, 6, 0.8)
    jumping = share_ahead([1, 9, 1, 9, 1, 9], [10] * 6, 6, 0.8)
    assert jumping.scatter == pytest.approx(6 * 16 / 2.5 / 5)
    assert jumping.high - jumping.low > 2 * (even.high - even.low)


@pytest.mark.parametrize(("phi", "least"), [(1.0, 0.77), (3.0, 0.73)])
def test_four_in_five_intervals_hold_what_comes(phi, least):
    """Twelve weeks on record, ten to come, with and without more scatter than chance."""
    rng, held, tries = np.random.default_rng(20111101), 0, 400
    for _try in range(tries):
        if phi == 1:
            weeks = rng.poisson(8, 22)
        else:
            weeks = rng.negative_binomial(8 / (phi - 1), 1 / phi, 22)
        found = count_ahead(weeks[:12], 10, 0.8)
        held += found.low <= weeks.sum() <= found.high
    assert least <= held / tries <= 0.88


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.floats(0, 20))
def test_a_forecast_lies_about_its_middle_and_never_below_what_is_there(weeks, left):
    found = count_ahead(weeks, left, 0.8)
    assert sum(weeks) <= found.low <= found.high
    assert found.scatter >= 1
    if sum(weeks):
        shares = share_ahead(weeks, weeks, left, 0.8)
        assert 0 <= shares.low <= shares.high <= 1


def test_what_cannot_be_is_refused():
    for wrong in (
        lambda: count_ahead([], 3),
        lambda: count_ahead([1, 2], -1),
        lambda: count_ahead([1.5], 1),
        lambda: share_ahead([3], [2], 1),
        lambda: share_ahead([0], [0], 1),
        lambda: share_ahead([0, 1], [2], 1),
    ):
        with pytest.raises(Refusal):
            wrong()
