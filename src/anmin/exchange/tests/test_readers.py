"""A table written in any usual way is read as it was."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.exchange.delimited import DELIMITERS
from anmin.exchange.problems import Unreadable
from anmin.exchange.readers import Reading, Table
from anmin.exchange.sheets import write_table

SAMPLE = Path(__file__).parents[1] / "samples" / "seattle_911_sample.csv"
CELL = st.text(
    st.characters(codec="gb18030", exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"),
    max_size=10,
) | st.sampled_from(["a\nb", '"', "，", "𠮷野", "é", "'=1"])
TABLES = st.integers(2, 5).flatmap(
    lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=6)
)
WAYS = [
    ("utf-8", "auto"),
    ("utf-8-sig", "auto"),
    ("utf-16", "auto"),
    ("utf-16", "gb18030"),
    ("gb18030", "gb18030"),
]


@given(table=TABLES, way=st.sampled_from(WAYS), delimiter=st.sampled_from(DELIMITERS))
def test_csv_in_any_encoding_and_with_any_delimiter(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    way: tuple[str, str],
    delimiter: str,
) -> None:
    codec, declared = way
    path = tmp_path_factory.mktemp("r") / "t.csv"
    with path.open("w", encoding=codec, newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    with Table(path, Reading(declared, delimiter)) as read:
        read.width = len(table[0])
        found = list(read)
        assert read.share_read == 1.0
    assert [row.cells for row in found] == [row for row in table if any(row)]
    assert not any(row.problem for row in found)


def test_the_sample_through_every_door_is_the_same_table(tmp_path: Path) -> None:
    with Table(SAMPLE) as table:
        rows = [row.cells for row in table]
        assert (table.found.encoding, table.delimiter, table.is_workbook) == ("utf-8", ",", False)
    assert len(rows) == 674
    tab = tmp_path / "t.tsv"
    with tab.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, delimiter="\t").writerows(rows)
    book = tmp_path / "t.bin"
    write_table(tmp_path / "t.xlsx", rows[0], rows[1:])
    (tmp_path / "t.xlsx").rename(book)
    for path, delimiter, is_workbook in ((tab, "\t", False), (book, "", True)):
        with Table(path, Reading("gb18030")) as table:
            assert (table.delimiter, table.is_workbook) == (delimiter, is_workbook)
            assert [row.cells for row in table] == rows
            assert table.share_read == 1.0


def test_a_file_is_closed_when_it_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_table(path, ["a"], [])
    with pytest.raises(Unreadable, match="no_sheet"):
        Table(path, Reading(sheet="no such sheet"))
