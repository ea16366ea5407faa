"""Counts that scatter more than pure chance: how much, and what that leaves of a signal."""

import numpy as np
import pytest
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats import compare, compare_many
from anmin.stats.arguments import Floats
from anmin.stats.scatter import CHANCE, Scatter, estimated, from_part_to_part, p_values

RNG_SEED = 20261129


def families(
    mean: float, ratio: float, number: int, places: int = 400
) -> list[tuple[Floats, Floats]]:
    """Pairs of years in which nothing changed, with so much variance over the mean."""
    rng = np.random.default_rng(RNG_SEED)
    made = []
    for _family in range(number):
        rate = rng.gamma(2, mean / 2, places)
        if ratio == 1:
            made.append((rng.poisson(rate).astype(float), rng.poisson(rate).astype(float)))
        else:
            size = np.maximum(rate / (ratio - 1), 1e-9)
            draws = (rng.negative_binomial(size, 1 / ratio).astype(float) for _year in range(2))
            made.append((next(draws), next(draws)))
    return made


@pytest.mark.parametrize(
    ("n", "share", "scatter"), [(30, 0.5, Scatter(2)), (9, 0.3, Scatter(1.4, 0.05))]
)
def test_the_variance_is_as_the_formula_says_and_the_chances_are_the_beta_binomials(
    n: int, share: float, scatter: Scatter
) -> None:
    size, theta = np.array([float(n)]), float(scatter.concentration(np.array([float(n)]))[0])
    law = stats.betabinom(n, share * theta, (1 - share) * theta)
    assert law.var() == pytest.approx(n * share * (1 - share) * float(scatter.factor(size)[0]))
    x = np.arange(n + 1.0)
    whole = np.full(n + 1, float(n))
    p = p_values(x, whole, np.full(n + 1, share), scatter, "central")
    tails = np.minimum(law.cdf(x), law.sf(x - 1))
    np.testing.assert_allclose(p, np.minimum(1, 2 * tails))


@pytest.mark.parametrize("kind", ["minlike", "central", "mid"])
def test_without_scatter_they_are_the_exact_p_values(kind: str) -> None:
    x, y = np.array([12.0, 0, 7, 40]), np.array([9.0, 5, 7, 20])
    p = p_values(x, x + y, np.full(4, 0.5), CHANCE, kind)
    np.testing.assert_allclose(p, getattr(compare(x, y), f"p_{kind}"))


def test_large_sums_by_their_moments_come_near_to_the_sum() -> None:
    x, n = np.array([230.0]), np.array([401.0])
    smooth = p_values(x, n, np.array([0.5]), Scatter(2), "central")[0]
    theta = float(Scatter(2).concentration(n)[0])
    law = stats.betabinom(401, theta / 2, theta / 2)
    assert smooth == pytest.approx(2 * law.sf(229), rel=0.02)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_it_is_told_from_the_family(ratio: float) -> None:
    told = [estimated(x, x + y, np.full(x.size, 0.5)) for x, y in families(50, ratio, 8)]
    factor = np.median([float(one.factor(np.array([100.0]))[0]) for one in told])
    assert factor == pytest.approx(ratio, rel=0.12)


def test_a_tenth_of_places_that_changed_hardly_move_it() -> None:
    rng = np.random.default_rng(RNG_SEED)
    (x, y) = families(50, 1.5, 1)[0]
    x[:40] = rng.poisson(x[:40] * rng.choice([0.5, 2], 40))
    assert float(estimated(x, x + y, np.full(400, 0.5)).factor(np.array([100.0]))[0]) < 1.9


@pytest.mark.parametrize("ratio", [1.0, 1.2, 2.0, 3.0])
def test_as_many_false_signals_as_promised_whatever_the_scatter(ratio: float) -> None:
    """Of 60 families without change at most about 10 % have any signal; pure chance had all."""
    made = families(50, ratio, 60, places=200)
    alarmed = np.mean([compare_many(this, last).signals > 0 for this, last in made])
    assert alarmed <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 60)
    if ratio == 3:
        pure = np.mean([compare_many(*one, scatter="none").signals > 0 for one in made])
        assert pure > 0.95


def test_a_true_change_stays_a_signal_where_everything_scatters() -> None:
    """60 after 20 among places of twice the scatter; 40 after 20 is what such places do."""
    x, y = families(30, 2, 1)[0]
    x[:2], y[:2] = (80, 33), (15, 20)
    found = compare_many(x, y)
    assert found.verdict[0] == "signal"
    assert found.verdict[1] == "may be chance"
    assert found.scatter[0] > 1.4
    assert found.low[0] < found.comparison.low[0]
    assert found.high[0] > found.comparison.high[0]


def test_a_pair_or_a_few_are_taken_as_pure_chance_and_say_so() -> None:
    found = compare_many([12], [9])
    assert (float(found.scatter[0]), found.scatter_known) == (1.0, False)
    assert float(found.p[0]) == pytest.approx(0.6636, abs=5e-5)
    np.testing.assert_array_equal(found.p, found.comparison.p_minlike)


def test_groups_scatter_each_in_their_own_way() -> None:
    calm, wild = families(40, 1, 1)[0], families(40, 3, 1)[0]
    this, last = (np.concatenate(pair) for pair in zip(calm, wild, strict=True))
    found = compare_many(this, last, groups=["burglary"] * 400 + ["dispute"] * 400)
    assert np.median(found.scatter[:400]) == 1
    assert np.median(found.scatter[400:]) > 2
    assert found.signals == 0


def test_weeks_tell_the_scatter_of_a_few_places() -> None:
    rng = np.random.default_rng(RNG_SEED)
    weeks = rng.negative_binomial(2, 1 / 3, size=(2, 5, 17)).astype(
        float
    )  # three times the scatter
    found = compare_many(
        weeks[0].sum(axis=1), weeks[1].sum(axis=1), moments_this=weeks[0], moments_last=weeks[1]
    )
    assert found.scatter_known
    assert 2 < found.typical_scatter < 4.5
    assert from_part_to_part([np.ones((5, 17))]).pure  # the same every week


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"scatter": "some"}, "scatter"),
        ({"groups": ["a"]}, "groups"),
        ({"moments_this": [1, 2]}, "moments_this"),
        ({"moments_last": [[1.0, 2.0]]}, "moments_last"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, object], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        compare_many([1, 2], [1, 2], **options)  # type: ignore[arg-type]
    assert refusal.value.field == field
