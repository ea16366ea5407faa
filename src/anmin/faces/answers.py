"""Ready texts for answers, from the ``answers.toml`` of each kind: put in with one key, then completed."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from anmin.kernel.bilingual import Words
from anmin.kernel.errors import Refusal
from anmin.kernel.kind_folders import files_of

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
        return str(self.text).format(number=number, unit=unit)


@cache
def all_answers() -> tuple[Answer, ...]:
    """Every text, kind by kind, in the order of the files."""
    return tuple(
        Answer(kind=kind, key=key, **entry)
        for kind, path in files_of(settings.KIND_FOLDERS, "answers.toml")
        for key, entry in tomllib.loads(path.read_text("utf-8")).items()
    )


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
