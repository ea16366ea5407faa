"""Sudden rises against the last few moments."""

import csv
import json
import statistics
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats.recent import ears

Z = {"C1": 3.090232306167813, "C2": 3.090232306167813, "C3": 1.959963984540054}
weeks = some.lists(some.integers(0, 50), min_size=12, max_size=30)


KNOWN = Path(__file__).parent / "known"
OPTIONS = {
    "C1": {"method": "C1"},
    "C2": {"method": "C2"},
    "C3": {"method": "C3"},
    "C3_other": {"method": "C3", "baseline": 5, "min_sigma": 2, "alpha": 0.01},
}


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_r_gives_the_same(name):
    with (KNOWN / "weeks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    counts = [[int(row[series]) for row in rows] for series in rows[0] if series != "week"]
    answers = json.loads((KNOWN / "weeks.json").read_text())
    found = ears(counts, answers["first"] - 1, **OPTIONS[name])
    theirs = np.array(answers[name]["upperbound"], dtype=float)
    np.testing.assert_allclose(found.upperbound, theirs, rtol=1e-8)
    np.testing.assert_array_equal(found.alarm, np.array(answers[name]["alarm"]))


def by_the_book(counts, now, method):
    """One moment, computed with nothing but the definition."""
    lag = 0 if method == "C1" else 2

    def baseline(t):
        return counts[t - lag - 7 : t - lag]

    spread = statistics.stdev(baseline(now))
    if method != "C3":
        return statistics.mean(baseline(now)) + Z[method] * spread
    excess = 0.0
    for t in (now - 1, now - 2):
        own = statistics.stdev(baseline(t))
        excess += max(0.0, (counts[t] - statistics.mean(baseline(t))) / own - 1)
    return max(0.0, counts[now] + spread * (Z["C3"] - excess))


@settings(deadline=None)
@given(weeks, some.sampled_from(sorted(Z)))
def test_by_the_book(counts, method):
    found = ears(counts, method=method)
    start = len(counts) - len(found.alarm)
    assert start == {"C1": 7, "C2": 9, "C3": 11}[method]
    for place, now in enumerate(range(start, len(counts))):
        try:
            bound = by_the_book(counts, now, method)
        except ZeroDivisionError:  # a baseline that does not vary
            continue
        assert found.upperbound[place] == pytest.approx(bound, rel=1e-9, abs=1e-9)
        if abs(counts[now] - bound) > 1e-9:
            assert found.alarm[place] == (counts[now] > bound)


def test_a_jump_is_seen_at_once_and_a_slow_rise_by_c3():
    calm = [5, 4, 6, 5, 4, 6, 5, 5, 4, 6, 5, 5]
    assert ears([*calm, 15]).alarm[-1]
    slow = [*calm, 7, 8, 8]
    assert (ears(slow).alarm[-1], ears(slow, method="C3").alarm[-1]) == (False, True)


def test_a_baseline_that_does_not_vary():
    assert ears([3] * 7 + [4]).alarm.tolist() == [True]
    assert ears([3] * 7 + [4], min_sigma=1).alarm.tolist() == [False]
    assert np.isnan(ears([3] * 12, method="C3").upperbound).all()


def test_many_series_at_once():
    counts = np.random.default_rng(1).poisson(4, size=(20, 60))
    for method in Z:
        together = ears(counts, 15, method=method)
        assert together.upperbound.shape == (20, 45)
        for row in range(20):
            np.testing.assert_array_equal(
                ears(counts[row], 15, method=method).alarm, together.alarm[row]
            )


@pytest.mark.parametrize(
    ("counts", "options", "field"),
    [
        ([1] * 7, {}, "start"), ([1] * 9, {"start": 6}, "start"), ([1] * 9, {"method": "C4"}, "method"),
        ([1] * 9, {"baseline": 2}, "baseline"), ([1] * 9, {"alpha": 1}, "alpha"),
        ([1] * 9, {"min_sigma": -1}, "min_sigma"), ([-1] * 9, {}, "observed"), (5, {}, "observed"),
        ([1] * 9, {"start": 9}, "start"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(counts, options, field):
    with pytest.raises(Refusal) as refusal:
        ears(counts, **options)
    assert refusal.value.field == field
