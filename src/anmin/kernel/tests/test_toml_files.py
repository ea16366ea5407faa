"""Files in TOML that somebody brings: whatever is wrong is said in words, with the file."""

from pathlib import Path

import pytest

from anmin.kernel.errors import Refusal
from anmin.kernel.toml_files import read_toml


class _Bad(Refusal):
    pass


@pytest.mark.parametrize(
    "content",
    [
        b"a = ",
        b"\xff\xfe\x00",
        b"a = \x00",
        b'a = "\\u0000"',
        b"a = 1\na = 2",
        b"a = " + b"[" * 20_000,
        b"a = " + b"9" * 5000,
        b"a = 2027-02-30",
        b"PK\x03\x04",
    ],
)
def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(_Bad, match=r"own\.toml: \S"):
        read_toml(path, _Bad)


def test_a_file_that_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml", tmp_path / ("a" * 300)):
        with pytest.raises(_Bad) as refused:
            read_toml(path, _Bad)
        assert str(path) in str(refused.value)
        assert "Errno" not in str(refused.value)


def test_windows_files_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes("\ufeffa = 1\r\nb = 2\r\n".encode())
    assert read_toml(path, _Bad) == {"a": 1, "b": 2}
