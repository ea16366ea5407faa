"""Who is whose neighbour, by list, by number and by distance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import sparse

from anmin.kernel.errors import Refusal
from anmin.stats.coordinates import EARTH_RADIUS
from anmin.stats.neighbours import (
    checked,
    counts_of,
    from_pairs,
    nearest,
    row_standardised,
    with_self,
    within,
)

TOWNS = ["安阳", "玉海", "锦湖", "东山"]
PLACES = some.lists(
    some.tuples(some.integers(-50, 50), some.integers(-50, 50)), min_size=5, max_size=30
)


def test_a_pair_counts_both_ways_and_once():
    weights = from_pairs(TOWNS, ["安阳", "玉海", "安阳"], ["玉海", "安阳", "锦湖"])
    assert weights.toarray().tolist() == [[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert counts_of(weights).tolist() == [2, 1, 1, 0]


def test_shares_of_a_row_and_an_area_without_neighbours():
    weights = from_pairs(TOWNS, ["安阳", "安阳"], ["玉海", "锦湖"])
    shares = row_standardised(weights)
    assert shares.sum(axis=1).tolist() == [1, 1, 1, 0]
    assert with_self(shares).toarray()[0].tolist() == [0.5, 0.5, 0.5, 0]
    assert with_self(weights).diagonal().tolist() == [1, 1, 1, 1]
    assert weights.sum() == 4, "the weights given are left as they were"


@pytest.mark.parametrize(
    ("ids", "pairs", "field", "words"),
    [
        (["a", "b", "a"], [], "ids", "area a is there twice"),
        (["a", "b"], [("a", "b"), ("a", "c")], "pairs", "pair 2: there is no area c"),
        (["a", "b"], [("b", "b")], "pairs", "pair 1: area b is its own neighbour"),
    ],
)
def test_pairs_that_cannot_be(ids, pairs, field, words):
    with pytest.raises(Refusal, match=words) as refusal:
        from_pairs(ids, [one for one, _ in pairs], [other for _, other in pairs])
    assert refusal.value.field == field
    with pytest.raises(Refusal, match="differ in length"):
        from_pairs(["a", "b"], ["a"], [])


def test_the_distance_itself_counts_whatever_the_unit():
    for unit in (1, 0.1, 1e-3, 1e6):
        near = within(np.array([0, 3, 6]) * unit, np.zeros(3), 3 * unit)
        assert counts_of(near).tolist() == [1, 2, 1], unit


def test_of_those_just_as_far_all_are_nearest():
    """A cross: four arms, all as far from the middle; an arm's nearest is the middle."""
    weights = nearest([0, 1, -1, 0, 0], [0, 0, 0, 1, -1], 1)
    assert counts_of(weights).tolist() == [4, 1, 1, 1, 1]


def test_places_that_coincide_are_neighbours():
    assert counts_of(nearest([5, 5, 5, 9], [1, 1, 1, 1], 1)).tolist() == [2, 2, 2, 3]


def test_kilometres_on_the_sphere():
    """One degree of longitude: 111.2 km at the equator, half of that at 60 degrees north."""
    degree = EARTH_RADIUS * np.pi / 180
    assert within([120, 121], [0, 0], degree, spherical=True).nnz == 2
    assert within([120, 121], [0, 0], degree * 0.999, spherical=True).nnz == 0
    assert within([179.5, -179.5], [60, 60], degree * 0.501, spherical=True).nnz == 2
    assert within([0, 180], [0, 0], 30000, spherical=True).nnz == 2


@settings(deadline=None, max_examples=50)
@given(PLACES, some.integers(1, 4), some.randoms(use_true_random=False))
def test_order_does_not_matter(places, k, random):
    order = random.sample(range(len(places)), len(places))
    x, y = np.array(places).T
    for weigh in (lambda x, y: nearest(x, y, k), lambda x, y: within(x, y, 20.0)):
        np.testing.assert_array_equal(
            weigh(x, y).toarray()[np.ix_(order, order)], weigh(x[order], y[order]).toarray()
        )


@settings(deadline=None, max_examples=50)
@given(PLACES, some.integers(1, 4))
def test_nearest_are_at_least_k_and_none_left_out_is_nearer(places, k):
    x, y = np.array(places, float).T
    weights = nearest(x, y, k).toarray()
    away = np.hypot(x[:, None] - x, y[:, None] - y)
    for i, row in enumerate(weights):
        others = np.arange(len(x)) != i
        assert row.sum() >= k
        assert row[i] == 0
        assert away[i][others & (row == 0)].min(initial=np.inf) > away[i][row > 0].max()


@settings(deadline=None, max_examples=50)
@given(PLACES, some.floats(1, 60))
def test_within_is_symmetric_and_complete(places, distance):
    x, y = np.array(places, float).T
    weights = within(x, y, distance).toarray()
    expected = np.hypot(x[:, None] - x, y[:, None] - y) <= distance * (1 + 1e-9)
    np.fill_diagonal(expected, False)
    np.testing.assert_array_equal(weights, expected)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: nearest([1, 2, 3], [1, 2, 3], 3), "nearest"),
        (lambda: nearest([1, 2, 3], [1, 2, 3], 0), "nearest"),
        (lambda: within([1, 2], [1, float("nan")], 1), "y"),
        (lambda: within([1, 2], [1, 2], 0), "distance"),
        (lambda: within([1], [1], 1), "x"),
        (lambda: within([120, 121], [28, 91], 1, spherical=True), "y"),
        (lambda: within([120, 400], [28, 28], 1, spherical=True), "x"),
        (lambda: checked(sparse.csr_array((3, 3)), 3), "weights"),
        (lambda: checked(sparse.csr_array(np.eye(3)), 3), "weights"),
        (lambda: checked(sparse.csr_array(np.ones((3, 3)) - np.eye(3)), 4), "weights"),
        (lambda: checked(sparse.csr_array([[0.0, -1.0], [1.0, 0.0]]), 2), "weights"),
        (lambda: checked(sparse.csr_array([[0.0, np.nan], [1.0, 0.0]]), 2), "weights"),
    ],
)
def test_what_makes_no_neighbours_is_refused(call, field):
    with pytest.raises(Refusal) as refusal:
        call()
    assert refusal.value.field == field
