"""CSV in whatever state: every good row is given, every bad one with its line and reason."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.exchange import delimited
from anmin.exchange.delimited import LONGEST_CELL, DelimitedRows, sniff_delimiter
from anmin.exchange.problems import Unreadable


def rows(text: str, width: int | None = 3) -> list[tuple[int, list[str], str]]:
    reader = DelimitedRows(io.StringIO(text, newline=""), ",")
    reader.width = width
    return [(r.line, r.cells, r.problem.code if r.problem else "") for r in reader]


def good(text: str) -> list[list[str]]:
    return [cells for _line, cells, problem in rows(text) if not problem]


def test_cells_may_hold_commas_quotes_and_lines() -> None:
    assert rows('a,b,c\r\n1,"x, ""y""\r\nz",3\r\n4,5,6') == [
        (1, ["a", "b", "c"], ""),
        (2, ["1", 'x, "y"\r\nz', "3"], ""),
        (4, ["4", "5", "6"], ""),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_known_and_blank_rows_are_none(end: str) -> None:
    text = end.join(["a,b,c", "", ",,", "1,2,3", ""])
    assert [(line, cells) for line, cells, _ in rows(text)] == [
        (1, ["a", "b", "c"]),
        (4, ["1", "2", "3"]),
    ]


def test_a_lost_quote_costs_its_own_line_only() -> None:
    text = 'a,b,c\n1,"x,3\n4,5,6\n7,"8, 8",9\n10,11,12\n'
    assert rows(text)[1] == (2, ["1", "x,3\n"], "open_quote")
    assert good(text) == [["a", "b", "c"], ["4", "5", "6"], ["7", "8, 8", "9"], ["10", "11", "12"]]


def test_a_lost_quote_with_no_other_quote_after_it() -> None:
    text = 'a,b,c\n1,"x,3\n' + "4,5,6\n" * 300_000
    found = rows(text)
    assert found[1] == (2, ["1", "x,3\n"], "open_quote")
    assert len(found) == 300_002
    assert found[-1] == (300_002, ["4", "5", "6"], "")


def test_two_lost_quotes_are_not_made_into_one_row() -> None:
    assert [(line, problem) for line, _cells, problem in rows('1,"2,3\n4,"5,6\n7,8,9\n')] == [
        (1, "open_quote"),
        (2, "open_quote"),
        (3, ""),
    ]


def test_quotes_within_a_cell_that_are_not_doubled() -> None:
    assert rows('1,"he said "no" twice",3\n4,5" pipe,6\n') == [
        (1, ["1", 'he said no" twice"', "3"], ""),
        (2, ["4", '5" pipe', "6"], ""),
    ]


def test_half_a_file_ends_with_a_rejected_row() -> None:
    assert rows('a,b,c\n1,2,3\n4,"fi')[-1] == (3, ["4", "fi"], "open_quote")


@pytest.mark.parametrize(
    "cell",
    [
        "x" * 10_000_000,
        '"' + "x" * 10_000_000 + '"',
        '"' + "line\n" * 2_000_000 + '"',
        '"' + 'say ""hi"", ' * 900_000 + '"',
    ],
)
def test_a_cell_of_ten_megabytes_costs_its_row_only(cell: str) -> None:
    found = rows(f"a,b,c\n1,{cell},3\n4,5,6\n")
    assert found == [
        (1, ["a", "b", "c"], ""),
        (2, [], "row_too_long"),
        (3 + cell.count("\n"), ["4", "5", "6"], ""),
    ]


def test_a_cell_beyond_the_limit_and_one_at_it() -> None:
    long, longest = "x" * (LONGEST_CELL + 1), "x" * LONGEST_CELL
    assert [problem for *_, problem in rows(f"1,{long},3\n1,{longest},3\n")] == [
        "cell_too_long",
        "",
    ]


def test_what_no_text_may_hold() -> None:
    assert [problem for *_, problem in rows("1,\0,3\n1,\udcff,3\n1,好,3\n")] == [
        "zero_byte",
        "wrong_bytes",
        "",
    ]


def test_a_file_of_nothing_but_lost_quotes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MOST_REREAD", 2000)
    with pytest.raises(Unreadable) as caught:
        rows('1,"2,3\n' * 2000)
    assert caught.value.code == "quotes"


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["", '"', ",", "a\nb", "a\r\nb", ' "x" ', "'", "，"]
)


@given(
    table=st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=8)
    ),
    delimiter=st.sampled_from(delimited.DELIMITERS),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read(table: list[list[str]], delimiter: str, end: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(table)
    file.seek(0)
    reader = DelimitedRows(file, delimiter)
    reader.width = len(table[0])
    found = list(reader)
    assert [r.cells for r in found] == [row for row in table if any(row)]
    assert not any(r.problem for r in found)


@given(
    n=st.integers(2, 8),
    delimiter=st.sampled_from(delimited.DELIMITERS),
    names=st.lists(st.text("abc编号时间 ", min_size=1, max_size=6), min_size=8, max_size=8),
)
def test_the_delimiter_is_found(n: int, delimiter: str, names: Sequence[str]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(names[:n])
    writer.writerows([[f"{i}", *["文字 x"] * (n - 1)] for i in range(10)])
    file.seek(0)
    assert sniff_delimiter(file) == delimiter
    assert file.tell() == 0


def test_one_column_has_no_delimiter() -> None:
    assert sniff_delimiter(io.StringIO("编号\n1\n2\n")) == ","
