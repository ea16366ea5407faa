"""What must hold of estimates from any design, and designs that are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.comparisons import contrast, independent
from anmin.stats.design import Design
from anmin.stats.estimates import mean, ratio, total
from anmin.stats.levels import Levels
from anmin.stats.proportions import METHODS, proportion
from anmin.stats.quantiles import quantile

ESTIMATORS = {
    "mean": lambda d, s, by=None: mean(d, s["y"], by=by),
    "total": lambda d, s, by=None: total(d, s["y"], by=by),
    "ratio": lambda d, s, by=None: ratio(d, s["y"], s["x"], by=by),
    "proportion": lambda d, s, by=None: proportion(d, s["y"] > 50, by=by),
    "quantile": lambda d, s, by=None: quantile(d, s["y"], by=by),
}


@some.composite
def samples(draw):
    """Two or three strata, in each two to four clusters of one to four people, all of known size."""
    random = np.random.default_rng(draw(some.integers(0, 10**6)))
    rows = []
    for stratum in range(draw(some.integers(1, 3))):
        drawn = draw(some.integers(2, 4))
        there = drawn + draw(some.integers(0, 5))
        for cluster in range(drawn):
            people = draw(some.integers(2, 4))
            size = people + draw(some.integers(0, 5))
            rows += [(stratum, cluster, there, person, size) for person in range(people)]
    columns = np.array(rows).T
    n = columns.shape[1]
    return {
        "strata": columns[0],
        "clusters": [columns[1], columns[3]],
        "fpc": [columns[2].astype(float), columns[4].astype(float)],
        "y": random.normal(50, 20, n),
        "x": random.uniform(1, 2, n),
        "by": random.integers(0, 3, n),
        "weights": random.uniform(0.5, 3, n),
    }


def design_of(sample, **other):
    names = ("strata", "clusters", "fpc", "weights")
    return Design.of(**{**{name: sample[name] for name in names}, **other})


def mapped(sample, change):
    return {
        name: [change(one) for one in column] if isinstance(column, list) else change(column)
        for name, column in sample.items()
    }


def same(one, other, times=1.0):
    for name in ("estimate", "se", "low", "high"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name) * times, rtol=1e-9, atol=1e-9, err_msg=name
        )
    for name in ("n", "df"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def spread_by_hand(sample, score):
    """The variance of a total in two stages, as the textbook writes it: stratum by stratum."""
    found = 0.0
    for stratum in np.unique(sample["strata"]):
        inside = sample["strata"] == stratum
        labels = np.unique(sample["clusters"][0][inside])
        totals = []
        drawn, there = len(labels), sample["fpc"][0][inside][0]
        for label in labels:
            cluster = inside & (sample["clusters"][0] == label)
            z, n, size = score[cluster], cluster.sum(), sample["fpc"][1][cluster][0]
            totals.append(z.sum())
            found += drawn / there * (1 - n / size) * n * np.var(z, ddof=1)
        found += (1 - drawn / there) * drawn * np.var(totals, ddof=1)
    return found


@given(samples())
def test_two_stages_by_hand(sample):
    design, w, y = design_of(sample), sample["weights"], sample["y"]
    found = total(design, y)
    assert found.se[0] ** 2 == pytest.approx(spread_by_hand(sample, w * y), rel=1e-9, abs=1e-9)
    inside = sample["by"] == sample["by"][0]
    found = mean(design, y, by=inside)
    at = w[inside] @ y[inside] / w[inside].sum()
    score = np.where(inside, w * (y - at) / w[inside].sum(), 0)
    assert found.estimate[-1] == pytest.approx(at)
    assert found.se[-1] ** 2 == pytest.approx(spread_by_hand(sample, score), rel=1e-9, abs=1e-12)


@given(samples())
def test_weights_that_follow_from_the_population(sample):
    followed = design_of(sample, weights=None).weights
    for stratum in np.unique(sample["strata"]):
        inside = sample["strata"] == stratum
        drawn = len(np.unique(sample["clusters"][0][inside]))
        for label in np.unique(sample["clusters"][0][inside]):
            cluster = inside & (sample["clusters"][0] == label)
            chance = drawn / sample["fpc"][0][cluster] * cluster.sum() / sample["fpc"][1][cluster]
            np.testing.assert_allclose(followed[cluster], 1 / chance)


@given(samples(), some.randoms(use_true_random=False))
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_order_of_rows_does_not_matter(name, sample, random):
    order = list(range(len(sample["y"])))
    random.shuffle(order)
    other = mapped(sample, lambda column: column[order])
    same(
        ESTIMATORS[name](design_of(sample), sample, sample["by"]),
        ESTIMATORS[name](design_of(other), other, other["by"]),
    )


@given(samples(), some.floats(0.01, 100))
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_scale_of_weights_matters_for_totals_only(name, sample, times):
    scaled = ESTIMATORS[name](design_of(sample, weights=sample["weights"] * times), sample)
    plain = ESTIMATORS[name](design_of(sample), sample)
    same(scaled, plain, times if name == "total" else 1.0)


@given(samples())
@pytest.mark.parametrize("name", ESTIMATORS)
def test_labels_are_only_labels(name, sample):
    named = {
        **sample,
        "strata": np.array(["丙", "甲", "乙"])[sample["strata"]],
        "clusters": [sample["clusters"][0] * -7.5, sample["clusters"][1].astype(object)],
    }
    same(
        ESTIMATORS[name](design_of(sample), sample, sample["by"]),
        ESTIMATORS[name](design_of(named), named, sample["by"]),
    )


@given(samples())
def test_covariances_agree_with_the_errors_and_add_up(sample):
    design = design_of(sample)
    found = total(design, sample["y"], by=sample["by"], covariances=True)
    assert np.sqrt(np.diagonal(found.covariance)) == pytest.approx(found.se)
    assert found.se == pytest.approx(total(design, sample["y"], by=sample["by"]).se)
    whole = total(design, sample["y"])
    assert found.covariance.sum() == pytest.approx(whole.se[0] ** 2, rel=1e-9, abs=1e-9)
    assert found.estimate.sum() == pytest.approx(whole.estimate[0])


@given(samples())
def test_a_domain_is_what_where_keeps(sample):
    design, domain = design_of(sample), sample["by"][0]
    gaps = np.where(sample["by"] == domain, sample["y"], np.nan)
    kept = mean(design, gaps, where=sample["by"] == domain)
    found = mean(design, sample["y"], by=sample["by"])
    place = list(found.by).index(domain)
    assert kept.estimate[0] == pytest.approx(found.estimate[place])
    assert (kept.se[0], kept.df[0], kept.n[0]) == pytest.approx(
        (found.se[place], found.df[place], found.n[place])
    )


@given(samples())
def test_many_domains_of_few_rows(sample):
    """So many units and domains that only pairs that occur are kept; the answer is the same."""
    n, times = len(sample["y"]), 40
    strata = np.concatenate([sample["strata"] + 10 * k for k in range(times)])
    by = np.arange(n * times) // 2
    y, w = np.tile(sample["y"], times), np.tile(sample["weights"], times)
    design = Design.of(weights=w, strata=strata)
    found = total(design, y, by=by)
    for place in (0, len(found.n) // 2, len(found.n) - 1):
        assert found.se[place] == pytest.approx(total(design, y * (by == found.by[place])).se[0])


def test_a_simple_sample_is_the_textbooks():
    y = np.array([3.0, 5, 8, 1])
    found = mean(Design.of(fpc=np.full(4, 20.0)), y)
    assert found.estimate[0] == 4.25
    assert found.se[0] == pytest.approx(np.sqrt((1 - 4 / 20) * np.var(y, ddof=1) / 4))
    assert found.deff[0] == pytest.approx(1)
    assert total(Design.of(fpc=np.full(4, 20.0)), y).estimate[0] == pytest.approx(85)


def test_a_single_unit_is_certain_or_compared_with_all():
    y, strata = np.array([1.0, 3, 8]), ["a", "a", "b"]
    design = {"weights": np.ones(3), "strata": strata}
    certain = total(Design.of(**design, single="certainty"), y)
    assert certain.se[0] ** 2 == pytest.approx(4)
    centred = total(Design.of(**design, single="centred"), y)
    assert centred.se[0] ** 2 == pytest.approx(4 + (8 - 4) ** 2)
    both = total(Design.of(**design, single="centred"), y, by=[0, 0, 1], covariances=True)
    alone = total(Design.of(**design, single="centred"), y, by=[0, 0, 1])
    assert both.se == pytest.approx(alone.se)
    known = Design.of(**design, fpc=[10, 10, 1])
    assert total(known, y).se[0] ** 2 == pytest.approx(4 * 0.8)


def test_nobody_and_everybody():
    """Nothing is made up where the sample shows no spread; two methods still have limits."""
    design = Design.of(weights=np.full(20, 5.0))
    for answer in (np.zeros(20), np.ones(20)):
        found = {m: proportion(design, answer, method=m) for m in METHODS}
        for method, share in found.items():
            assert share.estimate[0] == answer[0]
            if method in ("wilson", "beta"):
                assert share.low[0] == 0 or share.high[0] == 1
                assert 0.1 < share.high[0] - share.low[0] < 0.2
            else:
                assert np.isnan([share.low[0], share.high[0]]).all()


@given(samples())
@pytest.mark.parametrize("method", METHODS)
def test_an_interval_of_a_share_holds_it_and_mirrors(method, sample):
    design, yes = design_of(sample), sample["y"] > 50
    found, rest = (proportion(design, one, method=method) for one in (yes, ~yes))
    if np.isfinite(found.low[0]):
        assert found.low[0] <= found.estimate[0] + 1e-12
        assert found.estimate[0] <= found.high[0] + 1e-12
        assert (found.low[0], found.high[0]) == pytest.approx(
            (1 - rest.high[0], 1 - rest.low[0]), abs=1e-9
        )


def test_a_likelihood_interval_is_where_the_likelihood_has_fallen():
    design = Design.of(weights=np.ones(50))
    found = proportion(design, np.arange(50) < 13, method="likelihood")

    def likelihood(p):
        return 13 * np.log(p) + 37 * np.log(1 - p)

    falls = [likelihood(13 / 50) - likelihood(limit) for limit in (found.low[0], found.high[0])]
    assert falls[0] == pytest.approx(falls[1], rel=1e-3)  # read off a line between points


def test_labels_and_values():
    design, answers = Design.of(weights=np.ones(4)), ["satisfied", "fairly", "satisfied", None]
    where = [True, True, True, False]
    levels = Levels(np.array([1, 0, 1, 0]), np.array(["fairly", "satisfied"]))
    assert proportion(design, levels, value="satisfied", where=where).estimate[0] == 2 / 3
    assert proportion(design, [*answers[:3], "x"], value="none of these").estimate[0] == 0
    with pytest.raises(Refusal, match="y must not be missing"):
        proportion(design, answers, value="satisfied")
    with pytest.raises(Refusal, match="0 and 1 only"):
        proportion(design, [0, 1, 2, 0])


def test_quantiles_by_step_and_by_line():
    design = Design.of(weights=[1, 1, 2, 1, 1])
    y = [1, 2, 3, 10, 20]
    assert quantile(design, y, 0.5, rule="step").estimate[0] == 3
    assert quantile(design, y, 0.5).estimate[0] == 2.5
    found = quantile(design, y, 0.5, by=["a", "a", "a", "b", "b"], rule="step")
    assert found.estimate.tolist() == [2, 10]  # just half of each domain lies no higher
    assert found.low[0] <= 2 <= found.high[0]


def test_two_waves():
    first = mean(Design.of(weights=np.ones(4)), [1.0, 2, 3, 4])
    second = mean(Design.of(weights=np.ones(3)), [2.0, 2, 5])
    found = independent(first, second)
    assert found.estimate[0] == pytest.approx(-0.5)
    assert found.se[0] ** 2 == pytest.approx(np.var([1, 2, 3, 4], ddof=1) / 4 + 1)
    both = Design.of(weights=np.ones(7), strata=[0] * 4 + [1] * 3)
    by = mean(both, [1.0, 2, 3, 4, 2, 2, 5], by=[0] * 4 + [1] * 3, covariances=True)
    one = contrast(by, 0, 1)
    assert (one.estimate, one.se) == pytest.approx((found.estimate[0], found.se[0]))
    with pytest.raises(Refusal, match="no domain 2"):
        contrast(by, 0, 2)
    with pytest.raises(Refusal, match="same domains"):
        independent(by, first)


@pytest.mark.parametrize("method", ["mean", "logit", "wilson"])
def test_intervals_hold_the_truth_as_often_as_they_say(method):
    """2,000 clustered samples of a population whose mean, or share, is known."""
    random, runs, held = np.random.default_rng(20261127), 2000, 0
    strata, size, drawn = 4, 60, 12
    effect = random.normal(0, 1, (strata, size))
    people = effect[:, :, None] + random.normal(
        np.arange(strata)[:, None, None], 2, (strata, size, 15)
    )
    truth = people.mean() if method == "mean" else (people > 2).mean()
    for _ in range(runs):
        picked = np.array([random.choice(size, drawn, replace=False) for _ in range(strata)])
        y = np.take_along_axis(people, picked[:, :, None], 1)
        labels = np.broadcast_to(np.arange(strata)[:, None, None], y.shape).ravel()
        clusters = np.broadcast_to(picked[:, :, None], y.shape).ravel()
        design = Design.of(strata=labels, clusters=clusters, fpc=np.full(y.size, float(size)))
        found = (
            mean(design, y.ravel())
            if method == "mean"
            else proportion(design, y.ravel() > 2, method=method)
        )
        held += int(found.low[0] <= truth <= found.high[0])
    assert held / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))


GOOD = {"weights": [1, 1, 1, 1], "strata": ["a", "a", "b", "b"], "fpc": [5, 5, 9, 9]}


@pytest.mark.parametrize(
    ("bad", "field", "reason"),
    [
        ({"weights": [1, 1, np.nan, 1]}, "weights", "not missing"),
        ({"weights": [1, 1, -1, 1]}, "weights", "must not be negative"),
        ({"weights": [0, 0, 0, 0]}, "weights", "no population"),
        ({"weights": ["a", "b", "c", "d"]}, "weights", "must be a number"),
        ({"weights": [1, 1, 1]}, None, "differ in length: strata 4, fpc 4, weights 3"),
        ({"strata": ["a", None, "b", "b"]}, "strata", "must not be missing"),
        ({"strata": ["a", "a", "a", "b"], "fpc": None}, "strata", "stratum b has a single unit"),
        ({"fpc": [5, 5, 9, 8]}, "fpc", "differs within stratum b"),
        ({"fpc": [5, 5, 1, 1]}, "fpc", "fpc 1 of stratum b is smaller than the sample of 2"),
        ({"fpc": [5, 5, 0, 0]}, "fpc", "above 0"),
        ({"fpc": [5, 5, np.nan, 9]}, "fpc", "not missing"),
        ({"fpc": [[5, 5, 9, 9], [2, 2, 2, 2]]}, "fpc", "more fpc columns than stages"),
        ({"clusters": [1, 2, 2, 3], "nest": False}, "clusters", "more than one stratum"),
        ({"weights": None, "strata": None, "fpc": None}, "weights", "a design needs"),
        ({"single": "ignore"}, "single", "refuse, certainty or centred"),
    ],
)
def test_designs_that_are_refused(bad, field, reason):
    with pytest.raises(Refusal, match=reason) as refusal:
        Design.of(**{**GOOD, **bad})
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"y": [1, 2, np.nan, 4]}, "y"),
        ({"y": [1, 2, 3]}, "y"),
        ({"y": ["1", "2", "3", "4"]}, "y"),
        ({"by": [1, 2, 3]}, "by"),
        ({"by": [1.0, 2, np.nan, 2]}, "by"),
        ({"where": [False] * 4}, "where"),
        ({"where": [1, 1, 0, 0]}, "where"),
        ({"level": 95}, "level"),
    ],
)
def test_estimates_that_are_refused(arguments, field):
    with pytest.raises(Refusal) as refusal:
        mean(Design.of(**GOOD), **{"y": [1, 2, 3, 4], **arguments})
    assert refusal.value.field == field
