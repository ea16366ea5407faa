"""What mapping knows of the house, and what one row of a file says.

Pure Python without Django: both travel between processes.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from anmin.exchange.profile import MOMENTS

type Contact = tuple[str, str, str] | tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class World:
    """What mapping must know of the house. Codes and names are compared in upper case.

    A name that several units or areas bear has no id. `limits` are the lengths of text details,
    `now` is the time of the import, `as_of` the moment the file tells of, if it is known;
    `area_code` is that of landlines written without one, `adds_units` tells whether units that
    the profile brings along come in. `types` are the sorts of the kind's facts that are no texts
    (`matters.fact_types`), `terms` the codes of their word lists and `states` those of its states,
    by code and word; `happened` are its moments that lie in the past, `needs_category` tells
    whether each row must have a category.
    """

    now: datetime
    as_of: datetime | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    bodies: frozenset[str] = frozenset()
    unit_names: Mapping[str, int | None] = field(default_factory=dict)
    areas: Mapping[str, int] = field(default_factory=dict)
    area_names: Mapping[str, int | None] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    area_code: str | None = None
    adds_units: bool = True
    types: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(MOMENTS, "moment"))
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    happened: AbstractSet[str] = frozenset(MOMENTS)
    needs_category: bool = True


class NewUnit(NamedTuple):
    """A unit that the profile brings along."""

    code: str
    name: str


class Facts(NamedTuple):
    """What one row says. `unit` is an id, or a unit that the profile adds.

    Moments are ISO text in UTC, which travels between processes at a fifth of the cost of
    datetimes. `contact` is name, phone (E.164), address and all numbers (see
    ``ContactFacts.more``); `line` is where the row begins in the file. `state` and `ended` are
    those of kinds whose facts do not tell them.
    """

    line: int
    external_id: str
    category: str
    area: int | None
    unit: int | NewUnit | None
    summary: str
    place: str
    longitude: float | None
    latitude: float | None
    opened: str
    newest: str
    details: dict[str, Any]
    reply: str
    contact: Contact | None
    state: str = ""
    ended: str = ""

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.opened)

    @property
    def facts_at(self) -> datetime:
        """How new the facts are."""
        return datetime.fromisoformat(self.newest)
