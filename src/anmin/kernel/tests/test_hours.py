"""Promises are due when they can be kept: tables worked by hand, and what holds at every moment."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.calendar import WorkingCalendar
from anmin.kernel.hours import Because, Hours, SameDay
from anmin.kernel.rules import RuleBook

SHANGHAI = ZoneInfo("Asia/Shanghai")
KINDS = sorted((Path(__file__).parents[2] / "matters" / "kinds").iterdir())
BOOK, CALENDAR = RuleBook(kinds=KINDS), WorkingCalendar()
DAYTIME = Hours(time(8), time(20), timedelta(hours=2))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def table(lines: str) -> list[tuple[str, str, str, str]]:
    """``rule | start | due | why`` for each line."""
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in lines.strip().splitlines()]
    return [(key, start, due, why) for key, start, due, why in rows]


@pytest.mark.parametrize(
    ("key", "start", "due", "why"),
    table("""
    incident.answer.same_day    | 2026-11-29 00:00:00 | 2026-11-29 23:59:59 |
    incident.answer.same_day    | 2026-11-29 18:00:00 | 2026-11-29 23:59:59 |
    incident.answer.same_day    | 2026-11-29 18:00:01 | 2026-11-30 12:00:00 | late_start
    incident.answer.same_day    | 2026-11-29 23:55:00 | 2026-11-30 12:00:00 | late_start
    incident.answer.same_day    | 2026-11-30 00:00:00 | 2026-11-30 23:59:59 |
    incident.answer.same_day    | 2026-12-31 23:59:59 | 2027-01-01 12:00:00 | late_start
    incident.answer.same_day    | 2028-02-28 20:00:00 | 2028-02-29 12:00:00 | late_start
    incident.answer             | 2026-11-29 03:00:00 | 2026-11-30 03:00:00 |
    callback.due.same_day       | 2026-11-29 02:00:00 | 2026-11-29 20:00:00 | closed
    callback.due.same_day       | 2026-11-29 18:00:00 | 2026-11-29 20:00:00 | closed
    callback.due.same_day       | 2026-11-29 19:59:00 | 2026-11-30 12:00:00 | late_start
    callback.due.same_day       | 2026-11-29 23:55:00 | 2026-11-30 12:00:00 | late_start
    callback.due.same_day       | 2026-02-16 19:00:00 | 2026-02-17 12:00:00 | late_start
    callback.due                | 2026-11-29 10:00:00 | 2026-11-30 10:00:00 |
    callback.due                | 2026-11-29 19:59:00 | 2026-11-30 19:59:00 |
    callback.due                | 2026-11-29 20:00:00 | 2026-11-30 20:00:00 |
    callback.due                | 2026-11-29 22:30:00 | 2026-11-30 20:00:00 | closed
    callback.due                | 2026-11-29 03:00:00 | 2026-11-29 20:00:00 | closed
    callback.due                | 2026-11-29 08:00:00 | 2026-11-30 08:00:00 |
    rectification.first_contact | 2026-11-29 09:00:00 | 2026-11-29 20:00:00 | closed
    rectification.first_contact | 2026-11-29 19:30:00 | 2026-11-30 12:00:00 | late_start
    callback.second             | 2026-11-27 17:00:00 | 2026-11-30 20:00:00 | closed
    callback.second             | 2026-02-13 23:00:00 | 2026-02-14 20:00:00 | closed
    callback.second             | 2026-02-14 09:00:00 | 2026-02-24 20:00:00 | closed
    callback.dissatisfied_call  | 2026-11-29 21:00:00 | 2026-11-30 20:00:00 | closed
    rectification.finish        | 2026-02-13 22:30:00 | 2026-02-27 23:59:59 |
    case.transfer               | 2026-11-29 03:00:00 | 2026-11-30 03:00:00 |
    petition.national.transfer_objection | 2026-11-27 23:59:00 | 2026-12-04 23:59:59 |
    """),
)
def test_worked_by_hand(key: str, start: str, due: str, why: str) -> None:
    """Spring Festival 2026: 14 February is worked, 15 to 23 are off."""
    found = BOOK.due(key, at(start), CALENDAR, SHANGHAI)
    assert found.at == at(due)
    assert (found.moved.because if found.moved else "") == why


def test_the_hours_are_local_to_the_zone() -> None:
    urumqi = ZoneInfo("Asia/Urumqi")  # two hours behind
    late = at("2026-11-29 19:59")
    assert BOOK.due("callback.due.same_day", late, CALENDAR, urumqi).at == at(
        "2026-11-29 20:00", urumqi
    )
    # told in UTC it is the same moment
    told = BOOK.due("callback.due.same_day", late.astimezone(UTC), CALENDAR, SHANGHAI)
    assert told.at == at("2026-11-30 12:00")


def test_a_shorter_promise_leaves_the_least_time(tmp_path: Path) -> None:
    """Three hours, closed at 19:00: one hour of that day is too little, so two of the next."""
    (tmp_path / "ours.toml").write_text(
        '[[rule]]\nkey = "callback.due"\nvalue = 3\nunit = "hours"\neffective = 2026-01-01\n'
        'within = "callback"\nsource = "Order"\ntag = "P"\nlabel = "x"\nlabel_zh = "x"\n',
        "utf-8",
    )
    book = RuleBook(tmp_path, kinds=KINDS)
    for start, due, why in (
        ("2026-11-29 16:00", "2026-11-29 19:00", None),
        ("2026-11-29 18:00", "2026-11-29 20:00", Because.CLOSED),
        ("2026-11-29 18:01", "2026-11-30 10:00", Because.LITTLE_TIME),
        ("2026-11-29 19:00", "2026-11-30 10:00", Because.LITTLE_TIME),
        ("2026-11-30 05:00", "2026-11-30 10:00", Because.LITTLE_TIME),
        ("2026-11-30 07:30", "2026-11-30 10:30", None),
    ):
        found = book.due("callback.due", at(start), CALENDAR, SHANGHAI)
        assert (found.at, found.moved.because if found.moved else None) == (at(due), why)


def test_hours_that_an_installation_changes_count_from_their_day(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        '[[rule]]\nkey = "callback.quiet_from"\nvalue = 17:00:00\nunit = "time_of_day"\n'
        'effective = 2026-11-30\nsource = "Order"\ntag = "P"\nlabel = "x"\nlabel_zh = "x"\n'
        '[[rule]]\nkey = "same_day.latest_start"\nvalue = 16:00:00\nunit = "time_of_day"\n'
        'effective = 2026-12-01\nsource = "Order"\ntag = "P"\nlabel = "x"\nlabel_zh = "x"\n',
        "utf-8",
    )
    book = RuleBook(tmp_path, kinds=KINDS)
    for start, due, why in (
        ("2026-11-29 15:30", "2026-11-29 20:00", Because.CLOSED),
        ("2026-11-30 15:00", "2026-11-30 17:00", Because.CLOSED),
        ("2026-11-30 15:30", "2026-12-01 12:00", Because.LITTLE_TIME),
        ("2026-12-01 16:30", "2026-12-02 12:00", Because.LATE_START),
    ):
        found = book.due("callback.due.same_day", at(start), CALENDAR, SHANGHAI)
        assert found.at == at(due)
        assert found.moved
        assert found.moved.because == why


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
clocks = st.times().map(lambda one: one.replace(microsecond=0, tzinfo=None))
windows = st.builds(
    Hours, clocks, clocks, st.integers(0, 8).map(lambda hours: timedelta(hours=hours))
)
zones = st.sampled_from([SHANGHAI, ZoneInfo("Asia/Urumqi"), UTC])


@given(moments, windows, zones)
def test_first_and_last_are_the_nearest_permitted(
    moment: datetime, hours: Hours, zone: ZoneInfo
) -> None:
    first, last = hours.first(moment, zone), hours.last(moment, zone)
    assert last <= moment <= first
    assert first - last < timedelta(days=1)
    assert hours.permit(first.astimezone(zone).time())
    if last != moment:
        assert last.astimezone(zone).time() == hours.closes


@given(moments, windows, zones, st.integers(1, 72), st.integers(0, 3 * 86400))
def test_a_period_is_due_after_the_least_time_and_never_earlier_for_a_later_start(
    start: datetime, hours: Hours, zone: ZoneInfo, length: int, after: int
) -> None:
    span = timedelta(hours=length)
    due = hours.keep(start, start + span, zone)
    assert due >= hours.first(start, zone) + hours.least
    later = start + timedelta(seconds=after)
    assert hours.keep(later, later + span, zone) >= due


@given(moments, windows, clocks, clocks, zones, st.integers(0, 3 * 86400))
def test_the_same_day_is_due_after_the_least_time_and_never_earlier_for_a_later_start(
    start: datetime, hours: Hours, latest: time, by: time, zone: ZoneInfo, after: int
) -> None:
    rule = SameDay(latest, by)
    due, moved = rule.due(start, hours, zone)
    day = start.astimezone(zone).date()
    assert due >= hours.first(start, zone) + hours.least
    if start.astimezone(zone).time() > latest:
        assert moved
        assert moved.because == Because.LATE_START
        assert due.astimezone(zone).date() > day
    assert rule.due(start + timedelta(seconds=after), hours, zone)[0] >= due


@pytest.mark.parametrize("day", [date(2026, 2, 14), date(2026, 2, 17), date(2026, 11, 29)])
def test_people_are_called_on_every_day_of_the_year(day: date) -> None:
    """A make-up day, a holiday and a Sunday are days like others to whoever was robbed."""
    start = datetime.combine(day, time(9), SHANGHAI)
    assert BOOK.due("callback.due.same_day", start, CALENDAR, SHANGHAI).at.date() == day
