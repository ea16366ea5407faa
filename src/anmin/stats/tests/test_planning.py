"""Sample sizes against the textbook's, and allocations that add up."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.planning import allocate, size_for_mean, size_for_proportion


def test_the_usual_sizes():
    """385 for five points, 1,068 for three; fewer of a small town; more where few reply."""
    assert size_for_proportion(0.05).replies == 385
    assert size_for_proportion(0.03).replies == 1068
    assert size_for_proportion(0.05, population=1000).replies == 278
    found = size_for_proportion(0.05, design_effect=1.5, response=0.4)
    assert (found.replies, found.selected) == (577, 1443)
    assert size_for_mean(2, sd=15).replies == 217


@given(some.floats(0.01, 0.2), some.floats(0.05, 0.95), some.integers(10, 10**6))
def test_the_size_is_the_smallest_that_is_enough(margin, share, population):
    n = size_for_proportion(margin, share=share, population=population).replies

    def half(n):
        return 1.959963984540054 * np.sqrt(
            share * (1 - share) / n * (1 - n / population) * population / (population - 1)
        )

    slack = np.sqrt(1 - 1 / population)  # the sizes' variance is divided by N, Cochran's by N - 1
    assert half(n) * slack <= margin * 1.001
    if n > 1:
        assert half(n - 1) * 1.001 >= margin * slack * 0.999


strata = some.lists(
    some.tuples(some.integers(1, 10**6), some.floats(0, 100)), min_size=1, max_size=8
)


@given(strata, some.integers(0, 2000), some.integers(0, 5), some.booleans())
def test_an_allocation_adds_up_and_keeps_its_limits(strata, n, minimum, neyman):
    sizes, spread = (np.array(column) for column in zip(*strata, strict=True))
    floor = np.minimum(minimum, sizes)
    assume(floor.sum() <= n <= sizes.sum() and (not neyman or spread.any()))
    found = allocate(n, sizes, sd=spread if neyman else None, minimum=minimum)
    assert found.sum() == n
    assert (found >= floor).all()
    assert (found <= sizes).all()


@given(some.lists(some.integers(100, 10**6), min_size=1, max_size=8), some.integers(1, 100))
def test_in_proportion_no_stratum_is_off_by_one(sizes, n):
    exact = n * np.array(sizes) / sum(sizes)
    assert (np.abs(allocate(n, sizes) - exact) < 1 + 1e-9).all()


def test_neymans_allocation():
    assert allocate(100, [500, 300, 200], sd=[1, 2, 3]).tolist() == [30, 35, 35]
    assert allocate(100, [1000, 10, 5], minimum=10).tolist() == [85, 10, 5]
    assert allocate(15, [10, 10], sd=[0, 1]).tolist() == [5, 10]


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: size_for_proportion(0), "margin"),
        (lambda: size_for_proportion(0.05, share=1), "share"),
        (lambda: size_for_proportion(0.05, response=0), "response"),
        (lambda: size_for_proportion(0.05, population=0), "population"),
        (lambda: size_for_proportion(0.05, population=300, response=0.5), "population"),
        (lambda: size_for_proportion(0.05, design_effect=float("nan")), "design_effect"),
        (lambda: size_for_mean(2, sd=0), "sd"),
        (lambda: allocate(10, [5, 0]), "population"),
        (lambda: allocate(11, [5, 5]), "n"),
        (lambda: allocate(5, [50, 50], minimum=3), "minimum"),
        (lambda: allocate(5, [50, 50], sd=[0, 0]), "sd"),
        (lambda: allocate(2.5, [50, 50]), "n"),
    ],
)
def test_bad_input_is_refused(call, field):
    with pytest.raises(Refusal) as refusal:
        call()
    assert refusal.value.field == field
