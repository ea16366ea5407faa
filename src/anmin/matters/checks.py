"""A checklist as one fact of a kind: what was found at each point of a word list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.matters.terms import term_list
from anmin.people.listing import clauses, listed


class Found(StrEnum):
    """What was found at one point."""

    OK = "ok"
    LACKING = "lacking"
    NOT_HERE = "not_here"


FOUND = {
    Found.OK: gettext_lazy("in order"),
    Found.LACKING: gettext_lazy("lacking"),
    Found.NOT_HERE: gettext_lazy("does not apply here"),
}
type Checks = dict[str, Found]
"""Each point of a checklist, by its code, with what was found there."""


def points_of(checks: Mapping[str, Any] | None, found: Found) -> list[str]:
    """The points at which that was found."""
    return [code for code, one in (checks or {}).items() if one == found]


def checks_in_words(checks: Mapping[str, Any], terms: str) -> str:
    """A checklist in one line, in the reader's language: what is lacking first.

    The points stand as in the word list; the database keeps them in no order.
    """
    words = term_list(terms)
    told = {**dict.fromkeys(words), **checks}  # a point that the list has no more comes last
    said = []
    for found in (Found.LACKING, Found.OK, Found.NOT_HERE):
        if points := points_of(told, found):
            names = listed(str(words.get(one, one)) for one in points)
            said.append(_("%(found)s: %(points)s") % {"found": FOUND[found], "points": names})
    return clauses(said)
