"""The bulk write door: what a system of record says about many events at once.

Each observation is compared with what that system last said about the event (kept in the
entries), and only what it changed since is applied: work done here, such as a hand-over to
another unit, is never undone by the next export, and an older export never wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from anmin.kernel import chain
from anmin.kernel.errors import Refusal
from anmin.matters import bulk
from anmin.matters.actor import Actor
from anmin.matters.clock import next_due, stamp, tick
from anmin.matters.contacts import ContactFacts, fingerprint, seal
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, entry_hash, running_clocks, take_turn
from anmin.matters.models import SNAPSHOT, Contact, Deadline, Entry, Matter
from anmin.matters.numbers import take_numbers
from anmin.matters.registry import kind_of

FACT_COLUMNS = ("category", "area_id", "unit_id", "summary", "place", "longitude", "latitude")
MATTER_COLUMNS = (
    "id",
    *SNAPSHOT,
    "state",
    "stage",
    "details",
    "due_at",
    "facts_at",
    "facts_digest",
    "version",
    "head",
)
ENTRY_COLUMNS = (
    "matter_id",
    "seq",
    "at",
    "actor_id",
    "actor_label",
    "actor_role",
    "action",
    "from_state",
    "to_state",
    "note",
    "public",
    "payload",
    "key",
    "hash",
)
DEADLINE_COLUMNS = ("matter_id", "clock", "rule", "started_at", "due_at", "met_at", "provisional")
CONTACT_COLUMNS = ("matter_id", "sealed", "phone_index", "fingerprint")


@dataclass(slots=True)
class Observation:
    """What a system of record says about one event; ``(source, external_id)`` is its key.

    ``facts_at`` tells how new these facts are. Details hold moments as ISO strings.
    """

    source: str
    external_id: str
    kind: str
    category: str
    area_id: int | None
    unit_id: int | None
    summary: str
    place: str
    longitude: float | None
    latitude: float | None
    opened_at: datetime
    facts_at: datetime
    details: dict[str, Any]
    reply: str = ""
    contact: ContactFacts | None = None

    def facts(self) -> dict[str, Any]:
        """The facts as they are compared and kept; blanks say nothing and are left out."""
        details = {**self.details, "reply": self.reply} if self.reply else self.details
        facts: dict[str, Any] = {name: getattr(self, name) for name in FACT_COLUMNS}
        facts["opened_at"] = self.opened_at
        facts["details"] = {k: v for k, v in details.items() if v is not None and v != ""}
        return facts

    def digest(self) -> bytes:
        """16 bytes that are equal exactly when the facts are."""
        contact = fingerprint(self.contact).hex() if self.contact else ""
        facts = self.facts()
        facts["opened_at"] = stamp(self.opened_at)
        return chain.digest(chain.canonical([facts, contact]))[:16]


class Observed(NamedTuple):
    """What became of one observation: created, updated, unchanged or refused, and why."""

    outcome: str
    matter_id: int | None
    reason: str = ""


@transaction.atomic
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
            elif row.digest == (digest := one.digest()):
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
        for i, result in zip(fresh, _create([observations[i] for i in fresh], actor), strict=True):
            results[i] = result
    return [result for result in results if result is not None]


def _rounds(observations: Sequence[Observation]) -> Iterable[list[int]]:
    """Positions grouped so that no round holds an event twice, earlier facts first."""
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
        rows = Matter.objects.filter(source=source, external_id__in=numbers).values_list(
            "external_id", "id", "facts_at", "facts_digest"
        )
        for external_id, pk, facts_at, digest in rows.iterator(chunk_size=5000):
            found[source, external_id or ""] = _Known(pk, facts_at, bytes(digest or b""))
    return found


def _bump(rows: list[tuple[datetime, int]]) -> None:
    """Remember that the same facts were confirmed later."""
    for facts_at, pk in rows:
        Matter.objects.filter(pk=pk).update(facts_at=facts_at)


@dataclass(slots=True)
class _Rows:
    """What a batch writes, table by table."""

    matters: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]
    deadlines: list[tuple[Any, ...]]
    contacts: list[tuple[Any, ...]]


def _create(observations: Sequence[Observation], actor: Actor) -> list[Observed]:
    """Open new matters in bulk; an observation whose details do not fit is refused alone."""
    if not observations:
        return []
    now = timezone.now()
    rows = _Rows([], [], [], [])
    results: list[Observed] = []
    good: list[tuple[Observation, dict[str, Any]]] = []
    for one in observations:
        try:
            details = kind_of(one.kind).clean(one.facts()["details"])
        except Refusal as refusal:
            results.append(Observed("refused", None, str(refusal)))
            continue
        good.append((one, details))
        results.append(Observed("created", -1))
    ids = iter(bulk.take_ids(Matter, len(good)))
    numbers = _numbers([one for one, _details in good])
    made = iter(
        [
            _rows_for(one, d, next(ids), next(numbers[_series(one)]), actor, now, rows)
            for one, d in good
        ]
    )
    bulk.insert(Matter, MATTER_COLUMNS, rows.matters)
    bulk.insert(Entry, ENTRY_COLUMNS, rows.entries)
    bulk.insert(Deadline, DEADLINE_COLUMNS, rows.deadlines)
    bulk.insert(Contact, CONTACT_COLUMNS, rows.contacts)
    return [r if r.outcome == "refused" else Observed("created", next(made)) for r in results]


def _series(one: Observation) -> tuple[str, int]:
    return kind_of(one.kind).prefix, timezone.localtime(one.opened_at).year


def _numbers(observations: Sequence[Observation]) -> dict[tuple[str, int], Any]:
    counts: dict[tuple[str, int], int] = {}
    for one in observations:
        series = _series(one)
        counts[series] = counts.get(series, 0) + 1
    return {series: take_numbers(*series, count) for series, count in counts.items()}


def _rows_for(
    one: Observation,
    details: dict[str, Any],
    pk: int,
    number: str,
    actor: Actor,
    now: datetime,
    rows: _Rows,
) -> int:
    """Lay out the rows of one new matter; returns its primary key."""
    declared = kind_of(one.kind)
    sealed = seal(one.contact, number=number) if one.contact else None
    digest = one.digest()
    change = _first_change(number, declared, one, details, now)
    change.told["facts"] = digest.hex()
    if sealed:
        change.told["contact"] = sealed.fingerprint.hex()
    payload = change.payload()
    head = entry_hash(
        chain.GENESIS,
        number=number,
        seq=1,
        at=now,
        actor=actor.label,
        role=actor.role,
        action=change.action,
        from_state="",
        to_state=change.to_state,
        note="",
        public=False,
        payload=payload,
    )
    stage = declared.flow.stage(change.to_state).value
    columns = change.columns
    rows.matters.append(
        (
            pk,
            *(_kept(columns.get(name)) for name in SNAPSHOT),
            change.to_state,
            stage,
            bulk.document(change.details),
            bulk.moment(next_due(change.clocks)),
            bulk.moment(one.facts_at),
            digest,
            1,
            head,
        )
    )
    rows.entries.append(
        (
            pk,
            1,
            bulk.moment(now),
            None,
            actor.label,
            actor.role,
            change.action,
            "",
            change.to_state,
            "",
            False,
            bulk.document(payload),
            None,
            head,
        )
    )
    for code, clock in change.clocks.items():
        rows.deadlines.append(
            (
                pk,
                code,
                clock.rule,
                bulk.moment(clock.started_at),
                bulk.moment(clock.due_at),
                bulk.moment(clock.met_at),
                clock.provisional,
            )
        )
    if sealed:
        rows.contacts.append((pk, sealed.sealed, sealed.phone_index, sealed.fingerprint))
    return pk


def _kept(value: Any) -> Any:
    return bulk.moment(value) if isinstance(value, datetime) else value


def _first_change(
    number: str,
    declared: Kind,
    one: Observation,
    details: dict[str, Any],
    now: datetime,
) -> Change:
    """The first entry of a matter seen from outside: its facts, state and clocks."""
    state = declared.observe(details) if declared.observe else declared.flow.start
    ended = None if declared.flow.stage(state).live else _ended(details, now)
    columns: dict[str, Any] = {
        "number": number,
        "kind": one.kind,
        "source": one.source,
        "external_id": one.external_id,
        **{name: getattr(one, name) for name in FACT_COLUMNS},
        "assignee_id": None,
        "opened_at": one.opened_at,
        "closed_at": ended,
    }
    clocks = tick(
        declared.clocks,
        declared.flow,
        category=one.category,
        state=state,
        at=ended or now,
        running={},
        opened_at=one.opened_at,
    )
    return Change("open", state, columns=columns, details=details, clocks=clocks)


def _ended(details: dict[str, Any], now: datetime) -> datetime:
    """When the reporter was answered, by the facts."""
    text = details.get("answered_at")
    return datetime.fromisoformat(text) if text else now


def _update(pk: int, one: Observation, digest: bytes, actor: Actor) -> Observed:
    """Apply what the outside system changed since it last spoke of this event."""
    matter = Matter.objects.select_for_update().get(pk=pk)
    declared = matter.type
    last = _last_said(matter)
    facts = one.facts()
    try:
        details = declared.clean({**matter.details, **facts["details"]})
    except Refusal as refusal:
        return Observed("refused", pk, str(refusal))
    columns = {
        name: value
        for name, value in facts.items()
        if name != "details"
        and value not in (None, "")
        and (stamp(value) if isinstance(value, datetime) else value) != last.get(name)
    }
    changed = {
        name: details[name]
        for name in facts["details"]
        if name in details and details[name] != last["details"].get(name)
    }
    now = timezone.now()
    state = _later_state(matter, declared, {**matter.details, **changed})
    change = Change("observe", state, columns=columns, details=changed)
    ended = None if declared.flow.stage(state).live else _ended(details, now)
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
    _renew_contact(matter, one.contact, change)
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


def _renew_contact(matter: Matter, facts: ContactFacts | None, change: Change) -> None:
    """Replace the contact if the outside system now names another."""
    if not facts:
        return
    known = Contact.objects.filter(matter=matter).first()
    if known is not None and bytes(known.fingerprint) == fingerprint(facts):
        return
    sealed = seal(facts, number=matter.number)
    Contact.objects.update_or_create(
        matter=matter,
        defaults={
            "sealed": sealed.sealed,
            "phone_index": sealed.phone_index,
            "fingerprint": sealed.fingerprint,
        },
    )
    change.told["contact"] = sealed.fingerprint.hex()
