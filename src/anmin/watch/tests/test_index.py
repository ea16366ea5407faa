"""The area index: what a month of a place scores, why, and that later knowledge is a revision."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.personas import City

from anmin.watch.frame import frame, read_frame
from anmin.watch.index import band_of, score_month
from anmin.watch.models import IndexMonth
from anmin.watch.nights import score_months
from anmin.watch.tests.scene import asked, days, figures, reports

TODAY = date(2026, 11, 10)
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


def aspect(score: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one for one in score["aspects"] if one["code"] == code)


def part(score: dict[str, Any], key: str) -> dict[str, Any]:
    return next(p for one in score["aspects"] for p in one["parts"] if p["key"] == key)


def test_the_frame_is_the_six_aspects_in_four_environments() -> None:
    assert [one.code for one in frame().aspects] == [
        "stability",
        "security",
        "economy",
        "production",
        "public_safety",
        "contentment",
    ]
    assert {one.environment for one in frame().aspects} == {
        "political",
        "social",
        "economic",
        "living",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('weight = 15\nindicators = [{ key = "fraud', 'weight = 16\nindicators = [{ key = "fraud'),
         "the weights make 101"),
        (('key = "fraud_reports"', 'key = "frauds"'), "no indicator frauds"),
        (('key = "fraud_reports", scoring = "against_before"',
          'key = "fraud_reports", scoring = "share"'), "cannot be scored as share"),
        (('key = "answered_in_time"', 'key = "put_right_in_time"'), "not known by"),
        (('environment = "living"', 'environment = "rural"'), "no environment rural"),
        (('code = "economy"', 'code = "security"'), "stands twice"),
        (('outside = ["satisfaction"]', 'outside = ["contentedness"]'), "nobody measures"),
    ],
)  # fmt: skip
def test_a_frame_that_does_not_add_up_stops_the_start(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    import anmin.watch

    text = Path(anmin.watch.__path__[0], "index.toml").read_text("utf-8")
    assert change[0] in text
    changed = tmp_path / "index.toml"
    changed.write_text(text.replace(*change), "utf-8")
    assert tomllib.loads(changed.read_text("utf-8"))
    with pytest.raises(ValueError, match=said):
        read_frame(changed)


def test_results_of_others_beside_an_aspect_are_no_part_of_what_scores(tmp_path: Path) -> None:
    import anmin.watch

    text = Path(anmin.watch.__path__[0], "index.toml").read_text("utf-8")
    changed = tmp_path / "index.toml"
    changed.write_text(text.replace('outside = ["satisfaction"]\n', ""), "utf-8")
    assert read_frame(changed) != frame()
    assert read_frame(changed).digest == frame().digest


def test_bands_are_the_rules() -> None:
    assert [band_of(score) for score in (90, 89.9, 80, 79.9, 70, 69.9)] == [
        "green",
        "yellow",
        "yellow",
        "orange",
        "orange",
        "red",
    ]


def test_a_month_is_scored_against_the_months_before_and_explained_by_its_counts(
    city: City,
) -> None:
    reports(city.wenhua, "theft", days(SEPTEMBER, 30))  # 1 a day
    reports(city.wenhua, "theft", days(OCTOBER, 31), each=2)  # 2 a day
    reports(city.wenhua, "traffic_accident", days(SEPTEMBER, 30))
    reports(city.wenhua, "traffic_accident", days(OCTOBER, 31))
    asked(reports(city.wenhua, "noise", days(OCTOBER, 20)), satisfied=18)
    reports(city.wenhua, "noise", days(SEPTEMBER, 30))
    figures()
    found, revisions = score_month("2026-10", frame())
    assert len(revisions) == 1
    score = found.scores[f"area:{city.wenhua.code}"]
    offences = part(score, "offence_reports")
    assert (offences["numerator"], offences["denominator"]) == (62, 92)
    assert offences["value"] == pytest.approx(2)
    assert offences["score"] == pytest.approx(50)
    assert offences["score_low"] < 50 < offences["score_high"]
    assert part(score, "accident_reports")["score"] == pytest.approx(100)
    satisfaction = part(score, "satisfaction")
    assert (satisfaction["numerator"], satisfaction["denominator"]) == (18, 20)
    assert satisfaction["score"] == pytest.approx(90)
    assert part(score, "burglary_reports")["why"] == "too_few"
    security = aspect(score, "security")
    assert (security["score"], security["covered"]) == (pytest.approx(50), 0.5)
    # Of stability only "answered in time" is known, of economy and production nothing.
    assert score["covered"] == pytest.approx(0.15 * 0.4 + 0.30 * 0.5 + 0.15 + 0.15)
    # That makes 0.51 of the weights; without the noise of October it would be too little.
    assert score["band"] != ""
    bare = score_month("2026-09", frame())[0].scores[f"area:{city.wenhua.code}"]
    assert (bare["score"], bare["band"]) == (None, "")
    assert part(bare, "offence_reports")["why"] == "no_record"


def test_the_whole_is_the_weighted_mean_of_the_aspects_that_have_a_score(city: City) -> None:
    for category in ("theft", "burglary", "fraud", "traffic_accident", "fire_rescue", "dispute"):
        reports(city.wenhua, category, days(SEPTEMBER, 30))
        reports(city.wenhua, category, days(OCTOBER, 31), each=2)
    figures()
    score = score_month("2026-10", frame())[0].scores[f"town:{city.town.code}"]
    # Twice as much of everything is 50 points; none of these was answered by a deadline, which
    # is 0 of the 40 that "answered in time" weighs in stability.
    assert aspect(score, "stability")["score"] == pytest.approx(30)
    assert score["score"] == pytest.approx((15 * 30 + (30 + 15 + 10 + 15) * 50) / 85)
    assert score["band"] == "red"
    assert score["low"] < score["score"] < score["high"]
    assert score["covered"] == pytest.approx(0.15 + 0.3 * 0.8 + 0.15 + 0.1 + 0.15)


def test_months_are_revisions_and_the_same_knowledge_adds_none(city: City) -> None:
    for category in ("theft", "burglary", "fraud", "traffic_accident", "fire_rescue", "dispute"):
        reports(city.wenhua, category, days(AUGUST, 61))
        reports(city.wenhua, category, days(OCTOBER, 31))
    figures()
    assert score_months(TODAY) == 3
    assert score_months(TODAY) == 0
    reports(city.wenhua, "theft", days(OCTOBER, 31))
    figures()
    assert score_months(TODAY) == 1
    numbers = list(IndexMonth.objects.order_by("month", "number").values_list("month", "number"))
    assert numbers == [("2026-08", 1), ("2026-09", 1), ("2026-10", 1), ("2026-10", 2)]
    first, second = IndexMonth.objects.filter(month="2026-10").order_by("number")
    place = f"area:{city.wenhua.code}"
    assert (
        second.scores[place]["score"]
        < first.scores[place]["score"]
        == pytest.approx((15 * 60 + 70 * 100) / 85, abs=0.6)
    )
    with pytest.raises(TypeError):
        IndexMonth.objects.update(month="2026-01")
