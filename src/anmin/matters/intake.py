"""The bulk write door: what a system of record says about many events at once.

Each observation is compared with what that system last said about the event (kept in the
entries), and only what it changed since is applied: work done here, such as a hand-over to
another unit, is never undone by the next export, and an older export never wins.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from anmin.evidence.log import atomic
from anmin.kernel.chain import stamp
from anmin.kernel.errors import Refusal
from anmin.matters import bulk
from anmin.matters.actor import Actor
from anmin.matters.clock import tick
from anmin.matters.contacts import seal
from anmin.matters.first_sight import ended_at, open_many
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, running_clocks, take_turn
from anmin.matters.models import Contact, Deadline, Entry, Matter
from anmin.matters.observation import FACT_COLUMNS, Observation

__all__ = ["Observation", "Observed", "observe_many"]


class Observed(NamedTuple):
    """What became of one observation: created, updated, unchanged or refused, and why."""

    outcome: str
    matter_id: int | None
    reason: str = ""


@atomic
def observe_many(observations: Sequence[Observation], *, actor_label: str) -> list[Observed]:
    """Take in a batch; one transaction, results in the order given.

    Repeating a batch changes nothing. Several observations of one event in a batch are taken in
    the order of their ``facts_at``. O(n) statements in bulk for new events; a changed event
    costs a few queries of its own.
    """
    take_turn()
    bulk.queue_up("intake")
    results: list[Observed | None] = [None] * len(observations)
    actor = Actor.system(actor_label)
    ring = settings.KEYRING
    rounds = _rounds(observations)
    for indices in rounds:
        known = _known([observations[i] for i in indices])
        fresh: list[int] = []
        bump: list[tuple[datetime, int]] = []
        for i in indices:
            one = observations[i]
            row = known.get((one.source, one.external_id))
            if row is None:
                fresh.append(i)
            elif row.digest == (digest := one.marked(ring).facts):
                if row.facts_at is None or one.facts_at > row.facts_at:
                    bump.append((one.facts_at, row.id))
                results[i] = Observed("unchanged", row.id)
            elif row.facts_at is not None and one.facts_at < row.facts_at:
                results[i] = Observed("unchanged", row.id, "older than what is known")
            elif one.facts_at == row.facts_at and _said_before(row.id, digest):
                results[i] = Observed("unchanged", row.id, "said before, and changed since")
            else:
                results[i] = _update(row.id, one, digest, actor)
        _bump(bump)
        opened = open_many([observations[i] for i in fresh], actor) if fresh else []
        for i, made in zip(fresh, opened, strict=True):
            results[i] = (
                Observed("refused", None, made)
                if isinstance(made, str)
                else Observed("created", made)
            )
    return [result for result in results if result is not None]


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


def _known(observations: Sequence[Observation]) -> dict[tuple[str, str], _Known]:
    """The matters already there for these events. One query per source."""
    found: dict[tuple[str, str], _Known] = {}
    by_source: dict[str, list[str]] = {}
    for one in observations:
        by_source.setdefault(one.source, []).append(one.external_id)
    for source, numbers in by_source.items():
        rows = Matter.objects.filter(
            bulk.has_outside_number(numbers), source=source, external_id__isnull=False
        ).values_list("external_id", "id", "facts_at", "facts_digest")
        for external_id, pk, facts_at, digest in rows.iterator(chunk_size=5000):
            found[source, external_id or ""] = _Known(pk, facts_at, bytes(digest or b""))
    return found


def _bump(rows: list[tuple[datetime, int]]) -> None:
    """Remember that the same facts were confirmed later."""
    for facts_at, pk in rows:
        Matter.objects.filter(pk=pk).update(facts_at=facts_at)


def _update(pk: int, one: Observation, digest: bytes, actor: Actor) -> Observed:
    """Apply what the outside system changed since it last spoke of this event."""
    matter = Matter.objects.select_for_update().get(pk=pk)
    declared = matter.type
    last = _last_said(matter)
    told = one.known_details()
    facts = {name: getattr(one, name) for name in (*FACT_COLUMNS, "opened_at")}
    try:
        details = declared.clean({**matter.details, **told})
    except Refusal as refusal:
        return Observed("refused", pk, str(refusal))
    columns = {
        name: value
        for name, value in facts.items()
        if value not in (None, "")
        and (stamp(value) if isinstance(value, datetime) else value) != last.get(name)
    }
    changed = {
        name: details[name]
        for name in told
        if name in details and details[name] != last["details"].get(name)
    }
    now = timezone.now()
    state = _later_state(matter, declared, {**matter.details, **changed})
    change = Change("observe", state, columns=columns, details=changed)
    ended = None if declared.flow.stage(state).live else ended_at(details, now)
    if matter.closed_at is None and ended is not None:
        change.columns["closed_at"] = ended
    running = running_clocks(Deadline.objects.filter(matter=matter))
    change.clocks = tick(
        declared.clocks,
        declared.flow,
        category=matter.category,
        state=state,
        at=ended or now,
        running=running,
    )
    _renew_contact(matter, one, change)
    if not change.payload() and state == matter.state:
        Matter.objects.filter(pk=pk).update(facts_at=one.facts_at, facts_digest=digest)
        return Observed("unchanged", pk)
    change.told["facts"] = digest.hex()
    append(matter, change, actor=actor, at=now, running=running)
    Matter.objects.filter(pk=pk).update(facts_at=one.facts_at, facts_digest=digest)
    return Observed("updated", pk)


def _said_before(pk: int, digest: bytes) -> bool:
    """Whether these very facts were reported earlier: between equals, the last word stands."""
    return Entry.objects.filter(matter=pk, payload__told__facts=digest.hex()).exists()


def _last_said(matter: Matter) -> dict[str, Any]:
    """What the outside system has said so far, folded from the entries it caused."""
    said: dict[str, Any] = {"details": {}}
    rows = Entry.objects.filter(matter=matter, action__in=("open", "observe")).order_by("seq")
    for payload in rows.values_list("payload", flat=True):
        said.update(payload.get("set", {}))
        said["details"].update(payload.get("details", {}))
    return said


def _later_state(matter: Matter, declared: Kind, details: dict[str, Any]) -> str:
    """The state the facts prove, unless the matter is already further along."""
    if declared.observe is None or not matter.live:
        return matter.state
    proven = declared.observe(details)
    further = declared.flow.rank(proven) > declared.flow.rank(matter.state)
    return proven if further else matter.state


def _renew_contact(matter: Matter, one: Observation, change: Change) -> None:
    """Replace the contact if the outside system now names another."""
    if not one.contact:
        return
    marks = one.marked(settings.KEYRING)
    known = Contact.objects.filter(matter=matter).first()
    if known is not None and bytes(known.fingerprint) == marks.contact:
        return
    sealed = seal(one.contact, number=matter.number, marks=(marks.contact, marks.phone))
    Contact.objects.update_or_create(
        matter=matter,
        defaults={
            "sealed": sealed.sealed,
            "phone_index": sealed.phone_index,
            "fingerprint": sealed.fingerprint,
        },
    )
    change.told["contact"] = sealed.fingerprint.hex()
