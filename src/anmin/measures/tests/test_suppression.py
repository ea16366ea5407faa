"""No small cell can be reckoned, by somebody who tries every way there is."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import linprog

from anmin.kernel.errors import Refusal
from anmin.measures import suppression
from anmin.measures.suppression import ANY, hidden_keys, with_sums

MINIMUM = 10


def reckoned(cells):
    """The small cells and sums that the shown numbers leave one value, by linear programming."""
    hidden, sums = hidden_keys(cells, MINIMUM), with_sums(cells)
    unknown = [key for key, size in cells.items() if size]
    rows = {
        key: [
            all(mine in (ANY, own) for mine, own in zip(key, cell, strict=True)) for cell in unknown
        ]
        for key in sums
    }
    shown = [key for key in sums if key not in hidden]
    known = (
        {"A_eq": [rows[key] for key in shown], "b_eq": [sums[key] for key in shown]}
        if shown
        else {}
    )
    for key in hidden:
        if 0 < sums[key] < MINIMUM:
            low = linprog(rows[key], **known)
            high = linprog([-one for one in rows[key]], **known)
            if low.status == high.status == 0 and -high.fun - low.fun < 1e-6:
                yield key, sums[key]


def tables(*dimensions):
    """Breakdowns with small, empty, absent and large cells."""
    size = some.none() | some.sampled_from([0, 0, 1, 3, 5, 9]) | some.integers(10, 60)
    places = list(product(*map(range, dimensions)))
    return some.tuples(*[size] * len(places)).map(
        lambda sizes: {key: n for key, n in zip(places, sizes, strict=True) if n is not None}
    )


breakdowns = some.one_of(tables(6), tables(3, 4), tables(4, 4), tables(2, 2, 3)).filter(bool)


@settings(max_examples=150, deadline=None)
@given(breakdowns)
def test_no_small_cell_can_be_reckoned(cells):
    assert list(reckoned(cells)) == []


@settings(deadline=None)
@given(breakdowns)
def test_small_cells_are_hidden_and_nothing_without_need(cells):
    hidden, sums = hidden_keys(cells, MINIMUM), with_sums(cells)
    small = {key for key, size in sums.items() if 0 < size < MINIMUM}
    assert small <= hidden
    if not small:
        assert hidden == set()


@settings(deadline=None)
@given(some.one_of(tables(3, 4), tables(2, 2, 3)).filter(bool))
def test_a_sum_hidden_on_its_own_screen_is_hidden_here_too(cells):
    by_first = {}
    for key, size in cells.items():
        by_first[key[:1]] = by_first.get(key[:1], 0) + size
    rest = (ANY,) * (len(next(iter(cells))) - 1)
    alone = {(*key, *rest) for key in hidden_keys(by_first, MINIMUM) if by_first.get(key)}
    assert alone <= hidden_keys(cells, MINIMUM)


@settings(deadline=None)
@given(tables(3, 4).filter(bool), some.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(cells, random):
    shuffled = list(cells.items())
    random.shuffle(shuffled)
    assert hidden_keys(cells, MINIMUM) == hidden_keys(dict(shuffled), MINIMUM)


def test_the_smallest_neighbour_of_a_single_small_cell_is_hidden_with_it():
    cells = {("A",): 3, ("B",): 40, ("C",): 12, ("D",): 30}
    assert hidden_keys(cells, MINIMUM) == {("A",), ("C",)}


def test_two_small_cells_that_make_a_small_one_together_are_not_enough():
    cells = {("A",): 3, ("B",): 4, ("C",): 12, ("D",): 30}
    assert hidden_keys(cells, MINIMUM) == {("A",), ("B",), ("C",)}


def test_a_small_total_hides_everything():
    assert hidden_keys({("A",): 3, ("B",): 0}, MINIMUM) == {("A",), ("B",), (ANY,)}


def test_in_two_dimensions_four_corners_protect_each_other():
    cells = {key: 20 + key[0] + key[1] for key in product(range(4), range(3))} | {(2, 1): 4}
    assert hidden_keys(cells, MINIMUM) == {(2, 1), (2, 0), (0, 1), (0, 0)}


def test_what_would_take_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(suppression, "MOST_EQUATIONS", 3)
    with pytest.raises(Refusal, match="too many small cells"):
        hidden_keys(dict.fromkeys(product(range(4), range(4)), 5), MINIMUM)
