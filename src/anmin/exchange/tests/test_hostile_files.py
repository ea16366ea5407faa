"""Files as nobody should write them: a reason in words, never an exception, never a text that no
database keeps.
"""

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anmin.exchange.problems import Unreadable
from anmin.exchange.readers import Table
from anmin.exchange.reasons import refusal
from anmin.exchange.tests.test_workbook import SHEET, patched, read, write
from anmin.kernel.incoming import keepable

STYLES, STRINGS, BOOK = "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def taken(path: Path) -> list[list[str]] | str:
    """The cells of a file, or why it is refused."""
    try:
        with Table(path) as table:
            # A row with a problem is rejected as it is: nothing of it is kept but in the file of
            # rejected rows.
            rows = [row.cells for row in table if row.problem is None]
    except Unreadable as fault:
        reason = str(refusal(fault))
        assert reason
        return fault.code
    assert all(keepable(cell) for cells in rows for cell in cells)
    return rows


@pytest.mark.parametrize(
    ("escaped", "cell"),
    [
        ("a_x0000_b", "ab"),
        ("a_xD800_b", "a\ufffdb"),
        ("_xDFFF_", "\ufffd"),
        ("_xD83D__xDE00_", "😀"),
        ("_x000D_", "\r"),
    ],
)
@pytest.mark.parametrize("constant_memory", [False, True], ids=["shared", "inline"])
def test_escaped_characters_that_no_text_can_hold(
    tmp_path: Path, escaped: str, cell: str, constant_memory: bool
) -> None:
    path = write(tmp_path / "a.xlsx", [["编号", "MARK"]], constant_memory=constant_memory)
    patched(path, SHEET if constant_memory else STRINGS, "MARK", escaped)
    assert read(path) == [["编号", cell]]


@pytest.mark.parametrize("format_", ["<numFmt/>", '<numFmt numFmtId="x" formatCode="yyyy"/>'])
def test_a_number_format_without_a_number_is_nobodys(tmp_path: Path, format_: str) -> None:
    path = write(tmp_path / "a.xlsx", [["编号", 7]])
    patched(path, STYLES, "<fonts", f'<numFmts count="1">{format_}</numFmts><fonts')
    assert read(path) == [["编号", "7"]]


@pytest.mark.parametrize("part", [STYLES, STRINGS, SHEET, BOOK])
@FUZZ
@given(data=st.data())
def test_parts_with_anything_in_them(tmp_path: Path, part: str, data: st.DataObject) -> None:
    path = write(tmp_path / "a.xlsx", [["编号", "时间", 45000.5], ["1", "盗窃", 2.5]])
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    content = parts[part]
    at = data.draw(st.integers(0, len(content)))
    junk = data.draw(
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from(
                [b"_xD800_", b"&#0;", b"&#xD800;", b"<c/>", b"<v>99999</v>", b"-1", b"1e999", b"NaN",
                 b"<row r='99999999999999999999'>", b"<c r='A0' t='s'><v>-1</v></c>", b"<xf/>",
                 b"<numFmt/>", b"<!DOCTYPE a>", b"9" * 5000]
            ),
        )
    )  # fmt: skip
    cut = data.draw(st.integers(0, 12))
    parts[part] = content[:at] + junk + content[at + cut :]
    with zipfile.ZipFile(path, "w") as target:
        for name, one in parts.items():
            target.writestr(name, one)
    taken(path)


@FUZZ
@given(content=st.binary(max_size=200))
@example(b"a,b\n1,\x00\n")
@example(b"\xff\xfea\x00")
@example(b"PK\x03\x04")
@example("a,b\n\ud800,1\n".encode("utf-8", "surrogatepass"))
def test_any_bytes_as_a_table(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    taken(path)
