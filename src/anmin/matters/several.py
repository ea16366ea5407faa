"""Several rows of one export about one event: joined to what they tell together.

Dispatch systems write a row for every unit that was sent. Each moment has a rule of its own: the
event was reached when the first unit arrived, and over when the last one was free again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from anmin.matters.observation import FACT_COLUMNS, Observation

type Rule = Literal["earliest", "latest", "first_row", "last_row"]
"""Which of several rows tells a moment: by the clock, or by the order of the file."""
USUAL: Mapping[str, Rule] = {
    "received_at": "earliest",
    "dispatched_at": "earliest",
    "arrived_at": "earliest",
    "cleared_at": "latest",
    "answered_at": "latest",
}


@dataclass(frozen=True, slots=True)
class Joining:
    """The rule of each moment, and which moments open an event, the first one known."""

    rules: Mapping[str, Rule] = field(default_factory=lambda: USUAL)
    opened: tuple[str, ...] = ()

    def joinable(self, one: Observation, other: Observation) -> bool:
        """Whether two rows can become one: two reporters stay two reports."""
        return one.facts_at == other.facts_at and (
            not one.contact or not other.contact or one.contact == other.contact
        )

    def join(self, before: Observation, one: Observation) -> Observation:
        """What two rows tell together, in the order of the file; where both speak, the later one."""
        details = {**before.known_details(), **one.known_details()}
        moments = self.moments(before.details, one.details)
        told = {
            name: value
            if (value := getattr(one, name)) not in (None, "")
            else getattr(before, name)
            for name in FACT_COLUMNS
        }
        return replace(
            one,
            **told,
            details=details | moments,
            opened_at=self._opened(moments, min(before.opened_at, one.opened_at)),
            reply=one.reply or before.reply,
            contact=one.contact or before.contact,
        )

    def join_told(self, said: Mapping[str, Any], one: Observation) -> Observation:
        """A further row joined to what the same export said of the event before.

        ``said`` are its columns, with ``details``.
        """
        moments = self.moments(said["details"], one.details)
        before = said.get("opened_at")
        opened = min(one.opened_at, datetime.fromisoformat(before)) if before else one.opened_at
        return replace(one, details=one.details | moments, opened_at=self._opened(moments, opened))

    def moments(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
        """The moments of two rows, each by its rule."""
        found: dict[str, str] = {}
        for name, rule in {**USUAL, **self.rules}.items():
            texts = [text for one in (before, after) if (text := one.get(name))]
            if not texts:
                continue
            if rule == "earliest":
                found[name] = min(texts, key=datetime.fromisoformat)
            elif rule == "latest":
                found[name] = max(texts, key=datetime.fromisoformat)
            else:
                found[name] = texts[0] if rule == "first_row" else texts[-1]
        return found

    def _opened(self, moments: Mapping[str, str], otherwise: datetime) -> datetime:
        text = next((moments[name] for name in self.opened if name in moments), None)
        return datetime.fromisoformat(text) if text else otherwise
