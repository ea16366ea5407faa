"""A map of what a text says of areas: drawn from its words alone, so it can say nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

from anmin.faces.maps import AreaMap, AreaValue, area_map
from anmin.places.queries import codes_of_towns

FEWEST: Final = 3
"""A map of fewer areas tells less than the words."""
_NUMBER: Final = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


class Saying(Protocol):
    """A fact of a text: what it is of, its value in words, of how many, and its interval."""

    @property
    def label(self) -> str:
        """What it is of."""

    @property
    def value(self) -> str:
        """In words."""

    @property
    def n(self) -> int | None:
        """Of how many."""

    @property
    def interval(self) -> str:
        """In words; empty where there is none."""


def map_of_said(facts: Sequence[Saying], *, anchor: str, title: str) -> AreaMap | None:
    """The facts that are of towns, on a map; nothing where fewer than `FEWEST` are, or most are not.

    Town names are read in either language. The page has the facts in words already.
    """
    codes = codes_of_towns(fact.label for fact in facts)
    if len(codes) < FEWEST or 2 * len(codes) < len(facts):
        return None
    values = {codes[fact.label]: _value(fact) for fact in facts if fact.label in codes}
    found = area_map(values, anchor=anchor, title=title, level="town", table=False)
    return found if found.svg and any(one.value is not None for one in values.values()) else None


def _value(fact: Saying) -> AreaValue:
    number = _NUMBER.match(fact.value)
    if number is None:  # that it is not shown, and why
        return AreaValue(shown=fact.value)
    return AreaValue(
        value=float(number[0].replace(",", "")),
        shown=fact.value,
        interval=fact.interval,
        n="" if fact.n is None else f"{fact.n:,}",
    )
