"""Differences against the published examples, and what must hold whatever the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.errors import Refusal
from anmin.stats.differences import difference
from anmin.stats.intervals import wilson

# R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


def share(count: int, n: int) -> tuple[float, float, float]:
    return (count / n, *wilson(count, n))


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), NEWCOMBE)
def test_the_published_examples(a: int, m: int, b: int, n: int, low: float, high: float) -> None:
    found = difference(share(a, m), share(b, n))
    assert found.value == pytest.approx(a / m - b / n)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_turned_round_it_is_the_same_with_the_other_sign(a: int, m: int, b: int, n: int) -> None:
    one, other = share(min(a, m), m), share(min(b, n), n)
    found, turned = difference(one, other), difference(other, one)
    assert (turned.low, turned.value, turned.high) == pytest.approx(
        (-found.high, -found.value, -found.low)
    )
    assert found.low <= found.value <= found.high
    assert found.low >= -1
    assert found.high <= 1 + 1e-12


def test_arrays_give_arrays() -> None:
    found = difference(([0.5, 0.8], [0.4, 0.7], [0.6, 0.9]), (0.5, 0.4, 0.6))
    assert found.value.tolist() == pytest.approx([0.0, 0.3])  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [(0.5, 0.6, 0.7), (0.5, 0.1, 0.4), (float("nan"), 0.1, 0.2)])
def test_no_estimate_no_difference(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(Refusal):
        difference(wrong, (0.5, 0.4, 0.6))
