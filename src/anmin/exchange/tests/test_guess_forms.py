"""What exports of other houses look like, each told from its file, each moment the right one."""

import csv
import random
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from anmin.exchange.guess import Guess, Wishes, guess_profile
from anmin.exchange.probe import probe
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import Profile
from anmin.exchange.reading import Order, Rejected, read
from anmin.exchange.row_facts import Facts, World

CHICAGO = ZoneInfo("America/Chicago")
TYPES = ("Theft", "Noise complaint", "Assault", "Traffic stop")


class Table:
    """A file, what is guessed of it, and what comes in by that."""

    def __init__(self, path: Path, zone: str = "America/Chicago", **wishes: object) -> None:
        self.guess: Guess = guess_profile(path, name="mine", zone=zone, wishes=Wishes(**wishes))  # type: ignore[arg-type]
        self.profile = Profile.model_validate(tomllib.loads(self.guess.toml))
        found = probe(path, encoding=self.profile.file.encoding)
        world = World(now=datetime(2026, 11, 29, tzinfo=UTC))
        self.facts: list[Facts] = []
        self.rejected: list[Rejected] = []
        for batch in read(Order(path, self.profile, world, found, 1000)):
            self.facts += batch.facts
            self.rejected += batch.rejected

    @property
    def columns(self) -> dict[str, list[str | int]]:
        """The first names of every fact's columns."""
        return {f: [part[0] for part in one.parts] for f, one in self.profile.columns.items()}

    @property
    def doubts(self) -> set[str]:
        """Doubts but for those that every file has."""
        return {*self.guess.doubts} - {"zone", "datum"}


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Table]:
    """A CSV of these rows, guessed and read."""

    def go(rows: Sequence[Sequence[object]], codec: str = "utf-8", **said: object) -> Table:
        path = tmp_path / "calls.csv"
        with path.open("w", encoding=codec, newline="") as file:
            csv.writer(file).writerows(rows)
        return Table(path, **said)  # type: ignore[arg-type]

    return go


def instants(count: int = 30, days: int = 20) -> list[datetime]:
    """Moments of calls, not in step with anything."""
    rng = random.Random(11)
    first = datetime(2024, 3, 4, 9, 5, 7, tzinfo=CHICAGO)
    return sorted(first + timedelta(seconds=rng.randrange(days * 86_400)) for _n in range(count))


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


@pytest.mark.parametrize(
    "blank",
    ["NULL", "N/A", "#N/A", "-", "nan", "00/00/0000 00:00:00", "0000-00-00 00:00:00", "00/00/0000",
     "1/1/1900 12:00:00 AM", "01/01/1900 00:00:00", "1900-01-01T00:00:00.000", "12/30/1899",
     "1/1/1970", "01/01/0001 00:00:00"],
)  # fmt: skip
def test_words_for_nothing_are_proposed_as_blanks(table: Callable[..., Table], blank: str) -> None:
    rows = []
    for n, at in enumerate(instants()):
        arrived = blank if n % 3 == 0 else f"{at + timedelta(minutes=9):%m/%d/%Y %H:%M:%S}"
        rows.append((f"24-{n:05}", f"{at:%m/%d/%Y %H:%M:%S}", arrived, TYPES[n % 4]))
    found = table([("Incident Number", "Received", "Arrived", "Call Type"), *rows])
    assert found.columns["arrived_at"] == ["Arrived"]
    assert found.profile.file.blanks == {blank}
    assert (found.rejected, found.doubts) == ([], set())
    assert sum("arrived_at" not in one.details for one in found.facts) == 10


@pytest.mark.parametrize(
    ("write", "doubts"),
    [
        (lambda x, y: f"({y}, {x})", {"point_order"}),
        (lambda x, y: f"{y}, {x}", {"point_order"}),
        (lambda x, y: f"{y} {x}", {"point_order"}),
        (lambda x, y: f"POINT ({x} {y})", set()),
        (lambda x, y: f"SRID=4326;POINT({x} {y})", set()),
        (lambda x, y: f"12 Main St\nChicago, IL\n({y}, {x})", {"point_order"}),
        (lambda x, y: f"{{'latitude': '{y}', 'longitude': '{x}'}}", set()),
        (lambda x, y: f'{{"type": "Point", "coordinates": [{x}, {y}]}}', set()),
        (lambda x, y: f"{y}; {x}".replace(".", ","), {"point_order"}),
    ],
)  # fmt: skip
def test_points_in_one_column(
    table: Callable[..., Table], write: Callable[[str, str], str], doubts: set[str]
) -> None:
    places = [(f"-87.{n:05}", f"41.{n:05}") for n in range(60000, 60030)]
    rows = [
        (f"24-{n:05}", f"{at:%Y-%m-%d %H:%M:%S}", TYPES[n % 4], f"{n} Main St", write(*places[n]))
        for n, at in enumerate(instants())
    ]
    found = table([("Incident Number", "Received", "Call Type", "Address", "Location 1"), *rows])
    assert found.columns["point"] == ["Location 1"]
    assert found.columns["place"] == ["Address"]
    assert found.doubts - {"unsure:point"} == doubts
    assert [(one.longitude, one.latitude) for one in found.facts] == [
        (float(x), float(y)) for x, y in places
    ]


def test_a_pair_beyond_90_degrees_tells_its_order(table: Callable[..., Table]) -> None:
    rows = [
        (f"24-{n:05}", f"{at:%Y-%m-%d %H:%M:%S}", f"121.4{n:02}, 31.2{n:02}")
        for n, at in enumerate(instants())
    ]
    found = table([("Incident Number", "Received", "Location"), *rows])
    assert "point_order" not in found.doubts
    assert (found.facts[0].longitude, found.facts[0].latitude) == (121.4, 31.2)


