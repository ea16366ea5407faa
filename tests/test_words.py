"""The words of the screen: one for each thing, as officers say them, set as Chinese is set."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
import pytest

from anmin.config import messages

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
HAN = "\u4e00-\u9fff"
KEPT_APART = re.compile(
    r" ?(?:%\((?:link|address)\)s|`[^`]+`|[“\"]?anmin(?: [a-z-]+)*(?: --[a-z-]+)*[”\"]?"
    r"|(?<![\w-])--[a-z-]+|\d[满基不]\S+(?: \d[满基不]\S+)+) ?"
)
"""What stands apart in Chinese too: addresses, so that telephones see where they end; commands;
the choices of a text message."""
APART = re.compile(rf"[{HAN}”）》，。；：、] [A-Za-z0-9%.]|[A-Za-z0-9%)] [{HAN}“（《，。；：、]")
HALF_WIDTH = re.compile(rf"[{HAN}][,;:?!()]|[,;:?!)][{HAN}]")
OF_THE_LAW = {"不予受理": "petition"}
"""What the law itself says of one kind of matter, so that kind says it, too."""
CODE = re.compile(r"“[^”:]*:[^”]*”")
"""What is quoted as a program reads it."""


def replaced() -> dict[str, str]:
    """The words that the glossary says are said otherwise now, with what is said instead."""
    part = GLOSSARY.read_text("utf-8").partition("## Words that were replaced")[2]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", part, re.MULTILINE)
    return {old: new for old, new in rows if old != "not" and not old.startswith("-")}


def translations() -> Iterator[tuple[Path, str]]:
    """Every Chinese text of a catalogue."""
    for path in messages.catalogues():
        if "zh_Hans" in path.parts:
            for entry in polib.pofile(str(path)):
                for text in entry.msgstr_plural.values() or (entry.msgstr,):
                    yield path, text


def newest_only(paths: Iterable[Path]) -> Iterator[Path]:
    """Without versions that were replaced: what was once asked stays as it was asked."""
    versions: dict[str, list[tuple[int, Path]]] = {}
    for path in paths:
        name, _, number = path.name.removesuffix(".toml").rpartition(".v")
        if name and number.isdecimal():
            versions.setdefault(str(path.parent / name), []).append((int(number), path))
        else:
            yield path
    yield from (max(found)[1] for found in versions.values())


def pages() -> Iterator[tuple[Path, str]]:
    """Every file whose words people read: catalogues, templates, tables, scripts, guides, the demo city."""
    package = messages.PACKAGE
    for suffix in ("po", "html", "toml", "csv", "js"):
        for path in newest_only(sorted(package.rglob(f"*.{suffix}"))):
            if not {"tests", "node_modules"} & set(path.parts):
                yield path, path.read_text("utf-8")
    for path in sorted((package / "config" / "demo").rglob("*.py")):
        yield path, path.read_text("utf-8")
    for path in (ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.zh-CN.md"))):
        yield path, path.read_text("utf-8")
    yield GLOSSARY, GLOSSARY.read_text("utf-8").partition("## Words that were replaced")[0]


def test_no_word_that_was_replaced_is_said_anywhere() -> None:
    words = replaced()
    assert len(words) > 20
    found = [
        f"{path.relative_to(ROOT)}: {old} (now {words[old]})"
        for path, text in pages()
        for old in words
        if old in text and OF_THE_LAW.get(old) not in path.parts
    ]
    assert found == []


def test_what_is_said_instead_is_not_itself_replaced() -> None:
    words = replaced()
    assert [(old, new) for old, new in words.items() if any(other in new for other in words)] == []


def test_an_english_text_has_one_chinese() -> None:
    """Catalogues of all rooms are one on the screen: of two wordings one shows everywhere."""
    said: dict[tuple[str, str], set[str]] = {}
    for path in messages.catalogues():
        if "zh_Hans" in path.parts:
            for entry in polib.pofile(str(path)):
                texts = entry.msgstr_plural.values() or (entry.msgstr,)
                said.setdefault((entry.msgctxt or "", entry.msgid), set()).add("".join(texts))
    assert {text: found for text, found in said.items() if len(found) > 1} == {}


def test_han_and_latin_stand_together() -> None:
    found = [text for _, text in translations() if APART.search(KEPT_APART.sub("", text))]
    assert found == []


def test_an_address_ends_where_its_reader_sees_it_end() -> None:
    """Telephones take Han characters and their marks behind a link for a part of it, and so words of
    somebody's own that it follows at once."""
    address = r"(?:\{(?:page|link)\}|%\((?:link|page|address)\)s)"
    run_on = re.compile(rf"{address}\S|[}})]{address}")
    assert [(path.parts[-5], text) for path, text in translations() if run_on.search(text)] == []


def test_chinese_punctuation_is_full_width() -> None:
    found = [
        text
        for _, text in translations()
        if HALF_WIDTH.search(CODE.sub("", KEPT_APART.sub("", text)))
    ]
    assert found == []


def test_a_list_is_set_apart_as_its_reader_does_it() -> None:
    """By ``anmin.people.listing``: a comma of one language is wrong on a page of the other."""
    joined = re.compile(r"""\bjoin:"[,;、，；] ?"|"[、，；]"\.join""")
    sources = [path for kind in ("*.html", "*.py") for path in messages.PACKAGE.rglob(kind)]
    apart = {"tests", "node_modules", "demo"}
    read = [path for path in sources if not apart & set(path.parts)]
    assert [str(path) for path in read if joined.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("共 3 条", True), ("共%(n)s 条", True), ("另存为 .csv", True), ("共%(n)s条", False),
        ("或点 %(link)s 。退订回TD", False), ("请运行 anmin verify。", False),
        ("回复1满意 2基本满意 3不满意，", False), ("未加 --yes，没有做任何更改。", False),
    ],
)  # fmt: skip
def test_the_rule_of_spaces(text: str, apart: bool) -> None:
    assert bool(APART.search(KEPT_APART.sub("", text))) is apart


@pytest.mark.parametrize(
    ("text", "half"),
    [("第1行:缺", True), ("请填写,再试", True), ("种子:编号", True), ("%(n)s条：好", False)],
)
def test_the_rule_of_punctuation(text: str, half: bool) -> None:
    assert bool(HALF_WIDTH.search(text)) is half
