"""How far estimates settle an order: against published intervals, by simulation, and in any order."""

import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.multiplicity import benjamini_hochberg, holm
from anmin.stats.ranks import goldstein_healy, homogeneity, multiplier, pair_p, rank

with (Path(__file__).parent / "known" / "travel_time.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
MINUTES, SE, RANK, *LIMITS = (
    np.array([float(row[name]) for row in ROWS])
    for name in ("minutes", "se", "rank", "low_90", "high_90", "low_95", "high_95")
)


@pytest.mark.parametrize(
    ("level", "adjustment", "z", "low", "high"),
    [
        (0.9, "independence", 3.08089992728148, LIMITS[0], LIMITS[1]),
        (0.95, "bonferroni", 3.29609397217127, LIMITS[2], LIMITS[3]),
    ],
)
def test_travel_to_work_in_51_states(level, adjustment, z, low, high):
    found = rank(MINUTES, SE, level, joint=True, adjustment=adjustment)
    assert found.z == pytest.approx(z, rel=1e-8)
    for ours, theirs in ((found.rank, RANK), (found.low, low), (found.high, high)):
        np.testing.assert_array_equal(ours, theirs)


def test_pairs_of_states():
    p = pair_p(MINUTES, SE)
    assert len(p) == 1275
    assert (p < 0.05).sum() == 1159
    assert (benjamini_hochberg(p) < 0.05).sum() == 1159
    assert (holm(p) < 0.05).sum() == 1060
    assert p[0] == pytest.approx(2 * 0.456351, abs=2e-6), "South and North Dakota"


def test_bars_that_may_be_read_two_by_two():
    assert goldstein_healy(SE) == pytest.approx(1.21302873107713, rel=1e-8)
    assert goldstein_healy([1, 1, 1], 0.95) == pytest.approx(1.959964 / 2**0.5, rel=1e-6)


def test_the_states_are_not_all_the_same():
    q, freedom, p = homogeneity(MINUTES, SE)
    assert (q, freedom, p) == (pytest.approx(25466.1210506281, rel=1e-8), 50, 0)
    assert homogeneity([1, 1, 1], [1, 2, 3]) == (0, 2, 1)


def test_equal_estimates_share_a_rank_and_the_largest_may_come_first():
    assert rank([5, 3, 5, 9], [1, 1, 1, 1]).rank.tolist() == [2, 1, 2, 4]
    assert rank([5, 3, 5, 9], [1, 1, 1, 1], largest_first=True).rank.tolist() == [2, 4, 2, 1]


def test_one_area_is_compared_with_fewer_than_all_with_all():
    """Differences are surer than intervals that must not overlap: marginal ones are narrower."""
    own, all_ = rank(MINUTES, SE), rank(MINUTES, SE, joint=True)
    assert (own.low >= all_.low).all()
    assert (own.high <= all_.high).all()
    assert (all_.high - all_.low + 1).mean() == pytest.approx(10.2156862745098)
    assert (own.high - own.low + 1).mean() == pytest.approx(7.705882352941177)


def test_intervals_hold_the_true_ranks_as_often_as_they_say():
    rng, runs = np.random.default_rng(3), 1500
    truth, se = np.array([0, 0.5, 1, 1.5, 3, 3.2, 6.0]), np.array([1, 0.5, 0.7, 1, 0.4, 0.6, 1])
    places = np.arange(1, 8)
    joint, own = 0, np.zeros(7)
    for _ in range(runs):
        y = truth + rng.normal(0, se)
        both = rank(y, se, joint=True)
        joint += ((both.low <= places) & (places <= both.high)).all()
        one = rank(y, se)
        own += (one.low <= places) & (places <= one.high)
    error = 3 * np.sqrt(0.9 * 0.1 / runs)
    assert joint / runs > 0.9 - error
    assert (own / runs > 0.9 - error).all()


@pytest.mark.parametrize("adjustment", ["independence", "bonferroni"])
def test_a_multiplier_keeps_the_level(adjustment):
    """Of k independent intervals all hold with the level (at least, by Bonferroni)."""
    from scipy.special import ndtr

    for k in (1, 2, 50, 10**6):
        held = (1 - 2 * ndtr(-multiplier(k, 0.9, adjustment))) ** k
        assert held == pytest.approx(0.9, rel=1e-8) if adjustment == "independence" else held >= 0.9


estimates = some.lists(
    some.tuples(some.floats(-100, 100), some.floats(0.01, 30)), min_size=2, max_size=25
)


@settings(deadline=None)
@given(estimates, some.booleans(), some.sampled_from([0.5, 0.9, 0.99]), some.booleans())
def test_an_interval_holds_its_rank(pairs, joint, level, largest_first):
    y, se = np.array(pairs).T
    found = rank(y, se, level, joint=joint, largest_first=largest_first)
    assert ((found.low >= 1) & (found.low <= found.rank)).all()
    assert ((found.rank <= found.high) & (found.high <= len(y))).all()


@settings(deadline=None)
@given(estimates, some.booleans())
def test_intervals_settle_what_they_say(pairs, joint):
    """Counted by hand: the areas surely below and surely above."""
    y, se = np.array(pairs).T
    found = rank(y, se, joint=joint)
    below, above = np.zeros(len(y), int), np.zeros(len(y), int)
    for a, b in combinations(range(len(y)), 2):
        reach = found.z * (se[a] + se[b] if joint else np.hypot(se[a], se[b]))
        low, high = (a, b) if y[a] < y[b] else (b, a)
        if y[high] - y[low] > reach + 1e-9:
            above[low] += 1
            below[high] += 1
    assert (found.low >= below + 1).all()
    assert (found.high <= len(y) - above).all()


@settings(deadline=None)
@given(
    some.lists(some.tuples(some.integers(-50, 50), some.integers(1, 9)), min_size=2, max_size=25),
    some.booleans(),
    some.sampled_from([0.25, 1, 1024]),
    some.randoms(use_true_random=False),
)
def test_order_scale_and_shift_do_not_matter(pairs, joint, scale, random):
    y, se = np.array(pairs, float).T
    order = random.sample(range(len(y)), len(y))
    one = rank(y, se, joint=joint)
    other = rank((y[order] + 64) * scale, se[order] * scale, joint=joint)
    for name in ("rank", "low", "high"):
        np.testing.assert_array_equal(getattr(one, name)[order], getattr(other, name))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (([1, 2], [1, 0]), "se"),
        (([1, 2], [1, -1]), "se"),
        (([1, 2, 3], [1, 1]), "se"),
        (([1, float("nan")], [1, 1]), "y"),
        (([1], [1]), "y"),
        (([1, 2], [1, 1], 90), "level"),
    ],
)
def test_what_cannot_be_ranked_is_refused(arguments, field):
    with pytest.raises(Refusal) as refusal:
        rank(*arguments)
    assert refusal.value.field == field
