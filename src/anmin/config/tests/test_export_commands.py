"""`anmin export matters`: what the page of that person would give out, and nothing more."""

import csv
import json
import stat
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone
from tests.personas import City

from anmin.config import command
from anmin.people.models import AccessLog


def run(*words: object) -> int:
    return command.run([str(word) for word in words])


def numbers(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


def test_each_takes_what_his_page_shows_and_it_is_on_record(city: City, tmp_path: Path) -> None:
    old = city.incident(opened_at=timezone.now() - timedelta(days=3))
    new = city.incident()
    other = city.incident(area=city.yuhai_town)
    theirs, whole = tmp_path / "theirs.csv", tmp_path / "whole.csv"
    assert run("export", "matters", theirs, "--by", city.duty_leader.username) == 0
    assert run("export", "matters", whole, "--by", city.inspector.username) == 0
    assert numbers(theirs) == [new.number, old.number]
    assert set(numbers(whole)) == {old.number, new.number, other.number}
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o600
    assert list(
        AccessLog.objects.filter(action="download").order_by("pk").values_list("account", flat=True)
    ) == [
        city.duty_leader.pk,
        city.inspector.pk,
    ]
    today = timezone.localdate().isoformat()
    assert run("export", "matters", theirs, "--by", "wumin", "--since", today) == 0
    assert old.number not in numbers(theirs)


def test_the_same_rows_as_a_workbook_and_as_lines_of_json(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matter = city.incident(summary="=1+1")
    book, lines = tmp_path / "list.xlsx", tmp_path / "list.jsonl"
    for path in (book, lines):
        words = ("export", "matters", path, "--by", "wumin", "--kind", "incident", "--json")
        assert run(*words) == 0
        assert json.loads(capsys.readouterr().out) == {"file": str(path), "rows": 1}
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows()][1:] == [matter.number]
    (told,) = (json.loads(line) for line in lines.read_text("utf-8").splitlines())
    assert (told["number"], told["unit"], told["state"]) == (matter.number, "RA-JH", "received")
    assert told["summary"] == "=1+1"
    assert told["facts"].keys() >= {"received_at", "minor_involved"}
    assert "reply" not in told["facts"]  # what the citizen was told, and whatever is personal
    assert "13857712345" not in lines.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--by", "linxiao"), ""),
        (("--by", "nobody"), "nobody"),
        (("--by", "wumin", "--kind", "dream"), "dream"),
        (("--by", "wumin", "--view", "mine too"), "mine too"),
    ],
)
def test_what_is_refused_leaves_no_file_and_no_record(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    city.incident()
    assert run("export", "matters", tmp_path / "list.csv", *words) == 1
    assert why in capsys.readouterr().err
    assert run("export", "matters", tmp_path / "list.pdf", "--by", "wumin") == 1
    assert list(tmp_path.iterdir()) == []
    assert not AccessLog.objects.filter(action="download").exists()
