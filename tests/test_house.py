"""The house rules that nothing else keeps: files that can be read at once."""

from pathlib import Path

import pytest
from bench import mutations

ROOT = Path(__file__).parent.parent
MOST_LINES = 400
OURS = ("src", "tests", "bench", "scripts")
ENDINGS = {".py", ".css", ".js"}


def too_long(root: Path, folders: tuple[str, ...]) -> list[str]:
    """The files there that are longer than that, with their lines."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*.*")):
            if path.suffix in ENDINGS and not {"node_modules", "vendor"} & set(path.parts):
                lines = path.read_bytes().count(b"\n")
                if lines > MOST_LINES:
                    found.append(f"{path.relative_to(root)}: {lines} lines")
    return found


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    assert too_long(ROOT, OURS) == []


def test_a_longer_one_would_be_named(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    for name, lines in (("fits.py", 400), ("long.py", 401), ("long.css", 900), ("long.txt", 900)):
        (tmp_path / "room" / name).write_text("\n" * lines)
    assert too_long(tmp_path, ("room",)) == ["room/long.css: 900 lines", "room/long.py: 401 lines"]


@pytest.mark.parametrize(
    ("status", "told", "ended"),
    [
        (0, "2 passed\n", "SURVIVED"),
        (1, "FAILED a.py::test_it - assert 1 == 2\n1 failed\n", "killed"),
        (2, "ERROR a.py - NameError\n1 error\n", "killed"),
        (4, "ERROR: file or directory not found: gone.py\n\n", "UNKNOWN"),
        (5, "no tests ran\n", "UNKNOWN"),
        (1, "\n\n", "UNKNOWN"),
        (-9, "", "UNKNOWN"),
        (None, "", "UNKNOWN"),
    ],
)
def test_a_fault_survives_only_tests_that_ran(status: int | None, told: str, ended: str) -> None:
    found, why = mutations.read(status, told)
    assert (found, bool(why.strip())) == (ended, ended != "SURVIVED")
