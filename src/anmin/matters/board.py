"""How matters of a kind stand on the public board: which of their facts say what there."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Board:
    """Names of facts, and the states that are public.

    ``counted`` events where ``usual`` were before, since ``since``; ``due`` is the clock of what was
    promised, ``milestone`` and ``reached`` are what was reached and when, each time anew.
    """

    listed: frozenset[str]
    lifted: frozenset[str]
    since: str
    counted: str
    usual: str
    ground: str
    bodies: str
    lacks: str
    listed_at: str
    lifted_at: str
    due: str
    milestone: str
    reached: str
    reply: str
    result: str

    def check(self, kind: str, facts: Collection[str], states: Collection[str]) -> None:
        """Raise ``ValueError`` where it names a fact or a state that the kind has not, or not for all."""
        if strange := (self.facts - set(facts)) | (self.states - set(states)):
            raise ValueError(f"{kind}: the board names {sorted(strange)}")

    @property
    def facts(self) -> frozenset[str]:
        """The names of facts, all of which the kind must have."""
        parts = (
            *(self.since, self.counted, self.usual, self.ground, self.bodies, self.lacks),
            *(self.listed_at, self.lifted_at, self.milestone, self.reached, self.reply),
            self.result,
        )
        return frozenset(parts)

    @property
    def states(self) -> frozenset[str]:
        """The states in which something of it may be public."""
        return self.listed | self.lifted
