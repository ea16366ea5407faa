"""What the facts of a kind can hold, told from its declaration: for files in and out, and the lake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from anmin.matters.checks import Checks
from anmin.matters.flow import Text
from anmin.matters.kind import Details


class FactType(StrEnum):
    """The sorts of facts. A term is a code of a word list; lists hold texts or terms; ``checks`` are
    what was found at each point of a word list (`checks`)."""

    TEXT = "text"
    TERM = "term"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"
    TEXTS = "texts"
    TERMS = "terms"
    CHECKS = "checks"


@dataclass(frozen=True, slots=True)
class TypedFact:
    """One fact of a kind, as declared. ``terms`` names its word list, ``longest`` its length.

    ``limited``: not everybody sees it who sees the matter.
    """

    name: str
    title: Text
    type: FactType
    personal: bool
    told: bool
    terms: str
    longest: int | None
    limited: bool = False

    @property
    def free(self) -> bool:
        """Whether it holds a text that somebody wrote: it can say anything."""
        return self.type in (FactType.TEXT, FactType.TEXTS)

    @property
    def countable(self) -> bool:
        """Whether figures may use it: it tells of nobody, is kept from nobody, and is no free text."""
        return not (self.personal or self.limited or self.free)


@cache
def typed_facts(details: type[Details]) -> Mapping[str, TypedFact]:
    """The facts of a kind by name, in the order of their declaration."""
    found = {}
    for name, info in details.model_fields.items():
        said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        terms = str(said.get("terms") or "")
        limits = (getattr(one, "max_length", None) for one in info.metadata)
        found[name] = TypedFact(
            name,
            info.title or name,
            _type_of(info.annotation, listed=bool(terms)),
            bool(said.get("personal")),
            bool(said.get("told")),
            terms,
            next((limit for limit in limits if limit is not None), None),
            bool(said.get("seen_by") or said.get("sealed")),
        )
    return found


_PLAIN = {
    bool: FactType.FLAG,
    int: FactType.WHOLE,
    float: FactType.NUMBER,
    datetime: FactType.MOMENT,
    date: FactType.DAY,
}


def _type_of(annotation: Any, *, listed: bool) -> FactType:
    """The sort of an annotation; ``listed``: it names a word list."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(one for one in get_args(annotation) if one is not NoneType)
    if annotation is Checks:
        return FactType.CHECKS
    if get_origin(annotation) in (list, tuple, set, frozenset):
        return FactType.TERMS if listed else FactType.TEXTS
    return _PLAIN.get(annotation, FactType.TERM if listed else FactType.TEXT)
