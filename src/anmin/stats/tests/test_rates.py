"""Rates of small populations beside each other: Assunção and Reis's empirical-Bayes index."""

import numpy as np
import pytest

from anmin.kernel.errors import Refusal
from anmin.stats import empirical_bayes, moran
from anmin.stats.neighbours import from_pairs, row_standardised


def test_by_hand() -> None:
    """Two areas of 100 and 300 people with 10 and 12 cases: b = 22 / 400."""
    b = 22 / 400
    spread = (100 * (0.10 - b) ** 2 + 300 * (0.04 - b) ** 2) / 400
    a = spread - b / 200
    expected = [(0.10 - b) / np.sqrt(a + b / 100), (0.04 - b) / np.sqrt(a + b / 300)]
    assert empirical_bayes([10, 12], [100, 300]) == pytest.approx(expected)


def test_where_the_variance_would_be_negative_it_is_that_of_chance() -> None:
    cases, population = np.array([10, 20, 31]), np.array([100, 200, 300])
    b = 61 / 600
    a = (population * (cases / population - b) ** 2).sum() / 600 - b / 200
    assert a + b / 300 < 0 < a + b / 100
    found = empirical_bayes(cases, population)
    assert found[0] == pytest.approx((0.1 - b) / np.sqrt(a + b / 100))
    assert found[2] == pytest.approx((31 / 300 - b) / np.sqrt(b / 300))


def test_a_village_with_one_case_does_not_make_a_cluster() -> None:
    n = 30
    line = row_standardised(from_pairs(range(n), range(n - 1), range(1, n)))
    rng = np.random.default_rng(2)
    population = np.where(np.arange(n) < 15, 40, 40_000)  # small villages lie together
    cases = rng.poisson(population * 0.01)
    assert abs(moran(empirical_bayes(cases, population), line).z) < 2


@pytest.mark.parametrize(
    ("cases", "population", "field"),
    [([1, 2], [0, 3], "population"), ([0, 0], [1, 3], "cases"), ([-1, 1], [1, 3], "cases")],
)
def test_bad_input_is_refused(cases: list[int], population: list[int], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        empirical_bayes(cases, population)
    assert refusal.value.field == field
