"""The year-on-year test against R, and what must hold of it whatever the counts."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats.counts import MANY, Comparison, compare
from anmin.stats.pairs import LARGEST

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
levels = some.sampled_from([0.8, 0.9, 0.95, 0.99])


@settings(deadline=None)
@given(few, few, exposures, exposures, levels)
def test_interval_and_test_agree(this, last, exposure_this, exposure_last, level):
    """No change lies outside the interval exactly when the p-value says so."""
    found = compare(this, last, exposure_this, exposure_last, level)
    for low, high, p in (
        (found.low, found.high, found.p_central),
        (found.low_mid, found.high_mid, found.p_mid),
    ):
        if abs(p - (1 - level)) > 1e-9:
            assert (low > 1 or high < 1) == (p < 1 - level)


@settings(deadline=None)
@given(few, few, exposures, exposures)
def test_swapping_the_periods_inverts_the_ratio(this, last, exposure_this, exposure_last):
    forward = compare(this, last, exposure_this, exposure_last)
    backward = compare(last, this, exposure_last, exposure_this)
    for p in ("p_minlike", "p_central", "p_mid"):
        assert getattr(forward, p) == pytest.approx(getattr(backward, p), rel=1e-9)
    assert forward.low == pytest.approx(1 / backward.high if backward.high else math.inf, rel=1e-9)


@settings(deadline=None)
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


def many_times(counts, exposures=1.0):
    """So many pairs that the compiled way is taken."""
    this, last = np.array(counts, dtype=float).T
    times = MANY // len(this) + 1
    return (
        np.tile(this, times),
        np.tile(last, times),
        np.tile(np.broadcast_to(exposures, this.shape), times),
    )


def agree(one, other, **tolerance):
    for name in NAMES.values():
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), err_msg=name, **tolerance
        )


large = some.integers(0, 12_000)
any_pairs = some.lists(
    some.one_of(some.tuples(few, few), some.tuples(large, large), some.tuples(few, large)),
    min_size=1,
    max_size=10,
)


@settings(deadline=None)
@given(any_pairs, some.lists(exposures, min_size=10, max_size=10), some.booleans(), levels)
def test_many_pairs_are_answered_as_few(counts, over, alike, level):
    """The compiled way and SciPy's are two computations of the same."""
    over = over[0] if alike else np.array(over[: len(counts)])
    this, last, exposure = many_times(counts, over)
    many = compare(this, last, exposure, 1, level)
    rows = slice(0, len(counts))
    one = compare(this[rows], last[rows], exposure[rows], 1, level)
    agree(
        Comparison(**{name: getattr(many, name)[rows] for name in NAMES.values()}), one,
        rtol=1e-9, atol=1e-100,
    )  # fmt: skip


def test_sums_beyond_what_is_compiled_are_answered_too():
    this, last, _ = many_times([(LARGEST, 1), (LARGEST, 0), (10**7, 10**7), (5, 3)])
    found = compare(this.reshape(2, -1), last.reshape(2, -1))
    for place, pair in enumerate([(LARGEST, 1), (LARGEST, 0), (10**7, 10**7), (5, 3)]):
        one = compare(*pair)
        for name in NAMES.values():
            value = getattr(found, name)[0, place]
            assert value == pytest.approx(getattr(one, name), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("mean", [2, 15, 120])
@pytest.mark.parametrize("p", ["p_minlike", "p_central", "p_mid"])
def test_where_nothing_changed_small_p_values_are_as_rare_as_they_say(mean, p):
    """The exact ones never more often than promised; mid-p about so on average."""
    draw = np.random.default_rng(9)
    found = compare(draw.poisson(mean, 40_000), draw.poisson(2.5 * mean, 40_000), 1, 2.5)
    for level in (0.01, 0.05, 0.2):
        slack = 3 * np.sqrt(level * (1 - level) / 40_000) + (0.25 * level if p == "p_mid" else 0)
        assert (getattr(found, p) <= level).mean() <= level + slack


@pytest.mark.parametrize(
    ("limits", "least"), [(("low", "high"), 0.95), (("low_mid", "high_mid"), 0.94)]
)
def test_the_interval_holds_the_true_ratio_as_often_as_it_says(limits, least):
    draw = np.random.default_rng(10)
    found = compare(draw.poisson(24, 40_000), draw.poisson(16, 40_000))
    low, high = (getattr(found, name) for name in limits)
    assert ((low <= 1.5) & (high >= 1.5)).mean() >= least - 3 * np.sqrt(0.05 * 0.95 / 40_000)


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
