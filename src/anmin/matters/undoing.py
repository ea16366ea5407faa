"""Taking back what one import said, by entries: nothing of the history is removed.

A matter that the import opened becomes void: it stands in no list and counts in no figure, and
its outside number is free again. A matter that it changed goes back to what its entries said
before. Whoever calls this has seen that nothing was built on it (``exchange.undoing``).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.matters.actor import Actor
from anmin.matters.bringing import UNDONE
from anmin.matters.bulk import of_matters
from anmin.matters.changed_matters import KEPT_OUT
from anmin.matters.clock import GIVEN_UP, Running, tick
from anmin.matters.contacts import contact_of, find_by
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import VOID, Stage
from anmin.matters.ledger import (
    Change,
    Replay,
    append,
    build,
    plain,
    running_clocks,
    take_turn,
)
from anmin.matters.models import (
    SET_LATER,
    SNAPSHOT,
    Deadline,
    Entry,
    LaterContact,
    Matter,
)
from anmin.matters.reckoning import reckoner

SAID = ("open", "observe")
"""The actions of entries by which an import says something."""


def said_by(run: int, *, after: int, last: int) -> dict[int, int]:
    """The matters that a run opened or changed by entries of that range: id → first such ``seq``."""
    rows = Entry.objects.filter(id__gt=after, id__lte=last, action__in=SAID, payload__told__run=run)
    return dict(rows.order_by("-id").values_list("matter_id", "seq"))  # the first of each stands


def entries_after(first: Mapping[int, int], run: int) -> list[Entry]:
    """Entries that came after a run's own and stand: not its own, not undone, and not for nothing."""
    rows = Entry.objects.filter(matter__in=list(first)).select_related("matter")
    entries = [one for one in rows.order_by("id") if one.seq >= first[one.matter_id]]
    undone = {one.payload["told"]["undone"] for one in entries if one.action == UNDONE} | {run}
    return [
        one
        for one in entries
        if one.action not in (UNDONE, KEPT_OUT)
        and one.payload.get("told", {}).get("run") not in undone
    ]


def missed_promises(matter_ids: Collection[int]) -> set[int]:
    """Those of these matters of which a promise ran out before it was met, or without being met."""
    late = Q(due_at__lt=timezone.now()) & (Deadline.RUNS | Q(met_at__gt=F("due_at")))
    rows = Deadline.objects.filter(of_matters(sorted(matter_ids))).filter(late | Q(ended=GIVEN_UP))
    return set(rows.values_list("matter_id", flat=True))


def undo(first: Mapping[int, int], *, run: int, actor: Actor, at: datetime) -> None:
    """Take back what the run said of these matters; each once. Inside a transaction."""
    take_turn()
    rows = Matter.objects.select_for_update().filter(pk__in=list(first)).order_by("pk")
    done = set(
        Entry.objects.filter(
            matter__in=list(first), action=UNDONE, payload__told__undone=run
        ).values_list("matter_id", flat=True)
    )
    matters = [one for one in rows if one.pk not in done]
    _void([one for one in matters if first[one.pk] == 1], run, actor, at)
    for matter in matters:
        if first[matter.pk] > 1:
            _restore(matter, first[matter.pk], run, actor, at)


def _void(matters: list[Matter], run: int, actor: Actor, at: datetime) -> None:
    """Make matters void that the run opened; a handful of statements, however many."""
    clocks: dict[int, list[Deadline]] = {}
    for row in Deadline.objects.filter(matter__in=[one.pk for one in matters]):
        clocks.setdefault(row.matter_id, []).append(row)
    entries: list[Entry] = []
    ended: list[Deadline] = []
    reckon = reckoner()
    for matter in matters:
        rows = clocks.get(matter.pk, [])
        running = running_clocks(rows)
        kind = matter.type
        change = Change(
            UNDONE,
            VOID,
            note=_("The import that opened this was undone."),
            columns={"external_id": None, "closed_at": matter.closed_at or at},
            clocks=tick(
                kind.clocks,
                kind.flow,
                MatterFacts(matter.category, VOID, matter.details, matter.opened_at),
                at=at,
                running=running,
                reckon=reckon,
            ),
            told={"undone": run, "external_id": matter.external_id},
        )
        entry = build(matter, change, actor=actor, at=at)
        entries.append(entry)
        for row in rows:
            if row.clock in change.clocks:
                clock = change.clocks[row.clock]
                row.met_at, row.due_at = clock.met_at, clock.due_at
                row.paused_at, row.stood, row.missed = clock.paused_at, clock.stood, clock.missed
                row.ended = clock.ended
                ended.append(row)
        matter.external_id, matter.closed_at = None, matter.closed_at or at
        matter.state, matter.stage, matter.due_at = VOID, Stage.VOID.value, None
        matter.version, matter.head = entry.seq, entry.hash
    Entry.objects.bulk_create(entries)
    columns = ["external_id", "closed_at", "state", "stage", "due_at", "version", "head"]
    Matter.objects.bulk_update(matters, columns, batch_size=200)
    Deadline.objects.bulk_update(
        ended, ["met_at", "due_at", "paused_at", "stood", "missed", "ended"], batch_size=200
    )


