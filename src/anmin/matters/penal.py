"""What a kind says of penalties, for sums and, where the law is asked first, single decisions. Without a database."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True)
class Penalty:
    """The facts that say what a violation ended with: ``measure`` on which ``ground``, ``decided_on`` which day,
    whether a ``minor`` did it; ``final``: the states in which it stands. Sums are the kind's own figures.
    ``single``: the categories of which one decision alone may be told, because their law does not seal the record.
    """

    measure: str
    ground: str
    decided_on: str
    minor: str
    final: AbstractSet[str]
    single: AbstractSet[str] = frozenset()