def test_decimal_commas(table: Callable[..., Table]) -> None:
    rows = [
        (f"24-{n:05}", f"{at:%d.%m.%Y %H:%M}", f"12,37{n:03}", f"51,33{n:03}")
        for n, at in enumerate(instants())
    ]
    found = table([("Einsatznummer", "Eingang", "Länge", "Breite"), *rows], zone="Europe/Berlin")
    assert (found.facts[1].longitude, found.facts[1].latitude) == (12.37001, 51.33001)


def test_an_agency_is_no_caller_and_coordinates_are_no_place(table: Callable[..., Table]) -> None:
    header = ("Unique Key", "Created Date", "Agency Name", "Complaint Type", "Incident Address",
              "Resolution Description", "Location")  # fmt: skip
    rows = [
        (f"644461{n:02}", f"{at:%m/%d/%Y %I:%M:%S %p}", "City Police Department", TYPES[n % 4],
         f"{n} EAST 35 STREET", "The Department responded.", f"(40.6{n:02}, -73.9{n:02})")
        for n, at in enumerate(instants())
    ]  # fmt: skip
    columns = table([header, *rows]).columns
    assert "contact_name" not in columns
    assert columns["place"] == ["Incident Address"]
    assert columns["category"] == ["Complaint Type"]
    assert columns["point"] == ["Location"]


@pytest.mark.parametrize("kind", ["repeated", "units", "blank", "total", "titles"])
def test_a_column_named_like_a_number_is_proposed(table: Callable[..., Table], kind: str) -> None:
    rows: list[tuple[str, ...]] = [
        (f"24-{n // 3 if kind == 'units' else n:05}", f"{at:%Y-%m-%d %H:%M:%S}", TYPES[n % 4])
        for n, at in enumerate(instants())
    ]
    head: list[tuple[str, ...]] = [("Incident Number", "Received", "Call Type")]
    if kind == "repeated":
        rows[7] = (rows[6][0], *rows[7][1:])
    elif kind == "blank":
        rows[7] = ("", *rows[7][1:])
    elif kind == "total":
        rows.append(("Total", "30", ""))
    elif kind == "titles":
        head = [("Daily Log",), ("Generated 03/14/2024",), *head]
    found = table([*head, *rows])
    assert found.columns["external_id"] == ["Incident Number"]
    assert len(found.rejected) == (kind in ("blank", "total"))
    wanted = {"repeated": "repeated_number", "units": "repeated_number", "blank": "blank_number"}
    assert found.doubts == ({wanted[kind]} if kind in wanted else set())


def test_an_empty_column_opens_nothing(table: Callable[..., Table]) -> None:
    rows = [
        (f"1010058{n:05}", f"{at:%Y-%m-%d %H:%M:%S}", "", "x") for n, at in enumerate(instants())
    ]
    for titles in (("open_dt", "closed_dt"), ("When", "Received"), ("When", "Closed")):
        found = table([("case_enquiry_id", *titles, "location"), *rows])
        assert found.columns["received_at"] == [titles[0]]
        assert len(found.facts) == 30


def test_the_true_cause_is_told(table: Callable[..., Table]) -> None:
    odd = [(f"24-{n:05}", f"2024W{n % 50 + 1:02}-3 09:{n:02}", "x") for n in range(30)]
    with pytest.raises(Unreadable, match="unread_dates") as caught:
        table([("Incident Number", "Received", "Type"), *odd])
    assert caught.value.particulars == {"column": "Received", "value": "2024W01-3 09:00"}
    same = [("x", f"{at:%Y-%m-%d %H:%M:%S}") for at in instants()]
    with pytest.raises(Unreadable, match="no_number_guessed"):
        table([("What", "Received"), *same])


def test_an_error_cell_does_not_refuse_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    about = book.active
    assert about is not None
    about.title = "About"
    about.append(["This workbook was made by the records office."])
    sheet = book.create_sheet("Calls")
    sheet.append(["Incident Number", "Received", "Call Type"])
    for n, at in enumerate(instants(20)):
        moment = at.replace(tzinfo=None)
        sheet.append([2400000 + n, "#N/A" if n == 5 else moment, TYPES[n % 4]])
    sheet["B7"].data_type = "e"
    book.create_sheet("Codes").append(["a", "b"])
    path = tmp_path / "calls.xlsx"
    book.save(path)
    found = Table(path)
    assert found.profile.file.sheet == "Calls"
    assert found.doubts == {"other_sheets:About\nCodes"}
    assert found.profile.file.blanks == {"#N/A"}
    assert [one.problem.code for one in found.rejected] == ["no_opening"]
    with pytest.raises(Unreadable, match="no_moment_guessed"):
        Table(path, sheet="Codes")
    with pytest.raises(Unreadable, match="no_sheet"):
        Table(path, sheet="Nothing")


@pytest.mark.parametrize(
    ("codec", "words"),
    [
        ("windows-1252", ("O’Brien St", "Incident Number", "Received")),
        ("windows-1251", ("улица Ленина", "Номер", "Дата")),
        ("shift_jis", ("高松市番町四丁目", "受付番号", "受付日時")),
        ("koi8-r", ("улица Мира", "Номер", "Дата")),
    ],
)
def test_an_encoding_is_named_on_the_spot(
    table: Callable[..., Table], codec: str, words: tuple[str, str, str]
) -> None:
    place, number, when = words
    rows = [(f"24-{n:05}", f"{at:%Y-%m-%d %H:%M:%S}", place) for n, at in enumerate(instants())]
    found = table([(number, when, "Place"), *rows], codec=codec, encoding=codec)
    assert found.columns["external_id"] == [number]
    assert found.columns["received_at"] == [when]
    assert found.facts[0].place == place
    assert found.profile.file.encoding == codec
