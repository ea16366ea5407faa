"""A week against what the weeks before lead one to expect."""

from datetime import date, timedelta

from tests.personas import City

from anmin.watch.baselines import judged, line
from anmin.watch.tests.scene import figures, reports

TODAY = date(2026, 11, 10)
WEEK = timedelta(days=7)


def weeks(number: int) -> list[date]:
    """The last days of so many weeks up to yesterday, oldest first."""
    return [TODAY - timedelta(days=1) - n * WEEK for n in range(number)][::-1]


def test_with_a_few_months_on_record_the_last_weeks_tell_a_sudden_rise(city: City) -> None:
    for n, day in enumerate(weeks(16)):
        reports(city.wenhua, "theft", [day], each=(4, 6)[n % 2] if n < 15 else 20)
        reports(city.wenhua, "noise", [day], each=(10, 12)[n % 2])
        reports(city.yuhai_town, "fraud", [day], each=1 if n == 15 else 0)
    figures()
    found = judged(TODAY, "town")
    assert (found.method, found.weeks, found.years) == ("recent", 16, 0)
    assert (found.week.start, found.week.end) == (date(2026, 11, 3), date(2026, 11, 9))
    (alarm,) = found.alarms
    assert (alarm.place, alarm.category, alarm.observed) == (city.town.code, "theft", 20)
    # Seven weeks, the last two before now left out: 4, 6, 4, 6, 4, 6, 4.
    assert alarm.expected is not None
    assert alarm.upper is not None
    assert round(alarm.expected, 3) == round((4 * 4 + 6 * 3) / 7, 3)
    assert alarm.expected < alarm.upper < 20
    assert found.quiet == 1  # one fraud in all is no series
    series = line(TODAY, "town", city.town.code, "theft")
    assert series.until[-1] == date(2026, 11, 9)
    assert series.observed[-1] == 20
    assert len(series.until) == 16 - 9


def test_with_years_on_record_farrington_knows_the_season(city: City) -> None:
    # Twice as many thefts in autumn, every year: this autumn is nothing new, the fraud is.
    for n, day in enumerate(weeks(261)):
        autumn = 9 <= day.month <= 11
        reports(city.wenhua, "theft", [day], each=(8 if autumn else 4) + n % 3)
        reports(city.wenhua, "fraud", [day], each=30 if n == 260 else 4 + n % 4)
    figures()
    found = judged(TODAY, "town")
    assert (found.method, found.years) == ("farrington", 4)
    by_category = {row.category: row for row in found.rows}
    assert not by_category["theft"].alarm
    assert by_category["fraud"].alarm
    expected = by_category["theft"].expected
    assert expected is not None
    assert 7 < expected < 11
    series = line(TODAY, "town", city.town.code, "fraud")
    assert len(series.until) == 261 - max(4 * 52 + 4, 261 - 52)


def test_a_gap_in_the_record_is_no_lull(city: City) -> None:
    for n, day in enumerate(weeks(30)):
        if n not in (14, 15):
            reports(city.wenhua, "theft", [day], each=5)
    figures()
    assert judged(TODAY, "area").weeks == 14


def test_too_few_weeks_say_nothing(city: City) -> None:
    for day in weeks(6):
        reports(city.wenhua, "theft", [day], each=5)
    figures()
    found = judged(TODAY, "town")
    assert (found.method, found.rows, found.weeks) == ("", [], 6)
    assert line(TODAY, "town", city.town.code, "theft").until == []


def test_nothing_at_all_is_nothing(city: City) -> None:
    figures()
    found = judged(TODAY, "town")
    assert (found.rows, found.quiet) == ([], 0)
