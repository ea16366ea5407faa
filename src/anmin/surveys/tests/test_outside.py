"""Results of others out of a file: whole or not at all, once, kept, corrected by a new version."""

from datetime import date
from typing import Any

import pytest
from tests.personas import City

from anmin.files.queries import files_of
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.people.models import AccessLog
from anmin.surveys import outside
from anmin.surveys.attachments import LABEL
from anmin.surveys.models import OutsideFile, OutsideResult
from anmin.surveys.outside_files import About, take_in

HEADER = ["指标", "地区", "结果", "下限", "上限", "样本量", "名次", "参评数"]
ABOUT = {
    "title_zh": "省群众安全感调查",
    "title_en": "Provincial survey",
    "year": 2025,
    "published": date(2026, 1, 20),
    "source": "省平安办通报",
}


def take(city: City, *rows: list[str], content: bytes = b"a,b\n1,2\n", **changes: Any) -> Any:
    """Take that table in as the analyst's file."""
    given = {"header": HEADER, "by": city.analyst, "key": content.hex()[:64]}
    given |= {name: changes.pop(name) for name in ("header", "by") if name in changes}
    return take_in(
        About(**{**ABOUT, **changes}),
        name="省调查.csv",
        content=content,
        rows=list(enumerate(rows, 2)),
        **given,
    )


def test_a_file_is_taken_in_with_what_it_states_and_nothing_more(city: City) -> None:
    row, made = take(
        city,
        ["群众安全感", "", "97.75%", "96.9%", "98.4%", "1,200", "2", "11"],
        ["满意率", "全市", "93.75", "", "", "未公布", "第2名", ""],
        ["平安考评得分", "", "956.5", "", "", "", "", ""],
        ["safety", city.town.code, "0.96", "", "", "300人", "", ""],
    )
    assert made
    found = {
        (one.measure, one.place): (one.value, one.low, one.high, one.n, one.rank, one.ranked)
        for one in row.results.all()
    }
    assert found == {
        ("safety", ""): (0.9775, 0.969, 0.984, 1200, 2, 11),
        ("satisfaction", ""): (0.9375, None, None, None, 2, None),
        ("safe_city", ""): (956.5, None, None, None, None, None),
        ("safety", city.town.code): (0.96, None, None, 300, None, None),
    }
    (kept,) = files_of(city.leader, LABEL, str(row.pk))
    assert kept.name == "省调查.csv"
    assert kept.sha256 == row.sha256
    again = take(city, ["满意率", "", "1%", "", "", "", "", ""])
    assert (again.row, again.made) == (row, False)
    assert (OutsideFile.objects.count(), OutsideResult.objects.count()) == (1, 4)
    log = AccessLog.objects.filter(action="import_outside_results")
    assert [one.subject for one in log] == [f"outside/{row.pk}"]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["没有的", "", "1%", "", "", "", "", ""], "没有的"),
        (["安全感", "没有的镇", "1%", "", "", "", "", ""], "没有的镇"),
        (["安全感", "", "", "", "", "", "", ""], "没有填写结果"),
        (["安全感", "", "1", "", "", "", "", ""], "100%或1%"),
        (["安全感", "", "97.75万", "", "", "", "", ""], "97.75万"),
        (["安全感", "", "120", "", "", "", "", ""], "120"),
        (["安全感", "", "=1+1", "", "", "", "", ""], "=1+1"),
        (["考评得分", "", "95%", "", "", "", "", ""], "95%"),
        (["安全感", "", "97%", "96%", "", "", "", ""], "界限"),
        (["安全感", "", "97%", "98%", "99%", "", "", ""], "区间之内"),
        (["安全感", "", "97%", "", "", "0", "", ""], "整数"),
        (["安全感", "", "97%", "", "", "", "12", "11"], "名次"),
        (["满意度", "", "97%", "", "", "", "", ""], "两次"),
    ],
)
def test_one_wrong_cell_stops_the_file(city: City, cells: list[str], why: str) -> None:
    with pytest.raises(Refusal) as told:
        take(city, ["满意度", "", "93%", "", "", "", "", ""], cells)
    assert why in str(told.value)
    assert "第3行" in str(told.value)
    assert told.value.field == "file"
    assert not OutsideFile.objects.exists()


def test_a_column_that_nobody_knows_stops_the_file(city: City) -> None:
    for header in (
        ["指标", "结果", "姓名"],
        ["指标", "结果", "数值"],
        ["指标", "地区"],
    ):
        with pytest.raises(Refusal):
            take(city, ["安全感", "97%", "张三"], header=header)
    with pytest.raises(Refusal):
        take(city)
    with pytest.raises(NotAllowed):
        take(city, ["安全感", "", "97%"], by=city.leader)
    with pytest.raises(Refusal):
        take(city, ["安全感", "", "97%"], published=date(2999, 1, 1))
    assert not OutsideFile.objects.exists()


def test_a_correction_is_a_new_version_and_the_old_one_stays(city: City) -> None:
    first = take(city, ["安全感", "", "97%"]).row
    with pytest.raises(Refusal) as told:
        take(city, ["安全感", "", "96%"], content=b"second\n")
    assert told.value.field == "corrects"
    with pytest.raises(Refusal):
        take(city, ["安全感", "", "96%"], content=b"second\n", corrects=first.pk)
    second = take(
        city, ["安全感", "", "96%"], content=b"second\n", corrects=first.pk, reason="印刷错误"
    ).row
    assert [one.value for one in outside.outside_results(city.leader)] == [0.96]
    assert OutsideResult.objects.count() == 2
    for corrects in (
        None,
        first.pk,
    ):  # what was corrected does not come back, nor is corrected twice
        with pytest.raises((Refusal, Conflict)):
            take(city, ["安全感", "", "97%"], corrects=corrects, reason="再改")
    assert [one.pk for one in outside.outside_files(city.leader)] == [second.pk, first.pk]


def test_others_results_stand_beside_ours_by_declaration(city: City) -> None:
    take(
        city,
        ["安全感", "", "97%"],
        ["满意度", "", "93%"],
        ["满意度", city.town.code, "91%"],
        ["满意度", city.yuhai_town.code, "90%"],
    )
    assert [one.value for one in outside.beside(city.leader, "satisfaction")] == [0.93]
    assert outside.beside(city.leader, "answered_in_time") == []
    there = outside.of_place(city.leader, ["satisfaction"], city.town.code)
    assert [(one.place, one.value) for one in there] == [("", 0.93), (city.town.code, 0.91)]
    with pytest.raises(NotAllowed):
        outside.of_place(city.operator, ["satisfaction"], city.town.code)
