"""Dates mean what the documentation of strptime says."""

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
    "%Y%m%d%H%M%S",
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
    assert compile_format(layout)(text) == expected


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
