"""A domain of one cluster, shares of 0 and 1 from few clusters, tables with empty cells."""

import csv
from pathlib import Path

import numpy as np
import pytest

from anmin.kernel.errors import Refusal
from anmin.stats import Design, independence, mean, proportion
from anmin.stats.intervals import clopper_pearson

KNOWN = Path(__file__).parent / "known"


def columns(name: str) -> dict[str, list[str]]:
    rows = list(csv.DictReader((KNOWN / name).open()))
    return {key: [row[key] for row in rows] for key in rows[0]}


@pytest.mark.parametrize("method", ["wilson", "beta", "likelihood", "logit", "wald", "asin"])
def test_a_domain_of_one_cluster_has_no_limits(method: str) -> None:
    """R's svyciprop says 0.5, NaN, NaN."""
    told = columns("single_cluster.csv")
    design = Design.of(weights=np.ones(len(told["y"])), strata=told["st"], clusters=told["cl"])
    found = proportion(design, np.array(told["y"], float), by=told["dom"], method=method)
    place = list(found.by if found.by is not None else []).index("z")
    assert (found.estimate[place], found.df[place]) == (0.5, 0)
    assert np.isnan([found.low[place], found.high[place]]).all()
    others = np.delete(np.arange(len(found.n)), place)
    assert np.isfinite(found.low[others]).all()


def test_nothing_from_one_cluster_has_no_limits_either() -> None:
    design = Design.of(weights=np.ones(4), clusters=["a"] * 4, single="certainty")
    found = proportion(design, np.zeros(4), method="wilson")
    assert np.isnan(found.low[0])
    assert np.isnan(mean(design, np.arange(4.0)).low[0])


def test_nobody_of_many_single_people_is_as_before() -> None:
    found = proportion(Design.of(weights=np.ones(150)), np.zeros(150), method="beta")
    low, high = clopper_pearson(0, 150)
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))


def test_nobody_of_five_clusters_is_as_nobody_of_five() -> None:
    clusters = np.repeat(np.arange(5), 30)
    for y, at in ((np.zeros(150), 0), (np.ones(150), 5)):
        found = proportion(Design.of(weights=np.ones(150), clusters=clusters), y, method="beta")
        assert (found.low[0], found.high[0]) == pytest.approx(clopper_pearson(at, 5))


def test_other_domains_tell_how_alike_clusters_are() -> None:
    """Towns whose clusters are as mixed as the town: nobody of 150 is then nearly nobody of 150."""
    rng = np.random.default_rng(3)
    town = np.repeat(np.arange(9), 150)
    clusters = np.repeat(np.arange(45), 30)
    y = (rng.random(9 * 150) < 0.3).astype(float)
    y[town == 0] = 0
    design = Design.of(weights=np.ones(9 * 150), strata=town, clusters=clusters)
    high = proportion(design, y, by=town, method="beta").high[0]
    assert clopper_pearson(0, 150)[1] <= high + 1e-12 < clopper_pearson(0, 60)[1]


def test_the_interval_of_nobody_covers_where_clusters_are_alike() -> None:
    """At a share of 0.03 and a likeness of 0.3, 0 of 150 from 5 clusters is 38 % of the samples."""
    rng = np.random.default_rng(7)
    clusters, covered = np.repeat(np.arange(5), 30), []
    design = Design.of(weights=np.ones(150), clusters=clusters)
    for _sample in range(200):
        levels = rng.beta(0.03 * 7 / 3, 0.97 * 7 / 3, 5)
        y = (rng.random(150) < levels[clusters]).astype(float)
        found = proportion(design, y, method="beta")
        covered.append(found.low[0] <= 0.03 <= found.high[0])
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 200)


def test_a_nested_table_is_refused_in_any_order_of_its_labels() -> None:
    told = columns("nested_table.csv")
    design = Design.of(weights=np.array(told["w"], float))
    rng = np.random.default_rng(1)
    for _order in range(8):
        names = {row: str(n) for n, row in enumerate(rng.permutation(sorted(set(told["rows"]))))}
        with pytest.raises(Refusal, match="too many cells") as refusal:
            independence(design, [names[row] for row in told["rows"]], told["cols"])
        assert refusal.value.code == "empty_cells"
    with pytest.raises(Refusal, match="too many cells"):
        independence(Design.of(weights=np.ones(9)), [0, 1, 2] * 3, [0, 1, 2] * 3)


def test_a_table_with_some_empty_cells_is_the_same_in_any_order() -> None:
    rng = np.random.default_rng(2)
    rows, cols = rng.integers(0, 3, 80), rng.integers(0, 4, 80)
    rows[(rows == 1) & (cols == 2)] = 0  # an empty cell
    design = Design.of(weights=rng.uniform(1, 3, 80), clusters=np.repeat(np.arange(20), 4))
    found = []
    for _order in range(6):
        one, other = rng.permutation(3), rng.permutation(4)
        tested = independence(design, one[rows], other[cols])
        found.append((tested.f, tested.df, tested.p))
    np.testing.assert_allclose(found, [found[0]] * 6, rtol=1e-9)
    assert found[0][0] > 0
