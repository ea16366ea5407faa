"""何苗 compares places with last year: what is a signal, what chance may explain, what nobody can say."""

import random
from datetime import date, timedelta

import pytest
from tests.personas import City

from anmin.kernel.errors import Refusal
from anmin.matters.models import Matter
from anmin.places.models import Area
from anmin.watch.cases import case_of
from anmin.watch.comparing import Base, compared, lately, usual
from anmin.watch.events import likely_repeats
from anmin.watch.periods import Period
from anmin.watch.tests.scene import days, figures, reports

TODAY = date(2026, 11, 10)
NOW = lately(TODAY, 120)  # 2026-07-14 to 2026-11-10
LAST_YEAR = NOW.year_before()


def a_year_ago_and_now(city: City, **counts: tuple[int, int]) -> None:
    """So many reports of each category at Wenhua then and now, in the figures."""
    for category, (last, this) in counts.items():
        reports(city.wenhua, category, days(LAST_YEAR.start, last))
        reports(city.wenhua, category, days(NOW.start, this))
    figures()


def test_the_figures_of_the_page_are_told_honestly(city: City) -> None:
    # 12 thefts now, 9 in the same months last year: said to be up by a third in 2011.
    reports(city.wenhua, "theft", days(NOW.start, 12))
    reports(city.wenhua, "theft", days(LAST_YEAR.start, 9))
    figures()
    found = compared(NOW, Base.YEAR, "area")
    (row,) = found.rows
    assert (row.place, row.category, row.this, row.last) == (city.wenhua.code, "theft", 12, 9)
    assert round(row.p, 3) == 0.664
    assert row.ratio is not None
    assert row.low is not None
    assert row.high is not None
    assert (round(row.ratio, 2), round(row.low, 2), round(row.high, 2)) == (1.33, 0.52, 3.58)
    assert row.verdict == "may be chance"
    assert found.whole
    assert found.signals == []


def test_a_rise_is_a_signal_among_many_and_few_records_say_nothing(city: City) -> None:
    a_year_ago_and_now(city, theft=(20, 60), noise=(33, 30), dispute=(0, 2))
    found = compared(NOW, Base.YEAR, "town")
    verdicts = {row.category: row.verdict for row in found.rows}
    assert verdicts == {"theft": "signal", "noise": "may be chance", "dispute": "too few to say"}
    assert [row.category for row in found.signals] == ["theft"]
    assert found.rows[0].rise
    assert found.fdr == 0.1


def test_only_a_rise_beyond_chance_is_a_ground_for_a_candidate(city: City) -> None:
    a_year_ago_and_now(city, theft=(20, 60), noise=(30, 33), dispute=(60, 20))
    asked = {"viewer": city.analyst, "ground": "rise", "area": city.wenhua.code}
    asked |= {"scan_id": "", "cluster": ""}
    case, places = case_of(about="theft", **asked)
    assert (case.area, case.ground, case.about) == (city.wenhua, "rise", "theft")
    assert places == [city.wenhua.code]
    for about in ("noise", "dispute", "fraud"):  # chance, a fall, nothing at all
        with pytest.raises(Refusal, match=r"偶然|no ground"):
            case_of(about=about, **asked)


def test_without_last_year_the_time_before_stands_in_and_fewer_days_if_need_be(city: City) -> None:
    reports(city.wenhua, "noise", days(date(2026, 8, 1), 102))
    figures()
    period, base = usual(TODAY)
    assert base is Base.BEFORE
    # 120 days before the last 120 there was nothing: the last 60 have 42 days on record before.
    assert period.days == 60
    assert compared(period, base, "area").whole


def test_only_places_with_records_of_last_year_are_compared_with_it(city: City) -> None:
    # Last year's records were brought for one community only; its town must not seem to explode.
    estate = Area.objects.create(
        code="330381003099W1", name="文苑", level="other", parent=city.wenhua
    )
    reports(city.wenhua, "noise", days(NOW.start, 100))
    reports(estate, "theft", days(NOW.start, 12))
    reports(estate, "theft", days(LAST_YEAR.start, 9))
    figures()
    by_area = compared(NOW, Base.YEAR, "area")
    assert not by_area.whole
    assert [(row.place, row.this, row.last) for row in by_area.rows] == [(estate.code, 12, 9)]
    assert compared(NOW, Base.YEAR, "town").rows == []


def test_a_leap_day_has_a_day_of_the_year_before() -> None:
    assert Period(date(2028, 2, 29), date(2028, 3, 1)).year_before() == Period(
        date(2027, 2, 28), date(2027, 3, 1)
    )


def test_six_calls_about_one_fight_are_one_event(city: City) -> None:
    """王女士 and five neighbours ring within the half-hour: no rise. Six evenings would be one."""
    fight = timedelta(minutes=4)
    reports(city.wenhua, "dispute", days(NOW.start, 1), each=6, apart=fight)
    reports(city.wenhua, "noise", days(NOW.start, 6))
    reports(city.wenhua, "noise", days(LAST_YEAR.start, 6))
    figures()
    rows = {row.category: row for row in compared(NOW, Base.YEAR, "area").rows}
    assert (rows["dispute"].this, rows["dispute"].calls) == (1, (6, 0))
    assert rows["dispute"].verdict == "too few to say"
    assert (rows["noise"].this, rows["noise"].last) == (6, 6)
    assert compared(NOW, Base.YEAR, "area").repeats == 5
    found = likely_repeats(NOW.start, NOW.end, {"category": "dispute"})
    assert len(found) == 5  # all but the first, and nothing is joined for good
    assert Matter.objects.filter(category="dispute").count() == 6


def test_calls_of_two_communities_or_sorts_or_far_apart_are_events_of_their_own(city: City) -> None:
    estate = Area.objects.create(
        code="330381003099W1", name="文苑", level="other", parent=city.wenhua
    )
    soon = timedelta(minutes=10)
    reports(city.wenhua, "noise", days(NOW.start, 1))
    reports(city.wenhua, "dispute", days(NOW.start, 1))
    reports(estate, "noise", days(NOW.start, 1), each=2, apart=timedelta(minutes=31))
    reports(city.yuhai_town, "noise", days(NOW.start, 1), each=2, apart=soon)  # no small place
    figures()
    assert likely_repeats(NOW.start, NOW.end) == []


def test_forty_after_twenty_is_a_signal_by_itself_but_not_where_everything_scatters(
    city: City,
) -> None:
    """Thirty estates whose nights come in bursts of four events, in other weeks each year."""
    draw = random.Random(11)
    for n in range(30):
        estate = Area.objects.create(
            code=f"3303810030{n:02}W1", name=f"文苑{n}", level="other", parent=city.wenhua
        )
        for period in (NOW, LAST_YEAR):
            bursts = round(draw.gauss(6, 1.6))
            for day in draw.sample(days(period.start, 110), max(bursts, 0)):
                reports(estate, "dispute", [day], each=4, apart=timedelta(hours=2))
    busy = Area.objects.create(code="330381003088W1", name="文苑", level="other")
    reports(busy, "dispute", days(NOW.start, 40))
    reports(busy, "dispute", days(LAST_YEAR.start, 20))
    figures()
    found = compared(NOW, Base.YEAR, "area")
    row = next(one for one in found.rows if one.place == busy.code)
    assert (row.this, row.last) == (40, 20)
    assert round(row.p_pure, 3) == 0.013
    assert row.scatter > 2
    assert row.p > 0.05
    assert row.verdict == "may be chance"
    assert found.scatter_known
    assert found.signals == []
