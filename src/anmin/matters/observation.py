"""What a system of record says about one event. Without Django: a reading process uses it too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from anmin.kernel import chain
from anmin.kernel.crypto import Keyring
from anmin.kernel.phones import bare

FACT_COLUMNS = ("category", "area_id", "unit_id", "summary", "place", "longitude", "latitude")


class ContactFacts(NamedTuple):
    """Name, phone (E.164) and address of the person a matter concerns; each may be empty.

    ``more`` lists all numbers, the first included and each with its extension (``;ext=801``),
    where there is more to dial than ``phone`` alone. ``language`` is that of messages, where it is
    not the house's.
    """

    name: str = ""
    phone: str = ""
    address: str = ""
    more: tuple[str, ...] = ()
    language: str = ""

    def __bool__(self) -> bool:
        return any(self[:4])

    @classmethod
    def of(cls, plain: Sequence[Any]) -> "ContactFacts":
        """A contact from what ``plain`` made of it."""
        name, phone, address, *rest = plain
        more = tuple(rest[0]) if rest else ()
        return cls(name, phone, address, more, rest[1] if len(rest) > 1 else "")

    @property
    def numbers(self) -> tuple[str, ...]:
        """What to dial, in order, with extensions."""
        return self.more or ((self.phone,) if self.phone else ())

    @property
    def further(self) -> tuple[str, ...]:
        """The numbers after ``phone``, without extensions."""
        return tuple(one for one in map(bare, self.more) if one != self.phone)

    def plain(self) -> list[Any]:
        """As it is sealed and marked: most contacts are three texts."""
        rest = [[*self.more], self.language] if self.language else [[*self.more]] * bool(self.more)
        return [self.name, self.phone, self.address, *rest]


def reached(name: str, phones: Sequence[str], address: str, language: str = "") -> ContactFacts:
    """A contact with numbers as ``kernel.phones`` reads them."""
    first = bare(phones[0]) if phones else ""
    more = () if [first] == [*phones] else tuple(phones)
    return ContactFacts(name, first, address, more, language)


class Marks(NamedTuple):
    """Keyed digests of 16 bytes: equal exactly when what they are made of is, and nothing shows.

    ``facts`` is of everything said, ``contact`` of the contact (empty where there is none), and
    ``phone`` is what a matter is found by.
    """

    facts: bytes
    contact: bytes
    phone: bytes | None


@dataclass(slots=True)
class Observation:
    """The facts of one event; ``(source, external_id)`` is its key.

    ``facts_at`` tells how new these facts are. Details hold moments as ISO strings in UTC.
    ``state`` is told of kinds that have no ``observe``, ``ended_at`` where no fact tells when it
    ended. ``marks`` are reckoned when they are first needed, unless whoever made the observation has.
    """

    source: str
    external_id: str
    kind: str
    category: str
    area_id: int | None
    unit_id: int | None
    summary: str
    place: str
    longitude: float | None
    latitude: float | None
    opened_at: datetime
    facts_at: datetime
    details: dict[str, Any]
    reply: str = ""
    contact: ContactFacts | None = None
    state: str = ""
    ended_at: datetime | None = None
    marks: Marks | None = field(default=None, init=False, repr=False, compare=False)

    def known_details(self) -> dict[str, Any]:
        """The details that say something."""
        return known_details(self.details, self.reply)

    def marked(self, ring: Keyring) -> Marks:
        """Its marks; kept once reckoned."""
        if self.marks is None:
            columns = [getattr(self, name) for name in FACT_COLUMNS]
            ended = chain.stamp(self.ended_at) if self.ended_at else ""
            self.marks = mark(
                ring,
                columns,
                chain.stamp(self.opened_at),
                self.known_details(),
                self.contact,
                (self.state, ended),
            )
        return self.marks


def known_details(details: Mapping[str, Any], reply: str) -> dict[str, Any]:
    """The details that say something, with the reply; blanks say nothing."""
    known = {name: value for name, value in details.items() if value is not None and value != ""}
    if reply:
        known["reply"] = reply
    return known


def mark(
    ring: Keyring,
    columns: list[Any],
    opened: str,
    details: Mapping[str, Any],
    contact: tuple[Any, ...] | None,
    outcome: tuple[str, str] = ("", ""),
) -> Marks:
    """The marks of facts: the values of ``FACT_COLUMNS``, the stamp of the opening, details.

    ``details`` are the known ones. ``outcome`` is the state and the stamp of the end, where they
    are told.
    """
    who, phone = contact_marks(ring, contact) if contact else (b"", None)
    told = [*outcome] if any(outcome) else []
    said = chain.canonical([*columns, opened, details, who.hex(), *told])
    return Marks(chain.digest(said, key=ring.chain_key)[:16], who, phone)


def stamped(iso: str) -> str:
    """The ``chain.stamp`` of a moment that is ISO text in UTC already, ending in Z."""
    return f"{iso[:-1]}{'' if '.' in iso else '.000000'}+00:00"


def contact_marks(ring: Keyring, contact: tuple[Any, ...]) -> tuple[bytes, bytes | None]:
    """The marks of a contact (name, phone, address, more) and of its phone, if it has one.

    In which language it is written to makes it no other contact.
    """
    said = contact[:4] if len(contact) > 3 and contact[3] else contact[:3]
    who = ring.blind_index(orjson.dumps([*said]).decode(), purpose="contact")
    return who, ring.blind_index(contact[1], purpose="phone") if contact[1] else None
