"""Versioned scripts: what is said, asked and advised, never edited once it has been used.

The scripts of a kind are in its folder, the rest is here. A change is a new file with the next
version; ``published.toml`` beside them keeps the digest of every version, and a test compares them, so
that an edit of an old one cannot pass unnoticed.
"""

from functools import cache
from pathlib import Path
from typing import Literal, Self

from django.conf import settings
from pydantic import BaseModel, ConfigDict, model_validator

from anmin.kernel.bilingual import Term, Words
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.kind_folders import BadFile, checked, files_of
from anmin.kernel.suggestive import Asked, require_fair, require_same
from anmin.kernel.toml_files import read_toml
from anmin.matters.registry import all_kinds

FOLDER = Path(__file__).parent / "scripts"


class Versioned(BaseModel):
    """What every versioned file begins with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    version: int
    title: Words
    source: str = ""


class Question(Term):
    """One question. ``when_unhappy`` questions are put only after an unhappy answer."""

    kind: Literal["choice", "concerns", "text", "consent"]
    options: tuple[Term, ...] = ()
    when_unhappy: bool = False


class Script(Versioned):
    """What is said and asked in one kind of callback, in this order; nothing of it may coach."""

    opening: tuple[Words, ...]
    question: tuple[Question, ...]
    closing: tuple[Words, ...]

    @model_validator(mode="after")
    def _fair(self) -> Self:
        where = f"{self.code}.v{self.version}"
        options = [option for one in self.question for option in one.options]
        said = (self.title, *self.opening, *self.question, *options, *self.closing)
        require_fair(where, [words.by_language() for words in said])
        require_same(
            where,
            [
                Asked(
                    one.code,
                    one.by_language(),
                    {option.code: option.by_language() for option in one.options},
                )
                for one in self.question
            ],
        )
        return self

    def asks(self, code: str) -> Question | None:
        """The question of that code, if the script has it."""
        return next((question for question in self.question if question.code == code), None)


class AdviceSheet(Versioned):
    """Prevention advice for victims of one category."""

    lead: Words
    item: tuple[Term, ...]


class Situation(BaseModel):
    """What to say, and what never to say, when something happens in a call or at the scene."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    stage: Literal["taking", "attending", "callback"]
    title: Words
    say: tuple[Words, ...]
    avoid: tuple[Words, ...]


class Wording(Versioned):
    """The civil wording standard 文明用语规范."""

    situation: tuple[Situation, ...]


class CheckItem(Term):
    """One thing that a quality check looks at."""

    weight: int


class Checklist(Versioned):
    """What a call is checked against."""

    item: tuple[CheckItem, ...]


@cache
def _versions() -> dict[str, dict[int, Path]]:
    """Every sheet (``incident``, ``advice/theft``) and the files of its versions."""
    found: dict[str, dict[int, Path]] = {}
    for folder in folders():
        for path in versions_in(folder):
            written = path.relative_to(folder).as_posix()
            name, _, number = written.removesuffix(".toml").rpartition(".v")
            if int(number) in found.setdefault(name, {}):
                raise ValueError(f"there are two scripts {name} version {number}")
            found[name][int(number)] = path
    return found


_kept: dict[tuple[str, int], Versioned] = {}


def _read(model: type[Versioned], path: Path, name: str, version: int) -> Versioned:
    sheet = checked(model, path, "", read_toml(path, BadFile))
    if (sheet.code, sheet.version) != (name.rpartition("/")[2], version):
        raise ValueError(f"{path.name} says that it is {sheet.code} version {sheet.version}")
    return sheet


def _sheet[S: Versioned](model: type[S], name: str, version: int | None) -> S:
    known = _versions().get(name, {})
    wanted = version if version is not None else max(known, default=0)
    if wanted not in known:
        raise NotFound(f"there is no version {wanted} of {name}")
    sheet = _kept.get((name, wanted))
    if sheet is None:
        sheet = _kept[name, wanted] = _read(model, known[wanted], name, wanted)
    assert isinstance(sheet, model)
    return sheet


def script(code: str, version: int | None = None) -> Script:
    """A callback script; the newest unless a version is named. Raises ``NotFound``."""
    return _sheet(Script, code, version)


def require_scripts() -> None:
    """Refuse a kind whose callbacks have no script: read at the start."""
    for kind in all_kinds():
        for one in kind.follow_up.scripts if kind.follow_up else ():
            try:
                script(one)
            except Refusal as refusal:
                raise Refusal(f"kind {kind.code}: {refusal}", code="bad_kind") from None


def advice(code: str, version: int | None = None) -> AdviceSheet | None:
    """The advice sheet of a category (``Category.advice``); none for a category without one."""
    return _sheet(AdviceSheet, f"advice/{code}", version) if code else None


def wording() -> Wording:
    """The civil wording standard in force."""
    return _sheet(Wording, "wording", None)


def checklist(version: int | None = None) -> Checklist:
    """What a call is checked against."""
    return _sheet(Checklist, "quality", version)


def folders() -> list[Path]:
    """Where versioned files are: those of the house, then those of each kind."""
    return [FOLDER, *(path for _kind, path in files_of(settings.KIND_FOLDERS, "scripts"))]


def versions_in(folder: Path) -> list[Path]:
    """Every versioned file of a folder."""
    return sorted(folder.rglob("*.v*.toml"))
