"""周卫国's morning: was yesterday unusual, where counts scatter more than pure chance?"""

from datetime import date, timedelta

from tests.personas import City

from anmin.measures.comparing import against_before, against_usual
from anmin.watch.tests.scene import days, figures, reports

DAY = date(2026, 11, 9)
FIRST = DAY - timedelta(days=56)


def test_a_busy_day_among_calm_ones_is_more_than_chance(city: City) -> None:
    for n, day in enumerate(days(FIRST, 56)):
        reports(city.wenhua, "noise", [day], each=5 + n % 3)
    reports(city.wenhua, "noise", [DAY], each=19)
    figures()
    found = against_usual("incidents", DAY, ("category",))
    assert found.total is not None
    assert (found.total.count, found.total.scatter, found.total.known) == (19, 1.0, True)
    assert found.total.beyond_chance
    assert [row.beyond_chance for row in found.rows] == [True]


def test_the_same_day_is_within_chance_where_days_come_in_bursts(city: City) -> None:
    """Now four calls, now eighteen on the same weekday: nineteen are nothing new."""
    for n, day in enumerate(days(FIRST, 56)):
        reports(city.wenhua, "noise", [day], each=18 if (n // 7 + n % 7) % 2 else 4)
    reports(city.wenhua, "noise", [DAY], each=19)
    figures()
    found = against_usual("incidents", DAY, ("category",))
    assert found.total is not None
    assert found.total.scatter > 3
    assert not found.total.beyond_chance
    assert [row.beyond_chance for row in found.rows] == [False]
    change = against_before(["incidents"], DAY - timedelta(days=27), DAY)["incidents"]
    assert change.beyond_chance is False
