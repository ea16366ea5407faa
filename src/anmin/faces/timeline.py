"""What one step of a matter's story looks like to the timeline component."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact that became another; ``before`` empty means that it was first recorded here."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step as the reader may see it: the page decides what that is, not the component.

    ``actor`` is a role ("duty leader"); ``actor_name`` only for those who may see it.
    ``told`` is what this step tells the citizen, word for word, each with what it is.
    ``next_step`` with ``next_due`` says what follows and when.
    """

    at: datetime
    actor: str
    action: str
    tone: str = "plain"
    actor_name: str = ""
    changes: tuple[Change, ...] = ()
    note: str = ""
    told: tuple[tuple[str, str], ...] = ()
    public: bool = False
    next_step: str = ""
    next_due: datetime | None = None
    id: str = ""
