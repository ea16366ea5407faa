"""Time as people say it, in both languages, to the minute at the edges."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from anmin.faces.templatetags.anmin_time import (
    duration,
    exact,
    moment,
    spoken,
    spoken_day,
    time_left,
)

# Wednesday 3 June 2026, 14:05 in Beijing.
NOW = datetime(2026, 6, 3, 6, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("distance", "english", "chinese"),
    [
        (30 * timedelta(seconds=1), "less than a minute left", "还剩不到1分钟"),
        (MINUTE, "1 minute left", "还剩1分钟"),
        (HOUR - timedelta(seconds=1), "59 minutes left", "还剩59分钟"),
        (2 * HOUR, "2 hours left", "还剩2小时"),
        (3 * HOUR - MINUTE, "2 hours left", "还剩2小时"),
        (36 * HOUR, "36 hours left", "还剩36小时"),
        (2 * DAY, "2 days left", "还剩2天"),
        (timedelta(0), "less than a minute late", "逾期不到1分钟"),
        (-23 * HOUR, "23 hours late", "逾期23小时"),
        (-DAY, "1 day late", "逾期1天"),
        (-47 * HOUR, "1 day late", "逾期1天"),
        (-10 * DAY, "10 days late", "逾期10天"),
    ],
)
def test_the_distance_to_a_deadline_is_said_in_both_languages(
    distance: timedelta, english: str, chinese: str
) -> None:
    with translation.override("en"):
        assert time_left(NOW + distance, NOW) == english
    with translation.override("zh-hans"):
        assert time_left(NOW + distance, NOW) == chinese


UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY}


@given(st.timedeltas(min_value=MINUTE, max_value=timedelta(days=4000)))
def test_nobody_is_told_of_more_time_than_there_is(distance: timedelta) -> None:
    with translation.override("en"):
        number, unit, _left = time_left(NOW + distance, NOW).split()
    step = UNITS[unit.removesuffix("s")]
    assert int(number) * step <= distance < (int(number) + 1) * step


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        duration(-MINUTE)
    assert duration(None) == ""


@pytest.mark.parametrize(
    ("day", "english", "chinese"),
    [
        (date(2026, 6, 3), "today", "今天"),
        (date(2026, 6, 2), "yesterday", "昨天"),
        (date(2026, 6, 4), "tomorrow", "明天"),
        (date(2026, 6, 5), "5 Jun", "6月5日"),
        (date(2025, 12, 31), "31 Dec 2025", "2025年12月31日"),
    ],
)
def test_near_days_go_by_name(day: date, english: str, chinese: str) -> None:
    today = date(2026, 6, 3)
    with translation.override("en"):
        assert spoken_day(day, today) == english
    with translation.override("zh-hans"):
        assert spoken_day(day, today) == chinese


def test_today_is_today_in_beijing_not_in_greenwich() -> None:
    late_evening = datetime(2026, 6, 3, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    past_midnight = datetime(2026, 6, 3, 16, 1, tzinfo=UTC)  # 00:01 on the 4th
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        assert spoken(late_evening, NOW) == "today 23:59"
        assert spoken(past_midnight, NOW) == "tomorrow 00:01"


def test_the_exact_moment_names_weekday_and_zone() -> None:
    with timezone.override("Asia/Shanghai"):
        with translation.override("en"):
            assert exact(NOW) == "Wednesday 3 June 2026 14:05 (Beijing time)"
        with translation.override("zh-hans"):
            assert exact(NOW) == "2026年6月3日星期三 14:05（北京时间）"
    with timezone.override("Europe/London"), translation.override("en"):
        assert exact(NOW) == "Wednesday 3 June 2026 07:05 (Europe/London)"


def test_a_moment_carries_its_exact_time() -> None:
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        assert moment(NOW, NOW) == (
            '<time datetime="2026-06-03T14:05:00+08:00" '
            'title="Wednesday 3 June 2026 14:05 (Beijing time)">today 14:05</time>'
        )
    assert moment(None) == ""


def _deadline(**given: object) -> str:
    arguments = " ".join(f"{name}={name}" for name in given if name != "due")
    template = Template("{% load anmin_ui %}{% deadline due " + arguments + " now=now %}")
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        return template.render(Context({**given, "now": NOW}))


def test_a_deadline_is_word_shape_and_exact_time() -> None:
    shown = _deadline(due=NOW + 2 * HOUR, state="at_risk")
    assert "tone-at_risk" in shown
    assert "<svg" in shown
    assert ">2 hours left</time>" in shown
    assert 'datetime="2026-06-03T16:05:00+08:00"' in shown
    assert "due Wednesday 3 June 2026 16:05 (Beijing time)" in shown


def test_without_a_state_only_late_is_told_from_not_late() -> None:
    assert "tone-on_time" in _deadline(due=NOW + MINUTE)
    assert "tone-late" in _deadline(due=NOW)


def test_a_stopped_clock_says_whether_it_was_in_time() -> None:
    assert "in time" in _deadline(due=NOW, met_at=NOW)
    assert "1 day late" in _deadline(due=NOW - DAY, met_at=NOW)


def test_an_unannounced_holiday_is_named() -> None:
    shown = _deadline(due=NOW + DAY, provisional="2027 Spring Festival")
    assert "Provisional: the 2027 Spring Festival holiday is not announced yet" in shown


def test_no_deadline_is_said() -> None:
    assert "no deadline" in _deadline(due=None)


def test_dates_by_name_of_their_format_are_said_as_people_say_them() -> None:
    local = timezone.localtime(NOW)
    said = [
        date_format(local, name)
        for name in ("MONTH_DAY_FORMAT", "SHORT_DATETIME_FORMAT", "DATETIME_FORMAT")
    ]
    assert said == ["6月3日", "2026年6月3日 14:05", "2026年6月3日 14:05"]
    with translation.override("en"):
        assert date_format(local, "SHORT_DATETIME_FORMAT") == "3 Jun 2026 14:05"
        assert date_format(local, "DATETIME_FORMAT") == "3 June 2026 14:05"
