"""What people may ask of the house about their own data, as a kind declares it. Without a database.

Rights: 个人信息保护法 第四十四条 to 第四十八条; withdrawal of consent: 第十五条.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

ARCHIVED = "档案法 第十三条"
"""What records the main work of a public body is archived, and kept for the time of its schedule."""


class Right(StrEnum):
    """What is asked for."""

    FILE = "file"
    """To be shown, or to have a copy of, all that is held (第四十五条)."""
    CORRECTION = "correction"
    """To have it put right or completed (第四十六条)."""
    ERASURE = "erasure"
    """To have it erased where no duty to keep stands (第四十七条)."""
    WITHDRAWAL = "withdrawal"
    """To take back what was agreed to (第十五条)."""


@dataclass(frozen=True)
class DataRights:
    """How a kind answers them.

    ``by_topic``: the right that each topic asks for. In the state ``unproven`` it is not known yet who
    asks: the step ``prove`` says so, with the fact ``identity`` (``texted`` to the number that was given,
    or ``shown``, a document at a window). In the state ``granted`` the house carries it out and takes the step
    ``carried`` with the fact ``result``.
    """

    by_topic: Mapping[str, Right]
    unproven: str
    prove: str
    granted: str
    carried: str
    identity: str = "identity"
    result: str = "result"

    def check(
        self,
        kind: str,
        states: AbstractSet[str],
        steps: AbstractSet[str],
        facts: AbstractSet[str],
    ) -> None:
        """Refuse names that the kind does not have."""
        strange = {self.unproven, self.granted} - states
        strange |= ({self.prove, self.carried} - steps) | ({self.identity, self.result} - facts)
        if strange:
            raise ValueError(f"{kind}: there are no {sorted(strange)}")
