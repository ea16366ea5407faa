"""The working calendar: against the announcements, against the law, against slow counting."""

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from chinese_calendar import constants
from hypothesis import given, settings
from hypothesis import strategies as st

from anmin.kernel import statutory
from anmin.kernel.calendar import BadCalendar, DayKind, WorkingCalendar, read_announcement
from anmin.kernel.errors import Refusal
from anmin.kernel.tests.announcements import announcement

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
CALENDAR = WorkingCalendar()


def every_day(first: date, last: date) -> list[date]:
    return [first + DAY * n for n in range((last - first).days + 1)]


def test_every_day_agrees_with_the_announcements_of_2004_to_2026() -> None:
    for on in every_day(date(2004, 1, 1), date(2026, 12, 31)):
        day = CALENDAR.day(on)
        works = chinese_calendar.is_workday(on)
        assert (day.kind.works, CALENDAR.is_workday(on), day.provisional) == (works, works, False)
        assert (day.kind is DayKind.HOLIDAY) == (on in constants.holidays)
        assert (day.kind is DayKind.MAKEUP) == (on in constants.workdays)


@pytest.mark.parametrize(
    ("on", "kind", "name"),
    [
        (date(2026, 1, 1), DayKind.HOLIDAY, "元旦"),
        (date(2026, 1, 4), DayKind.MAKEUP, "元旦"),
        (date(2026, 2, 14), DayKind.MAKEUP, "春节"),
        (date(2026, 2, 15), DayKind.HOLIDAY, "春节"),
        (date(2026, 2, 23), DayKind.HOLIDAY, "春节"),
        (date(2026, 2, 24), DayKind.WORKDAY, None),
        (date(2026, 4, 5), DayKind.HOLIDAY, "清明节"),
        (date(2026, 6, 19), DayKind.HOLIDAY, "端午节"),
        (date(2026, 9, 20), DayKind.MAKEUP, "国庆节"),
        (date(2026, 9, 25), DayKind.HOLIDAY, "中秋节"),
        (date(2026, 11, 7), DayKind.WEEKEND, None),
        (date(2025, 4, 27), DayKind.MAKEUP, "劳动节"),
    ],
)
def test_days_as_the_state_council_announced_them(
    on: date, kind: DayKind, name: str | None
) -> None:
    day = CALENDAR.day(on)
    assert (day.kind, day.name, day.provisional) == (kind, name, False)


def test_a_year_not_announced_is_computed_from_the_law_and_says_so() -> None:
    holidays = {
        "元旦": ["01-01"],  # a Friday
        "春节": ["02-05", "02-06", "02-07", "02-08", "02-09", "02-10"],  # a weekend made up
        "清明节": ["04-05"],
        "劳动节": ["05-01", "05-02", "05-03", "05-04"],  # both days on a weekend
        "端午节": ["06-09"],
        "中秋节": ["09-15"],
        "国庆节": ["10-01", "10-02", "10-03", "10-04", "10-05"],
    }
    expected = {date.fromisoformat(f"2027-{d}"): n for n, days in holidays.items() for d in days}
    days = [CALENDAR.day(on) for on in every_day(date(2027, 1, 1), date(2027, 12, 31))]
    assert {day.date: day.name for day in days if day.kind is DayKind.HOLIDAY} == expected
    assert all(day.provisional for day in days)
    assert not any(day.kind is DayKind.MAKEUP for day in days)
    assert (CALENDAR.announced(2026), CALENDAR.announced(2027)) == (True, False)


def test_the_law_gives_thirteen_weekdays_off_in_every_year() -> None:
    for year in range(statutory.FIRST_YEAR, statutory.LAST_YEAR + 1):
        days = [day for day, _ in statutory.days_off(year)]
        assert len(days) == len(set(days))
        assert {day.year for day in days} == {year}
        assert sum(day.weekday() < 5 for day in days) == 13, year


def test_the_law_gives_as_many_working_days_as_was_announced_under_it() -> None:
    for year in (2025, 2026):
        off = {day for day, _ in statutory.days_off(year)}
        days = every_day(date(year, 1, 1), date(year, 12, 31))
        by_law = sum(day.weekday() < 5 and day not in off for day in days)
        assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == by_law


