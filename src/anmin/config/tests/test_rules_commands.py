"""`anmin rules`: the administrator holds the texts of the law and compares newer ones."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.personas import City

from anmin.channels.letters import letters
from anmin.config import messages
from anmin.config.law import _meet_letters
from anmin.config.tests.console import Run
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor

OWN = """
[[rule]]
key = "rectification.finish"
value = 5
unit = "working_days"
effective = 2026-01-01
source = "某市警务评议办法 第七条"
tag = "L"
label = "Rectification finished"
label_zh = "整改完成"

[[rule]]
key = "link.validity"
value = 7
unit = "calendar_days"
effective = 2026-01-01
source = "某市警务评议办法 第八条"
tag = "L"
label = "A one-time link can be answered"
label_zh = "一次性链接有效期"
"""
TEXT = (
    "# 某市警务评议办法\n\n（略）\n\n**第七条** 五个工作日内整改。\n\n**第八条** 链接七日内有效。\n"
)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.ANMIN_HOME = tmp_path / "home"
    (tmp_path / "home" / "rules").mkdir(parents=True)
    (tmp_path / "home" / "rules" / "own.toml").write_text(OWN, "utf-8")
    return tmp_path / "home"


def texts(folder: Path, text: str, since: str) -> str:
    folder.mkdir()
    (folder / f"某市警务评议办法 {since}.md").write_text(text, "utf-8")
    return str(folder)


def test_a_changed_article_names_rules_open_matters_and_letters(
    city: City, run: Run, home: Path, tmp_path: Path
) -> None:
    order = open_matter(
        kind="rectification", actor=Actor.of(city.inspector), category="noise", unit=city.jinhu
    )
    first = texts(tmp_path / "first", TEXT, "2026-01-01")
    status, told, _error = run("rules", "hold", first, "--json")
    assert status == 0
    assert (told["rules"], told["articles"]) == (2, 2)
    assert "治安管理处罚法 第一百一十八条" in told["not_found"]
    (rule,) = run("rules", "list", "link.validity", "--json")[1]["rules"][-1:]
    assert set(rule["digests"]) == {"某市警务评议办法 第八条"}
    status, told, _error = run("rules", "check", first, "--json")
    assert (status, told["rules"], told["counts"]["same"]) == (0, [], 2)

    newer = texts(
        tmp_path / "newer", TEXT.replace("五个工作日", "三个工作日").replace("第八条", "第九条")
        .replace("**第九条**", "**第八条** 新增。\n\n**第九条**"), "2027-01-01",
    )  # fmt: skip
    status, told, _error = run("rules", "check", newer, "--json")
    assert status == 1
    assert told["rules"] == ["link.validity", "rectification.finish"]
    assert told["matters"]["rectification.finish"] == {"count": 1, "numbers": [order.number]}
    assert {one["code"] for one in told["letters"]} == {"callback", "reaction"}
    changed = next(one for one in told["articles"] if one["verdict"] == "changed")
    assert (changed["before"], changed["now"]) == ("五个工作日内整改。", "三个工作日内整改。")
    assert (changed["since"], changed["line"]) == ("2027-01-01", 5)
    said = run("rules", "check", newer)[1]
    assert f"open matters by rectification.finish: 1: {order.number}" in said
    assert "某市警务评议办法 第八条: stands elsewhere now, word for word: 第九条" in said
    assert "  - 五个工作日内整改。\n  + 三个工作日内整改。" in said


def test_a_folder_with_a_fault_keeps_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    torn = texts(tmp_path / "torn", TEXT.replace("第八条", "第十条"), "2026-01-01")
    status, _told, error = run("rules", "hold", torn)
    assert status == 1
    assert "某市警务评议办法 2026-01-01.md, line 7: 第八条 is missing before 第十条" in error
    assert not (home / "laws").exists()
    status, _told, error = run("rules", "check", str(tmp_path / "nowhere"))
    assert (status, "there is no folder of laws" in error) == (1, True)


def test_holding_again_replaces_what_was_held(run: Run, home: Path, tmp_path: Path) -> None:
    run("rules", "hold", texts(tmp_path / "one", TEXT, "2026-01-01"))
    other = tmp_path / "two"
    other.mkdir()
    (other / "《某市警务评议办法》 2026-01-01.txt").write_text(TEXT, "utf-8")
    assert run("rules", "hold", str(other))[0] == 0
    assert sorted(path.name for path in (home / "laws").iterdir()) == [
        "digests.toml", "《某市警务评议办法》 2026-01-01.txt",
    ]  # fmt: skip
    assert run("rules", "hold", str(home / "laws"))[0] == 0
    assert run("rules", "check", str(home / "laws"))[0] == 0


def test_every_letter_that_is_sent_is_known_by_name() -> None:
    _meet_letters()
    known = {one.code for one in letters()}
    for path in messages.PACKAGE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "queue_message":
                given = next(one.value for one in node.keywords if one.arg == "template")
                assert ast.unparse(given) == "LETTER.code", path
    assert known >= {"root", "receipt", "callback", "day_left_open", "survey", "reaction"}


def test_every_rule_of_a_letter_is_a_rule(settings: Any) -> None:
    _meet_letters()
    for letter in letters():
        for key in letter.rules:
            assert settings.RULES.get(key, timezone.localdate()), key
