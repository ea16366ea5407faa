"""Everything that goes into the access log has its words, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.test import Client
from django.urls import reverse
from django.utils import translation

from anmin.people.actions import log_access
from anmin.people.log_words import ACTIONS, SUBJECTS
from anmin.people.tests.conftest import Bureau

SOURCE = Path(__file__).parents[2]
LOGGING = {"log_access", "_log", "_note", "on_record"}


def _logged() -> Iterator[str]:
    """Every code that some line of the program writes into the log."""
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in LOGGING:
                continue
            given = [one.value for one in call.keywords if one.arg == "action"]
            for value in given + (call.args if name != "log_access" else []):
                either = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                for one in either:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value


def test_every_action_has_its_words() -> None:
    found = set(_logged())
    assert len(found) > 30
    assert found - set(ACTIONS) == set()
    with translation.override("zh-hans"):
        assert [code for code, words in ACTIONS.items() if str(words).isascii()] == []


def test_the_log_is_read_in_words(bureau: Bureau, client: Client) -> None:
    log_access(account=bureau.operator, action="reveal_contact", subject="matter:JQ1")
    log_access(account=None, actor="console", action="add_account", reason="duty_leader")
    log_access(
        account=bureau.operator,
        action="download",
        subject="page:desk:matters_file",
        reason="/desk/matters/list.csv",
    )
    client.force_login(bureau.admin)
    page = client.get(
        reverse("admin:people_accesslog_changelist"), headers={"Accept-Language": "zh-hans"}
    ).content.decode()
    assert ">查看联系方式<" in page
    assert ">reveal_contact<" not in page
    assert ">页面<" in page
    assert ">值班领导<" in page
    for code in (">page<", "desk:matters_file", ">matter<", ">duty_leader<"):
        assert code not in page


def test_every_kind_of_subject_has_its_words() -> None:
    found = {
        part.value.split(":")[0]
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        for given in call.keywords
        if given.arg == "subject" and isinstance(given.value, ast.JoinedStr)
        for part in given.value.values[:1]
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert len(found) > 8
    assert found - set(SUBJECTS) == set()
