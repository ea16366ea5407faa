"""Who may have a part in a matter besides its reporter: roles that a kind declares. Without Django's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from anmin.matters.flow import Text


class Who(StrEnum):
    """What a party can be."""

    CITIZEN = "citizen"
    ACCOUNT = "account"
    UNIT = "unit"


@dataclass(frozen=True)
class PartyRole:
    """One part that somebody can have in a matter of a kind: accused, guardian, representative …

    ``who`` says what may have it, ``most`` how many at a time. ``seen_by`` are the roles that learn
    who has it, and alone write it down; empty: all who see the matter. ``concerned``: the matter is
    about them. They and their unit neither work on it nor see it (``conflict``).
    """

    code: str
    label: Text
    who: frozenset[Who] = frozenset({Who.CITIZEN})
    most: int = 1
    seen_by: frozenset[str] = frozenset()
    concerned: bool = False

    def __post_init__(self) -> None:
        """Refuse a part that nobody can have, or that concerns nobody of the house."""
        if not self.who or self.most < 1:
            raise ValueError(f"nobody can be {self.code}")
        if self.concerned and self.who == {Who.CITIZEN}:
            raise ValueError(f"{self.code}: a citizen does not work on matters")

    def shown_to(self, role: str) -> bool:
        """Whether this role learns who has the part."""
        return not self.seen_by or role in self.seen_by


def check_parties(kind: str, parties: Sequence[PartyRole], *, brought: bool) -> None:
    """Refuse parts that do not fit each other or the kind.

    What a file brings names no party, so nobody could be kept away from it.
    """
    codes = [one.code for one in parties]
    if len(codes) != len(set(codes)):
        raise ValueError(f"{kind}: a part is declared twice: {sorted(codes)}")
    if brought and any(one.concerned for one in parties):
        raise ValueError(f"{kind}: files bring it, so it cannot be about people of the house")