def test_festivals_fall_on_announced_holidays_of_their_name() -> None:
    for year in range(2008, 2027):
        for festival in statutory.festivals(year):
            # Before 2025 the eve and the second of May were not given by law.
            core = festival.days[1:] if festival.name == "春节" else festival.days[:1]
            for on in core if year < 2025 else festival.days:
                day = CALENDAR.day(on)
                assert not day.kind.works
                # The package leaves some weekend days unnamed, and one break has two names.
                both = {day.name, festival.name} == {"中秋节", "国庆节"}
                assert both or day.name in (None, festival.name)


def sun_longitude(moment: datetime) -> float:
    """Apparent longitude in degrees to about 0.01 (Meeus, Astronomical Algorithms, ch. 25)."""
    centuries = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=36525)
    mean = 280.46646 + 36000.76983 * centuries
    anomaly = math.radians(357.52911 + 35999.05029 * centuries)
    centre = (1.914602 - 0.004817 * centuries) * math.sin(anomaly)
    centre += 0.019993 * math.sin(2 * anomaly) + 0.000289 * math.sin(3 * anomaly)
    node = math.radians(125.04 - 1934.136 * centuries)
    return (mean + centre - 0.00569 - 0.00478 * math.sin(node)) % 360


def test_qingming_is_the_day_the_sun_reaches_15_degrees() -> None:
    for year in range(statutory.FIRST_YEAR, statutory.LAST_YEAR + 1):
        on = statutory.qingming(year)
        midnight = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI)
        # a minute of clock correction and the formula's error are under a quarter of an hour
        slack = timedelta(minutes=15)
        assert sun_longitude(midnight - slack) < 15 < sun_longitude(midnight + DAY + slack), year


def test_five_working_days_over_the_national_day() -> None:
    start = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)
    due = CALENDAR.add_working_days(start, 5, tz=SHANGHAI)
    # 8, 9, 10 (Saturday, made up), 12 and 13 October
    assert due.at == datetime(2026, 10, 13, 23, 59, 59, tzinfo=SHANGHAI)
    assert not due.provisional
    assert [(day.date.day, day.kind) for day in due.skipped] == [
        *((day, DayKind.HOLIDAY) for day in range(1, 8)),
        (10, DayKind.MAKEUP),
    ]


def test_a_deadline_that_runs_into_a_year_not_announced_is_provisional() -> None:
    start = datetime(2026, 12, 30, 10, 0, tzinfo=SHANGHAI)
    one = CALENDAR.add_working_days(start, 1, tz=SHANGHAI)
    two = CALENDAR.add_working_days(start, 2, tz=SHANGHAI)
    assert (one.at.date(), one.provisional, one.skipped) == (date(2026, 12, 31), False, ())
    assert (two.at.date(), two.provisional) == (date(2027, 1, 4), True)
    assert [day.name_en for day in two.skipped] == ["New Year's Day"]


def test_the_day_begins_in_the_local_time_zone() -> None:
    start = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)  # already Friday the 6th in Shanghai
    assert CALENDAR.add_working_days(start, 1, tz=SHANGHAI).at.date() == date(2026, 3, 9)
    assert CALENDAR.add_working_days(start, 1, tz=ZoneInfo("UTC")).at.date() == date(2026, 3, 6)


def test_the_first_working_day_is_the_day_itself_if_it_is_one() -> None:
    friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
    assert CALENDAR.first_workday_end(friday, tz=SHANGHAI).at.date() == friday
    assert CALENDAR.first_workday_end(saturday, tz=SHANGHAI).at.date() == date(2026, 3, 9)


days = st.dates(date(2004, 1, 1), date(2026, 6, 30))


@given(days, st.integers(1, 60))
def test_adding_is_walking_one_working_day_at_a_time(start: date, n: int) -> None:
    walked, left = start, n
    while left:
        walked += DAY
        left -= chinese_calendar.is_workday(walked)
    noon = datetime(start.year, start.month, start.day, 12, tzinfo=SHANGHAI)
    assert CALENDAR.add_working_days(noon, n, tz=SHANGHAI).at.date() == walked


@given(st.datetimes(datetime(1902, 1, 1), datetime(2090, 1, 1)), st.integers(1, 900))
def test_counting_undoes_adding(start: datetime, n: int) -> None:
    due = CALENDAR.add_working_days(start.replace(tzinfo=SHANGHAI), n, tz=SHANGHAI).at
    assert CALENDAR.is_workday(due.date())
    assert CALENDAR.working_days_between(start.date(), due.date()) == n
    assert CALENDAR.working_days_between(due.date(), start.date()) == -n


