"""Questions and answers: what everybody should know, each with its article, and a small quiz.

``questions.toml`` is for officials to write; a person reviews each before it is read, and again when the
text of the file has changed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict

from anmin.kernel.bilingual import Words
from anmin.kernel.errors import NotFound
from anmin.kernel.kind_folders import BadFile, checked
from anmin.kernel.toml_files import read_toml
from anmin.people.models import Account
from anmin.people.policy import Capability, can
from anmin.publishing.both import both
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Draft, Offer

FILE = Path(__file__).parent / "questions.toml"
RIGHT, WRONG = "✓", "✗"
"""What stands beside each answer of a published question; the quiz reads it."""
SERIES = register_series(
    Series(
        code="questions",
        prefix="WD",
        label=gettext_lazy("Questions and answers"),
        about=gettext_lazy("What everybody should know, with its article, and a small quiz."),
        review="publishing.text.review",
        expiry="publishing.text.expiry",
    )
)


class Choice(Words):
    """One answer to choose."""

    right: bool = False


class Question(BaseModel):
    """A question, the answer in words, where it stands, and what can be chosen in the quiz."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: str
    ask: Words
    answer: Words
    source: str
    choices: tuple[Choice, ...]


@cache
def questions() -> Mapping[str, Question]:
    """Every question by its code, in the order of the file. One answer of each is right."""
    found = {}
    for code, entry in read_toml(FILE, BadFile).items():
        found[code] = one = checked(Question, FILE, code, {"code": code, **entry})
        if sum(choice.right for choice in one.choices) != 1 or len(one.choices) < 2:
            raise BadFile(f"{FILE}: {code!r} has one right answer of several")
    return found


def draft(key: str) -> Draft:
    """A question with its answer. Raises ``NotFound``."""
    one = _known(key)

    def made() -> Mapping[str, Any]:
        return {
            "title": one.ask.label,
            "lead": one.answer.label[:600],
            "facts": [
                {
                    "label": _("Answer %s") % "ABCDEF"[place],
                    "value": choice.label,
                    "note": RIGHT if choice.right else WRONG,
                }
                for place, choice in enumerate(one.choices)
            ],
            "body": [_("Where it stands: %s") % one.source],
        }

    return Draft(content=both(made), stamp=_stamp(one))


def may_draft(account: Account, key: str) -> bool:
    """Whoever drafts what is published."""
    return can(account, Capability.DRAFT_PUBLICATIONS) and key in questions()


def still_true(key: str, stamp: str) -> str:
    """Whether the file still says so."""
    known = questions().get(key)
    return "" if known is not None and _stamp(known) == stamp else "no_longer_true"


def offers(account: Account) -> Sequence[Offer]:
    """Every question of the file."""
    if not can(account, Capability.DRAFT_PUBLICATIONS):
        return []
    return [Offer(code, one.ask.label) for code, one in questions().items()]


def _known(key: str) -> Question:
    found = questions().get(key)
    if found is None:
        raise NotFound(_("There is no such question."))
    return found


def _stamp(one: Question) -> str:
    return hashlib.sha256(one.model_dump_json().encode()).hexdigest()[:32]
