"""A matter as a declaration may see it: what rules by the facts and guards read, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """A matter in a state, read only. ``details`` are as JSON keeps them; blanks are not there."""

    category: str
    state: str
    details: Mapping[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None
