"""What exports of other houses look like, each told from its file, each moment the right one."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anmin.exchange.tests.exports import TYPES, Table, instants


def utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def excel(at: datetime) -> float:
    return (at.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)


WRITTEN: dict[str, Callable[[datetime], object]] = {
    "iso": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S"),
    "iso z": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "iso ms z": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "iso offset": lambda at: at.isoformat(),
    "offset without colon": lambda at: at.strftime("%Y-%m-%d %H:%M:%S%z"),
    "offset of two figures": lambda at: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00"),
    "offset apart": lambda at: at.strftime("%Y-%m-%d %H:%M:%S %z"),
    "word": lambda at: at.astimezone(UTC).strftime("%d/%m/%Y %H:%M:%S GMT"),
    "net": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.0000000"),
    "american": lambda at: at.strftime("%m/%d/%Y %I:%M:%S %p"),
    "american, unpadded": lambda at: f"{at.month}/{at.day}/{at.year} {at:%I:%M:%S%p}".lower(),
    "dotted halves": lambda at: (
        at.strftime("%m/%d/%Y %I:%M:%S ") + ("a.m." if at.hour < 12 else "p.m.")
    ),
    "german": lambda at: at.strftime("%d.%m.%Y %H:%M:%S Uhr"),
    "named": lambda at: at.strftime("%d-%b-%Y %H:%M:%S"),
    "named, whole": lambda at: at.strftime("%B %d, %Y %H:%M:%S"),
    "named, with the day": lambda at: at.strftime("%A, %d %B %Y %H:%M:%S"),
    "sql server": lambda at: at.strftime("%b %d %Y %I:%M:%S%p"),
    "mail": lambda at: at.strftime("%a, %d %b %Y %H:%M:%S %z"),
    "chinese": lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}",
    "chinese halves": lambda at: (
        at.strftime("%Y/%m/%d ") + ("上午" if at.hour < 12 else "下午") + at.strftime("%I:%M:%S")
    ),
    "chinese words": lambda at: at.strftime("%Y年%m月%d日%H时%M分%S秒"),
    "together": lambda at: at.strftime("%Y%m%d%H%M%S"),
    "epoch": lambda at: int(at.timestamp()),
    "epoch ms": lambda at: int(at.timestamp() * 1000),
    "excel": excel,
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_moment_in_one_column(table: Callable[..., Table], form: str) -> None:
    moments = instants()
    rows = [
        (f"24-{n:05}", WRITTEN[form](at), TYPES[n % 4], f"{n} Main St")
        for n, at in enumerate(moments)
    ]
    found = table([("Incident Number", "Received", "Call Type", "Address"), *rows])
    assert (found.rejected, found.doubts) == ([], set())
    assert [one.opened for one in found.facts] == [utc(at) for at in moments]
    assert found.columns["category"] == ["Call Type"]


DAYS: dict[str, Callable[[datetime], object]] = {
    "american": lambda at: at.strftime("%m/%d/%Y"),
    "iso": lambda at: at.strftime("%Y-%m-%d"),
    "iso midnight": lambda at: at.strftime("%Y-%m-%dT00:00:00.000"),
    "midnight stamp": lambda at: at.strftime("%m/%d/%Y 12:00:00 AM"),
    "midnight of 24 hours": lambda at: at.strftime("%d.%m.%Y 00:00"),
    "figures": lambda at: at.strftime("%Y%m%d"),
    "american figures": lambda at: at.strftime("%m%d%Y"),
    "american figures, a zero lost": lambda at: int(at.strftime("%m%d%Y")),
    "excel": lambda at: int(excel(at)),
    "chinese": lambda at: f"{at.year}年{at.month}月{at.day}日",
    "named": lambda at: at.strftime("%d %b %Y"),
}
CLOCKS: dict[str, Callable[[datetime], object]] = {
    "minutes": lambda at: at.strftime("%H:%M"),
    "seconds": lambda at: at.strftime("%H:%M:00"),
    "halves": lambda at: at.strftime("%I:%M %p"),
    "figures": lambda at: at.strftime("%H%M"),
    "figures, zeros lost": lambda at: int(at.strftime("%H%M")),
    "figures of a float": lambda at: float(at.strftime("%H%M")),
    "hours": lambda at: at.strftime("%H:%M hrs"),
    "excel": lambda at: excel(at) % 1,
}
ORDERS = (
    ("Date", "Number", "Type", "Time"),
    ("Time", "Date", "Number", "Type"),
    ("Number", "Time", "Type", "Date"),
    ("Number", "Date", "Time", "Type"),
)
TITLES = {"Date": "Date", "Time": "Time", "Number": "Incident Number", "Type": "Call Type"}


@settings(max_examples=30)
@given(
    day=st.sampled_from(sorted(DAYS)),
    clock=st.sampled_from(sorted(CLOCKS)),
    order=st.sampled_from(ORDERS),
)
def test_day_and_time_of_day_are_joined_wherever_they_stand(
    tmp_path_factory: pytest.TempPathFactory, day: str, clock: str, order: tuple[str, ...]
) -> None:
    moments = [at.replace(second=0) for at in instants()]
    path = tmp_path_factory.mktemp("guess") / "calls.csv"
    cells = [
        {
            "Date": DAYS[day](at),
            "Time": CLOCKS[clock](at),
            "Number": f"24-{n:05}",
            "Type": TYPES[n % 4],
        }
        for n, at in enumerate(moments)
    ]
    with path.open("w", newline="") as file:
        rows = [[one[name] for name in order] for one in cells]
        csv.writer(file).writerows([[TITLES[name] for name in order], *rows])
    found = Table(path)
    assert found.columns["received_at"] == ["Date", "Time"]
    assert found.rejected == []
    assert [one.opened for one in found.facts] == [utc(at) for at in moments]


def test_each_day_goes_with_its_own_time(table: Callable[..., Table]) -> None:
    moments = [at.replace(second=0) for at in instants()]
    header = ["No", "Received Time", "Closed Date", "Type", "Closed Time", "Received Date"]
    rows = [
        (
            f"24-{n:05}",
            f"{at:%H:%M}",
            f"{end:%m/%d/%Y}",
            TYPES[n % 4],
            f"{end:%H:%M}",
            f"{at:%m/%d/%Y}",
        )
        for n, at in enumerate(moments)
        for end in [at + timedelta(hours=3)]
    ]
    found = table([["Incident Number", *header[1:]], *rows])
    assert found.columns["received_at"] == ["Received Date", "Received Time"]
    assert found.columns["cleared_at"] == ["Closed Date", "Closed Time"]
    assert [one.opened for one in found.facts] == [utc(at) for at in moments]


def test_a_missing_time_of_day_is_a_doubt(table: Callable[..., Table]) -> None:
    rows = [(f"24-{n:05}", f"{at:%m/%d/%Y}", TYPES[n % 4]) for n, at in enumerate(instants())]
    found = table([("Incident Number", "Date", "Call Type"), *rows])
    assert "no_clock:received_at" in found.doubts


@pytest.mark.parametrize("titles", [("Date", "Entered"), ("Date", "Created Date/Time")])
def test_a_column_with_a_time_of_day_beats_a_bare_date(
    table: Callable[..., Table], titles: tuple[str, str]
) -> None:
    moments = instants()
    rows = [
        (f"24-{n:05}", f"{at:%m/%d/%Y}", f"{at:%m/%d/%Y %H:%M:%S}", TYPES[n % 4])
        for n, at in enumerate(moments)
    ]
    found = table([("Incident Number", *titles, "Call Type"), *rows])
    assert found.columns["received_at"] == [titles[1]]
    assert [one.opened for one in found.facts] == [utc(at) for at in moments]


@pytest.mark.parametrize(
    ("zone", "layout"),
    [("Europe/London", "%d/%m/%Y %H:%M:%S"), ("America/Chicago", "%m/%d/%Y %H:%M:%S")],
)
def test_the_zone_tips_an_order_that_no_value_tells(
    table: Callable[..., Table], zone: str, layout: str
) -> None:
    rows = [
        (f"A{n:05}", f"{n % 12 + 1:02}/{n % 11 + 1:02}/2023 10:{n:02}:00", TYPES[n % 4])
        for n in range(36)
    ]
    found = table([("Incident Number", "Received", "Call Type"), *rows], zone=zone)
    assert found.profile.time.formats == (layout,)
    assert found.doubts == {"day_month_order"}
    swapped = table(
        [("Incident Number", "Received", "Call Type"), *rows], zone=zone, swap_days=True
    )
    assert swapped.profile.time.formats != found.profile.time.formats


def test_one_column_tells_the_order_for_all(table: Callable[..., Table]) -> None:
    rows = [
        (
            f"A{n:05}",
            f"05/{n % 12 + 1:02}/2023 10:{n:02}:00",
            f"25/{n % 12 + 1:02}/2023 10:{n:02}:00",
            "x",
        )
        for n in range(36)
    ]
    found = table([("Incident Number", "Received", "Cleared", "Call Type"), *rows])
    assert found.profile.time.formats == ("%d/%m/%Y %H:%M:%S",)
    assert found.doubts == set()
    assert found.rejected == []
