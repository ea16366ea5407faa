"""Intervals against published tables, another program, and what must hold of any interval."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats.intervals import METHODS, nonresponse_bounds, poisson, wilson

KNOWN = Path(__file__).parent / "known"


def rows_of(name):
    with (KNOWN / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "row", rows_of("shares.csv"), ids=lambda row: f"{row['method']} {row['count']}/{row['n']}"
)
def test_newcombes_table(row):
    low, high = METHODS[row["method"]](int(row["count"]), int(row["n"]))
    assert (round(low, 4), round(high, 4)) == (float(row["low"]), float(row["high"]))


@pytest.mark.parametrize("row", rows_of("poisson.csv"), ids=lambda row: row["count"])
def test_garwoods_limits(row):
    low, high = poisson(int(row["count"]))
    assert (round(low, 3), round(high, 3)) == (float(row["low"]), float(row["high"]))


def test_the_sense_of_safety_of_the_source():
    """97.75 % and 93.75 % of 400 people asked."""
    assert [round(100 * limit, 1) for limit in wilson(391, 400)] == [95.8, 98.8]
    assert [round(100 * limit, 1) for limit in wilson(375, 400)] == [90.9, 95.7]


shares = some.integers(1, 5000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n)))
levels = some.floats(0.5, 0.999)


@given(shares, levels)
@pytest.mark.parametrize(("ours", "theirs"), [("wilson", "wilson"), ("clopper-pearson", "exact")])
def test_scipy_agrees(ours, theirs, share, level):
    expected = stats.binomtest(*share).proportion_ci(level, method=theirs)
    assert METHODS[ours](*share, level) == pytest.approx(
        (expected.low, expected.high), rel=1e-8, abs=1e-12
    )


@given(shares, levels)
@pytest.mark.parametrize("method", METHODS)
def test_an_interval_holds_the_share_and_mirrors(method, share, level):
    count, n = share
    low, high = METHODS[method](count, n, level)
    assert 0 <= low <= count / n <= high <= 1
    assert (1 - high, 1 - low) == pytest.approx(METHODS[method](n - count, n, level), abs=1e-9)


@given(shares, levels)
def test_mid_p_lies_within_the_exact_interval(share, level):
    outer, inner = METHODS["clopper-pearson"](*share, level), METHODS["mid-p"](*share, level)
    assert outer.low - 1e-12 <= inner.low <= inner.high <= outer.high + 1e-12


@pytest.mark.parametrize("method", METHODS)
def test_an_array_is_answered_row_by_row(method):
    counts, ns = [0, 3, 12, 40], [7, 7, 12, 81]
    low, high = METHODS[method](counts, ns)
    assert [*zip(low, high, strict=True)] == [
        METHODS[method](*pair) for pair in zip(counts, ns, strict=True)
    ]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("count", "n", "field"),
    [
        (5, 4, "count"),
        (-1, 4, "count"),
        (1.5, 4, "count"),
        (float("nan"), 4, "count"),
        ("3", 4, "count"),
        (None, 4, "count"),
        (0, 0, "n"),
        ([1, 2], [3, 0], "n"),
    ],
)
def test_what_is_no_share_is_refused(method, count, n, field):
    with pytest.raises(Refusal) as refusal:
        METHODS[method](count, n)
    assert refusal.value.field == field


@pytest.mark.parametrize("level", [0, 1, 95, float("nan")])
def test_a_level_is_a_share_too(level):
    with pytest.raises(Refusal, match="level"):
        wilson(1, 2, level)


def test_columns_of_different_length_are_refused():
    with pytest.raises(Refusal, match="differ in length"):
        wilson([1, 2, 3], [4, 5])


def test_the_hotline_example_with_everybody_who_was_silent():
    """21,882 asked, 7,781 replied, 7,285 of them satisfied or fairly satisfied."""
    low, high = nonresponse_bounds(7285, 7781, 21882)
    assert (low, high) == (7285 / 21882, (7285 + 14101) / 21882)


@given(shares, some.integers(0, 5000))
def test_bounds_hold_whatever_the_silent_would_have_said(share, silent):
    favourable, replies = share
    low, high = nonresponse_bounds(favourable, replies, replies + silent)
    truth = (favourable + np.arange(silent + 1)) / (replies + silent)
    assert low == truth.min()
    assert high == truth.max()


@pytest.mark.parametrize("case", [(8, 7, 10), (-1, 7, 10), (3, 11, 10), (0, 0, 0)])
def test_impossible_bounds_are_refused(case):
    with pytest.raises(Refusal):
        nonresponse_bounds(*case)
