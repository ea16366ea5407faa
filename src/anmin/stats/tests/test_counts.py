"""The year-on-year test against R, and what must hold of it whatever the counts."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats.counts import compare

KNOWN = Path(__file__).parent / "known"
NAMES = {
    "rr": "ratio", "lo": "low", "hi": "high", "lo_mid": "low_mid", "hi_mid": "high_mid",
    "p_minlike": "p_minlike", "p_central": "p_central", "p_mid": "p_mid",
}  # fmt: skip


def known_pairs():
    with (KNOWN / "counts_pairs.csv").open(newline="") as file:
        pairs = list(csv.DictReader(file))
    answers = json.loads((KNOWN / "counts_pairs.json").read_text())["rows"]
    return [pytest.param(pair, answer, id=f"{pair['this']} v {pair['last']} (row {pair['case']})")
            for pair, answer in zip(pairs, answers, strict=True)]  # fmt: skip


@pytest.mark.parametrize(("pair", "answer"), known_pairs())
def test_r_gives_the_same(pair, answer):
    ours = compare(
        int(pair["this"]), int(pair["last"]), float(pair["exp_this"]), float(pair["exp_last"])
    )
    for theirs, name in NAMES.items():
        value = getattr(ours, name)
        if answer[theirs] is None:
            assert not math.isfinite(value), name
        else:
            assert value == pytest.approx(answer[theirs], rel=1e-8), name


def test_the_thefts_of_the_source_are_within_chance():
    """12 thefts after 9: a rise that chance explains."""
    found = compare(12, 9)
    assert (round(found.p_central, 3), round(found.ratio, 2)) == (0.664, 1.33)
    assert (round(found.low, 2), round(found.high, 2)) == (0.52, 3.58)


few = some.integers(0, 300)
exposures = some.floats(0.01, 1000)


@given(few, few, exposures, exposures, some.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_interval_and_test_agree(this, last, exposure_this, exposure_last, level):
    """No change lies outside the interval exactly when the p-value says so."""
    found = compare(this, last, exposure_this, exposure_last, level)
    for low, high, p in (
        (found.low, found.high, found.p_central),
        (found.low_mid, found.high_mid, found.p_mid),
    ):
        if abs(p - (1 - level)) > 1e-9:
            assert (low > 1 or high < 1) == (p < 1 - level)


@given(few, few, exposures, exposures)
def test_swapping_the_periods_inverts_the_ratio(this, last, exposure_this, exposure_last):
    forward = compare(this, last, exposure_this, exposure_last)
    backward = compare(last, this, exposure_last, exposure_this)
    for p in ("p_minlike", "p_central", "p_mid"):
        assert getattr(forward, p) == pytest.approx(getattr(backward, p), rel=1e-9)
    assert forward.low == pytest.approx(1 / backward.high if backward.high else math.inf, rel=1e-9)


@given(few, few, exposures, exposures)
def test_scipy_gives_the_same_minimum_likelihood_p(this, last, exposure_this, exposure_last):
    share = exposure_this / (exposure_this + exposure_last)
    expected = stats.binomtest(this, this + last, share).pvalue if this + last else 1.0
    assert compare(this, last, exposure_this, exposure_last).p_minlike == pytest.approx(
        expected, rel=1e-6
    )


def test_arrays_are_answered_row_by_row():
    this, last = [12, 0, 5, 0], [9, 5, 0, 0]
    many = compare(this, last, 2, [1, 2, 3, 4])
    for row, pair in enumerate(zip(this, last, [1, 2, 3, 4], strict=True)):
        one = compare(pair[0], pair[1], 2, pair[2])
        for name in NAMES.values():
            np.testing.assert_equal(getattr(many, name)[row], getattr(one, name))


def test_counts_without_limit():
    """A million against one: nothing overflows and the limits keep their digits."""
    found = compare(10**6, 1)
    assert found.low == pytest.approx(1 / compare(1, 10**6).high, rel=1e-8)
    assert 0 < found.low < found.low_mid < 10**6 < found.high_mid < found.high < math.inf


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((-1, 2), "this"), ((1, 2.5), "last"), ((float("inf"), 2), "this"), ((1, 2, 0, 1), "exposure_this"),
     ((1, 2, 1, -3), "exposure_last"), (("12", 9), "this"), ((12, 9, 1, 1, 1.5), "level")],
)  # fmt: skip
def test_bad_input_is_refused(arguments, field):
    with pytest.raises(Refusal) as refusal:
        compare(*arguments)
    assert refusal.value.field == field
