"""The bulk write door: what a system of record says about many events at once.

Each observation is compared with what that system last said about the event (kept in the
entries), and only what it changed since is applied: work done here, such as a hand-over to
another unit, is never undone by the next export, and an older export never wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from anmin.evidence.log import atomic
from anmin.matters import bulk
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bringing
from anmin.matters.first_sight import open_many
from anmin.matters.later_word import Observed, said_before, update
from anmin.matters.ledger import take_turn
from anmin.matters.models import Matter
from anmin.matters.observation import Observation

__all__ = ["Bringing", "Observation", "Observed", "observe_many"]


@atomic
def observe_many(
    observations: Sequence[Observation], *, actor_label: str = "", by: Bringing | None = None
) -> list[Observed]:
    """Take in a batch; one transaction, results in the order given.

    ``by`` tells who brings it, within which bounds, and what rests on matters already; without
    it, it is the house itself under the name ``actor_label``. Repeating a batch changes nothing.
    Several observations of one event in a batch are taken in the order of their ``facts_at``.
    O(n) statements in bulk for new events; a changed event costs a few queries of its own.
    """
    take_turn()
    bulk.queue_up("intake")
    by = by or Bringing(Actor.system(actor_label))
    if by.bounds:
        for one in observations:
            by.bounds.keep(one)
    results: list[Observed | None] = [None] * len(observations)
    for indices in _rounds(observations):
        known = _known([observations[i] for i in indices])
        fresh = [i for i in indices if _key(observations[i]) not in known]
        later = _newly_said(observations, indices, known, by, results)
        planned = by.planned([pk for _i, pk in later]) if later else ()
        for i, pk in later:
            digest = observations[i].marked(settings.KEYRING).facts
            results[i] = update(pk, observations[i], digest, by, rests=pk in planned)
        opened = open_many([observations[i] for i in fresh], by) if fresh else []
        for i, made in zip(fresh, opened, strict=True):
            results[i] = (
                Observed("refused", None, made)
                if isinstance(made, str)
                else Observed("created", made)
            )
    return [result for result in results if result is not None]


def _newly_said(
    observations: Sequence[Observation],
    indices: Iterable[int],
    known: Mapping[tuple[str, str], "_Known"],
    by: Bringing,
    results: list[Observed | None],
) -> list[tuple[int, int]]:
    """Which of them say something new of a known matter, with its id; the others get results."""
    later: list[tuple[int, int]] = []
    bump: list[tuple[datetime, int]] = []
    for i in indices:
        one = observations[i]
        row = known.get(_key(one))
        if row is None:
            continue
        if by.bounds and (reason := by.bounds.refuse_known(row.kind, row.unit_id)):
            results[i] = Observed("refused", None, reason)
        elif row.digest == (digest := one.marked(settings.KEYRING).facts):
            if not by.outranked and (row.facts_at is None or one.facts_at > row.facts_at):
                bump.append((one.facts_at, row.id))
            results[i] = Observed("unchanged", row.id)
        elif row.facts_at is not None and one.facts_at < row.facts_at:
            results[i] = Observed("unchanged", row.id, "older than what is known")
        elif one.facts_at == row.facts_at and said_before(row.id, digest):
            results[i] = Observed("unchanged", row.id, "said before, and changed since")
        else:
            later.append((i, row.id))
    _bump(bump)
    return later


def _rounds(observations: Sequence[Observation]) -> Iterable[list[int]]:
    """Positions grouped so that no round holds an event twice, earlier facts first."""
    if len({(one.source, one.external_id) for one in observations}) == len(observations):
        yield list(range(len(observations)))
        return
    seen: dict[tuple[str, str], list[int]] = {}
    for i, one in enumerate(observations):
        seen.setdefault((one.source, one.external_id), []).append(i)
    depth = max((len(places) for places in seen.values()), default=0)
    if depth > 1:
        for places in seen.values():
            places.sort(key=lambda i: observations[i].facts_at)
    for level in range(depth):
        yield [places[level] for places in seen.values() if len(places) > level]


class _Known(NamedTuple):
    id: int
    facts_at: datetime | None
    digest: bytes
    kind: str
    unit_id: int | None


def _known(observations: Sequence[Observation]) -> dict[tuple[str, str], _Known]:
    """The matters already there for these events. One query per source."""
    found: dict[tuple[str, str], _Known] = {}
    by_source: dict[str, list[str]] = {}
    for one in observations:
        by_source.setdefault(one.source, []).append(one.external_id)
    for source, numbers in by_source.items():
        rows = Matter.objects.filter(
            bulk.has_outside_number(numbers), source=source, external_id__isnull=False
        ).values_list("external_id", "id", "facts_at", "facts_digest", "kind", "unit_id")
        for external_id, pk, facts_at, digest, kind, unit in rows.iterator(chunk_size=5000):
            found[source, external_id or ""] = _Known(
                pk, facts_at, bytes(digest or b""), kind, unit
            )
    return found


def _key(one: Observation) -> tuple[str, str]:
    return one.source, one.external_id


def _bump(rows: list[tuple[datetime, int]]) -> None:
    """Remember that the same facts were confirmed later."""
    for facts_at, pk in rows:
        Matter.objects.filter(pk=pk).update(facts_at=facts_at)
