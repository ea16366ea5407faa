"""A weighted sum keeps what its parts know of their uncertainty."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.combining import standard_errors, weighted_sum
from anmin.stats.differences import difference
from anmin.stats.intervals import wilson


def test_one_part_of_weight_one_is_itself() -> None:
    assert weighted_sum([80.0], [70.0], [85.0], [1]) == (80.0, (70.0, 85.0))


def test_two_parts() -> None:
    value, (low, high) = weighted_sum([90.0, 50.0], [80.0, 30.0], [95.0, 60.0], [0.75, 0.25])
    assert value == 80.0
    assert low == pytest.approx(80 - (7.5**2 + 5**2) ** 0.5)
    assert high == pytest.approx(80 + (3.75**2 + 2.5**2) ** 0.5)


def test_it_agrees_with_the_difference_of_two_shares() -> None:
    # A difference is the sum of one share and of the mirrored other, less one.
    one, other = (0.9, *wilson(90, 100)), (0.8, *wilson(80, 100))
    apart = difference(one, other)
    value, (low, high) = weighted_sum(
        [one[0], 1 - other[0]], [one[1], 1 - other[2]], [one[2], 1 - other[1]], [1, 1]
    )
    assert (value - 1, low - 1, high - 1) == pytest.approx(apart)


_parts = some.lists(
    some.tuples(*[some.floats(0, 100)] * 3, some.floats(0.01, 1)), min_size=1, max_size=8
)


@given(_parts)
def test_limits_enclose_the_value_and_order_does_not_matter(
    drawn: list[tuple[float, float, float, float]],
) -> None:
    rows = [(*sorted(row[:3]), row[3]) for row in drawn]

    def answer(parts: list[tuple[float, ...]]) -> list[float]:
        low, value, high, weight = zip(*parts, strict=True)
        whole, limits = weighted_sum(value, low, high, weight)
        return [whole, *limits]

    found = answer(rows)
    assert found[1] <= found[0] <= found[2]
    assert found == pytest.approx(answer(rows[::-1]))


@pytest.mark.parametrize(
    ("values", "low", "high", "weights"),
    [
        ([], [], [], []),
        ([1.0], [2.0], [3.0], [1]),
        ([1.0], [0.0], [2.0], [0]),
        ([float("nan")], [0.0], [2.0], [1]),
    ],
)
def test_what_makes_no_sense_is_refused(
    values: list[float], low: list[float], high: list[float], weights: list[float]
) -> None:
    with pytest.raises(Refusal):
        weighted_sum(values, low, high, weights)


def test_a_standard_error_is_half_an_interval_in_units_of_the_normal() -> None:
    wide = standard_errors([1 - 1.959964], [1 + 1.959964])
    assert wide == pytest.approx([1.0], rel=1e-6)
    low, high = wilson([30, 30], [30, 60])
    errors = standard_errors(low, high)
    assert errors[0] > 0
    # In the middle it is the usual one, but for the pull of Wilson's centre.
    assert errors[1] == pytest.approx((0.25 / (60 + 1.96**2)) ** 0.5, rel=1e-4)
    with pytest.raises(Refusal):
        standard_errors([1.0], [1.0])
