"""Weights that meet the population, estimates with their error, releases that nobody can change."""

import random
from collections import Counter
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pytest
from django.utils import translation
from tests.personas import City

from anmin.kernel import fair_draw
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.stats.design import Design
from anmin.stats.estimates import mean
from anmin.stats.intervals import wilson
from anmin.surveys import changes, frames, outside, releases, results, waves, weighting
from anmin.surveys.models import Case, OutsideResult, PopulationMargin, Release, Return, Wave
from anmin.surveys.questionnaires import Measure, questionnaire
from anmin.surveys.tests.scene import HEADER, opened, world

pytestmark = pytest.mark.usefixtures("clock")
SAFETY = next(one for one in questionnaire("safety").measure if one.code == "safety")
TOWNS = {"锦湖街道": ("锦湖文化社区", 400, 0.9), "玉海街道": ("玉海一村", 200, 0.6)}


def people() -> list[tuple[int, list[str]]]:
    """600 adults of two towns, eight communities each."""
    rows = []
    for town, (community, count, _safe) in TOWNS.items():
        for n in range(count):
            sex, age = ("男", "女")[n % 2], ("18-39", "40-59", "60+")[n % 3]
            cells = [f"R{len(rows):04d}", town, f"{community}{n % 8}", "1", "王", "", "", sex, age]
            rows.append((len(rows) + 2, cells))
    return rows


def asked(
    city: City, code: str = "a", *, sizes: tuple[int, int] = (60, 60), take: int | None = None,
    respond: float = 0.7, seed: int = 1, lift: float = 0.0, silent: str = "",
) -> Wave:  # fmt: skip
    """A wave that has ended: men reply less often than women, Yuhai feels less safe."""
    with mock.patch.object(
        fair_draw, "new_seed", return_value=f"{seed:064x}"
    ):  # the same every time
        wave = opened(city, code=code)
    frames.take_in(wave_id=wave.pk, header=HEADER, rows=people(), by=city.analyst)
    waves.freeze(wave_id=wave.pk, by=city.analyst)
    wanted = dict(zip((city.town.code, city.yuhai_town.code), sizes, strict=True))
    waves.draw(wave_id=wave.pk, sizes=wanted, take=take, by=city.analyst)
    rng = random.Random(seed)
    for case in wave.cases.select_related("row").order_by("pk"):
        if case.row.stratum == silent:
            continue
        man = case.row.groups["sex"] == "男"
        if rng.random() > respond * (0.8 if man else 1.2):
            continue
        safe = (0.9 if case.row.stratum == city.town.code else 0.6) + lift
        answers = {
            "safe_overall": "safe" if rng.random() < safe else "unsafe",
            "satisfied": "satisfied",
            "score": rng.randrange(4, 11),
        }
        Return(
            case=case, seq=1, at=wave.opened_at, via="phone", language="zh-hans",
            answers=answers, counts=True, key="k",
        ).save()  # fmt: skip
        Case.objects.filter(pk=case.pk).update(
            status="done", disposition="1.1", closed_at=wave.opened_at
        )
    return waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)


def cells(figures: dict[str, Any], code: str, by: str) -> dict[str, Any]:
    measure = next(one for one in figures["measures"] if one["code"] == code)
    return {cell["level"]: cell for cell in measure["by"][by]}


@pytest.mark.parametrize("take", [None, 12])
def test_weights_meet_the_population_in_every_margin(city: City, take: int | None) -> None:
    sample = weighting.weigh(asked(city, take=take))
    weights = sample.design.weights
    assert weights.sum() == pytest.approx(600)
    assert (weights > 0).all()
    for variable, totals in {
        "town": {city.town.code: 400, city.yuhai_town.code: 200},
        "sex": {"男": 300, "女": 300},
        "age": {"18-39": 201, "40-59": 200, "60+": 199},
    }.items():
        for level, total in totals.items():
            held = sample.groups[variable] == level
            assert weights[held].sum() == pytest.approx(total), (variable, level)
    told = sample.weighting
    assert told.replies == len(sample.rows) == Return.objects.filter(counts=True).count()
    assert told.weight_range[1] <= told.trimmed_at
    assert told.weight_effect >= 1
    assert set(told.classes) == {city.town.code, city.yuhai_town.code}
    assert all(factor > 1 for factor in told.classes.values())
    assert told.clusters is bool(take)


