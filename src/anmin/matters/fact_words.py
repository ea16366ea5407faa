"""Facts of a matter as people outside the house read them, in the language in use."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from anmin.matters.checks import checks_in_words
from anmin.matters.fact_types import FactType, TypedFact, typed_facts
from anmin.matters.flow import Text
from anmin.matters.models import Matter
from anmin.matters.terms import term_list
from anmin.people.listing import listed


def shown(matter: Matter, names: Iterable[str]) -> list[tuple[Text, str]]:
    """These facts with their titles; what is blank is left out.

    A row older than a change of its kind may no longer fit: then its facts stand as they are kept.
    """
    types = typed_facts(matter.type.details)
    try:
        model = matter.type.details.model_validate(matter.details)
        known = {name: getattr(model, name) for name in types}
    except ValidationError:
        known = matter.details
    return [
        (types[name].title, in_words(known[name], types[name].terms))
        for name in names
        if known.get(name) not in (None, "", [])
    ]


def in_the_words_of(fact: TypedFact, kept: Any) -> str:
    """One fact as the database or a request keeps it: codes and moments in words."""
    value = kept
    if isinstance(kept, str) and kept and fact.type is FactType.MOMENT:
        value = datetime.fromisoformat(kept)
    elif isinstance(kept, str) and kept and fact.type is FactType.DAY:
        value = date.fromisoformat(kept)
    return in_words(value, fact.terms)


def in_words(value: Any, terms: str = "") -> str:
    """One fact; ``terms`` is the word list whose codes it holds."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, int | float):
        return formats.number_format(value)
    if isinstance(value, dict):
        return checks_in_words(value, terms)
    if isinstance(value, list | tuple):
        return listed(in_words(one, terms) for one in value)
    word = term_list(terms).get(str(value)) if terms else None
    return str(word or value)
