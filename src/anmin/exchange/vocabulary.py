"""What the columns of a file of some kind can be, told from the kind's declaration."""

from functools import cache

from anmin.exchange.house_codes import words
from anmin.exchange.profile import MOMENTS
from anmin.exchange.titles import Vocabulary, fact_names
from anmin.matters.categories import categories_of, has_topics
from anmin.matters.fact_types import FactType, typed_facts
from anmin.matters.kind import Kind
from anmin.matters.registry import kind_of
from anmin.matters.terms import term_list

OF_EVENTS = frozenset({*MOMENTS, "reply", "call_type", "priority", "clearance"})
"""Facts that the tables of names were written for: those of a dispatch system."""


@cache
def vocabulary(code: str) -> Vocabulary:
    """That of a kind. Raises ``NotFound``."""
    kind = kind_of(code)
    facts = typed_facts(kind.details)
    events = facts.keys() >= {*MOMENTS}
    return Vocabulary(
        kind=code,
        names=fact_names() if events else _names(kind),
        times=(*MOMENTS, "updated_at") if events else _times(kind),
        began=MOMENTS[:4] if events else ("opened_at",),
        opening=MOMENTS[:3] if events else ("opened_at",),
        types={
            name: one.type.value for name, one in facts.items() if one.type is not FactType.TEXT
        },
        terms={
            name: {
                said.upper()
                for term in term_list(one.terms).values()
                for said in (term.code, term.zh, term.en)
            }
            for name, one in facts.items()
            if one.terms
        },
        categories=tuple(categories_of(code)),
        needs_category=has_topics(code),
        states=() if kind.observe else tuple(kind.flow.states),
    )


def _names(kind: Kind) -> dict[str, list[str]]:
    """The names of what every record has, and the titles of the kind's own facts."""
    known = fact_names()
    found = {fact: names for fact, names in known.items() if fact not in OF_EVENTS}
    found["opened_at"] = known["received_at"]
    if kind.observe is None:
        found["ended_at"] = known["cleared_at"]
        found["state"] = ["state", "status", "状态", "办理状态", "当前状态"]
    for name, one in typed_facts(kind.details).items():
        found[name] = [*words(one.title), name.replace("_", " "), *known.get(name, ())]
    return found


def _times(kind: Kind) -> tuple[str, ...]:
    moments = [
        name for name, one in typed_facts(kind.details).items() if one.type is FactType.MOMENT
    ]
    ended = () if kind.observe else ("ended_at",)
    return ("opened_at", *moments, *ended, "updated_at")