def test_who_did_not_answer_is_stood_for_by_their_own_town(city: City) -> None:
    wave = asked(city)
    sample = weighting.weigh(wave)
    drawn = Counter(wave.cases.values_list("row__stratum", flat=True))
    replied = Counter(one.stratum for one in sample.rows)
    for town, factor in sample.weighting.classes.items():
        assert factor == pytest.approx(drawn[town] / replied[town])


def test_a_town_where_nobody_answered_is_stood_for_by_the_next_smallest(city: City) -> None:
    wave = asked(city, silent=city.yuhai_town.code)
    weights = weighting.weigh(wave).design.weights
    assert weights.sum() == pytest.approx(600)


def test_estimates_are_those_of_the_library(city: City) -> None:
    wave = asked(city)
    figures, method = results.computed(wave)
    sample = weighting.weigh(wave)
    y = [float(one.answers["safe_overall"] == "safe") for one in sample.rows if one.answers]
    strata = [one.stratum for one in sample.rows]
    fpc = [400 if town == city.town.code else 200 for town in strata]
    by_hand = mean(
        Design.of(weights=sample.design.weights, strata=strata, fpc=fpc, single="centred"),
        y,
        by=strata,
    )
    found = cells(figures, "safety", "town")
    for at, town in enumerate(np.asarray(by_hand.by)):
        assert found[town]["value"] == pytest.approx(by_hand.estimate[at])
    assert found[city.town.code]["value"] > found[city.yuhai_town.code]["value"]
    whole = next(one for one in figures["measures"] if one["code"] == "safety")["whole"]
    assert whole["low"] < whole["value"] < whole["high"]
    # raking leaves less to chance than the design alone
    assert 0 < whole["deff"] < 3
    assert method["level"] == 0.95
    # everybody is satisfied: the interval still has a lower end below one
    satisfied = next(one for one in figures["measures"] if one["code"] == "satisfaction")["whole"]
    assert satisfied["value"] == pytest.approx(1)
    assert 0.9 < satisfied["low"] < 1


def test_towns_are_tested_and_ranked_only_from_thirty_replies(city: City) -> None:
    figures, _method = results.computed(asked(city, sizes=(90, 90)))
    found = cells(figures, "safety", "town")
    jinhu, yuhai = found[city.town.code], found[city.yuhai_town.code]
    assert jinhu["difference"] == pytest.approx(jinhu["value"] - yuhai["value"])
    assert 0 <= jinhu["p"] <= jinhu["q"] < 0.01
    assert (jinhu["rank_low"], jinhu["rank_high"]) == (1, 1)
    assert (yuhai["rank_low"], yuhai["rank_high"]) == (2, 2)
    few, _method = results.computed(asked(city, code="b", sizes=(90, 30)))
    assert cells(few, "safety", "town")[city.yuhai_town.code]["rank_low"] is None
    assert cells(few, "safety", "sex")["男"]["rank_low"] is None
    assert {town["model"] for town in found.values()} == {None}  # two towns are no model


def test_small_cells_are_hidden_and_cannot_be_reckoned(city: City) -> None:
    wave = asked(city, sizes=(90, 8))
    figures, _method = results.computed(wave)
    found = cells(figures, "safety", "town")
    assert all(cell["suppressed"] for cell in found.values())
    assert {cell["value"] for cell in found.values()} == {None}
    assert {cell["n"] for cell in found.values()} == {None}


def test_groups_within_towns_are_those_of_the_library_and_small_ones_stay_hidden(
    city: City,
) -> None:
    wave = asked(city, sizes=(90, 60))
    figures, _method = results.computed(wave)
    sample = weighting.weigh(wave)
    found = {(c.town, c.cell.level): c.cell for c in results.cross_of(figures, "safety", "sex")}
    assert len(found) == 4
    for (town, sex), cell in found.items():
        inside = (sample.groups["town"] == town) & (sample.groups["sex"] == sex)
        assert cell.n == inside.sum() >= results.shown_from()
        y = np.array([(one.answers or {})["safe_overall"] == "safe" for one in sample.rows])
        weights = sample.design.weights
        assert cell.value == pytest.approx((weights * y)[inside].sum() / weights[inside].sum())
    small, _method = results.computed(asked(city, code="b", sizes=(90, 22), seed=3))
    cells = results.cross_of(small, "safety", "age")
    assert any(one.cell.suppressed for one in cells)
    # in every town and every age at least two are hidden, or none
    for part in ("town", "age"):
        hidden = Counter(
            one.town if part == "town" else one.cell.level for one in cells if one.cell.suppressed
        )
        assert all(n > 1 for n in hidden.values())
    assert results.cross_of(figures, "safety", "nothing") == []


