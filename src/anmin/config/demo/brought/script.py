"""The form of a scene: a matter of the demo city, and what happens with it on which day.

Days are counted back from today, so that a city made at any time has something of every state.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ago:
    """A fact that is a day: so many days before today, or after it where it is less than nothing."""

    days: float


@dataclass(frozen=True)
class Told:
    """One step: on which day before today, by whom, with what.

    ``agreed``: the head's word where one is needed, ``note`` why it was asked for; ``asked``: the head
    has not answered yet. ``day`` names the fact that holds the day of the step. ``order``: it is a
    step of an order of the matter, the first is 1.
    ``to``: the body outside the police that an order goes to, by code; ``about``: its line in lists.
    """

    days_ago: float
    code: str
    who: str
    given: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    agreed: str = ""
    asked: bool = False
    day: str = ""
    order: int = 0
    to: str = ""
    about: str = ""


@dataclass(frozen=True)
class Brought:
    """One matter: what it is about, and what happens with it. ``day``: the fact that holds its day.

    ``who`` opens it. ``about``: whom it concerns, by username or code of the unit. ``area``: where it
    is, else somewhere in the station's district. ``follows``: the summary of what it follows from. ``whose``:
    that of what the same person brought before.
    """

    kind: str
    category: str
    summary: str
    days_ago: float
    facts: dict[str, Any]
    steps: tuple[Told, ...] = ()
    about: str = ""
    day: str = ""
    who: str = "leader"
    area: str = ""
    place: str = ""
    follows: str = ""
    whose: str = ""
