"""Pages written from the code are what the code says."""

from pathlib import Path

from anmin.config import docs


def test_generated_pages_are_fresh() -> None:
    assert docs.stale() == [], "run `make docs`"


def test_a_stale_page_is_found(tmp_path: Path) -> None:
    docs.write(tmp_path)
    assert docs.stale(tmp_path) == []
    page = tmp_path / "settings.md"
    page.write_text(page.read_text().replace("ANMIN_HOME", "HOME"))
    (tmp_path / "commands.md").unlink()
    assert docs.stale(tmp_path) == ["commands.md", "settings.md"]
