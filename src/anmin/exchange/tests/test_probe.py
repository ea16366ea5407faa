"""What a file is, and how its text is encoded."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.exchange import probe as module
from anmin.exchange.probe import BYTE_ORDER_MARK, UNREADABLE, open_text, probe
from anmin.exchange.problems import Unreadable

TABLE = "警情编号,报警时间,发生地址\n".join(["", *["JQ-1,2024-01-02 03:04,瑞安市安阳街道\n"] * 3])


def put(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def text(path: Path, encoding: str = "auto") -> str:
    with open_text(path, probe(path, encoding=encoding)) as file:
        return file.read()


@pytest.mark.parametrize(
    ("codec", "mark", "found"),
    [
        ("utf-8", "", "utf-8"),
        ("utf-8", BYTE_ORDER_MARK, "utf-8"),
        ("gb18030", "", "gb18030"),
        ("gbk", "", "gb18030"),
        ("utf-16-le", BYTE_ORDER_MARK, "utf-16-le"),
        ("utf-16-be", BYTE_ORDER_MARK, "utf-16-be"),
    ],
)
def test_the_usual_encodings_are_told_apart(
    tmp_path: Path, codec: str, mark: str, found: str
) -> None:
    path = put(tmp_path, (mark + TABLE).encode(codec))
    seen = probe(path)
    assert (seen.kind, seen.encoding, seen.damaged) == ("csv", found, False)
    assert seen.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert text(path) == TABLE


@given(
    words=st.lists(st.text("的一是在不了有和人这中大为上个国我以要他盗窃纠纷abc ,\n", min_size=3)),
    block=st.sampled_from([1, 7, 64, 1 << 20]),
)
def test_cutting_the_file_into_blocks_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], block: int
) -> None:
    content = "编号," + "\n".join(words)
    folder = tmp_path_factory.mktemp("probe")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        for codec in ("utf-8", "gb18030"):
            path = put(folder, content.encode(codec))
            assert text(path) == content
            assert probe(path).encoding == codec


def test_a_declared_encoding_is_held_to(tmp_path: Path) -> None:
    path = put(tmp_path, TABLE.encode("big5", "replace"))
    assert text(path, "big5") == TABLE.encode("big5", "replace").decode("big5")
    path = put(tmp_path, TABLE.encode("gb18030"))
    with pytest.raises(Unreadable) as caught:
        probe(path, encoding="utf-8")
    assert (caught.value.code, caught.value.particulars) == (
        "not_in_encoding",
        {"encoding": "utf-8", "offset": 0, "line": 1},
    )


def test_a_mark_outweighs_the_declared_encoding(tmp_path: Path) -> None:
    path = put(tmp_path, (BYTE_ORDER_MARK + TABLE).encode())
    assert text(path, "gb18030") == TABLE


@pytest.mark.parametrize(
    ("content", "code", "particulars"),
    [
        (b"", "empty", {}),
        ("ref,who\n1,café\n2,mañana à demain\n".encode("latin-1"), "no_usual_encoding", None),
        (TABLE.encode("big5", "replace"), "no_usual_encoding", None),
        (b"a,\0\0\0\0b\n\0\0\0\0", "zero_bytes", {"offset": 2}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old_spreadsheet", {}),
        (b"%PDF-1.7", "pdf", {}),
        (b"\x1f\x8b\x08", "compressed", {}),
        (b"  <HTML><table>", "web_page", {}),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, content: bytes, code: str, particulars: dict[str, int] | None
) -> None:
    with pytest.raises(Unreadable) as caught:
        probe(put(tmp_path, content))
    assert caught.value.code == code
    if particulars is not None:
        assert caught.value.particulars == particulars


def test_the_first_wrong_byte_is_named(tmp_path: Path) -> None:
    good = "编号,地址\n1,好\n".encode()
    path = put(tmp_path, good + b"2,\xff\xff\xff\xff\xff\n" * 50)
    with pytest.raises(Unreadable) as caught:
        probe(path)
    assert caught.value.particulars == {"offset": len(good) + 2, "line": 3}


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_few_wrong_bytes_are_marked_and_the_rest_is_kept(tmp_path: Path, codec: str) -> None:
    rows = [f"{n},瑞安市安阳街道".encode(codec) for n in range(300)]
    rows[200] = "200,安".encode(codec) + b"\xff\n"[:1]
    path = put(tmp_path, b"\n".join(rows))
    found = probe(path)
    assert (found.encoding, found.damaged) == (codec, True)
    lines = text(path).split("\n")
    assert [n for n, line in enumerate(lines) if UNREADABLE in line] == [200]
    assert lines[199] == "199,瑞安市安阳街道"
    assert lines[201] == "201,瑞安市安阳街道"


def test_a_character_cut_in_half_at_the_end_damages_its_line_only(tmp_path: Path) -> None:
    path = put(tmp_path, TABLE.encode()[:-2])
    assert probe(path).damaged
    assert text(path) == TABLE[:-2] + UNREADABLE
