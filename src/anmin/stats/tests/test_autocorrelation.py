"""Moran, Geary, Getis and Ord against R, against brute force, and what must always hold of them."""

import csv
from itertools import permutations as orders
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import sparse

from anmin.kernel.errors import Refusal
from anmin.stats.autocorrelation import geary, local_moran, moran
from anmin.stats.hotspots import general_g, gi
from anmin.stats.neighbours import from_pairs, row_standardised, within

KNOWN = Path(__file__).parent / "known"


def columns_of(name):
    with (KNOWN / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


COLUMBUS = columns_of("columbus.csv")
CRIME = COLUMBUS["crime"].astype(float)
PAIRS = columns_of("columbus_neighbours.csv")
BINARY = from_pairs(COLUMBUS["id"].tolist(), PAIRS["i"].tolist(), PAIRS["j"].tolist())
SHARES = row_standardised(BINARY)


@pytest.mark.parametrize(
    ("found", "index", "variance", "z", "p"),
    [
        (moran(CRIME, SHARES), 0.485770913661773, 0.00899112132177907, 5.34271363940803, 9.15653548260393e-08),
        (moran(CRIME, SHARES, moments="normality"), 0.485770913661773, 0.00886096226945051, 5.38181026395963, 7.37404685605518e-08),
        (moran(CRIME, BINARY), 0.482272306983353, 0.00767475726097075, 5.74284192217577, 9.31006324233936e-09),
        (geary(CRIME, SHARES), 0.547803377167251, 0.0098041078703855, 4.56691863354265, 4.94946019329639e-06),
        (general_g(CRIME, BINARY), 0.122724245379256, 3.3839715584634e-05, 4.28645511071486, 2 * 9.07734333694331e-06),
    ],
    ids=["Moran", "Moran, normal", "Moran, binary", "Geary", "G"],
)  # fmt: skip
def test_crime_in_columbus(found, index, variance, z, p):
    """spdep's moran.test, geary.test and globalG.test (whose p is one-sided)."""
    assert (found.index, found.variance, found.z, found.p) == pytest.approx(
        (index, variance, z, p), rel=1e-8
    )


def test_each_neighbourhood_of_columbus():
    own, total = local_moran(CRIME, SHARES), local_moran(CRIME, SHARES, moments="total")
    hot = gi(CRIME, BINARY)
    for ours, theirs in (
        (own.index, "Ii"), (own.expected, "Ii_E"), (own.variance, "Ii_V"),
        (total.expected, "Ii_E_total"), (total.variance, "Ii_V_total"),
        (gi(CRIME, BINARY, star=False).z, "Gi_B"), (hot.z, "GiStar_B"), (hot.p, "GiStar_B_p"),
        (hot.q, "GiStar_B_bh"), (gi(CRIME, SHARES).z, "GiStar_B"),
    ):  # fmt: skip
        np.testing.assert_allclose(ours, COLUMBUS[theirs].astype(float), rtol=1e-8, err_msg=theirs)
    assert [(hot.p < 0.05).sum(), (hot.q < 0.05).sum()] == [17, 5]
    assert ((hot.q < 0.05) & (hot.z > 0)).sum() == 4


@pytest.mark.parametrize("distance", [30, 90])
def test_the_grid_of_getis_and_ord(distance):
    grid = {name: column.astype(float) for name, column in columns_of("getis_ord.csv").items()}
    found = gi(grid["val"], within(grid["x"], grid["y"], distance))
    np.testing.assert_allclose(found.z, grid[f"gi_star_{distance}"], rtol=1e-8)


def test_the_mean_of_the_local_is_the_global():
    assert local_moran(CRIME, SHARES).index.mean() == pytest.approx(moran(CRIME, SHARES).index)


def test_moments_are_those_of_all_arrangements():
    """Five areas in a ring with a tail, all 120 arrangements of five values."""
    weights = from_pairs(list("abcde"), list("abcdd"), list("bcdae"))
    values, arranged = np.array([1.0, 4, 2, 8, 3]), list(orders([1.0, 4, 2, 8, 3]))
    for method in (moran, geary, general_g):
        every = np.array([method(one, weights).index for one in arranged])
        found = method(values, weights)
        assert (found.expected, found.variance) == pytest.approx((every.mean(), every.var()))


@pytest.mark.parametrize("values", [[1, 4, 2, 8, 3, 6], [0, 0, 1, 0, 2, 2]])
def test_conditional_permutations_are_those_of_all_arrangements(values):
    """Each area's p from 20,000 draws against the p from every arrangement of the others."""
    weights = row_standardised(from_pairs(list("abcdef"), list("aabcd"), list("bccde")))
    found = gi(values, weights, permutations=20_000, seed=3).p_permutation
    assert np.isnan(found[5]), "f has no neighbours"
    for area, p in enumerate(found[:5]):
        row = weights.toarray()[area]
        others = np.delete(values, area)
        sums = np.array([np.delete(row, area) @ one for one in orders(others)])
        seen = row @ np.array(values)
        tail = min((sums <= seen + 1e-9).mean(), (sums >= seen - 1e-9).mean())
        assert p == pytest.approx(min(1, 2 * tail), abs=4 * np.sqrt(2 * tail / 20_000))
    same = local_moran(values, weights, permutations=20_000, seed=3).p_permutation
    np.testing.assert_array_equal(found, same)


def test_permutations_are_repeatable_and_agree_with_theory():
    first, second = (gi(CRIME, BINARY, permutations=4999, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.p_permutation, second.p_permutation)
    assert moran(CRIME, SHARES, permutations=999, seed=1).p_permutation == 0.002
    assert geary(CRIME, SHARES, permutations=999, seed=1).p_permutation == 0.002
    z_own = local_moran(CRIME, SHARES)  # its moments are those of the conditional permutations
    assert np.abs(first.p_permutation - z_own.p).mean() < 0.03
    assert np.isnan(gi(CRIME, BINARY).p_permutation).all()


def test_under_the_null_p_is_uniform():
    """400 maps without pattern: the share of p at most a is a, within Monte Carlo error."""
    rng, runs = np.random.default_rng(20261126), 400
    x, y = (side.ravel() for side in np.meshgrid(np.arange(6.0), np.arange(6.0)))
    weights = within(x, y, 1)
    maps = rng.poisson(4, (runs, 36)).astype(float)
    found = {
        "global": [moran(one, weights, permutations=99, seed=s).p_permutation for s, one in enumerate(maps)],
        "a corner": [gi(one, weights, permutations=99, seed=s).p_permutation[0] for s, one in enumerate(maps)],
        "the middle": [gi(one, weights, permutations=99, seed=s).p_permutation[14] for s, one in enumerate(maps)],
    }  # fmt: skip
    for what, p in found.items():
        for level in (0.1, 0.2, 0.5):
            share = np.mean(np.array(p) <= level + 1e-9)
            error = 4 * np.sqrt(level * (1 - level) / runs)
            # Counts tie, and ties are counted against a finding: never more than the level.
            assert share < level + error, what
            if what == "global":
                assert share > level - error, what


def test_one_planted_spot_is_found_and_none_where_there_is_none():
    x, y = (side.ravel() for side in np.meshgrid(np.arange(20.0), np.arange(20.0)))
    weights = within(x, y, 1.5)
    quiet = np.random.default_rng(5).poisson(10, 400).astype(float)
    assert not (gi(quiet, weights).q < 0.05).any()
    spot = (np.abs(x - 6) <= 1) & (np.abs(y - 6) <= 1)
    found = gi(quiet + 15 * spot, weights, permutations=9999)
    assert found.q.argmin() == 6 * 20 + 6
    assert (found.q[spot] < 0.05).all()
    assert found.q_permutation[6 * 20 + 6] < 0.05


values = some.lists(some.integers(0, 40), min_size=36, max_size=36).filter(
    lambda one: len(set(one)) > 1
)
GRID = [side.ravel() for side in np.meshgrid(np.arange(6.0), np.arange(6.0))]


@settings(deadline=None, max_examples=50)
@given(values, some.sampled_from([0.001, 1, 1000]), some.integers(0, 1000), some.randoms())
def test_order_scale_and_shift_do_not_matter(values, scale, shift, random):
    """Only G looks at the height of values, so it is scaled and not shifted."""
    order = random.sample(range(36), 36)
    x, y = GRID[0][order], GRID[1][order]
    near, moved = within(*GRID, 1.5), within(x, y, 1.5)
    given_, other = np.array(values, float), (np.array(values)[order] + shift) * scale
    for method in (moran, geary):
        one, same = method(given_, near), method(other, moved)
        assert (one.index, one.z) == pytest.approx((same.index, same.z), rel=1e-6, abs=1e-8)
    if (given_ > 0).sum() > 1:
        high, same = general_g(given_, near), general_g(given_[order] * scale, moved)
        assert (high.index, high.z) == pytest.approx((same.index, same.z), rel=1e-6, abs=1e-8)
    for method in (gi, local_moran):
        np.testing.assert_allclose(
            method(given_, near).z[order], method(other, moved).z, rtol=1e-6, atol=1e-8
        )


def test_an_area_without_neighbours():
    """It counts in mean and variance, and has a Gi* of its own, but no other local statistic."""
    weights = from_pairs(list("abcdef"), list("abcd"), list("bcde"))
    found, own = gi([1, 2, 3, 5, 8, 13], weights), local_moran([1, 2, 3, 5, 8, 13], weights)
    assert found.z[5] == pytest.approx((13 - 32 / 6) / np.std([1, 2, 3, 5, 8, 13]))
    assert np.isnan(gi([1, 2, 3, 5, 8, 13], weights, star=False).z[5])
    assert np.isnan([own.index[5], own.z[5], own.p[5], own.q[5]]).all()
    assert own.quadrant.tolist() == [*["low-low"] * 3, "low-high", "high-low", ""]


def test_where_everybody_is_everybodys_neighbour_nothing_can_be_said():
    full = sparse.csr_array(np.ones((6, 6)) - np.eye(6))
    for method in (moran, geary, general_g):
        found = method([1, 2, 3, 4, 5, 60], full, permutations=99)
        assert np.isnan([found.z, found.p]).all()
        assert (found.index, found.variance) == pytest.approx((found.expected, 0))
        assert found.p_permutation == 1
    assert np.isnan(gi([1, 2, 3, 4, 5, 60], full).z).all()
    assert np.isnan(local_moran([1, 2, 3, 4, 5, 60], full).z).all()


@pytest.mark.parametrize("method", [moran, geary, general_g, gi, local_moran])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([3, 3, 3, 3, 3], "all values are the same"),
        ([1e9] * 4 + [1e9 + 1e-6], "all values are the same"),
        ([1, 2, float("nan"), 3, 4], "values must be a finite number"),
        (["1", "2", "3", "4", "5"], "values must be a number"),
        ([1, 2, 3], "at least 4 areas"),
        ([1, 2, 3, 4], "4 areas and weights for 5 by 5"),
    ],
)
def test_values_that_say_nothing_are_refused(method, values, words):
    weights = from_pairs(list("abcde"), list("abcd"), list("bcde"))
    with pytest.raises(Refusal, match=words):
        method(values, weights)


def test_other_refusals():
    weights = from_pairs(list("abcde"), list("abcd"), list("bcde"))
    with pytest.raises(Refusal, match="no area has a neighbour"):
        gi([1, 2, 3, 4, 5], from_pairs(list("abcde"), [], []))
    with pytest.raises(Refusal, match="permutations"):
        gi([1, 2, 3, 4, 5], weights, permutations=-1)
    with pytest.raises(Refusal, match="permutations"):
        moran([1, 2, 3, 4, 5], weights, permutations=-1)
    with pytest.raises(Refusal, match="must not be below 0"):
        general_g([1, 2, 3, 4, -5], weights)
    with pytest.raises(Refusal, match="at least two values"):
        general_g([0, 0, 0, 0, 5], weights)
