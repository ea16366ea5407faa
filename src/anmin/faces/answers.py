"""Ready texts for answers, from the ``answers.toml`` of each kind: put in with one key, then completed."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from anmin.kernel.bilingual import Words
from anmin.kernel.errors import Refusal
from anmin.kernel.kind_folders import BadFile, checked, entries_of
from anmin.matters.categories import categories_of
from anmin.matters.registry import all_kinds
from anmin.matters.rule_numbers import RuleNumbers

# 〔2026〕 in the number of a document is no gap.
_GAP = re.compile(r"〔(?!\d{4}〕)[^〔〕]*〕")


class Answer(BaseModel):
    """One ready text for one fact; ``categories`` empty means any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    key: str
    field: str
    title: Words
    text: Words
    categories: frozenset[str] = frozenset()

    def written(self, *, number: str, unit: str) -> str:
        """The text for one matter; its gaps are left for the writer."""
        return str(self.text).format(number=number, unit=unit, rule=RuleNumbers())


@cache
def all_answers() -> tuple[Answer, ...]:
    """Every text, kind by kind, in the order of the files."""
    return tuple(
        checked(Answer, path, key, {"kind": kind, "key": key, **entry})
        for kind, path, key, entry in entries_of(settings.KIND_FOLDERS, "answers.toml")
    )


def require_answers() -> None:
    """Refuse a ready text that no matter could take: read at the start, not on somebody's page."""
    kinds = {kind.code: kind for kind in all_kinds()}
    for one in all_answers():
        if one.kind not in kinds:
            continue  # its declaration is what is wrong, and is refused as that
        where = f"kind {one.kind}: answers.toml: {one.key}"
        if one.field not in kinds[one.kind].details.model_fields:
            raise BadFile(f"{where}: there is no fact {one.field!r}")
        if strange := sorted(one.categories - set(categories_of(one.kind))):
            raise BadFile(f"{where}: these are no topics of it: {strange}")
        for language, text in one.text:
            try:
                text.format(number="", unit="", rule=RuleNumbers())
            except (KeyError, IndexError, ValueError) as fault:
                told = (
                    "{number}, {unit} and {rule[its key]} can be filled in, nothing else in braces"
                )
                raise BadFile(f"{where}: text.{language}: {told} ({fault})") from None


def answers_for(kind: str, field: str, category: str) -> list[Answer]:
    """The texts that fit a fact of a matter of that kind and category; those made for it come first."""
    fitting = [
        one
        for one in all_answers()
        if (one.kind, one.field) == (kind, field)
        and (not one.categories or category in one.categories)
    ]
    return sorted(fitting, key=lambda one: not one.categories)


def require_complete(text: str) -> None:
    """Refuse a text that still has a gap of its template in it."""
    if gap := _GAP.search(text):
        raise Refusal(
            _("Write what belongs into %(gap)s before you send this.") % {"gap": gap.group()},
            code="gap",
        )
