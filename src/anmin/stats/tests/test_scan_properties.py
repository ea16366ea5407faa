"""What must hold of a scan whatever the data: order, names, units, chance, threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats import scan
from anmin.stats.scan_chance import LANES, ByPermutation, ByWeight, streams
from anmin.stats.scan_null import ByBatches, fitted
from anmin.stats.scan_replicates import gumbel_p, p_value


def town(seed, n=30, units=1):
    """Places at random, people, and cases in proportion to them."""
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, n)) * 10
    people = rng.integers(50, 500, (n, units))
    return x, y, rng.poisson(people * 0.05) + (people == people.max()), people


def told(found):
    """Everything about the clusters but what chance says; members in no order."""
    return [
        (
            frozenset(one.members),
            one.first,
            one.last,
            one.cases,
            round(one.llr, 8),
            round(one.expected, 8),
        )
        for one in found.clusters
    ]


towns = some.tuples(some.integers(0, 10**6), some.integers(3, 30), some.sampled_from([1, 1, 4]))
models = some.sampled_from(["poisson", "bernoulli"])
of_some = settings(max_examples=40, deadline=None)


@of_some
@given(towns, models, some.randoms(use_true_random=False))
def test_the_order_of_the_places_does_not_matter(made, model, shuffled):
    x, y, cases, people = town(*made)
    order = list(range(len(x)))
    shuffled.shuffle(order)
    one = scan(x, y, cases, population=people, model=model, replicates=0)
    other = scan(
        x[order],
        y[order],
        cases[order],
        population=people[order],
        model=model,
        replicates=0,
        ids=order,
    )
    assert told(one) == told(other)


@of_some
@given(towns, some.floats(0.001, 1000), some.integers(-1000, 1000), some.integers(1, 50))
def test_neither_do_units_and_origin_nor_the_scale_of_the_population(made, scale, shift, more):
    x, y, cases, people = town(*made)
    one = scan(x, y, cases, population=people, replicates=9, seed=1)
    other = scan(
        x * scale + shift * scale, y * scale - shift * scale, cases, population=people * more,
        replicates=9, seed=1,
    )  # fmt: skip
    assert told(one) == told(other)
    assert [c.relative_risk for c in one.clusters] == pytest.approx(
        [c.relative_risk for c in other.clusters]
    )
    assert one.maxima == pytest.approx(other.maxima)


@of_some
@given(towns, some.sampled_from(["poisson", "bernoulli"]), some.integers(0, 2**40))
def test_the_same_seed_gives_the_same_whatever_the_threads(made, model, seed):
    x, y, cases, people = town(*made)
    runs = [
        scan(
            x, y, cases, population=people, model=model, replicates=150, seed=seed, threads=threads
        )
        for threads in (1, 2, 5)
    ]
    for other in runs[1:]:
        assert runs[0].clusters == other.clusters
        assert (runs[0].maxima == other.maxima).all()
    assert runs[0].seed == seed


@of_some
@given(towns)
def test_clusters_do_not_overlap_and_keep_to_the_limits(made):
    x, y, cases, people = town(*made)
    found = scan(x, y, cases, population=people, max_share=0.4, min_cases=3, replicates=0)
    cells = [
        {
            (place, unit)
            for place in one.members
            for unit in range(one.first or 0, (one.last or 0) + 1)
        }
        for one in found.clusters
    ]
    assert sum(map(len, cells)) == len(set().union(*cells))
    for one in found.clusters:
        inside = list(one.members)
        assert people[inside].sum() <= 0.4 * people.sum()
        assert one.cases >= 3
        assert one.cases > one.expected
        away = np.hypot(x - one.x, y - one.y)
        assert set(np.flatnonzero(away <= one.radius * (1 + 1e-9))) == set(inside)
        span = slice(one.first or 0, (one.last or 0) + 1)
        assert cases[inside, span].sum() == one.cases


def test_a_planted_cluster_is_found():
    x, y, cases, people = town(4, n=120, units=10)
    near = np.argsort(np.hypot(x - 5, y - 5))[:6]
    cases[near, 6:] += 12
    for model in ("poisson", "bernoulli", "permutation"):
        given_people = None if model == "permutation" else people
        found = scan(x, y, cases, population=given_people, model=model, seed=1, replicates=99)
        first = found.clusters[0]
        assert first.p == 0.01
        assert len(set(first.members) & set(near)) >= 5
        assert (first.first, first.last) == (6, 9)
    alive = scan(x, y, cases[:, :9], population=people[:, :9], alive=True, seed=1, replicates=99)
    assert (alive.clusters[0].first, alive.clusters[0].last) == (6, 8)


@pytest.mark.parametrize("model", ["poisson", "bernoulli", "permutation"])
def test_without_a_cluster_p_is_even(model):
    """Of 300 towns without any, a tenth have p of at most 0.1, and so on."""
    rng = np.random.default_rng(7)
    found = []
    for town_ in range(300):
        x, y = rng.random((2, 12))
        people = rng.integers(20, 60, (12, 3))
        cases = rng.multinomial(150, np.full(36, 1 / 36)).reshape(12, 3)
        if model == "bernoulli":
            cases = rng.multivariate_hypergeometric(people.ravel(), 200).reshape(12, 3)
        if model == "poisson":
            cases = rng.multinomial(150, people.ravel() / people.sum()).reshape(12, 3)
        risk = None if model == "permutation" else people
        one = scan(
            x, y, cases, population=risk, model=model, replicates=39, seed=town_, time_window=(1, 2)
        )
        found.append(one.clusters[0].p if one.clusters else 1.0)
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        error = np.sqrt(level * (1 - level) / 300)
        assert abs(np.mean(np.array(found) <= level + 1e-9) - level) < 3.5 * error


def test_stopping_early_is_exact_and_the_same_for_any_threads():
    x, y, cases, people = town(12, n=60)
    whole = scan(x, y, cases, population=people, replicates=1999, seed=3)
    assert whole.clusters[0].p > 0.1
    for threads in (1, 3):
        early = scan(
            x, y, cases, population=people, replicates=1999, seed=3, stop_after=10, threads=threads
        )
        assert early.replicates < 1999
        as_great = np.flatnonzero(whole.maxima >= early.clusters[0].llr)
        assert early.clusters[0].p == 10 / (as_great[9] + 1)


def test_the_p_value_is_a_rank():
    maxima = np.array([1.0, 5.0, 3.0, 4.0])
    assert p_value(maxima, 3.0, None) == 4 / 5
    assert p_value(maxima, 9.0, None) == 1 / 5
    assert p_value(maxima, 3.0, 2) == 2 / 3
    assert p_value(maxima, 9.0, 2) == 1 / 5
    assert p_value(np.empty(0), 1.0, None) is None


def test_gumbels_distribution_is_that_of_maxima():
    rng = np.random.default_rng(1)
    maxima = rng.gumbel(5, 1.2, 20000)
    for ratio in (4.0, 6.0, 10.0):
        assert gumbel_p(maxima, ratio) == pytest.approx(
            1 - np.exp(-np.exp(-(ratio - 5) / 1.2)), rel=0.1
        )
    assert gumbel_p(np.array([3.0]), 1.0) is None


@pytest.mark.parametrize(("drawn", "people"), [(20, False), (20, True), (70, True), (4000, False)])
def test_chance_puts_cases_where_the_weights_say(drawn, people):
    """Case by case or cell by cell, with people taken once or cases without limit."""
    weights = np.array([5.0, 10.0, 25.0, 60.0])
    counts = np.zeros((4, 4000), np.int32)
    ByWeight(weights, drawn, people=people).draw(streams(1, 4000), counts)
    assert (counts.sum(axis=0) == drawn).all()
    share = weights / 100
    spread = drawn * share * (1 - share) * ((100 - drawn) / 99 if people else 1)
    assert counts.mean(axis=1) == pytest.approx(drawn * share, abs=5 * np.sqrt(spread.max() / 4000))
    assert counts.var(axis=1) == pytest.approx(spread, rel=0.15)
    if people:
        assert (counts <= weights[:, None]).all()


def test_permuting_leaves_places_and_days_what_they_have():
    cases = np.array([[3, 0, 1], [2, 2, 0]])
    counts = np.zeros((6, 500), np.int32)
    ByPermutation(cases).draw(streams(1, 500), counts)
    tables = counts.reshape(2, 3, 500)
    assert (tables.sum(axis=1) == [[4], [4]]).all()
    assert (tables.sum(axis=0) == [[5], [2], [1]]).all()
    assert len({tuple(table) for table in counts.T}) > 3


def test_places_at_one_spot_go_together():
    """Two flats of one house are never parted."""
    found = scan(
        [0, 0, 9, 9], [0, 0, 0, 1], [5, 0, 1, 1], population=[10, 10, 20, 20], replicates=0
    )
    assert [set(one.members) for one in found.clusters] == [{0, 1}]


def test_great_circles():
    """One degree along the equator is 111.195 km, and at 60° north half of that."""
    x, y = [0, 1, 0, 1, 180], [0, 0, 60, 60, -60]
    found = scan(
        x, y, [9, 9, 1, 1, 1], population=[10] * 5, spherical=True, replicates=0, max_share=0.6
    )
    assert set(found.clusters[0].members) == {0, 1}
    assert found.clusters[0].radius == pytest.approx(111.195, abs=0.001)
    found = scan(
        x, y, [1, 1, 9, 9, 1], population=[10] * 5, spherical=True, replicates=0, max_share=0.6
    )
    assert found.clusters[0].radius == pytest.approx(55.6, abs=0.01)


def test_no_excess_anywhere_no_cluster():
    assert scan([0, 1, 2], [0, 0, 0], [2, 2, 2], population=[1, 1, 1]).clusters == ()


@pytest.mark.parametrize("bad", [
    ({"cases": [-1, 2, 3]}, "cases"), ({"cases": [1.5, 2, 3]}, "cases"), ({"cases": [1, 2]}, "cases"),
    ({"cases": [0, 0, 0]}, "cases"), ({"cases": [np.nan, 1, 2]}, "cases"), ({"x": [0, np.nan, 2]}, "x"),
    ({"x": [1]}, "y"), ({"y": ["a", "b", "c"]}, "y"), ({"population": [0, 5, 5]}, "population"),
    ({"population": [-5, 5, 5]}, "population"), ({"population": [5, 5]}, "population"),
    ({"population": None}, "population"), ({"population": [np.inf, 5, 5]}, "population"),
    ({"expected": [0, 1, 1]}, "expected"), ({"ids": ["a", "a", "b"]}, "ids"), ({"ids": ["a"]}, "ids"),
    ({"model": "normal"}, "model"), ({"max_share": 0}, "max_share"), ({"max_share": 1.5}, "max_share"),
    ({"replicates": -1}, "replicates"), ({"min_cases": 0}, "min_cases"), ({"seed": -1}, "seed"),
    ({"stop_after": 0}, "stop_after"), ({"time_window": (1, 2)}, "time_window"), ({"most": 0}, "most"),
    ({"spherical": True, "y": [0, 95, 0]}, "y"), ({"model": "permutation"}, "cases"),
    ({"model": "bernoulli", "population": [1, 5, 5]}, "population"),
    ({"model": "bernoulli", "population": [2.5, 5, 5]}, "population"),
    ({"model": "bernoulli", "population": [2, 3, 1]}, "population"),
    ({"cases": [[1, 2], [1, 1], [0, 1]], "time_window": (2, 1)}, "time_window"),
    ({"cases": [[1, 2], [1, 1], [0, 1]], "time_window": (1, 3)}, "time_window"),
    ({"cases": [[1, 2], [1, 1], [0, 1]], "population": [[5, 0], [5, 5], [5, 5]]}, "population"),
])  # fmt: skip
def test_bad_input_is_refused(bad):
    arguments, field = bad
    usual = {"x": [0, 1, 5], "y": [0, 0, 0], "cases": [2, 3, 1], "population": [5, 5, 5]}
    with pytest.raises(Refusal) as refusal:
        scan(**(usual | arguments))
    assert refusal.value.field == field


def test_replicates_scatter_as_much_as_the_reports_did():
    """Else a great batch of the data is beyond what chance makes, and is claimed as a cluster."""
    rng = np.random.default_rng(7)
    seen = rng.negative_binomial(np.full((60, 90), 0.1), 1 / 3)  # variance over mean 3
    null = fitted(seen, np.ones((60, 60), bool), 21)
    counts = np.zeros((seen.size, LANES), np.int32)
    ByBatches(seen, null).draw(streams(7, LANES), counts)
    drawn = counts.reshape(*seen.shape, LANES)
    assert (drawn.sum(axis=1) == seen.sum(axis=1)[:, None]).all()
    assert (drawn.sum(axis=0) == seen.sum(axis=0)[:, None]).all()
    wide = ((seen - null.expected) ** 2).sum()
    scattered = ((drawn - null.expected[..., None]) ** 2).sum(axis=(0, 1)).mean()
    assert scattered / wide == pytest.approx(1, abs=0.15)
    assert drawn.max(axis=(0, 1)).mean() > 0.75 * seen.max()
