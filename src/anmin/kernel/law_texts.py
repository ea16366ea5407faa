"""Folders with texts of laws, and what of them the rules rest on.

One file a version: ``治安管理处罚法 2026-01-01.txt`` (or ``.md``), the law's name and the day from
which that text is in force. ``hold`` tells what an installation has read (``digests.toml``, which
the rule book lays on its rules), ``compare`` what newer texts say differently.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anmin.kernel.articles import (
    Article,
    BadLawText,
    Citation,
    Passage,
    citations,
    digest_of,
    law_key,
    split,
)
from anmin.kernel.rules import Rule, RuleBook
from anmin.kernel.toml_files import read_toml

DIGESTS: Final = "digests.toml"
SUFFIXES: Final = frozenset({".txt", ".md"})


@dataclass(frozen=True)
class LawText:
    """One version of one law."""

    path: Path
    name: str
    since: date

    @cached_property
    def text(self) -> str:
        """The file as text: UTF-8, UTF-16 with its mark, or GB 18030."""
        return _decoded(self.path)

    @cached_property
    def articles(self) -> dict[Article, Passage]:
        """What each article says."""
        return split(self.text, str(self.path))

    def passage(self, cited: Citation) -> Passage | None:
        """The article that is cited, or the whole text; nothing if there is no such article."""
        if cited.article is None:
            return Passage(1, self.text)
        return self.articles.get(cited.article)

    def elsewhere(self, digest: str) -> Article | None:
        """The article that says what had this digest, whatever its number."""
        return next((one for one, said in self.articles.items() if said.digest == digest), None)


class Library:
    """The texts of a folder, by law and by the day from which they are in force."""

    def __init__(self, folder: Path) -> None:
        """Read the names of all files; ``BadLawText`` names the file that has none of this form.

        The texts themselves are read, and refused, when a rule needs them.
        """
        if not folder.is_dir():
            raise BadLawText(f"there is no folder of laws at {folder}")
        self._laws: dict[str, list[LawText]] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file() and path.stem.upper() != "README":
                text = _named(path)
                known = self._laws.setdefault(law_key(text.name), [])
                if twin := next((one for one in known if one.since == text.since), None):
                    raise BadLawText(f"{path}: {twin.path} is the same law from the same day")
                known.append(text)
        for versions in self._laws.values():
            versions.sort(key=lambda one: one.since)

    def __iter__(self) -> Iterator[LawText]:
        for versions in self._laws.values():
            yield from versions

    def versions(self, law: str) -> list[LawText]:
        """All texts of a law, the oldest first."""
        return self._laws.get(law_key(law), [])

    def newest(self, law: str) -> LawText | None:
        """The latest version of a law, in force already or not."""
        versions = self.versions(law)
        return versions[-1] if versions else None

    def on(self, law: str, day: date) -> LawText | None:
        """The version in force on a day; nothing if the folder has none so old."""
        versions = self.versions(law)
        place = bisect_right(versions, day, key=lambda one: one.since)
        return versions[place - 1] if place else None


def _named(path: Path) -> LawText:
    name, _, day = path.stem.rpartition(" ")
    try:
        since = date.fromisoformat(day)
    except ValueError:
        since = None
    if since is None or not law_key(name):
        raise BadLawText(
            f"{path}: a text is named by its law and the day from which it is in force, "
            "like “治安管理处罚法 2026-01-01.txt”"
        )
    return LawText(path, name.strip(), since)


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadLawText(f"{path}: {error.strerror}") from error
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
        else:
            if not text.strip():
                raise BadLawText(f"{path}: there is nothing in this file")
            if "\0" not in text:
                return text
            line = text[: text.index("\0")].count("\n") + 1
    raise BadLawText(f"{path}, line {line}: this is no text in UTF-8, UTF-16 or GB 18030")


# --- what an installation holds ------------------------------------------------------------------


class _Held(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    effective: date
    cites: str
    text: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    held: list[_Held] = []


def read_digests(folder: Path) -> dict[tuple[str, date], dict[str, str]]:
    """What ``digests.toml`` of a folder says: rule → what it cites → digest. Empty without one."""
    path = folder / DIGESTS
    if not path.exists():
        return {}
    try:
        file = _File.model_validate(read_toml(path, BadLawText))
    except ValidationError as error:
        first = error.errors()[0]
        place = ": ".join(map(str, first["loc"]))
        raise BadLawText(f"{path}: {place}: {first['msg']}") from error
    found: dict[tuple[str, date], dict[str, str]] = {}
    for one in file.held:
        found.setdefault((one.key, one.effective), {})[one.cites] = one.sha256
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """That a rule rests on an article as a text has it; without ``text`` it was not found."""

    rule: Rule
    cited: Citation
    text: LawText | None
    passage: Passage | None


def hold(book: RuleBook, library: Library, today: date) -> list[Held]:
    """What each rule rests on in these texts: as they are on the last day that the rule is."""
    held = []
    for rule, last in _with_last_days(book, today):
        for cited in cited_by(rule):
            text = library.on(cited.law, last)
            held.append(Held(rule, cited, text, text.passage(cited) if text else None))
    return held


def digests_toml(held: Iterable[Held]) -> str:
    """The file ``digests.toml`` for what was found."""
    rows = [
        f'\n[[held]]\nkey = "{one.rule.key}"\neffective = {one.rule.effective}\n'
        f'cites = "{one.cited}"\ntext = {json.dumps(one.text.path.name, ensure_ascii=False)}\n'
        f'sha256 = "{one.passage.digest}"\n'
        for one in held
        if one.text and one.passage
    ]
    return "# Written by `anmin rules hold`: which text each rule was read from.\n" + "".join(rows)


def cited_by(rule: Rule) -> tuple[Citation, ...]:
    """The articles, or whole texts, that a rule's source names."""
    return citations(rule.source, law=rule.tag in ("L", "S"))