def test_dont_know_is_no_answer_of_substance_and_is_told_apart(city: City) -> None:
    wave = asked(city)
    rows = list(Return.objects.order_by("pk"))
    silent = rows[:20]
    for row in silent:
        # a story may do what nobody can: answers are only ever added
        Return.objects.filter(pk=row.pk)._raw_delete(using="default")  # type: ignore[attr-defined]
        Return(
            case=row.case, seq=1, at=row.at, via="phone", language="en",
            answers={**row.answers, "safe_overall": "dont_know"}, counts=True, key="k",
        ).save()  # fmt: skip
    figures, _method = results.computed(wave)
    safety = next(one for one in figures["measures"] if one["code"] == "safety")
    assert safety["whole"]["n"] == len(rows) - 20
    assert 0.1 < safety["dont_know"] < 0.4
    assert safety["refused"] == 0


def test_totals_from_outside_replace_those_of_the_frame(city: City) -> None:
    wave = asked(city)
    rows = [
        (2, {"variable": "sex", "level": "男", "total": "40"}),
        (3, {"variable": "sex", "level": "女", "total": "60"}),
    ]
    assert releases.set_margins(wave_id=wave.pk, rows=rows, source="统计公报", by=city.analyst) == 2
    sample = weighting.weigh(wave)
    men = sample.design.weights[sample.groups["sex"] == "男"].sum()
    assert men == pytest.approx(240)
    assert sample.weighting.from_outside == {"sex": "统计公报"}
    before = list(PopulationMargin.objects.values_list())
    for bad, source in (
        ([(2, {"variable": "sex", "level": "男", "total": "-1"})], "x"),
        ([rows[0], rows[0]], "x"),
        ([], "x"),
        (rows, " "),
    ):
        with pytest.raises(Refusal):
            releases.set_margins(wave_id=wave.pk, rows=bad, source=source, by=city.analyst)
    with pytest.raises(NotAllowed):
        releases.set_margins(wave_id=wave.pk, rows=rows, source="x", by=city.leader)
    assert list(PopulationMargin.objects.values_list()) == before
    releases.set_margins(wave_id=wave.pk, rows=rows[:1], source="x", by=city.analyst)
    with pytest.raises(Refusal) as refused:
        weighting.weigh(wave)
    assert refused.value.field == "margins"


