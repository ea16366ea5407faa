"""Questionnaires in two languages and in versions; a version that was used never changes.

A change is a new file with the next version. ``questionnaires/published.toml`` keeps the digest of
every shipped version and a test compares them; a wave keeps the whole text it was asked with.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, model_validator

from anmin.kernel.bilingual import Term, Words
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.suggestive import require_fair

FOLDER = Path(__file__).parent / "questionnaires"
LONGEST = 2000
"""Characters of free text that are kept."""

type Values = dict[str, Any]
"""Answers by the code of their question: a code, a list of codes, or a number."""


class Choice(Term):
    """One answer to choose; one that stands ``alone`` goes with no other."""

    alone: bool = False


DONT_KNOW = Choice(code="dont_know", zh="说不清", en="Don't know", alone=True)
REFUSE = Choice(code="refuse", zh="不想回答", en="Rather not say", alone=True)
ALWAYS = (DONT_KNOW, REFUSE)
"""Offered with every closed question, whatever the questionnaire says."""
MISSING = frozenset(choice.code for choice in ALWAYS)


class Question(Term):
    """One question. A ``scale`` and a ``number`` run from ``low`` to ``high``."""

    kind: Literal["single", "multiple", "scale", "number", "text"]
    options: tuple[Choice, ...] = ()
    low: int = 0
    high: int = 0
    low_label: Words | None = None
    high_label: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        codes = [choice.code for choice in self.options]
        chosen = self.kind in ("single", "multiple")
        if chosen != bool(codes) or len(set(codes)) < len(codes) or MISSING & set(codes):
            raise ValueError(f"{self.code}: options belong to choices, each once")
        if (self.kind in ("scale", "number")) != (self.low < self.high):
            raise ValueError(f"{self.code}: a scale or number needs low and high")
        return self

    @property
    def closed(self) -> bool:
        """Everything but free text: it has a right to "don't know" and "rather not say"."""
        return self.kind != "text"

    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen, with the two that are always there; for a number only those two."""
        own = [(choice.code, choice.label) for choice in self.options]
        if self.kind == "scale":
            own = [(str(mark), self._mark(mark)) for mark in range(self.low, self.high + 1)]
        return [*own, *((choice.code, choice.label) for choice in ALWAYS)]

    def _mark(self, mark: int) -> str:
        ends = {self.low: self.low_label, self.high: self.high_label}
        word = ends.get(mark)
        return f"{mark} {word.label}" if word else str(mark)

    def clean(self, given: Sequence[str]) -> Any:
        """The answer as it is kept, from what a form sent; nothing for nothing.

        Raises ``Refusal`` naming the question for what cannot be an answer to it.
        """
        said = [text.strip() for text in given if text.strip()]
        if self.kind == "text":
            return " ".join(said)[:LONGEST]
        if self.kind in ("scale", "number"):
            if len(set(said)) > 1:
                raise self._refusal(_("Choose one answer only."))
            if said and said[0] not in MISSING:
                return self._number(said[0])
        if not said:
            return None
        known = {choice.code: choice for choice in (*self.options, *ALWAYS)}
        if unknown := [code for code in said if code not in known]:
            raise self._refusal(_("There is no such choice: %(code)s."), code=unknown[0][:32])
        if self.kind == "multiple":
            chosen = [code for code in known if code in said]
            if len(chosen) > 1 and any(known[code].alone for code in chosen):
                raise self._refusal(_("This answer cannot go together with others."))
            return chosen
        if len(said) > 1:
            raise self._refusal(_("Choose one answer only."))
        return said[0]

    def _number(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and self.low <= int(text[:9]) <= self.high):
            raise self._refusal(
                _("Give a whole number from %(low)s to %(high)s."), low=self.low, high=self.high
            )
        return int(text)

    def _refusal(self, words: str, **parts: object) -> Refusal:
        return Refusal(words % parts, field=self.code)


