"""Stations and towns are ranked with their uncertainty, none below 30 records, never a person."""

from datetime import date

import pytest
from tests.personas import City

from anmin.kernel.errors import Refusal
from anmin.places.models import Area
from anmin.watch.periods import Period
from anmin.watch.ranking import rankable, ranked
from anmin.watch.tests.scene import asked, days, figures, reports

AUTUMN = Period(date(2026, 8, 1), date(2026, 11, 9))


def town(city: City, code: str, name: str) -> Area:
    return Area.objects.create(code=code, name=name, level="town", parent=city.town.parent)


@pytest.fixture
def towns(city: City) -> dict[str, Area]:
    """Four towns: one far better, two alike, one with 29 answers."""
    places = {
        "jinhu": (city.town, 100, 99),
        "yuhai": (city.yuhai_town, 100, 70),
        "xijiang": (town(city, "330381012", "西江"), 90, 62),
        "small": (town(city, "330381013", "小镇"), 29, 29),
    }
    for area, answers, satisfied in places.values():
        asked(reports(area, "noise", days(AUTUMN.start, answers)), satisfied)
    figures()
    return {name: area for name, (area, _n, _s) in places.items()}


def test_ranks_come_with_the_ranks_that_are_possible(towns: dict[str, Area]) -> None:
    found = ranked("satisfaction", "town", AUTUMN)
    assert [(row.code, row.rank, row.low, row.high) for row in found.rows] == [
        (towns["jinhu"].code, 1, 1, 1),
        (towns["yuhai"].code, 2, 2, 3),
        (towns["xijiang"].code, 3, 2, 3),
    ]
    assert found.same is not None
    assert found.same < 0.001
    assert found.rows[1].figure.denominator == 100


def test_none_below_thirty_records_is_ranked(towns: dict[str, Area]) -> None:
    found = ranked("satisfaction", "town", AUTUMN)
    assert found.least == 30
    assert [row.dimensions["town"] for row in found.too_few] == [towns["small"].code]


def test_the_funnel_opens_towards_the_small_and_its_limits_hold_its_target(
    towns: dict[str, Area],
) -> None:
    found = ranked("satisfaction", "town", AUTUMN)
    assert found.target == pytest.approx((99 + 70 + 62) / 290)
    first, last = found.funnel[0], found.funnel[-1]
    assert (first.n, last.n) == (pytest.approx(90), pytest.approx(100))
    for one in found.funnel:
        assert one.outer[0] < one.inner[0] < found.target < one.inner[1] < one.outer[1]
    assert first.inner[1] - first.inner[0] > last.inner[1] - last.inner[0]


def test_what_chance_explains_exactly_lies_inside_also_at_a_hundred_per_cent(city: City) -> None:
    # 36 of 36 at a share of 93%: one in fourteen by chance, though the curve ends below 100%.
    asked(reports(city.town, "noise", days(AUTUMN.start, 36)), 36)
    for n in range(12):
        asked(reports(town(city, f"3303810{20 + n}", "镇"), "noise", days(AUTUMN.start, 100)), 93)
    figures()
    found = ranked("satisfaction", "town", AUTUMN)
    first = found.rows[0]
    assert (first.code, first.figure.value) == (city.town.code, 1.0)
    assert found.funnel[0].outer[1] < 1
    assert first.outside == 0


def test_alike_places_are_said_to_be_alike(city: City) -> None:
    for area in (city.town, city.yuhai_town):
        asked(reports(area, "noise", days(AUTUMN.start, 60)), 50)
    figures()
    found = ranked("satisfaction", "town", AUTUMN)
    assert found.same == pytest.approx(1)
    assert {(row.rank, row.low, row.high, row.outside) for row in found.rows} == {(1, 1, 2, 0)}


def test_where_everybody_says_the_same_there_is_an_order_of_nothing(city: City) -> None:
    for area in (city.town, city.yuhai_town):
        asked(reports(area, "noise", days(AUTUMN.start, 40)), 40)
    figures()
    found = ranked("satisfaction", "town", AUTUMN)
    assert found.funnel == []
    assert {(row.low, row.high) for row in found.rows} == {(1, 2)}


def test_one_place_alone_has_no_rank(city: City) -> None:
    asked(reports(city.town, "noise", days(AUTUMN.start, 60)), 50)
    figures()
    found = ranked("satisfaction", "town", AUTUMN)
    assert (found.rows, found.same) == ([], None)
    assert len(found.too_few) == 1


def test_only_shares_of_which_more_is_better_are_ranked_by_place_or_station() -> None:
    keys = {one.key for one in rankable("unit")}
    assert {"satisfaction", "answered_in_time"} <= keys
    assert not any(key.startswith("concern_") or key.endswith("_reports") for key in keys)
    with pytest.raises(Refusal):
        ranked("satisfaction", "officer", AUTUMN)
