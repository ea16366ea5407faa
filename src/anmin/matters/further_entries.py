"""Further entries of many matters at once: what ``ledger.append`` does for one, table by table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from anmin.kernel import chain
from anmin.kernel.chain import stamp
from anmin.kernel.errors import Conflict
from anmin.matters import bulk
from anmin.matters.actor import Actor
from anmin.matters.clock import Running, next_due
from anmin.matters.ledger import Change, extended_text, leave_behind, next_hash, plain
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.new_matters import DEADLINE_COLUMNS, ENTRY_COLUMNS
from anmin.matters.owning import require_owner

ALWAYS = (*("state", "stage", "details", "due_at", "facts_at", "facts_digest", "version", "head"),)
MOMENTS = frozenset({"opened_at", "closed_at"})
CLOCK = (
    *("rule", "started_at", "due_at", "met_at", "provisional", "held_by_id"),
    *("extended", "paused_at", "stood", "missed", "ended", "named_at"),
)


class Line(NamedTuple):
    """One entry to come: the matter as it was read, what changes, and the clocks before it.

    ``facts_at`` and ``digest`` are the import's bookkeeping.
    """

    matter: Matter
    change: Change
    running: Mapping[str, Running]
    facts_at: datetime
    digest: bytes


def append_many(lines: Sequence[Line], *, actor: Actor, at: datetime) -> None:
    """Write an entry for each of these matters, none twice, and the rows they lead to.

    Inside a transaction that holds the rows. A handful of statements, O(lines). Raises
    ``Conflict`` if somebody else changed one in between.
    """
    keep = bulk.keeper()
    entries: list[Sequence[Any]] = []
    matters: dict[tuple[str, ...], list[Sequence[Any]]] = {}
    clocks: tuple[list[Sequence[Any]], list[Sequence[Any]]] = ([], [])
    moment, actor_id = stamp(at), actor.account.pk if actor.account else None
    for matter, change, running, facts_at, digest in lines:
        if "unit_id" in change.columns:
            require_owner(matter.type, change.columns["unit_id"])
        leave_behind(matter, change, running, at)
        payload = chain.canonical(change.payload())
        head = next_hash(matter, change, payload, actor=actor, at=moment)
        entries.append(
            (
                *(matter.pk, matter.version + 1, keep(moment), actor_id, actor.label),
                *(actor.role, change.action, matter.state, change.to_state, change.note),
                *(change.public, payload.decode(), None, head),
            )
        )
        due = next_due({**running, **change.clocks})
        names = tuple(change.columns)
        matters.setdefault(names, []).append(
            (
                *(_kept(name, change.columns[name], keep) for name in names),
                change.to_state,
                matter.type.flow.stage(change.to_state).value,
                chain.canonical({**matter.details, **change.details}).decode(),
                keep(stamp(due)) if due else None,
                *(keep(stamp(facts_at)), digest, matter.version + 1, head),
                *(matter.pk, matter.version),
            )
        )
        for code, clock in change.clocks.items():
            clocks[code in running].append((*_clock(clock, keep), matter.pk, code))
    bulk.insert(Entry, ENTRY_COLUMNS, entries, [line.matter.number for line in lines])
    for names, rows in matters.items():
        if bulk.update(Matter, (*names, *ALWAYS), ("id", "version"), rows) != len(rows):
            raise Conflict(_("Somebody else changed this matter meanwhile; look again."))
    new = [(pk, code, *told) for *told, pk, code in clocks[False]]
    bulk.insert(Deadline, (*DEADLINE_COLUMNS[:2], *CLOCK), new)
    bulk.update(Deadline, CLOCK, ("matter_id", "clock"), clocks[True])


def _kept(name: str, value: Any, keep: Any) -> Any:
    return keep(plain(value)) if name in MOMENTS and value is not None else value


def _clock(clock: Running, keep: Any) -> tuple[Any, ...]:
    moments = (clock.started_at, clock.due_at, clock.met_at, clock.paused_at, clock.named_at)
    started, due, met, paused, named = (keep(stamp(one)) if one else None for one in moments)
    return (
        *(clock.rule, started, due, met, clock.provisional, clock.held_by),
        *(extended_text(clock), paused, clock.stood, clock.missed, clock.ended, named),
    )
