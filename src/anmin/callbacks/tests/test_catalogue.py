"""Every text that a person sees has its Chinese."""

import ast
from pathlib import Path

ROOM = Path(__file__).parent.parent
MARKS = {"_", "gettext", "gettext_lazy"}


def test_every_text_has_chinese_words() -> None:
    said = {
        node.args[0].value
        for path in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKS
        and isinstance(node.args[0], ast.Constant)
    }
    text = (ROOM / "locale/zh_Hans/LC_MESSAGES/django.po").read_text("utf-8")
    kept = {
        ast.literal_eval(line.removeprefix("msgid "))
        for line in text.splitlines()
        if line.startswith("msgid ")
    }
    assert sorted(said - kept) == []
    assert sorted(kept - said - {""}) == []
    assert 'msgstr ""' not in text.split("\n\n", 1)[1]
