"""Rejected rows as people read them: each reason once, with how many rows and where they stand."""

from collections.abc import Iterable
from dataclasses import dataclass

FIRST = 5
"""So many lines are named of those with the same reason."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason, how many rows it keeps out, and the first lines of them."""

    reason: str
    count: int
    lines: tuple[int, ...]


def by_reason(rejected: Iterable[tuple[int, str]]) -> list[Rejection]:
    """Lines with their reasons, put together: the most frequent reason first."""
    lines: dict[str, list[int]] = {}
    for line, reason in rejected:
        lines.setdefault(reason, []).append(line)
    found = [Rejection(reason, len(all_), tuple(all_[:FIRST])) for reason, all_ in lines.items()]
    return sorted(found, key=lambda one: (-one.count, one.lines))
