"""The history of a matter: how an entry is made, chained, written and replayed.

An entry's hash covers the previous hash and digests of its note and payload, so that a text
can one day be erased while the chain still proves that nothing else changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from anmin.evidence.prepared import Prepared
from anmin.kernel import chain
from anmin.kernel.chain import stamp
from anmin.kernel.errors import Conflict
from anmin.matters.actor import Actor
from anmin.matters.clock import Running, next_due
from anmin.matters.erasing import erased_in, left_digest
from anmin.matters.models import SET_LATER, SNAPSHOT, Deadline, Entry, Matter
from anmin.matters.owning import require_owner, require_readable
from anmin.matters.reckoning import handed_on
from anmin.matters.sealed import Ready, closed, confider_of, require_unsealed

deadlines_of = Prepared(lambda pk: Deadline.objects.filter(matter_id=pk).order_by("due_at"))
"""The deadlines of a matter by its primary key."""

# Writers hold this shared until they commit; a reader of the news takes it alone for an instant,
# and then knows that no entry with a lower id is still on its way (PostgreSQL only: SQLite has
# one writer at a time anyway).
TURN = 5_201_314_001


@dataclass(slots=True)
class Change:
    """What one entry does to a matter: row columns, details, clocks and whatever else it tells."""

    action: str
    to_state: str
    note: str = ""
    public: bool = False
    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, Running] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, str | None] = field(default_factory=dict)
    """The marks of parties by their numbers; nothing for one that ended."""
    sealed: dict[str, Any] = field(default_factory=dict)
    """Facts to be sealed. The entry keeps ``closed`` of them: their names, and a digest."""
    ready: Ready | None = None
    """Facts that came sealed, instead."""
    answers: dict[str, Any] = field(default_factory=dict)
    """What is sealed for whoever confided the matter, and for nobody else."""
    closed: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The change as the entry keeps it; empty parts are left out."""
        parts = {
            "set": {name: plain(value) for name, value in self.columns.items()},
            "details": self.details,
            "clocks": {code: clock.as_payload() for code, clock in self.clocks.items()},
            "told": self.told,
            "parties": self.parties,
            "sealed": self.closed,
        }
        return {name: part for name, part in parts.items() if part}


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    return stamp(value) if isinstance(value, datetime) else value


def entry_hash(
    previous: bytes,
    *,
    number: str,
    seq: int,
    at: datetime | str,
    actor: str,
    role: str,
    action: str,
    from_state: str,
    to_state: str,
    note: str,
    public: bool,
    payload: Mapping[str, Any] | bytes,
    secret: bytes = b"",
    erased: tuple[str, str] | None = None,
) -> bytes:
    """The keyed hash that chains an entry to the one before it (32 bytes).

    The moment may be given as its stamp already, the payload in its canonical form, and the key,
    to save a batch the work. ``erased`` are the digests of a note and payload that are gone.
    """
    secret = secret or settings.KEYRING.chain_key
    if erased is None:
        canonical = payload if isinstance(payload, bytes) else chain.canonical(payload)
        erased = (
            chain.digest(note, key=secret).hex() if note else "",
            chain.digest(canonical, key=secret).hex(),
        )
    record = chain.canonical(
        [
            number,
            seq,
            plain(at),
            actor,
            role,
            action,
            from_state,
            to_state,
            erased[0],
            public,
            erased[1],
        ]
    )
    return chain.link(secret, previous, record)


def next_hash(
    matter: Matter,
    change: Change,
    payload: Mapping[str, Any] | bytes,
    *,
    actor: Actor,
    at: datetime | str,
) -> bytes:
    """The hash of the next entry of a matter; see ``entry_hash``."""
    return entry_hash(
        bytes(matter.head) or chain.GENESIS,
        number=matter.number,
        seq=matter.version + 1,
        at=at,
        actor=actor.label,
        role=actor.role,
        action=change.action,
        from_state=matter.state,
        to_state=change.to_state,
        note=change.note,
        public=change.public,
        payload=payload,
    )


def build(
    matter: Matter, change: Change, *, actor: Actor, at: datetime, key: str | None = None
) -> Entry:
    """The next entry of a matter, chained but not yet written."""
    payload = change.payload()
    return Entry(
        matter=matter,
        seq=matter.version + 1,
        at=at,
        actor=actor.account,
        actor_label=actor.label,
        actor_role=actor.role,
        action=change.action,
        from_state=matter.state,
        to_state=change.to_state,
        note=change.note,
        public=change.public,
        payload=payload,
        key=key,
        hash=next_hash(matter, change, payload, actor=actor, at=at),
    )


def take_turn() -> None:
    """Say that entries are being written in this transaction (see ``TURN``)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [TURN])


def last_entry() -> int:
    """The number of the last entry that this transaction sees."""
    return Entry.objects.aggregate(last=Max("id"))["last"] or 0


@contextmanager
def settled() -> Iterator[None]:
    """Inside, nobody who took a turn is still writing: no lower number can appear any more."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])