def _with_last_days(book: RuleBook, today: date) -> Iterable[tuple[Rule, date]]:
    rules = list(book.all())
    for rule, later in zip(rules, [*rules[1:], None], strict=True):
        ends = later.effective if later is not None and later.key == rule.key else None
        if ends is None or ends > today:
            yield rule, max(today, rule.effective)
        else:
            yield rule, date.fromordinal(ends.toordinal() - 1)


# --- newer texts ---------------------------------------------------------------------------------


class Verdict(StrEnum):
    """How an article stands in a newer text."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    GONE = "gone"
    NOT_HELD = "not_held"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True)
class Finding:
    """One article that rules rest on, in a newer text."""

    cited: Citation
    verdict: Verdict
    rules: tuple[Rule, ...]
    text: LawText | None = None
    passage: Passage | None = None
    moved_to: Article | None = None
    before: str = ""


def compare(
    book: RuleBook, newer: Library, today: date, held: Library | None = None
) -> list[Finding]:
    """Each article that a rule of today or later rests on, as the newest text has it.

    Rules that another value has replaced are not looked at: what they decided is decided.
    ``held`` gives the words that were read, for showing what changed.
    """
    resting: dict[tuple[Citation, str], list[Rule]] = {}
    for rule, last in _with_last_days(book, today):
        if last >= today:
            for cited in cited_by(rule):
                digest = rule.digests.get(str(cited), "")
                resting.setdefault((cited, digest), []).append(rule)
    return [
        _finding(cited, digest, tuple(rules), newer.newest(cited.law), held)
        for (cited, digest), rules in resting.items()
    ]


def _finding(
    cited: Citation,
    digest: str,
    rules: tuple[Rule, ...],
    text: LawText | None,
    held: Library | None,
) -> Finding:
    if text is None:
        return Finding(cited, Verdict.NOT_GIVEN, rules)
    passage = text.passage(cited)
    if passage is not None and digest == passage.digest:
        return Finding(cited, Verdict.SAME, rules, text, passage)
    if not digest:
        verdict = Verdict.GONE if passage is None else Verdict.NOT_HELD
        return Finding(cited, verdict, rules, text, passage)
    before = _words(held, cited, digest)
    moved = text.elsewhere(digest) if cited.article else None
    if moved is not None:
        return Finding(
            cited, Verdict.MOVED, rules, text, text.articles[moved], moved_to=moved, before=before
        )
    verdict = Verdict.GONE if passage is None else Verdict.CHANGED
    return Finding(cited, verdict, rules, text, passage, before=before)


def _words(held: Library | None, cited: Citation, digest: str) -> str:
    """The words that have a digest, where they are still held."""
    for text in held.versions(cited.law) if held else ():
        passage = text.passage(cited)
        if passage is not None and digest_of(passage.text) == digest:
            return passage.text
    return ""


def changed_rules(findings: Iterable[Finding]) -> Mapping[str, Rule]:
    """The rules that somebody must look at, by key: their article changed, moved or is gone.

    Of a rule with a later value already written it is the one in force.
    """
    look = {Verdict.CHANGED, Verdict.MOVED, Verdict.GONE}
    rules = [rule for found in findings if found.verdict in look for rule in found.rules]
    return {rule.key: rule for rule in sorted(rules, key=lambda one: one.effective, reverse=True)}