@given(days, st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=50)
def test_two_periods_in_a_row_are_one(start: date, a: int, b: int) -> None:
    noon = datetime(start.year, start.month, start.day, 12, tzinfo=SHANGHAI)
    halfway = CALENDAR.add_working_days(noon, a, tz=SHANGHAI).at
    whole = CALENDAR.add_working_days(noon, a + b, tz=SHANGHAI)
    assert CALENDAR.add_working_days(halfway, b, tz=SHANGHAI).at == whole.at


def test_years_without_a_lunar_table_are_refused() -> None:
    with pytest.raises(Refusal, match=r"1901.*2099.*2100"):
        CALENDAR.day(date(2100, 1, 1))
    with pytest.raises(Refusal, match="2100"):
        CALENDAR.add_working_days(datetime(2099, 12, 31, tzinfo=UTC), 1, tz=SHANGHAI)
    with pytest.raises(ValueError, match="not 0"):
        CALENDAR.add_working_days(datetime(2026, 1, 1, tzinfo=UTC), 0, tz=SHANGHAI)


ANNOUNCEMENT = announcement(
    "an invented announcement",
    ("元旦", "2026-12-31", "2027-01-02", "2026-12-26"),
    ("春节", "2027-02-04", "2027-02-11", "2027-01-30", "2027-02-20"),
    ("清明节", "2027-04-03", "2027-04-05"),
    ("劳动节", "2027-05-01", "2027-05-05", "2027-05-08"),
    ("端午节", "2027-06-09", "2027-06-09"),
    ("中秋节", "2027-09-15", "2027-09-15"),
    ("国庆节", "2027-10-01", "2027-10-07", "2027-09-26", "2027-10-09"),
)


def test_the_announcement_replaces_the_provisional_year(tmp_path: Path) -> None:
    calendar = WorkingCalendar(tmp_path)
    start = datetime(2027, 2, 3, 9, 0, tzinfo=SHANGHAI)
    before = calendar.add_working_days(start, 3, tz=SHANGHAI)
    # by law alone 5 to 10 February are off: Thursday 4th, then 11th and 12th
    assert (before.at.date(), before.provisional) == (date(2027, 2, 12), True)

    (tmp_path / "2027.toml").write_text(ANNOUNCEMENT, "utf-8")
    assert calendar.add_working_days(start, 3, tz=SHANGHAI) == before
    calendar.reload()
    after = calendar.add_working_days(start, 3, tz=SHANGHAI)
    # announced: 4 to 11 off, so 12th, 15th, 16th
    assert (after.at.date(), after.provisional) == (date(2027, 2, 16), False)
    assert calendar.announced(2027)


def test_an_announcement_may_change_the_december_before_it(tmp_path: Path) -> None:
    (tmp_path / "2027.toml").write_text(ANNOUNCEMENT, "utf-8")
    calendar = WorkingCalendar(tmp_path)
    assert calendar.day(date(2026, 12, 26)).kind is DayKind.MAKEUP
    assert calendar.day(date(2026, 12, 31)).kind is DayKind.HOLIDAY
    assert calendar.day(date(2026, 10, 10)).kind is DayKind.MAKEUP  # the rest of 2026 stands


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('source = "an invented announcement"', "", "source: Field required"),
        ('name = "清明节"', 'nom = "清明节"', "holiday.2.name: Field required"),
        ("from = 2027-10-01", "from = 2027-10-02", "2027-10-01 .国庆节. must be a holiday"),
        ("to = 2027-10-07", "to = 2027-09-07", "is not a holiday of 1 to 15 days"),
        ("[2027-05-08]", "[2027-05-07]", "2027-05-07 is no weekend day"),
        ("[2027-05-08]", "[2027-10-09]", "2027-10-09 is given twice"),
        ("[2027-05-08]", "[2028-05-06]", "2028-05-06 does not belong to 2027"),
        ("[2027-05-08]", "[2027-02-30]", "2027.toml"),
    ],
)
def test_a_doubtful_announcement_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in ANNOUNCEMENT
    (tmp_path / "2027.toml").write_text(ANNOUNCEMENT.replace(old, new, 1), "utf-8")
    with pytest.raises(BadCalendar, match=reason):
        WorkingCalendar(tmp_path).day(date(2027, 1, 1))


@pytest.mark.parametrize("name", ["0", "1900", "2100", "99999", "9" * 90, "２０２７", "-2027", "x"])
def test_an_announcement_is_called_by_a_year_of_the_calendar(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(ANNOUNCEMENT, "utf-8")
    with pytest.raises(BadCalendar, match="called by its year"):
        read_announcement(path)
