"""Wording that coaches: the rules of ``suggestive.toml``, and what of a text they refuse.

A modest net for what an author would see as suggestive too; it does not read like a person does.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("suggestive.toml")
LANGUAGES = ("zh", "en")


class Suggestive(ValueError):  # noqa: N818 - what the text is
    """A text that coaches, or a question that asks something else than its code says."""


class Asked(NamedTuple):
    """One question: its words by language, and its answers' words by their codes."""

    code: str
    words: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]]


@cache
def rules() -> dict[str, Any]:
    """The rules as the file has them; a pattern that is none stops the start."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    for rule in table["rule"]:
        for language in LANGUAGES:
            _pattern(rule[language])
    return table


def coaching(text: str, language: str) -> list[str]:
    """The codes of the rules that a text breaks; none for one that asks fairly."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return [
        rule["code"]
        for rule in rules()["rule"]
        if _pattern(rule[language]).search(plain)
        and not ("unless" in rule and _pattern(rule["unless"][language]).search(plain))
    ]


def require_fair(where: str, texts: Iterable[Mapping[str, str]]) -> None:
    """Raise ``Suggestive`` for the first of these texts (by language) that coaches."""
    told = {rule["code"]: rule["what"] for rule in rules()["rule"]}
    for words in texts:
        for language in LANGUAGES:
            for code in coaching(words[language], language):
                what = told[code]
                raise Suggestive(
                    f"{where}: “{words[language]}” {what['en']} / {what['zh']} ({code})"
                )


def require_same(where: str, questions: Iterable[Asked]) -> None:
    """Raise ``Suggestive`` for a question or an answer that is called otherwise than it counts."""
    for asked in questions:
        for part, words in _odd(asked):
            raise Suggestive(f"{where}: {part} reads “{words}” / 措辞与所计的问题或答案不符")


def _odd(asked: Asked) -> Iterator[tuple[str, str]]:
    rule = next((one for one in rules()["question"] if one["code"] == asked.code), None)
    if rule is None:
        return
    for language in LANGUAGES:
        if not _pattern(rule[language]).search(asked.words[language]):
            yield asked.code, asked.words[language]
        for code, wanted in rule["answers"].items():
            words = asked.answers.get(code, {}).get(language, "")
            if not _pattern(wanted[language]).search(words):
                yield f"{asked.code}.{code}", words


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
