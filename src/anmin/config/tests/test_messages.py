"""Every text that a user may see is there in Chinese, with the same blanks to fill."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation import ngettext, npgettext
from django.utils.translation.template import templatize

from anmin.config import messages

CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
"""Functions whose first argument is a text to translate."""
IN_TEMPLATES = re.compile(
    r"""\b(?:_|gettext|ngettext)\(u?(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
)
BLANK = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def source_files(suffix: str) -> Iterator[Path]:
    """The files of every room, without tests and migrations."""
    for path in sorted(messages.PACKAGE.rglob(f"*.{suffix}")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path


def texts() -> Iterator[tuple[str, str]]:
    """Each marked text, with the file it stands in."""
    for path in source_files("py"):
        where = str(path.relative_to(messages.PACKAGE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in CALLS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield where, first.value
    for path in source_files("html"):
        where = str(path.relative_to(messages.PACKAGE))
        for found in IN_TEMPLATES.finditer(templatize(path.read_text("utf-8"), origin=where)):
            yield where, ast.literal_eval(found["text"])


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


@pytest.fixture(scope="module")
def chinese() -> dict[str, polib.POEntry]:
    return {
        entry.msgid: entry
        for source in messages.catalogues()
        if "zh_Hans" in source.parts
        for entry in polib.pofile(str(source))
        if not entry.obsolete
    }


def test_every_text_is_in_a_catalogue(chinese: dict[str, polib.POEntry]) -> None:
    missing = sorted({f"{where}: {text!r}" for where, text in texts() if text not in chinese})
    assert missing == []


def test_no_entry_is_left_open(chinese: dict[str, polib.POEntry]) -> None:
    left = [text for text, entry in chinese.items() if entry.fuzzy or not entry.translated()]
    assert left == []


def test_one_text_is_said_in_one_way() -> None:
    """All catalogues become one, in which a text that two rooms have keeps one translation only."""
    said: dict[str, set[str]] = {}
    for source in messages.catalogues():
        for entry in polib.pofile(str(source)):
            if "zh_Hans" in source.parts and entry.msgid and not entry.obsolete:
                words = entry.msgstr or str(sorted(entry.msgstr_plural.items()))
                said.setdefault(entry.msgid, set()).add(words)
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}


def test_translations_have_the_same_blanks(chinese: dict[str, polib.POEntry]) -> None:
    differing = [
        entry.msgid
        for entry in chinese.values()
        for translated in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if set(BLANK.findall(translated)) != set(BLANK.findall(entry.msgid_plural or entry.msgid))
    ]
    assert differing == []


def test_catalogues_compile_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "room" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Language: zh_Hans\\n"\n\nmsgid "House"\nmsgstr "系统"\n'
    )
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    assert messages.compile_changed() == 1
    assert messages.compile_changed() == 0
    assert [entry.msgstr for entry in polib.mofile(str(folder / "django.mo"))] == ["系统"]


@pytest.mark.parametrize("catalogue", messages.catalogues(), ids=lambda path: path.parents[3].name)
def test_every_number_of_things_has_its_chinese_words(catalogue: Path) -> None:
    # A catalogue without a plural rule has words for one thing only: two are said in English.
    with translation.override("zh-hans"):
        for entry in polib.pofile(str(catalogue)):
            for count in (0, 1, 2, 60) if entry.msgid_plural else ():
                words = (entry.msgid, entry.msgid_plural, count)
                said = npgettext(entry.msgctxt, *words) if entry.msgctxt else ngettext(*words)
                assert said not in (entry.msgid, entry.msgid_plural)
