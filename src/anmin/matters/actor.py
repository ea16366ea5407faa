"""Who acts: a signed-in person, the system itself, or the citizen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anmin.people.models import Account


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an entry; ``account`` is empty for the system and for citizens."""

    label: str
    role: str
    account: "Account | None" = None

    @classmethod
    def of(cls, account: "Account") -> "Actor":
        """A signed-in person."""
        return cls(account.username, account.role, account)

    @classmethod
    def system(cls, label: str) -> "Actor":
        """The system: an import, a job of the night; ``label`` says which."""
        return cls(label, "system")

    @property
    def trusted(self) -> bool:
        """The system acts by its own rules, not by a person's permission."""
        return self.account is None and self.role == "system"


CITIZEN = Actor("citizen", "citizen")
