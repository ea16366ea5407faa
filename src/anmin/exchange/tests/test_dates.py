"""Dates mean what the documentation of strptime says."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from anmin.exchange.dates import Clockface, compile_format

FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%y %H:%M",
    "%Y年%m月%d日 %H时%M分",
    "%Y/%m/%d",
    "%Y-%m-%dT%H:%M:%S%z",
    "%d-%b-%Y %H:%M:%S.%f",
    "%B %d, %Y %I %p",
    "%Y-%m-%d %H:%M:%S %%",
    "%I:%M %d/%m/%Y",
]


def strptime(text: str, layout: str) -> datetime | None:
    try:
        return datetime.strptime(text, layout)
    except ValueError:
        return None


@given(layout=st.sampled_from(FORMATS), at=st.datetimes())
def test_a_written_moment_is_read_back(layout: str, at: datetime) -> None:
    text = at.replace(tzinfo=UTC).strftime(layout) if "%z" in layout else at.strftime(layout)
    assert compile_format(layout)(text) == strptime(text, layout)


@given(
    layout=st.sampled_from(FORMATS),
    at=st.datetimes(min_value=datetime(1000, 1, 1)),
    cut=st.integers(0, 25),
    put=st.text("0123456789 /-:.年月日APMapm\t十٣Z+", max_size=3),
    drop=st.integers(0, 3),
)
def test_a_damaged_text_means_the_same_to_both(
    layout: str, at: datetime, cut: int, put: str, drop: int
) -> None:
    text = at.strftime(layout)
    text = text[:cut] + put + text[cut + drop :]
    try:
        expected = strptime(text, layout)
    except Exception:  # some texts of digits beyond ASCII end strptime itself
        assume(False)
    found = compile_format(layout)(text)
    assert found == expected or (expected is None and BEYOND.search(text))


# What is read beyond strptime, each with tests of its own below.
BEYOND = re.compile(r"24:00|24时00|\.\d{7,9}|[+-]\d\d$|june|july|sept| 24 |am|pm|\.", re.IGNORECASE)


@pytest.mark.parametrize(
    ("layout", "text", "iso"),
    [
        ("%m/%d/%Y %H%M", "03/04/2024 105", "2024-03-04T01:05:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 130", "2024-03-04T01:30:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 2215", "2024-03-04T22:15:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 45", "2024-03-04T00:45:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 5", "2024-03-04T00:05:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 0", "2024-03-04T00:00:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 905.0", "2024-03-04T09:05:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 2400", "2024-03-05T00:00:00Z"),
        ("%m/%d/%Y %H%M", "03/04/2024 2401", None),
        ("%m/%d/%Y %H%M", "03/04/2024 1260", None),
        ("%m/%d/%Y %H%M", "03/04/2024 00905", None),
        ("%m%d%Y %H%M%S", "3042024 3837", "2024-03-04T00:38:37Z"),
        ("%m%d%Y %H%M%S", "03042024 003837", "2024-03-04T00:38:37Z"),
        ("%m%d%Y", "342024", None),
        ("%d%m%Y", "4032024", "2024-03-04T00:00:00Z"),
        ("%Y%m%d", "2024304", None),
        ("%Y%m%d", "20240304.0", "2024-03-04T00:00:00Z"),
        ("%y%m%d", "80304", "2008-03-04T00:00:00Z"),
        ("%Y%m%d%H%M%S", "20240304090507", "2024-03-04T09:05:07Z"),
        ("%Y%m%d%H%M%S", "2024030490507", None),
        ("%m/%d/%Y %I%M %p", "03/04/2024 105 PM", "2024-03-04T13:05:00Z"),
        ("%m/%d/%Y %I%M%p", "03/04/2024 5PM", None),
        ("%Y-%m-%d %H:%M:%S", "2024-03-05 24:00:00", "2024-03-06T00:00:00Z"),
        ("%Y-%m-%d %H:%M", "2024-12-31 24:00", "2025-01-01T00:00:00Z"),
        ("%Y-%m-%d %H:%M:%S", "2024-03-05 24:00:01", None),
        ("%Y-%m-%d %H:%M:%S%z", "2024-03-04 15:05:07+00", "2024-03-04T15:05:07Z"),
        ("%Y-%m-%d %H:%M:%S%z", "2024-03-04 15:05:07-0530", "2024-03-04T20:35:07Z"),
        ("%Y-%m-%d %H:%M:%S %z", "2024-03-04 15:05:07 UTC", "2024-03-04T15:05:07Z"),
        ("%Y-%m-%dT%H:%M:%S.%f", "2024-03-04T15:05:07.1234567", "2024-03-04T15:05:07.123456Z"),
        ("%m/%d/%Y %I:%M %p", "03/04/2024 12:05 a.m.", "2024-03-04T00:05:00Z"),
        ("%Y年%m月%d日 %p%I:%M", "2024年3月4日 下午1:05", "2024-03-04T13:05:00Z"),
        ("%Y年%m月%d日 %p%I:%M", "2024年3月4日 凌晨12:30", "2024-03-04T00:30:00Z"),
        ("%A, %B %d, %Y %H:%M", "Monday, March 4, 2024 9:05", "2024-03-04T09:05:00Z"),
        ("%a, %d %b %Y %H:%M:%S %z", "Mon, 04 Mar 2024 09:05:07 +0000", "2024-03-04T09:05:07Z"),
        ("%d %b %Y", "4 Sept 2024", "2024-09-04T00:00:00Z"),
        ("%m/%d/%Y 12:00:00 AM %H:%M", "03/04/2024 12:00:00 AM 09:05", "2024-03-04T09:05:00Z"),
        ("epoch", "1709564707", "2024-03-04T15:05:07Z"),
        ("epoch_ms", "1709564707250", "2024-03-04T15:05:07.250000Z"),
        ("epoch", "x", None),
        ("excel", "45355.3785532407", "2024-03-04T09:05:07Z"),
        ("excel", "45355", "2024-03-04T00:00:00Z"),
        ("excel excel", "45355 0.378553240740741", "2024-03-04T09:05:07Z"),
        ("%Y-%m-%d excel", "2024-03-04 0.5", "2024-03-04T12:00:00Z"),
        ("%Y-%m-%d excel", "2024-03-04 1.5", None),
    ],
)
def test_what_is_read_beyond_strptime(layout: str, text: str, iso: str | None) -> None:
    found = [Clockface((layout,), "UTC"), Clockface((layout, "%H:%M %d/%m/%Y"), "UTC")]
    assert [one.iso if (one := clock.moment(text)) else None for clock in found] == [iso] * 2


@given(
    at=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2090, 1, 1)),
    layout=st.sampled_from(["%m/%d/%Y %H%M%S", "%m%d%Y %H%M%S", "%d%m%Y %H%M%S", "%m/%d/%Y %H%M"]),
)
def test_a_taken_zero_is_put_back_or_the_text_is_not_read(at: datetime, layout: str) -> None:
    at = at.replace(microsecond=0, second=at.second if "%S" in layout else 0)
    text = " ".join(str(int(part)) if part.isdigit() else part for part in f"{at:{layout}}".split())
    found = Clockface((layout,), "UTC").moment(text)
    assert found is not None
    assert found.at == at.replace(tzinfo=UTC)


@given(at=st.datetimes(min_value=datetime(1999, 1, 1), max_value=datetime(2060, 1, 1)))
def test_days_as_a_spreadsheet_counts_them(at: datetime) -> None:
    at = at.replace(microsecond=0)
    days = (at - datetime(1899, 12, 30)) / timedelta(days=1)
    for text in (f"{days:.10f}", f"{int(days)} {days % 1:.10f}"):
        assert compile_format("excel excel" if " " in text else "excel")(text) == at


@pytest.mark.parametrize(
    "layout", ["%Y-%m", "%d/%m", "%Y-%m-%d %j", "%Y-%Y-%m-%d", "%Y-%m-%d %", "%m %b %Y %d", "x"]
)
def test_formats_without_one_full_date_are_refused(layout: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        compile_format(layout)


ZONES = ["Asia/Shanghai", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


@given(
    zone=st.sampled_from(ZONES),
    at=st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2037, 12, 31)),
    layout=st.sampled_from(["%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d %H%M%S"]),
)
def test_the_fast_way_and_the_whole_way_agree(zone: str, at: datetime, layout: str) -> None:
    clock = Clockface(("%d %m %Y", layout, "%d/%m/%Y %H:%M"), zone)
    local = at.replace(microsecond=0)
    expected = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for _again in range(2):
        found = clock.moment(local.strftime(layout))
        assert found is not None
        assert found.at == expected
        assert datetime.fromisoformat(found.iso) == expected
        assert found.iso.endswith("Z")


@given(text=st.text("0123456789/: -APM", max_size=22))
def test_formats_are_tried_in_their_order(text: str) -> None:
    layouts = ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M %p")
    first = next((found for one in layouts if (found := strptime(text, one))), None)
    found = Clockface(layouts, "UTC").moment(text)
    assert (found.at.replace(tzinfo=None) if found else None) == first


def test_the_same_text_may_be_a_day_first_in_another_place() -> None:
    clock = Clockface(("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"), "UTC")
    assert clock.moment("02/03/2024 08:00").iso == "2024-02-03T08:00:00Z"  # type: ignore[union-attr]
    assert clock.moment("25/03/2024 08:00").iso == "2024-03-25T08:00:00Z"  # type: ignore[union-attr]


def test_an_hour_that_the_clock_shows_twice() -> None:
    clock = Clockface(("%Y-%m-%d %H:%M",), "America/Los_Angeles")
    first, second = clock.moment("2016-11-06 01:30"), clock.later("2016-11-06 01:30")
    assert first is not None
    assert second is not None
    assert first.iso == "2016-11-06T08:30:00Z"
    assert second.at - first.at == timedelta(hours=1)


def test_years_at_the_ends_of_the_calendar_do_no_harm() -> None:
    clock = Clockface(("%Y-%m-%d %H:%M",), "Asia/Shanghai")
    assert clock.moment("0001-01-01 00:00") is None
    assert clock.moment("9999-12-31 23:59").iso == "9999-12-31T15:59:00Z"  # type: ignore[union-attr]
