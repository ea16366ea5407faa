"""What a system of record says about an event that is known already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.chain import stamp
from anmin.kernel.errors import Refusal
from anmin.matters.bringing import UNHEARD, Bringing
from anmin.matters.clock import Running, tick
from anmin.matters.contacts import further_indexes, keep_further, seal
from anmin.matters.first_sight import ended_at
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, running_clocks
from anmin.matters.models import Contact, Deadline, Entry, FurtherPhone, LaterContact, Matter
from anmin.matters.observation import FACT_COLUMNS, Observation

KEPT_OUT = "kept_out"
"""The action of an entry that tells of facts which a matter did not take over."""
UNDONE = "undone"
"""The action of an entry that takes back what an import said."""


class Observed(NamedTuple):
    """What became of one observation: created, updated, unchanged or refused, and why."""

    outcome: str
    matter_id: int | None
    reason: str = ""


@dataclass(slots=True)
class _Later:
    """A known matter, and what is now said about it that was not said before.

    ``rests`` says that somebody is to be called back about it, or was. ``aside`` are facts that
    the citizen was told otherwise: they stand beside what rests, and change nothing.
    """

    matter: Matter
    declared: Kind
    columns: dict[str, Any]
    details: dict[str, Any]
    aside: dict[str, Any]
    known_contact: Contact | None
    new_contact: bool
    rests: bool


def update(pk: int, one: Observation, digest: bytes, by: Bringing, *, rests: bool) -> Observed:
    """Apply what the outside system changed since it last spoke of this event."""
    matter = Matter.objects.select_for_update().get(pk=pk)
    try:
        later = _compared(matter, one, rests)
    except Refusal as refusal:
        return Observed("refused", pk, str(refusal))
    state = _later_state(matter, later.declared, {**matter.details, **later.details})
    if by.bounds and (reason := _refused(later, one, by, digest, state)):
        return Observed("refused", None, reason)
    now = timezone.now()
    change, running = _change(later, state, now, by)
    _contact(later, one, change, by, now)
    if later.aside:
        change.told["aside"] = later.aside
        change.note = _("The system of record gave another reply; what the citizen was told stays.")
    # Between two words of the system of record, what a unit's file says makes neither of them old.
    facts_at = matter.facts_at if by.outranked and matter.facts_at else one.facts_at
    facts = {"facts_at": facts_at, "facts_digest": digest}
    if not change.payload() and state == matter.state:
        Matter.objects.filter(pk=pk).update(**facts)
        return Observed("unchanged", pk)
    change.told |= _marks_of(matter, digest, by)
    append(matter, change, actor=by.actor, at=now, running=running)
    Matter.objects.filter(pk=pk).update(**facts)
    return Observed("updated", pk)


def said_before(pk: int, digest: bytes) -> bool:
    """Whether these very facts were reported earlier: between equals, the last word stands."""
    said = standing(pk, Entry.objects.filter(payload__told__facts=digest.hex()))
    return any(said)


def standing(pk: int, among: QuerySet[Entry] | None = None) -> list[dict[str, Any]]:
    """What imports said of a matter, entry by entry, without what was undone."""
    rows = (Entry.objects if among is None else among).filter(
        matter=pk, action__in=("open", "observe")
    )
    undone = {
        payload["told"]["undone"]
        for payload in Entry.objects.filter(matter=pk, action=UNDONE).values_list(
            "payload", flat=True
        )
    }
    payloads = rows.order_by("seq").values_list("payload", flat=True)
    return [one for one in payloads if one.get("told", {}).get("run") not in undone or not undone]


def _compared(matter: Matter, one: Observation, rests: bool) -> _Later:
    """What is said now and was not said before. Raises ``Refusal`` for details that do not fit."""
    declared = matter.type
    last = _last_said(matter)
    told = one.known_details()
    facts = {name: getattr(one, name) for name in (*FACT_COLUMNS, "opened_at")}
    details = declared.clean({**matter.details, **told})
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
    follows = declared.follow_up is not None and matter.state in declared.follow_up.states
    rests = rests or follows
    kept = declared.details.told_fields() if rests and not matter.live else set()
    aside = {name: changed.pop(name) for name in kept & changed.keys()}
    contact = Contact.objects.filter(matter=matter).first() if one.contact else None
    marks = one.marked(settings.KEYRING)
    fresh = bool(one.contact) and not _known_contact(matter, contact, marks.contact)
    return _Later(matter, declared, columns, changed, aside, contact, fresh, rests)


def _known_contact(matter: Matter, first: Contact | None, mark: bytes) -> bool:
    if first is not None and bytes(first.fingerprint) == mark:
        return True
    rows = LaterContact.objects.filter(matter=matter, standing=LaterContact.BESIDE)
    return rows.filter(fingerprint=mark).exists()


def _refused(later: _Later, one: Observation, by: Bringing, digest: bytes, state: str) -> str:
    """Why somebody whose unit is rated may not bring this; the matter keeps that it was tried."""
    assert by.bounds is not None
    matter, changed = later.matter, {*later.columns, *later.details}
    if reason := by.bounds.refuse_change(matter, one, changed):
        return reason
    if later.rests and (changed or later.aside or later.new_contact or state != matter.state):
        names = sorted({*changed, *later.aside, *(("contact",) if later.new_contact else ())})
        _keep_out(later, names, by, digest)
        return _("Somebody is to be called back about this record: your unit changes it no more.")
    return by.bounds.refuse_way(matter, state) if state != matter.state else ""


def _keep_out(later: _Later, names: list[str], by: Bringing, digest: bytes) -> None:
    """Say in the history that a file would have changed this; once, however often it comes."""
    matter, key = later.matter, f"{KEPT_OUT}:{digest.hex()}"
    if Entry.objects.filter(matter=matter, key=key).exists():
        return
    change = Change(
        KEPT_OUT,
        matter.state,
        note=_("A file would have changed this; somebody is to be called back about it."),
        told={KEPT_OUT: names, **({"run": by.run} if by.run is not None else {})},
    )
    running = running_clocks(Deadline.objects.filter(matter=matter))
    append(matter, change, actor=by.actor, at=timezone.now(), key=key, running=running)


def _change(
    later: _Later, state: str, now: datetime, by: Bringing
) -> tuple[Change, Mapping[str, Running]]:
    """The entry to come, and the clocks before it.

    The answer that a unit's file gives to a matter of the system of record is given when it comes
    in, as by hand: a promise that was broken is not kept afterwards.
    """
    matter, declared = later.matter, later.declared
    change = Change("observe", state, columns=later.columns, details=later.details)
    ended = None
    if not declared.flow.stage(state).live:
        by_hand = by.outranked and matter.facts_at not in (None, UNHEARD)
        ended = now if by_hand else ended_at({**matter.details, **later.details}, now)
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
    return change, running


def _marks_of(matter: Matter, digest: bytes, by: Bringing) -> dict[str, Any]:
    """What an entry keeps so that its import can be told, and undone."""
    told: dict[str, Any] = {"facts": digest.hex()}
    if by.run is not None:
        told["run"] = by.run
        before = stamp(matter.facts_at) if matter.facts_at else None
        told["before"] = [before, bytes(matter.facts_digest or b"").hex()]
    return told


def _last_said(matter: Matter) -> dict[str, Any]:
    """What the outside system has said so far, folded from the entries it caused."""
    said: dict[str, Any] = {"details": {}}
    for payload in standing(matter.pk):
        said.update(payload.get("set", {}))
        said["details"].update(payload.get("details", {}))
        said["details"].update(payload.get("told", {}).get("aside", {}))
    return said


def _later_state(matter: Matter, declared: Kind, details: dict[str, Any]) -> str:
    """The state the facts prove, unless the matter is already further along."""
    if declared.observe is None or not matter.live:
        return matter.state
    proven = declared.observe(details)
    further = declared.flow.rank(proven) > declared.flow.rank(matter.state)
    return proven if further else matter.state


def _contact(later: _Later, one: Observation, change: Change, by: Bringing, now: datetime) -> None:
    """Keep what is newly said of the reporter: as the first contact, in its place, or beside it.

    The first is never replaced once somebody is to be called, nor by anybody whose unit is rated,
    but where only that unit has spoken: else its contacts would stand before the true one.
    """
    if not later.new_contact:
        return
    assert one.contact is not None
    matter, marks = later.matter, one.marked(settings.KEYRING)
    sealed = seal(one.contact, number=matter.number, marks=(marks.contact, marks.phone))
    first = later.known_contact
    own_word = by.outranked and matter.facts_at == UNHEARD
    if first is not None and (later.rests or (by.bounds and not own_word)):
        beside = LaterContact.BESIDE
        LaterContact.objects.create(
            matter=matter, at=now, run=by.run, standing=beside, **sealed._asdict()
        )
        keep_further(
            matter.pk, [index for index in (marks.phone, *further_indexes(one.contact)) if index]
        )
        change.told["later_contact"] = sealed.fingerprint.hex()
        return
    if first is not None:
        LaterContact.objects.create(
            matter=matter,
            at=now,
            run=by.run,
            standing=LaterContact.RENEWED,
            sealed=first.sealed,
            phone_index=first.phone_index,
            fingerprint=first.fingerprint,
        )
        FurtherPhone.objects.filter(matter=matter).delete()
    Contact.objects.update_or_create(matter=matter, defaults=sealed._asdict())
    keep_further(matter.pk, further_indexes(one.contact))
    change.told["contact"] = sealed.fingerprint.hex()
