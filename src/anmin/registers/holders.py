"""Who can have something in hand: a person of the house, a store, or somebody outside.

Written ``person:chenli``, ``store:RA-1``, ``outside:owner``. Without Django's tables.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Hand(StrEnum):
    """The sorts of holders. What is outside is not counted: nobody here answers for it."""

    PERSON = "person"
    STORE = "store"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder: a username, the code of a store, or a word of the register for who is outside."""

    hand: Hand
    code: str

    def __str__(self) -> str:
        return f"{self.hand}:{self.code}"

    @classmethod
    def read(cls, text: str) -> Self:
        """A holder as it is written. Raises ``ValueError``."""
        hand, separator, code = text.partition(":")
        if not separator or not code:
            raise ValueError(f"{text!r} is no holder")
        return cls(Hand(hand), code)

    @property
    def counted(self) -> bool:
        """Whether somebody here answers for what it has."""
        return self.hand is not Hand.OUTSIDE


def person(username: str) -> Holder:
    """A person of the house."""
    return Holder(Hand.PERSON, username)


def store(code: str) -> Holder:
    """A storage place."""
    return Holder(Hand.STORE, code)


def outside(word: str) -> Holder:
    """Somebody outside, by the register's word."""
    return Holder(Hand.OUTSIDE, word)
