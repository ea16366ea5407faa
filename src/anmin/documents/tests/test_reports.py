"""郑局's brief and a unit's month: the registry's figures, within the reader's reach; the command that writes them."""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from openpyxl import load_workbook
from tests.personas import City

from anmin.config import command
from anmin.documents import registry
from anmin.documents.description import Document, Measured, Table
from anmin.documents.registry import Asked, Span
from anmin.documents.writing import written
from anmin.kernel.errors import NotAllowed, NotFound, Refusal, Unavailable
from anmin.measures.lake import refresh
from anmin.measures.queries import show


@pytest.fixture
def lake(city: City, settings: Any, tmp_path: Path) -> City:
    """Two thefts of today at Jinhu, one of them answered, and one at Yuhai."""
    settings.ANMIN_HOME = tmp_path
    city.answered()
    city.incident()
    city.incident(area=city.yuhai_town)
    refresh()
    return city


def brief(viewer: Any = None, code: str = "daily", **asked: Any) -> Document:
    one, today = registry.report_of(code), timezone.localdate()
    start, end = registry.period_of(one.span, today)
    with translation.override("zh-hans"):
        return registry.described(one, Asked(start, end, viewer=viewer, **asked))


def table(found: Document, title: str) -> Table:
    return next(one for one in found.tables if one.title == title)


def board(found: Document) -> dict[str, Any]:
    rows = table(found, "一日清情况").rows
    return {row[0].text: row[1].value for row in rows}  # type: ignore[union-attr]


def test_reports_say_what_board_and_registry_say_within_reach(lake: City) -> None:
    found = brief(lake.leader)
    assert (found.issuer, found.title) == (str(lake.bureau), "公共安全服务日报")
    assert found.number == f"{found.dated.year}年第{found.dated.timetuple().tm_yday}期"
    assert (board(found)["当日新收"], board(found)["已答复"]) == (3, 1)
    answered = show("answered_in_time", (), found.dated - timedelta(days=27), found.dated)
    cell = table(found, "指标情况").rows[0][1]
    assert isinstance(cell, Measured)
    assert (cell.numerator, cell.denominator, cell.hidden) == (
        answered.total.numerator,
        answered.total.denominator,
        "数量过少，不予显示" if answered.total.suppressed else "",
    )
    assert (found.basis.revision, found.basis.cutoff) == (answered.revision, answered.cutoff)
    assert f"第{answered.revision}版" in found.blocks[-1].items[-1]  # type: ignore[union-attr]
    # 周卫国 sees the day of his own unit, and no other
    found = brief(lake.duty_leader)
    assert (found.issuer, board(found)["当日新收"]) == (str(lake.jinhu), 2)
    with pytest.raises(NotAllowed):
        brief(lake.duty_leader, unit=lake.yuhai)
    with pytest.raises(NotAllowed):
        brief(lake.officer)  # takes no lists out
    # a month of a unit counts what is its own
    found = brief(lake.leader, "monthly", unit=lake.jinhu)
    rows = table(found, "各类警情").rows
    assert [(row[0].text, row[1].value) for row in rows] == [("盗窃", 2), ("合计", 2)]  # type: ignore[union-attr]
    assert brief(lake.duty_leader, "monthly").blocks == found.blocks
    # asked twice, it is the same to the byte
    one, other = brief(lake.leader, "monthly"), brief(lake.leader, "monthly")
    for ending in ("docx", "xlsx", "pdf", "csv"):
        assert written(one, ending) == written(other, ending)
    with pytest.raises(NotFound):
        written(one, "exe")


def test_periods_are_whole() -> None:
    tuesday = date(2026, 11, 10)
    assert registry.period_of(Span.WEEK, tuesday) == (date(2026, 11, 9), date(2026, 11, 15))
    assert registry.last_over(Span.DAY, tuesday) == (date(2026, 11, 9),) * 2
    assert registry.last_over(Span.WEEK, tuesday) == (date(2026, 11, 2), date(2026, 11, 8))
    assert registry.last_over(Span.MONTH, date(2026, 1, 5)) == (
        date(2025, 12, 1),
        date(2025, 12, 31),
    )
    with pytest.raises(Refusal):
        registry.not_to_come(tuesday, tuesday - timedelta(days=1))


def test_there_is_one_report_of_a_code() -> None:
    with pytest.raises(ValueError, match="two reports"):
        registry.report("daily", "x", span=Span.DAY)(lambda asked: brief())


def test_without_figures_it_says_so(city: City, settings: Any, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path
    with pytest.raises(Unavailable):
        brief(city.leader)


def test_the_command_writes_it_and_refuses_in_words(
    lake: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today, out = timezone.localdate(), tmp_path / "brief.xlsx"
    words = ["report", "daily", today.isoformat(), "--out", str(out), "--language", "zh", "--json"]
    assert command.run(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["report"], told["start"], told["bytes"]) == (
        "daily",
        str(today),
        out.stat().st_size,
    )
    sheet = load_workbook(BytesIO(out.read_bytes()))["一日清情况"]
    assert ("当日新收", 3) in list(sheet.iter_rows(values_only=True))
    assert out.stat().st_mode & 0o777 == 0o600
    late = (today + timedelta(days=1)).isoformat()
    for wrong in (
        ["report", "daily", "--out", str(tmp_path / "a.txt")],
        ["report", "daily", "--out", str(tmp_path / "none" / "a.pdf")],
        ["report", "daily", late, "--out", str(out)],
        ["report", "weekly", "--out", str(out)],
        ["report", "daily", "--out", str(out), "--language", "fr"],
    ):
        assert command.run(wrong) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(one.name for one in tmp_path.glob("*.xlsx")) == ["brief.xlsx"]
