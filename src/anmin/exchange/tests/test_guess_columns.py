"""What a column of an export of another house is, told from its values."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from anmin.exchange.problems import Unreadable
from anmin.exchange.tests.exports import TYPES, Table, instants


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
