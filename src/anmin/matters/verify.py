"""Proof that rows and history agree: every timeline replayed, every chain recomputed."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby

from anmin.matters.ledger import Replay, running_clocks
from anmin.matters.models import Deadline, Entry, Matter

CHUNK = 2000


@dataclass(slots=True)
class Verdict:
    """What ``anmin verify`` reports; ``examples`` names the first few matters that differ."""

    matters: int = 0
    entries: int = 0
    mismatches: int = 0
    broken_chains: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing differs and no chain is broken."""
        return not (self.mismatches or self.broken_chains)

    def as_json(self) -> dict[str, object]:
        """For the command's ``--json``."""
        return asdict(self)


def verify(progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Replay every matter. Memory stays flat; O(entries) time.

    ``progress`` is called with matters done and matters in all.
    """
    verdict = Verdict()
    total = Matter.objects.count()
    for matters in _chunks():
        ids = [matter.pk for matter in matters]
        entries = Entry.objects.filter(matter__in=ids).order_by("matter_id", "seq")
        replays: dict[int, Replay] = {}
        for entry in entries.iterator(chunk_size=CHUNK):
            replays.setdefault(entry.matter_id, Replay()).add(entry)
            verdict.entries += 1
        deadlines = Deadline.objects.filter(matter__in=ids).order_by("matter_id")
        clocks = {
            pk: running_clocks(rows) for pk, rows in groupby(deadlines, lambda row: row.matter_id)
        }
        for matter in matters:
            replay = replays.get(matter.pk, Replay())
            wrong = not replay.matches(matter, clocks.get(matter.pk, {}))
            verdict.mismatches += wrong
            verdict.broken_chains += not replay.intact
            if (wrong or not replay.intact) and len(verdict.examples) < 20:
                verdict.examples.append(matter.number)
        verdict.matters += len(matters)
        if progress:
            progress(verdict.matters, total)
    return verdict


def chain_holds(matter: Matter) -> bool:
    """Whether this one matter's chain was made with the keyring at hand."""
    replay = Replay()
    for entry in matter.entries.order_by("seq"):
        replay.add(entry)
    return replay.intact


def _chunks() -> Iterator[list[Matter]]:
    last = 0
    while chunk := list(Matter.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk
