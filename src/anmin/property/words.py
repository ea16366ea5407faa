"""What things are called (``words.toml``): their classes, colours and the like, in two languages."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from anmin.kernel.bilingual import Term
from anmin.kernel.errors import Refusal
from anmin.kernel.kind_folders import checked
from anmin.kernel.toml_files import read_toml
from anmin.matters import terms

PATH = Path(__file__).with_name("words.toml")


class BadWords(Refusal):
    """The file of words cannot be used."""

    default_code = "bad_words"


class Sort(Term):
    """A class of things: the words by which a loss names one, and whether each has a number of its own."""

    said: list[str]
    one: bool


@cache
def _file() -> Mapping[str, Any]:
    return read_toml(PATH, BadWords)


def _terms[T: Term](name: str, model: type[T]) -> Mapping[str, T]:
    return {
        code: checked(model, PATH, f"{name}.{code}", {"code": code, **entry})
        for code, entry in _file()[name].items()
    }


@cache
def sorts() -> Mapping[str, Sort]:
    """The classes of things."""
    return _terms("sorts", Sort)


@cache
def colours() -> Mapping[str, Term]:
    """The colours that an item is said to have."""
    return _terms("colours", Term)


@cache
def procedures() -> Mapping[str, Term]:
    """By which law a case goes."""
    return _terms("procedures", Term)


@cache
def custody_grounds() -> Mapping[str, Term]:
    """Why the time to the keeper begins later than with the seizure."""
    return _terms("custody_grounds", Term)


@cache
def value_sources() -> Mapping[str, Term]:
    """Where a value is known from."""
    return _terms("value_sources", Term)


@cache
def relations() -> Mapping[str, Term]:
    """Who may collect an item. Never somebody of the police."""
    return _terms("relations", Term)


def yuan(value: int) -> str:
    """A sum as people read it, to the yuan."""
    return f"{value:,}"


terms.offer("property_sorts", sorts)
terms.offer("property_colours", colours)
terms.offer("property_procedures", procedures)
terms.offer("property_custody_grounds", custody_grounds)
terms.offer("property_value_sources", value_sources)