def _restore(matter: Matter, seq: int, run: int, actor: Actor, at: datetime) -> None:
    """Bring a matter back to what its entries said before the run's first word about it."""
    entries = list(Entry.objects.filter(matter=matter).order_by("seq"))
    before = Replay()
    for entry in entries:
        if entry.seq < seq:
            before.add(entry)
    running = running_clocks(Deadline.objects.filter(matter=matter))
    change = back_to(matter, before, running, UNDONE)
    change.note = _("What an import said of this was undone.")
    change.told = {"undone": run}
    first = next(one for one in entries if one.seq == seq)
    at_before, digest = first.payload["told"].get("before") or [None, ""]
    if mark := _restore_contact(matter, run, before.told.get("contact")):
        change.told["contact"] = mark
    append(matter, change, actor=actor, at=at, running=running, takes_back=True)
    Matter.objects.filter(pk=matter.pk).update(
        facts_at=datetime.fromisoformat(at_before) if at_before else None,
        facts_digest=bytes.fromhex(digest) or None,
    )


def back_to(matter: Matter, before: Replay, running: Mapping[str, Running], action: str) -> Change:
    """What brings a matter back to what its entries said at an earlier time: ``before``."""
    return Change(
        action,
        before.state,
        columns={
            name: _as_column(name, before.columns.get(name, SET_LATER.get(name)))
            for name in (*SNAPSHOT, *SET_LATER)
            if plain(getattr(matter, name)) != before.columns.get(name, SET_LATER.get(name))
        },
        details=_details(matter, before.details),
        clocks=_clocks(running, before.clocks),
    )


def _as_column(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith("_at") else value


def _details(matter: Matter, before: Mapping[str, Any]) -> dict[str, Any]:
    """The details as they were; what was not there before is blank."""
    fields = matter.type.details.model_fields
    names = {*matter.details, *before}
    blank = {name: fields[name].get_default(call_default_factory=True) for name in names}
    was = {name: before.get(name, blank[name]) for name in names}
    return {name: was[name] for name in names if matter.details.get(name) != was[name]}


def _clocks(running: Mapping[str, Running], before: Mapping[str, Any]) -> dict[str, Running]:
    """The clocks as they stood."""
    changed: dict[str, Running] = {}
    for code, clock in running.items():
        was = before.get(code)
        if was is not None and clock.as_payload() != was:
            changed[code] = Running.from_payload(was)
    return changed


def _restore_contact(matter: Matter, run: int, before: str | None) -> str:
    """Put the contact back that the run renewed; its later contacts stand no more.

    Returns the mark of the contact put back, for the entry.
    """
    rows = LaterContact.objects.filter(matter=matter, run=run).order_by("pk")
    before_it = (LaterContact.RENEWED, LaterContact.SECOND)
    renewed = rows.filter(standing__in=before_it).first()
    touched = rows.exists()
    mark = ""
    current = contact_of.one(matter.pk)
    if renewed is not None and current is not None:
        current.sealed = renewed.sealed
        current.phone_index, current.fingerprint = renewed.phone_index, renewed.fingerprint
        current.save()
        mark = bytes(current.fingerprint).hex()
    elif current is not None and before is None:
        current.delete()
        current, touched = None, True
    for row in rows:
        row.standing = LaterContact.UNDONE
        row.save()
    if touched:
        find_by(matter, current)
    return mark


def numbers(matter_ids: Iterable[int]) -> list[str]:
    """The reference numbers of matters."""
    rows = Matter.objects.filter(pk__in=list(matter_ids)).order_by("pk")
    return list(rows.values_list("number", flat=True))
