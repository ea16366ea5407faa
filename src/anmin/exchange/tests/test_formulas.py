"""No cell that leaves the house runs as a formula, and none is changed for good."""

import csv
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.exchange.readers import Table
from anmin.exchange.sheets import write_table
from anmin.kernel.formulas import neutralised, restored

DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)"]
TEXT = st.text(st.sampled_from("'=+-@\t\r 1.5eaA好"), max_size=8)


@given(text=TEXT)
def test_neutralised_is_harmless_and_undone(text: str) -> None:
    made = neutralised(text)
    assert restored(made) == text
    harmless = made[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert harmless or float(made) is not None


@pytest.mark.parametrize("text", ["-122.355446", "+86", "-1e5", "0", "-0.5"])
def test_numbers_stay_numbers(text: str) -> None:
    assert neutralised(text) == text


def test_csv_holds_no_formula_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [[text, "好", 1, -2.5, None, date(2024, 3, 1)] for text in DANGEROUS]
    assert write_table(path, ["=a", "b", "c", "d", "e", "f"], rows) == len(DANGEROUS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    assert found[0][0] == "'=a"
    assert [row[0] for row in found[1:]] == ["'" + text for text in DANGEROUS]
    assert found[1][1:] == ["好", "1", "-2.5", "", "2024-03-01"]


def test_xlsx_holds_text_with_a_quote_mark_and_typed_values(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows = [[text, 7, -2.5, True, datetime(2024, 3, 1, 8)] for text in DANGEROUS]
    write_table(path, ["文字", "b", "c", "d", "e"], rows)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    for row, text in zip(sheet.iter_rows(min_row=2), DANGEROUS, strict=True):
        assert row[0].data_type == "s"
        assert row[0].value == text.replace("\r", "_x000D_")
        assert row[0].quotePrefix  # type: ignore[union-attr]
        assert [cell.value for cell in row[1:]] == [7, -2.5, True, datetime(2024, 3, 1, 8)]
    with Table(path) as table:
        assert [row.cells[0] for row in table] == ["文字", *DANGEROUS]
