"""Counts against their own past: what must hold of the alarms, and an independent computation."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.kernel.errors import Refusal
from anmin.stats import quasipoisson
from anmin.stats.seasonal import Control, farrington

WEEKS = 330
TEN_PERIODS = {"no_periods": 10, "past_weeks_not_included": 26}


KNOWN = Path(__file__).parent / "known"
OPTIONS = {
    "improved": {
        "defaults": {},
        "ten": TEN_PERIODS,
        "ten_no_trend": {**TEN_PERIODS, "trend": False, "alpha": 0.01, "powertrans": "1/2"},
        "ten_unweighted": {
            **TEN_PERIODS, "reweight": False, "powertrans": "none", "limit54": (0, 4), "b": 4,
        },
        "muan": {
            **TEN_PERIODS, "threshold_method": "muan", "alpha": 0.01, "p_threshold_trend": 1,
        },
        "nbPlugin": {
            "threshold_method": "nbPlugin", "b": 3, "w": 2, "weights_threshold": 1, "no_periods": 5,
        },
    },
    "original": {
        "defaults": {},
        "alpha": {"alpha": 0.01, "b": 3, "w": 2, "reweight": False},
        "root": {"powertrans": "1/2", "trend": False, "limit54": (0, 1)},
    },
}  # fmt: skip
OPTIONS["dated"] = OPTIONS["improved"]


def known_weeks():
    """Four made-up series, and what R says of their last weeks."""
    with (KNOWN / "weeks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    counts = [[int(row[name]) for row in rows] for name in rows[0] if name != "week"]
    return np.array(counts), json.loads((KNOWN / "weeks.json").read_text())


ANSWERS = [
    (form, name) for form in OPTIONS for name in known_weeks()[1][form]
]  # fmt: skip


@pytest.mark.parametrize(("form", "name"), ANSWERS, ids=[" ".join(answer) for answer in ANSWERS])
def test_r_gives_the_same(form, name):
    counts, answers = known_weeks()
    control = Control(
        method="original" if form == "original" else "improved", **OPTIONS[form][name]
    )
    dates = np.datetime64("2019-01-07") + 7 * np.arange(counts.shape[1])
    found = farrington(
        counts,
        range(answers["first"] - 1, answers["last"]),
        control=control,
        dates=dates if form == "dated" else None,
    )
    assert set(answers[form][name]) >= {"upperbound", "alarm", "trend"}
    for what, values in answers[form][name].items():
        theirs = np.array(values, dtype=float)
        np.testing.assert_allclose(getattr(found, what), theirs, rtol=1e-8, atol=1e-9, err_msg=what)


def city(mean, series=1, seed=1, season=0.0, growth=0.0):
    """Weekly counts of made-up neighbourhoods."""
    draw, week = np.random.default_rng(seed), np.arange(WEEKS)
    rate = mean * np.exp(season * np.sin(2 * np.pi * week / 52) + growth * week)
    return draw.poisson(np.broadcast_to(rate, (series, WEEKS))).astype(float)


@pytest.mark.parametrize(
    ("method", "alpha", "error"),
    # As published, the improved form takes the dispersion of the fit, here 0, for the error.
    [("original", 0.05, np.sqrt(1 / (4 * 28))), ("improved", 0.025, 0.0)],
)
def test_by_hand(method, alpha, error):
    """Four every week: mean 4, no overdispersion, 28 observations."""
    control = Control(method=method, b=4, w=3, trend=False, alpha=alpha)
    found = farrington(np.full(WEEKS, 4), [WEEKS - 1], control=control)
    spread = np.sqrt(4 / 9 * 4 ** (1 / 3) * (1 + 4 * error**2))
    bound = (4 ** (2 / 3) + 1.959963984540054 * spread) ** 1.5
    assert found.expected == pytest.approx(4)
    assert found.dispersion == 1
    assert found.upperbound == pytest.approx(bound, rel=1e-9)
    assert found.score == pytest.approx(0, abs=1e-9)


def dense(y, group, time, trend):
    """The same model by general least squares on a full matrix of the design."""
    design = np.column_stack([group == g for g in range(group.max() + 1)] + [time] * trend).astype(
        float
    )
    beta, *_ = np.linalg.lstsq(design, np.log(y + 0.5))
    for _ in range(100):
        mean = np.exp(design @ beta)
        information = design.T @ (mean[:, None] * design)
        beta = beta + np.linalg.solve(information, design.T @ (y - mean))
    mean = np.exp(design @ beta)
    dispersion = ((y - mean) ** 2 / mean).sum() / (len(y) - design.shape[1])
    return beta, np.linalg.inv(design.T @ (mean[:, None] * design)), dispersion


@settings(max_examples=25, deadline=None)
@given(some.integers(0, 2**32), some.booleans(), some.integers(1, 5))
def test_the_model_is_the_one_that_a_full_matrix_gives(seed, trend, groups):
    draw = np.random.default_rng(seed)
    y = draw.negative_binomial(4, 0.3, size=60).astype(float)
    group, time = np.arange(60) % groups, np.arange(60.0)
    fits = quasipoisson.fit(
        y[None, :], group, time, here=groups - 1, now=65.0, trend=trend, p_trend=1.0, threshold=None,
        published=False,
    )  # fmt: skip
    kept = bool(fits.trended[0])
    beta, covariance, dispersion = dense(y, group, time, kept)
    here = np.array([g == groups - 1 for g in range(groups)] + [65.0] * kept, dtype=float)
    assert fits.mean[0] == pytest.approx(np.exp(here @ beta), rel=1e-5)
    assert fits.dispersion[0] == pytest.approx(max(dispersion, 1), rel=1e-3)
    assert fits.error[0] == pytest.approx(
        np.sqrt(here @ covariance @ here * max(dispersion, 1)), rel=1e-3
    )


def test_a_season_is_no_alarm_and_an_outbreak_is():
    """Every summer has its peak; in the third week from the end, one neighbourhood has twice that."""
    counts = city(8, series=40, season=1.0)
    counts[7, WEEKS - 3] = 2 * counts[:, WEEKS - 3].max()
    found = farrington(counts, range(WEEKS - 10, WEEKS), control=Control(alpha=1e-5, **TEN_PERIODS))
    assert np.argwhere(found.alarm).tolist() == [[7, 7]]
    flat = Control(alpha=0.001, trend=False, b=1, w=3)
    assert farrington(counts, [WEEKS - 3], control=flat).alarm[:, 0].tolist().count(True) == 1


def test_past_outbreaks_do_not_hide_the_next():
    """An outbreak two years ago lifts the bound, unless it is weighted down."""
    counts = city(6, seed=3)
    counts[0, WEEKS - 1 - 104] = 60
    bounds = [
        farrington(counts, [WEEKS - 1], control=Control(reweight=reweight)).upperbound[0, 0]
        for reweight in (True, False)
    ]
    clean = farrington(city(6, seed=3), [WEEKS - 1], control=Control()).upperbound[0, 0]
    assert bounds[0] < 1.3 * clean < bounds[1]


def test_a_trend_is_kept_only_if_it_is_clear_and_leads_no_higher_than_before():
    kept = farrington(city(200, growth=-0.004), [WEEKS - 1], control=Control(**TEN_PERIODS))
    assert kept.trend.all()
    assert kept.expected[0, 0] == pytest.approx(200 * np.exp(-0.004 * (WEEKS - 1)), rel=0.1)
    higher = farrington(city(20, growth=0.02), [WEEKS - 1], control=Control(**TEN_PERIODS))
    assert not higher.trend.any()
    assert not farrington(city(200, growth=-0.004), [WEEKS - 1], control=Control(b=2)).trend.any()


@pytest.mark.parametrize(
    ("threshold", "most"), [("delta", 0.07), ("nbPlugin", 0.06), ("muan", 0.05)]
)
def test_alarms_without_cause_are_about_as_rare_as_promised(threshold, most):
    """2,000 quiet neighbourhoods, one week, at 5 % (counts are whole, so rather less)."""
    control = Control(alpha=0.05, limit54=(0, 1), threshold_method=threshold, **TEN_PERIODS)
    share = farrington(city(10, series=2000, seed=5), [WEEKS - 1], control=control).alarm.mean()
    assert 0.01 < share < most + 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_too_few_cases_make_no_alarm():
    counts = np.zeros((2, WEEKS))
    counts[:, 3::9] = 1
    counts[:, WEEKS - 4 :] = [[0, 0, 0, 4], [0, 0, 0, 5]]
    improved = farrington(counts, [WEEKS - 1], control=Control())
    assert improved.alarm[:, 0].tolist() == [False, True]
    assert np.isnan(improved.upperbound[0, 0])
    assert farrington(counts, [WEEKS - 1], control=Control(method="original")).upperbound[0, 0] == 0


def test_never_a_case_before():
    """Nothing in five years, then five in a week: an alarm, though no mean can be told from 0."""
    counts = np.zeros(WEEKS)
    counts[-1] = 5
    found = farrington(counts, [WEEKS - 1], control=Control(**TEN_PERIODS))
    assert found.alarm.tolist() == [True]
    assert found.expected[0] < 1e-9


@settings(max_examples=15, deadline=None)
@given(some.randoms(), some.sampled_from(["original", "improved"]))
def test_each_series_is_judged_by_itself(random, method):
    counts, control = city(5, series=6), Control(method=method)
    together = farrington(counts, [300, 320], control=control)
    order = random.sample(range(6), 6)
    shuffled = farrington(counts[order], [300, 320], control=control)
    np.testing.assert_array_equal(shuffled.upperbound, together.upperbound[order])
    alone = farrington(counts[2], [300, 320], control=control)
    np.testing.assert_array_equal(alone.upperbound, together.upperbound[2])


@settings(deadline=None)
@given(some.integers(0, 60))
def test_the_future_changes_nothing(value):
    counts = city(5)[0]
    before = farrington(counts, [320])
    counts[321:] = value
    np.testing.assert_array_equal(farrington(counts, [320]).upperbound, before.upperbound)


def test_years_by_the_calendar():
    """52 weeks are a day or two short of a year; by the calendar the season stays in place."""
    dates = np.datetime64("2019-01-07") + 7 * np.arange(WEEKS)
    counts = city(50, season=1.0)
    at, control = [WEEKS - 1], Control(w=0, trend=False, reweight=False, b=5)
    by_dates = farrington(counts, at, control=control, dates=dates).expected[0, 0]
    same_week = [
        int(np.argmin(abs(dates - np.datetime64(f"{year}-04-28")))) for year in range(2020, 2025)
    ]
    assert str(dates[-1]) == "2025-04-28"
    assert by_dates == pytest.approx(counts[0, same_week].mean(), rel=1e-8)
    with pytest.raises(Refusal, match="dates must be one for each moment"):
        farrington(counts, at, control=control, dates=dates[:-1])


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"method": "modern"}, "method"), ({"b": 0}, "b"), ({"w": -1}, "w"), ({"alpha": 0.5}, "alpha"),
        ({"p_threshold_trend": 0}, "p_threshold_trend"), ({"weights_threshold": -1}, "weights_threshold"),
        ({"no_periods": 0}, "no_periods"), ({"past_weeks_not_included": -1}, "past_weeks_not_included"),
        ({"threshold_method": "guess"}, "threshold_method"), ({"powertrans": "3"}, "powertrans"),
        ({"limit54": (5, 0)}, "limit54"), ({"no_periods": 60}, "no_periods"), ({"b": 7}, "b"),
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(options, field):
    with pytest.raises(Refusal) as refusal:
        farrington(city(5), [WEEKS - 1], control=Control(**options))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("counts", "at", "field"),
    [([1, 2, -1], [2], "observed"), ([1, 2, 3], [3], "at"), ([1, 2, 3], [2], "b"),
     ([1, np.nan, 3], [2], "observed"), ([[[1, 2]]], [1], "observed")],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(counts, at, field):
    with pytest.raises(Refusal) as refusal:
        farrington(counts, at)
    assert refusal.value.field == field
