"""XLSX, read as a stream: the same cells as other readers find, and no trap is stepped into."""

import random
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from anmin.exchange import workbook as module
from anmin.exchange.delimited import LONGEST_CELL, Row
from anmin.exchange.problems import Unreadable
from anmin.exchange.workbook import Workbook, column_of, number_text

SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path, sheet: str | None = None) -> list[list[str]]:
    book = Workbook(path)
    try:
        return [row.cells for row in book.rows(sheet)]
    finally:
        book.close()


def write(path: Path, rows: list[list[Any]], **options: Any) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/m/d h:mm", **options}) as book:
        sheet = book.add_worksheet("警情")
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    return path


def patched(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with a part's text changed."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def refused(path: Path, sheet: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path, sheet)
    return caught.value.code


@pytest.mark.parametrize("constant_memory", [False, True], ids=["shared", "inline"])
def test_every_type_of_cell_reads_as_text(tmp_path: Path, constant_memory: bool) -> None:
    row = [
        "文字", 16000075639, -122.355446, 0.1, True, False, 1e300, "  两边 ", "a\r\nb", "_x0041_",
        date(2024, 3, 1), datetime(2024, 3, 1, 8, 30), datetime(2024, 3, 1, 23, 59, 59, 500000),
        time(8, 30, 15),
    ]  # fmt: skip
    path = write(tmp_path / "t.xlsx", [row], constant_memory=constant_memory)
    assert read(path) == [
        [
            "文字", "16000075639", "-122.355446", "0.1", "TRUE", "FALSE", "1.000000e+300", "  两边 ",
            "a\r\nb", "_x0041_", "2024-03-01", "2024-03-01 08:30:00", "2024-03-01 23:59:59.500000",
            "08:30:15",
        ]
    ]  # fmt: skip


def test_blanks_between_and_rows_without_text(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [["a", None, "c"], [], [None, None], ["d"]])
    book = Workbook(path)
    assert [(row.line, row.cells) for row in book.rows()] == [(1, ["a", "", "c"]), (4, ["d"])]
    book.close()


def test_the_first_sheet_that_is_not_hidden_or_the_named_one(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("藏", "甲", "乙"):
            book.add_worksheet(name).write(0, 0, name)
        book.get_worksheet_by_name("藏").hide()
        book.get_worksheet_by_name("甲").set_first_sheet()
        book.get_worksheet_by_name("甲").activate()
    assert read(path) == [["甲"]]
    assert read(path, "乙") == [["乙"]]
    assert refused(path, "丙") == "no_sheet"


def test_a_long_number_shows_that_its_end_is_lost(tmp_path: Path) -> None:
    assert read(write(tmp_path / "t.xlsx", [[330381202403010001]])) == [["3.303812e+17"]]


def test_the_other_calendar_of_1904(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [[datetime(2024, 3, 1, 8)]], date_1904=True)
    assert read(path) == [["2024-03-01 08:00:00"]]


def test_reading_aids_formulas_and_names_with_a_prefix(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [["x"]], constant_memory=True)
    cell = '<c r="A1" t="inlineStr"><is><t>x</t></is></c>'
    patched(
        path,
        SHEET,
        cell,
        '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="A1"'
        ' t="inlineStr"><x:is><x:t>瑞</x:t><x:r><x:t>安</x:t></x:r><x:rPh><x:t>ruian</x:t></x:rPh>'
        '</x:is></x:c><c t="str"><f>1+1</f><v>two</v></c><c><f>1+1</f></c><c t="e"><v>#N/A</v></c>',
    )
    assert read(path) == [["瑞安", "two", "#FORMULA!", "#N/A"]]


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)


@given(rows=st.lists(st.lists(CELLS, max_size=6), max_size=6), inline=st.booleans())
def test_another_reader_finds_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]], inline: bool
) -> None:
    path = write(
        tmp_path_factory.mktemp("x") / "t.xlsx",
        [[f"'{c}" if isinstance(c, str) and c[:1] in ("=", "{") else c for c in r] for r in rows],
        constant_memory=inline,
        strings_to_formulas=False,
        strings_to_urls=False,
    )
    theirs = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    expected = [
        ["" if c == "" else c if isinstance(c, str) else number_text(repr(c)) for c in row]
        for row in theirs
    ]
    for row in expected:
        while row and not row[-1]:
            row.pop()
    found = read(path)
    for row in found:
        while row and not row[-1]:
            row.pop()
    assert found == [row for row in expected if row]


def test_a_workbook_of_another_maker(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["警情编号", "报警时间"])  # type: ignore[union-attr]
    book.active.append(["JQ1", datetime(2024, 3, 1, 8, 30)])  # type: ignore[union-attr]
    book.save(tmp_path / "t.xlsx")
    assert read(tmp_path / "t.xlsx") == [["警情编号", "报警时间"], ["JQ1", "2024-03-01 08:30:00"]]


def test_a_lone_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")
    assert read(path) == [["a"]]


def test_a_cell_too_long_costs_its_row(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [["x", "LONG"], ["y", "z"]])
    patched(path, "xl/sharedStrings.xml", "LONG", "长" * (LONGEST_CELL + 1))
    book = Workbook(path)
    found = [(row.line, row.cells, row.problem and row.problem.code) for row in book.rows()]
    book.close()
    assert found == [(1, ["x", ""], "cell_too_long"), (2, ["y", "z"], None)]


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [["a"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * 50_000_000)
    assert refused(path) == "zip_bomb"


def test_an_archive_of_too_many_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "t.xlsx", [["a"]])
    monkeypatch.setattr("anmin.exchange.ooxml.MOST_PARTS", 3)
    assert refused(path) == "zip_bomb"


def test_entities_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [["a"]])
    bomb = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet '
    assert refused(patched(path, SHEET, "<worksheet ", bomb)) == "damaged_workbook"


def test_half_a_workbook_and_other_archives(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [[random.random() for _ in range(9)] for _ in range(99)])
    whole = path.read_bytes()
    half = tmp_path / "half.xlsx"
    half.write_bytes(whole[: len(whole) // 2])
    assert refused(half) == "damaged_workbook"
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert refused(other) == "no_workbook"


def test_damage_in_the_middle_ends_the_reading_there(tmp_path: Path) -> None:
    random.seed(1)
    path = write(tmp_path / "t.xlsx", [[random.random() for _ in range(9)] for _ in range(9999)])
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo(SHEET)
    middle = part.header_offset + part.compress_size * 2 // 3
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(content)
    found: list[Row] = []
    with pytest.raises(Unreadable, match="damaged_workbook"):
        found.extend(Workbook(path).rows())
    assert 1000 < len(found) < 9999


def test_shared_strings_that_do_not_exist(tmp_path: Path) -> None:
    path = write(tmp_path / "t.xlsx", [["a"]])
    assert refused(patched(path, SHEET, "<v>0</v>", "<v>99</v>")) == "damaged_workbook"


@pytest.mark.parametrize(
    ("layout", "shows"),
    [
        ("yyyy-mm-dd", True), ("h:mm:ss", True), ("[$-804]yyyy年m月d日", True), ("General", False),
        ('0.00"days"', False), ("#,##0", False), (r"0\d", False), ("[Red]0;[Blue]mm", False),
        ("mm:ss.0", True),
    ],
)  # fmt: skip
def test_which_formats_show_dates(layout: str, shows: bool) -> None:
    assert module._shows_date(layout) is shows


@given(n=st.integers(0, 16_383))
def test_column_letters(n: int) -> None:
    assert column_of(f"{xlsxwriter.utility.xl_col_to_name(n)}17") == n
