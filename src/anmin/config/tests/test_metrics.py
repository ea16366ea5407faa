"""Figures are kept where there is room for them, and counted in memory where there is none."""

from pathlib import Path

import pytest

from anmin.config import metrics


def test_room_is_taken_beforehand(tmp_path: Path) -> None:
    kept = metrics.KeptFigures(str(tmp_path / "counter_1.db"))
    kept.write_value("a", 3.0, 0.0)
    found = (tmp_path / "counter_1.db").stat()
    assert found.st_size >= metrics.ROOM
    assert found.st_blocks * 512 >= metrics.ROOM
    for n in range(9000):
        kept.write_value(f"a longer name of a figure {n}", float(n), 0.0)
    assert kept.read_value("a")[0] == 3.0
    found = (tmp_path / "counter_1.db").stat()
    assert found.st_blocks * 512 >= found.st_size > metrics.ROOM


def test_without_room_a_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_take_room", lambda *_: False)
    alone = metrics.KeptFigures(str(tmp_path / "counter_2.db"))
    for n in range(9000):
        alone.write_value(f"a longer name of a figure {n}", float(n), 0.0)
    assert alone.read_value("a longer name of a figure 8999")[0] == 8999.0
    assert not (tmp_path / "counter_2.db").exists()
    alone.close()
