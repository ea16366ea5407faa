"""A kind's facts as columns of a table that leaves the house."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from anmin.faces.details import in_words, words_of
from anmin.matters.fact_types import FactType, TypedFact, typed_facts

if TYPE_CHECKING:
    from anmin.exchange.sheets import Cell
    from anmin.matters.kind import Kind


def columns_of(kind: Kind, role: str) -> list[TypedFact]:
    """The facts of a kind that somebody of that role may take away in a list: never personal ones,
    nor such as the role does not see, nor what the citizen was told."""
    hidden = kind.details.hidden_from(role) | kind.details.sealed_fields()
    facts = typed_facts(kind.details).values()
    return [one for one in facts if not (one.personal or one.told or one.name in hidden)]


def cell(fact: TypedFact, value: Any) -> Cell:
    """A fact as a sheet keeps it: numbers, days and moments as such, codes as their words.

    A value of another type, from before its fact was changed, is text.
    """
    if value is None or value == "":
        return None
    try:
        if fact.type is FactType.MOMENT:
            # A sheet knows no zones: as the clock on the wall shows it.
            return timezone.localtime(datetime.fromisoformat(value)).replace(tzinfo=None)
        if fact.type is FactType.DAY:
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    if fact.type in (FactType.WHOLE, FactType.NUMBER) and isinstance(value, int | float):
        return value
    return in_words(words_of(fact.terms, value))
