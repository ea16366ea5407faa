"""What of a kind's matters is for people outside of the house, and when what tells of them goes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Public:
    """What the public may see of a matter of this kind, and in which states.

    ``reporter`` are the facts that whoever reported it sees besides these, always.
    """

    fields: tuple[str, ...] = ()
    when: frozenset[str] = frozenset()
    reporter: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """When matters of a kind tell of nobody any more: ``rule`` says how long after their end.

    Contacts, parties, personal facts, free texts, notes, questions, answers and files go;
    ``keeps`` names free texts that tell of nobody. ``duty`` is the article by which they are kept until then
    whoever asks; without one they go as soon as whoever it is about wants it.
    """

    rule: str
    keeps: frozenset[str] = frozenset()
    duty: str = ""
