"""What an import did, as its caller is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COUNTS = ("read", "created", "updated", "unchanged", "rejected")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, in rows. `read` is the sum of the four counts after it.

    `rejects_file` holds the rejected rows with line and reason, if there are any, and those that
    were not applied since a later export has spoken; `notes` counts these and rows taken in a way
    that should be known (see `reasons.NOTES`), `new_units` are those that the file
    names and nobody has added: code, name and rows.
    """

    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    rejects_file: Path | None
    seconds: float
    notes: Mapping[str, int] = field(default_factory=dict)
    new_units: Sequence[tuple[str, str, int]] = ()

    def counts(self) -> dict[str, int]:
        """The counts by their names."""
        return {name: getattr(self, name) for name in COUNTS}

    def as_json(self) -> dict[str, Any]:
        """As `anmin import … --json` tells it."""
        return {
            **self.counts(),
            "rejects_file": str(self.rejects_file) if self.rejects_file else None,
            "seconds": self.seconds,
            "notes": dict(self.notes),
            **({"new_units": [[*one] for one in self.new_units]} if self.new_units else {}),
        }
