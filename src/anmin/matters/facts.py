"""A matter as a declaration may see it: what rules by the facts and guards read, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """A matter in a state, read only. ``details`` are as JSON keeps them; blanks are not there.

    ``reopened`` counts how often it went on after its end, ``open_children`` the orders given from
    it that still run.
    """

    category: str
    state: str
    details: Mapping[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None
    reopened: int = 0
    open_children: int = 0