def test_a_cut_under_which_the_totals_cannot_be_met_is_said(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = asked(city)
    values = {"trim": 1, "class_from": 10}
    monkeypatch.setattr(weighting, "rule", lambda key: SimpleNamespace(value=values[key]))
    with translation.override("zh-hans"), pytest.raises(Refusal) as refused:
        weighting.weigh(wave)
    assert refused.value.field == "margins"
    assert "survey.trim" in str(refused.value)


def test_too_few_returns_give_no_figures(city: City) -> None:
    with pytest.raises(Refusal):
        results.computed(asked(city, respond=0.05))


def test_a_release_is_frozen_and_only_followed_by_a_revision(city: City) -> None:
    wave = asked(city)
    first = releases.release(wave_id=wave.pk, by=city.analyst)
    assert (first.revision, first.figures["measures"][0]["code"]) == (1, "safety")
    assert first.method["response"]["usable"] == first.method["weighting"]["replies"]
    with pytest.raises(TypeError):
        first.save()
    with pytest.raises(TypeError):
        Release.objects.update(figures={})
    before = world(), Release.objects.count()
    for reason, why in (("", "reason"), ("nothing new", None)):
        with pytest.raises(Refusal) as refused:
            releases.release(wave_id=wave.pk, by=city.analyst, reason=reason)
        assert refused.value.field == why
    assert (world(), Release.objects.count()) == before
    rows = [
        (2, {"variable": "sex", "level": "男", "total": "40"}),
        (3, {"variable": "sex", "level": "女", "total": "60"}),
    ]
    releases.set_margins(wave_id=wave.pk, rows=rows, source="公报", by=city.analyst)
    second = releases.release(wave_id=wave.pk, by=city.analyst, reason="按公报调整")
    assert second.revision == 2
    assert bytes(second.previous) == bytes(first.hash)
    assert releases.broken_releases() == []
    assert releases.release_of(city.leader, wave, 1).figures == first.figures
    assert releases.latest_release(city.leader, wave) == second


def test_a_figure_changed_in_the_database_shows(city: City) -> None:
    wave = asked(city)
    first = releases.release(wave_id=wave.pk, by=city.analyst)
    from django.db.models import QuerySet

    QuerySet(Release).filter(pk=first.pk).update(figures={"measures": []})
    assert releases.broken_releases() == [first]


@pytest.mark.parametrize("who", ["leader", "programme", "operator", "inspector", "admin"])
def test_nobody_but_the_analyst_releases_and_nobody_types_a_figure(city: City, who: str) -> None:
    wave, person = asked(city), getattr(city, who)
    before = world(), Release.objects.count(), OutsideResult.objects.count()
    for act in (
        lambda: releases.release(wave_id=wave.pk, by=person),
        lambda: releases.preview(person, wave),
        lambda: outside.add_outside_result(
            title_zh="甲",
            title_en="A",
            measure="safety",
            year=2011,
            value=0.9,
            source="x",
            by=person,
        ),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (world(), Release.objects.count(), OutsideResult.objects.count()) == before


def test_nobody_looks_while_people_are_being_asked(city: City) -> None:
    wave = opened(city, code="open")
    with pytest.raises(Refusal):
        releases.preview(city.analyst, wave)
    with pytest.raises(Conflict):
        releases.release(wave_id=wave.pk, by=city.analyst)


def test_two_waves_are_compared(city: City) -> None:
    last, _method = results.computed(asked(city, sizes=(90, 90)))
    this, _method = results.computed(asked(city, code="b", sizes=(90, 90), seed=2, lift=-0.35))
    (whole,) = changes.changes(this, last, "safety", "", 0.95)
    assert whole.difference == pytest.approx((whole.this.value or 0) - (whole.last.value or 0))
    assert whole.difference < -0.2
    assert whole.p is not None
    assert whole.p < 0.001
    assert whole.q == whole.p
    towns = changes.changes(this, last, "safety", "town", 0.95)
    assert {one.level for one in towns} == {city.town.code, city.yuhai_town.code}
    for one in towns:
        assert one.p is not None
        assert one.q is not None
        assert one.p <= one.q
        assert one.low is not None
        assert one.low < (one.difference or 0) < (one.high or 0)
    # everybody was satisfied both times: no spread, so nothing is tested
    (same,) = changes.changes(this, last, "satisfaction", "", 0.95)
    assert same.p is None
    assert changes.changes(this, last, "safety", "nothing", 0.95) == []
    assert changes.changes(this, last, "nothing", "", 0.95) == []


def test_the_provinces_figures_stand_beside_ours_honestly(city: City) -> None:
    def add(**facts: Any) -> OutsideResult:
        known = {
            "title_zh": "省公安厅测评", "title_en": "Provincial survey", "measure": "safety",
            "year": 2011, "value": 0.9775, "source": "报纸", "by": city.analyst,
        }  # fmt: skip
        return outside.add_outside_result(**{**known, **facts})

    row = add(n_assumed=400)
    found = outside.outside_interval(row)
    assert found is not None
    assert found[1] == 391
    assert found[0] == wilson(391, 400)
    assert [round(limit, 3) for limit in found[0]] == [0.958, 0.988]
    other = outside.outside_interval(add(measure="satisfaction", value=0.9375, n_assumed=400))
    assert other is not None
    assert other[1] == 375
    assert [round(limit, 3) for limit in other[0]] == [0.909, 0.957]
    # a share that is no count of the assumed n says nothing; without n neither
    assert outside.outside_interval(add(n_assumed=401)) is None
    assert outside.outside_interval(add()) is None
    before = OutsideResult.objects.count()
    assert add(n_assumed=400) == row  # pressed twice
    assert OutsideResult.objects.count() == before
    fixed = add(n=1200, corrects=row.pk)
    shown = outside.outside_results(city.leader, "safety")
    assert row not in shown
    assert fixed in shown
    for field, facts in (
        ("value", {"value": 97.75}),
        ("source", {"source": " "}),
        ("n_assumed", {"n": 400, "n_assumed": 400}),
    ):
        with pytest.raises(Refusal) as refused:
            add(**facts)
        assert refused.value.field == field


def test_a_measure_that_nobody_answered_has_no_figures(city: City) -> None:
    sample = weighting.weigh(asked(city))
    unasked = Measure(code="x", zh="甲", en="A", question="victim", counts=("yes",))
    figures = results.figures_of(sample, unasked)
    assert (figures.whole.n, figures.whole.value, figures.by) == (0, None, {})
    assert figures.dont_know is None
    assert SAFETY.is_share