class Measure(Term):
    """What is estimated: the share that gave one of ``counts``; without these, the mean."""

    question: str
    counts: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        """A share of those who gave an answer of substance."""
        return bool(self.counts)

    def value(self, answers: Mapping[str, Any]) -> float | None:
        """1 or 0 for a share, the number for a mean; nothing where no substance was answered."""
        said = answers.get(self.question)
        if said is None or said in ("", []) or (isinstance(said, str) and said in MISSING):
            return None
        if isinstance(said, list):
            return None if MISSING & set(said) else float(bool(set(said) & set(self.counts)))
        return float(said in self.counts) if self.is_share else float(said)


class Questionnaire(BaseModel):
    """One version of a questionnaire."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    version: int
    title: Words
    consent: Words
    closing: tuple[Words, ...]
    question: tuple[Question, ...]
    measure: tuple[Measure, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        asked = {question.code: question for question in self.question}
        if len(asked) < len(self.question):
            raise ValueError(f"{self.code}: a question stands twice")
        for measure in self.measure:
            question = asked.get(measure.question)
            known = {choice.code for choice in question.options} if question else set()
            if question is None or set(measure.counts) - known:
                raise ValueError(f"{self.code}: measure {measure.code} counts what is not asked")
            if not measure.counts and question.kind not in ("scale", "number"):
                raise ValueError(f"{self.code}: measure {measure.code} needs counts")
        options = [option for one in self.question for option in one.options]
        said = (self.title, self.consent, *self.question, *options, *self.closing)
        require_fair(f"{self.code}.v{self.version}", [words.by_language() for words in said])
        return self

    def asks(self, code: str) -> Question:
        """The question of that code. Raises ``KeyError``."""
        return {question.code: question for question in self.question}[code]

    def clean(self, given: Mapping[str, Sequence[str]]) -> Values:
        """All answers as they are kept; questions left open are left out.

        Raises ``Refusal`` naming the first question whose answer cannot be one.
        """
        cleaned = {one.code: one.clean(given.get(one.code, ())) for one in self.question}
        return {code: value for code, value in cleaned.items() if value not in (None, "", [])}

    def answered(self, values: Values) -> tuple[int, int]:
        """How many closed questions have an answer ("don't know" is one), and of how many."""
        closed = [question.code for question in self.question if question.closed]
        refused = (REFUSE.code, [REFUSE.code])
        return sum(values.get(code, REFUSE.code) not in refused for code in closed), len(closed)


@cache
def versions() -> tuple[tuple[str, int], ...]:
    """Every questionnaire there is with its version, in order."""
    found = []
    for path in FOLDER.glob("*.v*.toml"):
        code, _dot, number = path.name.removesuffix(".toml").rpartition(".v")
        found.append((code, int(number)))
    return tuple(sorted(found))


@cache
def questionnaire(code: str, version: int | None = None) -> Questionnaire:
    """A questionnaire; the newest version unless one is named. Raises ``NotFound``."""
    known = [number for name, number in versions() if name == code]
    wanted = version if version is not None else max(known, default=0)
    if wanted not in known:
        raise NotFound(
            _("There is no version %(version)s of %(code)s.")
            % {"version": wanted, "code": code[:32]}
        )
    found = parse(path_of(code, wanted).read_text("utf-8"))
    if (found.code, found.version) != (code, wanted):
        raise ValueError(f"{code}.v{wanted}.toml says it is {found.code} version {found.version}")
    return found


def path_of(code: str, version: int) -> Path:
    """The file of one version."""
    return FOLDER / f"{code}.v{version}.toml"


@cache
def parse(text: str) -> Questionnaire:
    """A questionnaire from its text; a broken one raises ``ValueError``."""
    return Questionnaire.model_validate(tomllib.loads(text))


def digest(text: str) -> str:
    """What is published of a questionnaire's text, to show that it was not changed."""
    return hashlib.sha256(text.encode()).hexdigest()
