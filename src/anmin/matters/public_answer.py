"""How an answer of a kind may be read by everybody, as the kind declares it. Without a database."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True)
class PublicAnswer:
    """The facts of which a published answer is made.

    ``words``: what was proposed; ``reply``: the answer; ``decision``: what was decided; ``done``: what was
    carried out; ``facts``: what stands beside them. ``consent``: the fact by which whoever proposed it agrees, and
    takes it back: without it nothing is published. ``states``: where there is an answer.
    """

    words: str
    reply: str
    decision: str
    done: str
    consent: str
    states: AbstractSet[str]
    facts: tuple[str, ...] = ()
