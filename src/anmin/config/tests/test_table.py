"""Plain CSV files: read as they are, or refused with the line and the reason."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from anmin.config.methods import Missing
from anmin.config.table import read_table
from anmin.kernel.errors import Refusal

PLAIN = "地区,this,last\n陶山镇,12,9\n马屿镇,0,5\n陶山镇,7,7.5\n"


@pytest.fixture
def file(tmp_path):
    """Lay down a file of this text, or of these bytes."""

    def lay(content, encoding="utf-8"):
        path = tmp_path / "counts.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return lay


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_usual_encoding_and_line_end(file, encoding, end):
    table = read_table(
        file(PLAIN.replace("\n", end), encoding), numbers=["last", "this"], texts=["地区"]
    )
    assert table.texts("地区").tolist() == ["陶山镇", "马屿镇", "陶山镇"]
    assert table.numbers("this").tolist() == [12, 0, 7]
    assert table.numbers("last").tolist() == [9, 5, 7.5]
    assert (len(table), table.dropped) == (3, None)


def test_texts_as_codes(file):
    codes, texts = read_table(file(PLAIN), texts=["地区"]).codes("地区")
    assert (codes.tolist(), texts.tolist()) == ([0, 1, 0], ["陶山镇", "马屿镇"])


def test_rows_with_missing_cells_can_be_left_out(file):
    path = file("id,y,z\na,1,\n,2,1\nc,NA,1\nd, 4 ,1\n")
    table = read_table(path, numbers=["y"], texts=["id"], na=Missing.DROP)
    assert (table.texts("id").tolist(), table.numbers("y").tolist()) == (["a", "d"], [1, 4])
    assert table.dropped == 2
    with pytest.raises(Refusal) as refusal:
        table.refuse_where(table.numbers("y") > 3, "y", "must be at most 3")
    assert (str(refusal.value), refusal.value.line) == ("y must be at most 3", 5)


def test_quotes_commas_line_breaks_and_empty_lines(file):
    path = file('id,y\n"a, b",1\n\n"c\nd",2\n"e ""f""",x\n')
    assert read_table(path, texts=["id"]).texts("id").tolist() == ["a, b", "c\nd", 'e "f"']
    with pytest.raises(Refusal) as refusal:
        read_table(path, numbers=["y"])
    assert refusal.value.line == 6


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        ("", "is empty", None),
        ("this,last\n", "has no row below its first line", None),
        ("\nthis,last\n1,2\n", "the first line must name the columns", 1),
        ("this,late\n1,2\n", "there is no column last; the columns are this, late", 1),
        ("this,last,this\n1,2,3\n", "there is more than one column this", 1),
        ("this,last\n1,2\n3,four\n", "last must be a number, not 'four'", 3),
        ('this,last\n1,"2,000"\n', "last must be a number, not '2,000'", 2),
        ("this,last\n1,2\n3,\n", "last is missing (leave such rows out with --na drop)", 3),
        ("this,last\n1,2\n3\n", "1 cells where the first line has 2", 3),
        ("this,last\n1,2\n3,4,5\n", "3 cells where the first line has 2", 3),
        ("this,last\n1,inf\n", "last must be a finite number", 2),
        ("this,last\n1,1e999\n", "last must be a finite number", 2),
        (b"PK\x03\x04" + b"\0" * 100, "no CSV text file", None),
        (b"\x00\x01\x02\x00" * 100, "no CSV text file", None),
        (b"this,last\n1,\xff\xff\xff\n" * 500, "is no CSV text file", None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(file, content, reason, line):
    with pytest.raises(Refusal) as refusal:
        read_table(file(content), numbers=["this", "last"])
    assert reason in str(refusal.value)
    assert refusal.value.line == line


def test_counts_are_whole_and_not_negative(file):
    table = read_table(file(PLAIN), numbers=["this", "last"])
    assert table.counts("this").tolist() == [12, 0, 7]
    with pytest.raises(Refusal) as refusal:
        table.counts("last")
    assert refusal.value.line == 4


def test_nothing_left_after_dropping(file):
    with pytest.raises(Refusal, match="no row without a missing cell"):
        read_table(file("y\nNA\n"), numbers=["y"], na=Missing.DROP)


def test_a_column_is_numbers_or_text(file):
    with pytest.raises(Refusal, match="as numbers and as text"):
        read_table(file(PLAIN), numbers=["this"], texts=["this"])


@given(some.lists(some.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_numbers_keep_every_digit(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("digits") / "y.csv"
    path.write_text("y\n" + "".join(f"{value!r}\n" for value in values))
    np.testing.assert_array_equal(read_table(path, numbers=["y"]).numbers("y"), values)


def test_nothing_but_a_file_is_written_anew(file, tmp_path):
    table, pipe = read_table(file(PLAIN), numbers=["this"]), tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, tmp_path):
        with pytest.raises(Refusal, match="no file"):
            table.write_with(place, "weight", np.ones(3))
    assert pipe.is_fifo()
    assert {one.name for one in tmp_path.iterdir()} == {"counts.csv", "pipe"}
