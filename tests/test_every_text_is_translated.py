"""Every text that the program says in English has its Chinese: found in the code and the templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from anmin.config import messages

SAID = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "gettext_noop"}
IN_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext"}
CALL = re.compile(r"\b(n?p?gettext)\((.+?)\)(?=\s|$)", re.DOTALL)
"""A text of a template, as Django's own reader puts it."""


def in_code(source: str) -> Iterator[str]:
    """The literal texts of a module."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        place = 0 if name in SAID else 1 if name in IN_CONTEXT else None
        if place is not None and len(node.args) > place:
            given = node.args[place]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def in_template(source: str) -> Iterator[str]:
    """The texts of a template."""
    for name, given in CALL.findall(templatize(source)):
        words = re.findall(r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", given)
        place = 1 if "p" in name.removesuffix("gettext") else 0
        if len(words) > place:
            yield ast.literal_eval(words[place])


def said() -> Iterator[tuple[Path, str]]:
    """Every text of the program with the file that says it."""
    for suffix, read in (("py", in_code), ("html", in_template)):
        for path in sorted(messages.PACKAGE.rglob(f"*.{suffix}")):
            if not {"tests", "migrations"} & set(path.parts):
                for text in read(path.read_text("utf-8")):
                    yield path.relative_to(messages.PACKAGE), text


def test_every_english_text_has_its_chinese() -> None:
    known = {
        entry.msgid
        for path in messages.catalogues()
        if "zh_Hans" in path.parts
        for entry in polib.pofile(str(path))
        if entry.translated()
    }
    missing = [(str(path), text) for path, text in said() if text not in known]
    assert missing == []


def test_the_texts_are_found() -> None:
    code = '_("a" "b"); pgettext("where", "c"); _(name); ngettext("one", "many", n)'
    assert list(in_code(code)) == ["ab", "c", "one"]
    page = '{% load i18n %}{% translate "d" %} {% blocktranslate trimmed %}e\n f{% endblocktranslate %}'
    assert list(in_template(page)) == ["d", "e f"]
