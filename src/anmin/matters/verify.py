"""Proof that rows and history agree: every timeline replayed, every chain recomputed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import DatabaseError
from django.db.models import Exists, OuterRef

from anmin.evidence.findings import Finding, Findings, What
from anmin.evidence.stored import ill_formed
from anmin.matters.erasing import ANONYMISED, erased_in
from anmin.matters.ledger import Replay, running_clocks
from anmin.matters.models import Deadline, Entry, Matter, Party, SealedFacts
from anmin.matters.parties import holds
from anmin.matters.sealed import holds as sealed_holds

CHUNK = 2000
LABEL = "matters.matter"


@dataclass(slots=True)
class Verdict:
    """How many matters differ from their entries, and how many histories are broken."""

    matters: int = 0
    entries: int = 0
    mismatches: int = 0
    broken_chains: int = 0
    findings: Findings = field(default_factory=Findings)

    @property
    def sound(self) -> bool:
        """Nothing differs and no chain is broken."""
        return not (self.mismatches or self.broken_chains)

    def add(self, matter: Matter, replay: Replay, what: What) -> None:
        """Keep what is wrong with a matter; its last entry is the latest that is known of it."""
        at = replay.at
        if not replay.version:  # no history at all: it was put in, after the first entry
            what = What.INVENTED
            at = _first()
        self.findings.add(Finding(what, LABEL, matter.pk, matter.number, at))


def verify(progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Replay every matter. Memory stays flat; O(entries) time.

    ``progress`` is called with matters done and matters in all.
    """
    verdict = Verdict()
    total = Matter.objects.count()
    ill = _ill_formed(verdict)
    for matters in _chunks(ill):
        ids = [matter.pk for matter in matters]
        entries = Entry.objects.filter(matter__in=ids).order_by("matter_id", "seq")
        replays: dict[int, Replay] = {}
        gone = _erased(ids)
        for entry in entries.iterator(chunk_size=CHUNK):
            replay = replays.get(entry.matter_id)
            if replay is None:
                replay = replays[entry.matter_id] = Replay(erased=gone.get(entry.matter_id, {}))
            replay.add(entry)
            verdict.entries += 1
        deadlines = Deadline.objects.filter(matter__in=ids).order_by("matter_id")
        clocks = {
            pk: running_clocks(rows) for pk, rows in groupby(deadlines, lambda row: row.matter_id)
        }
        rows = Party.objects.filter(matter__in=ids).order_by("matter_id", "number")
        tokens = SealedFacts.objects.filter(matter__in=ids).order_by("matter_id", "seq")
        sealed = {pk: list(some) for pk, some in groupby(tokens, lambda row: row.matter_id)}
        parties = {pk: list(some) for pk, some in groupby(rows, lambda row: row.matter_id)}
        for matter in matters:
            replay = replays.get(matter.pk, Replay())
            if not (
                replay.matches(matter, clocks.get(matter.pk, {}))
                and holds(parties.get(matter.pk, ()), matter.number, replay.parties)
                and sealed_holds(sealed.get(matter.pk, ()), matter.number, replay.sealed)
            ):
                verdict.mismatches += 1
                verdict.add(matter, replay, What.CHANGED)
            if not replay.intact:
                verdict.broken_chains += 1
                verdict.add(matter, replay, What.CHAIN_BROKEN)
        verdict.matters += len(matters)
        if progress:
            progress(verdict.matters, total)
    _without_matter(verdict)
    return verdict


def _ill_formed(verdict: Verdict) -> list[int]:
    """The matters of rows that a comparison in SQL takes for something else, or that no program
    can read: they are told, and not replayed."""
    known: set[int] = set()
    models: tuple[Any, ...] = (Matter, Entry, Deadline)
    for model in models:
        for pk in ill_formed(model):
            rows = model.objects.filter(pk=pk)
            owner = pk if model is Matter else rows.values_list("matter_id", flat=True).first()
            number: int = owner if isinstance(owner, int) else 0
            if number in known:
                continue
            known.add(number)
            name = Matter.objects.filter(pk=number).values_list("number", flat=True).first()
            at, what = _last_readable(number), What.CHANGED
            if at is None:  # no history: it was put in, after the first entry
                at, what = _first(), What.INVENTED
            verdict.mismatches += 1
            verdict.findings.add(Finding(what, LABEL, number, name or str(owner), at))
    return sorted(known)


def _first() -> datetime | None:
    """When the first entry of all was written."""
    at: datetime | None = Entry.objects.order_by("pk").values_list("at", flat=True).first()
    return at


def _last_readable(matter_id: int) -> datetime | None:
    """When the last entry of a matter was written whose time can be read."""
    entries = Entry.objects.filter(matter_id=matter_id).order_by("-seq")
    for pk in entries.values_list("pk", flat=True)[:20]:
        try:
            at: datetime = Entry.objects.values_list("at", flat=True).get(pk=pk)
        except (DatabaseError, ValueError, AttributeError):
            continue
        return at
    return None


def _without_matter(verdict: Verdict) -> None:
    """Entries and deadlines that outlived their matter."""
    held = Exists(Matter.objects.filter(pk=OuterRef("matter_id")))
    for rows in (Entry.objects.all(), Deadline.objects.all()):
        for pk in rows.filter(~held).order_by("matter_id").values_list("matter_id").distinct():
            last = Entry.objects.filter(matter_id=pk[0]).order_by("-seq").first()
            first = Entry.objects.filter(matter_id=pk[0], seq=1).first()
            number = str(first.payload.get("set", {}).get("number", "")) if first else ""
            verdict.mismatches += 1
            at = last.at if last else None
            verdict.findings.add(Finding(What.MISSING, LABEL, pk[0], number, at))


def chain_holds(matter: Matter) -> bool:
    """Whether this one matter's chain was made with the keyring at hand."""
    return Replay.of(matter.entries.order_by("seq")).intact


def _erased(ids: list[int]) -> dict[int, dict[int, tuple[str, str, str]]]:
    """What was taken out of the entries of these matters."""
    found: dict[int, dict[int, tuple[str, str, str]]] = {}
    rows = Entry.objects.filter(matter__in=ids, action=ANONYMISED).order_by("matter_id")
    for pk, entries in groupby(rows, lambda entry: entry.matter_id):
        found[pk] = erased_in(entries)
    return found


def _chunks(without: list[int]) -> Iterator[list[Matter]]:
    start = -(2**63)  # also keys that this program never gives
    rows = Matter.objects.exclude(pk__in=without) if without else Matter.objects.all()
    while chunk := list(rows.filter(pk__gte=start).order_by("pk")[:CHUNK]):
        yield chunk
        start = chunk[-1].pk + 1