def append(
    matter: Matter,
    change: Change,
    *,
    actor: Actor,
    at: datetime,
    key: str | None = None,
    running: Mapping[str, Running] | None = None,
    takes_back: bool = False,
) -> Entry:
    """Write one entry and the row it leads to. Inside a transaction.

    ``running`` are the clocks before the change. A matter without a primary key is created.
    A matter that goes to another unit leaves with the one before what that has to answer for,
    unless the change only takes back an earlier one (``takes_back``). Raises ``Conflict`` if somebody else changed the matter in between.
    """
    if "unit_id" in change.columns:
        require_owner(matter.type, change.columns["unit_id"])
    require_readable(matter, change)
    require_unsealed(matter.type, change.action, change.note)
    take_turn()
    kept = closed(
        matter.type,
        matter.number,
        matter.version + 1,
        change.sealed,
        ready=change.ready,
        confider=confider_of(matter),
        answers=change.answers,
    )
    change.closed = kept.told
    if matter.pk and not takes_back:
        leave_behind(matter, change, running or {}, at)
    entry = build(matter, change, actor=actor, at=at, key=key)
    clocks = {**(running or {}), **change.clocks}
    fields: dict[str, Any] = {
        **change.columns,
        "state": change.to_state,
        "stage": matter.type.flow.stage(change.to_state).value,
        "details": {**matter.details, **change.details},
        "due_at": next_due(clocks),
        "version": entry.seq,
        "head": entry.hash,
    }
    known, created = matter.version, matter.pk is None
    for name, value in fields.items():
        setattr(matter, name, value)
    if created:
        matter.save(force_insert=True)
    elif not Matter.objects.filter(pk=matter.pk, version=known).update(**fields):
        raise Conflict(_("Somebody else changed this matter meanwhile; look again."))
    entry.matter_id = matter.pk
    entry.save(force_insert=True)
    kept.keep(matter)
    for code, clock in change.clocks.items():
        columns = _deadline_columns(clock)
        rows = Deadline.objects.filter(matter_id=matter.pk, clock=code)
        if created or not rows.update(**columns):
            Deadline.objects.create(matter_id=matter.pk, clock=code, **columns)
    return entry


def leave_behind(
    matter: Matter, change: Change, running: Mapping[str, Running], at: datetime
) -> None:
    """Let the unit that hands a matter on keep what it answers for (``reckoning.handed_on``)."""
    if change.columns.get("unit_id", matter.unit_id) != matter.unit_id:
        clocks = {**running, **change.clocks}
        change.clocks |= handed_on(clocks, by=matter.unit_id, at=at)


def _deadline_columns(clock: Running) -> dict[str, Any]:
    return {
        "rule": clock.rule,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "met_at": clock.met_at,
        "provisional": clock.provisional,
        "held_by_id": clock.held_by,
        "paused_at": clock.paused_at,
        "stood": clock.stood,
        "missed": clock.missed,
        "extended": extended_text(clock),
        "ended": clock.ended,
        "named_at": clock.named_at,
    }


def running_clocks(deadlines: Iterable[Deadline]) -> dict[str, Running]:
    """Deadline rows as clocks."""
    return {
        row.clock: Running(
            row.rule,
            row.started_at,
            row.due_at,
            row.provisional,
            row.met_at,
            row.held_by_id,
            _extended(row.extended),
            row.paused_at,
            row.stood,
            row.missed,
            row.ended,
            row.named_at,
        )
        for row in deadlines
    }


def extended_text(clock: Running) -> str:
    """The extensions of a clock as its row keeps them: ``rule@day``, a line each."""
    return "\n".join(f"{rule}@{day.isoformat()}" for rule, day in clock.extended)


def _extended(text: str) -> tuple[tuple[str, date], ...]:
    lines = (line.split("@") for line in text.splitlines())
    return tuple((rule, date.fromisoformat(day)) for rule, day in lines)


@dataclass(slots=True)
class Replay:
    """A matter as its entries tell it, rebuilt one entry at a time."""

    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, str | None] = field(default_factory=dict)
    sealed: dict[int, Any] = field(default_factory=dict)
    state: str = ""
    version: int = 0
    head: bytes = chain.GENESIS
    at: datetime | None = None
    intact: bool = True
    erased: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Replay":
        """A whole history, in its order."""
        told = list(entries)
        replay = cls(erased=erased_in(told))
        for entry in told:
            replay.add(entry)
        return replay

    def add(self, entry: Entry) -> None:
        """Apply one entry and check that it continues the chain.

        Of an entry that was emptied by a later one (``erased``), what is left must be as that says.
        """
        gone = self.erased.get(entry.seq)
        if gone and left_digest(entry.note, entry.payload) != gone[2]:
            self.intact = False
        number = self.columns.get("number") or entry.payload.get("set", {}).get("number", "")
        expected = entry_hash(
            self.head,
            number=number,
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor_label,
            role=entry.actor_role,
            action=entry.action,
            from_state=entry.from_state,
            to_state=entry.to_state,
            note=entry.note,
            public=entry.public,
            payload=entry.payload,
            erased=gone[:2] if gone else None,
        )
        if (
            entry.seq != self.version + 1
            or entry.from_state != self.state
            or bytes(entry.hash) != expected
        ):
            self.intact = False
        self.columns.update(entry.payload.get("set", {}))
        self.details.update(entry.payload.get("details", {}))
        self.clocks.update(entry.payload.get("clocks", {}))
        self.told.update(entry.payload.get("told", {}))
        self.parties.update(entry.payload.get("parties", {}))
        if "sealed" in entry.payload:
            self.sealed[entry.seq] = entry.payload["sealed"]
        self.state, self.version, self.head = entry.to_state, entry.seq, bytes(entry.hash)
        self.at = entry.at

    def matches(self, matter: Matter, clocks: Mapping[str, Running]) -> bool:
        """Whether the row says what its history says."""
        told = {code: clock.as_payload() for code, clock in clocks.items()}
        return (
            all(plain(getattr(matter, name)) == self.columns.get(name) for name in SNAPSHOT)
            and all(
                getattr(matter, name) == self.columns.get(name, first)
                for name, first in SET_LATER.items()
            )
            and (matter.state, matter.version, bytes(matter.head))
            == (self.state, self.version, self.head)
            and matter.stage == matter.type.flow.stage(matter.state).value
            and matter.details == self.details
            and matter.due_at == next_due(clocks)
            and told == self.clocks
        )
