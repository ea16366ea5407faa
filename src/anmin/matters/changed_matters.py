"""What a system of record says about an event that is known already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.chain import stamp
from anmin.kernel.errors import Refusal
from anmin.matters import bulk, first_word
from anmin.matters.bringing import UNDONE, UNHEARD, Bringing
from anmin.matters.clock import Reckoner, Running, tick
from anmin.matters.contacts import further_indexes, keep_further, seal
from anmin.matters.facts import MatterFacts
from anmin.matters.further_entries import Line, append_many
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, running_clocks
from anmin.matters.models import Contact, Deadline, Entry, FurtherPhone, LaterContact, Matter
from anmin.matters.new_matters import told_end
from anmin.matters.observation import FACT_COLUMNS, Observation
from anmin.matters.reckoning import reckoner

KEPT_OUT = "kept_out"
"""The action of an entry that tells of facts which a matter did not take over."""


class Observed(NamedTuple):
    """What became of one observation, and why: created, updated, unchanged, older or refused.

    ``older`` is one that was not applied because a later one was. ``joined`` marks a row that was
    taken together with an earlier one about the same event.
    """

    outcome: str
    matter_id: int | None
    reason: str = ""
    joined: bool = False


@dataclass(slots=True)
class Word:
    """What one or more rows (``places`` in their batch) say of an event.

    ``again`` are places of rows that say nothing besides. ``pk`` is its matter, if it has one.
    ``older``: a later export has spoken of it. ``level``: it is as new as what is known.
    ``joins``: this export has spoken of it before.
    """

    places: tuple[int, ...]
    one: Observation
    again: tuple[int, ...] = ()
    pk: int = 0
    older: bool = False
    level: bool = False
    joins: bool = False


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


class _Known:
    """What is known of many matters, read with a handful of statements."""

    def __init__(self, words: Sequence[Word], by: Bringing) -> None:
        ids = [word.pk for word in words]
        asked = [word.pk for word in words if word.one.contact]
        self.planned = by.planned(ids)
        rows = Matter.objects.select_for_update().filter(bulk.of_these(ids))
        self.matters = {one.pk: one for one in rows.order_by("pk")}
        self.said = _standing(ids)
        self.clocks: dict[int, list[Deadline]] = {}
        for clock in Deadline.objects.filter(bulk.of_matters(ids)):
            self.clocks.setdefault(clock.matter_id, []).append(clock)
        self.contacts = {
            one.matter_id: one for one in Contact.objects.filter(bulk.of_matters(asked))
        }
        heard = LaterContact.HEARD if by.bounds is None else LaterContact.HEARD_OF_UNITS
        beside = LaterContact.objects.filter(
            bulk.of_matters(asked), standing__in=heard
        ).values_list("matter_id", "fingerprint")
        self.beside = {(pk, bytes(mark)) for pk, mark in beside}


def update_many(words: Sequence[Word], by: Bringing) -> list[Observed]:
    """Apply what the outside system changed since it last spoke of these events, one word each."""
    if not words:
        return []
    known = _Known(words, by)
    now, clocks = timezone.now(), reckoner()
    results: list[Observed] = []
    lines: list[Line] = []
    silent: list[tuple[Any, ...]] = []
    keep = bulk.keeper()
    for word in words:
        matter, one = known.matters[word.pk], word.one
        said = _folded(known.said.get(matter.pk, ()))
        if word.joins:
            one = by.joining.join_told(said, one)
        try:
            later = _compared(matter, one, said, known)
        except Refusal as refusal:
            results.append(Observed("refused", matter.pk, str(refusal)))
            continue
        digest = one.marked(settings.KEYRING).facts
        state = _later_state(matter, one, {**matter.details, **later.details})
        if by.bounds and (reason := _refused(later, one, by, digest, state)):
            results.append(Observed("refused", None, reason))
            continue
        running = running_clocks(known.clocks.get(matter.pk, ()))
        change = _change(later, one, state, now, by, running, clocks)
        _contact(later, one, change, by, now)
        if later.aside:
            change.told["aside"] = later.aside
            change.note = _(
                "The system of record gave another reply; what the citizen was told stays."
            )
        # Between two words of the system of record, a unit's file makes neither of them old.
        facts_at = matter.facts_at if by.outranked and matter.facts_at else one.facts_at
        first = first_word.is_first(matter, by)
        if not change.payload() and state == matter.state and not first:
            silent.append((keep(stamp(facts_at)), digest, matter.pk))
            results.append(Observed("unchanged", matter.pk))
            continue
        change.told |= _marks_of(matter, digest, by)
        if word.joins:
            change.told["row"] = word.one.marked(settings.KEYRING).facts.hex()
        lines.append(Line(matter, change, running, facts_at, digest))
        results.append(Observed("updated", matter.pk))
    bulk.update(Matter, ("facts_at", "facts_digest"), ("id",), silent)
    append_many(lines, actor=by.actor, at=now)
    return results


def said_before(words: Sequence[Word], by: Bringing) -> set[int]:
    """The matters of which the very same was said before, and which is not to be said again.

    A file that is brought in again says nothing new while no other has spoken since: nothing at
    all if all of it came in, else what it said before it broke off. Without files, between equals
    the last word stands.
    """
    asked = [word for word in words if by.same_file or (by.run is None and word.level)]
    if not asked:
        return set()
    told = _standing([word.pk for word in asked], {"id__lte": by.since} if by.since else {})
    found: set[int] = set()
    for word in asked:
        said = [payload.get("told", {}) for payload in told.get(word.pk, ())]
        if by.run is not None:
            if not said or said[-1].get("run") not in by.same_file:
                continue
            if said[-1]["run"] in by.finished:
                found.add(word.pk)
                continue
            said = [one for one in said if one.get("run") in by.same_file]
        digest = word.one.marked(settings.KEYRING).facts.hex()
        if (by.run is not None or word.level) and any(
            digest in (one.get("facts"), one.get("row")) for one in said
        ):
            found.add(word.pk)
    return found


def _standing(
    ids: Sequence[int], among: Mapping[str, Any] | None = None
) -> dict[int, list[dict[str, Any]]]:
    """What imports said of matters, entry by entry, without what was undone."""
    rows = Entry.objects.filter(bulk.of_matters(ids), **(among or {}))
    rows = rows.filter(action__in=("open", "observe", UNDONE)).order_by("matter_id", "seq")
    found: dict[int, list[dict[str, Any]]] = {}
    undone: dict[int, set[int]] = {}
    for pk, action, payload in rows.values_list("matter_id", "action", "payload"):
        if action == UNDONE:
            undone.setdefault(pk, set()).add(payload["told"]["undone"])
        else:
            found.setdefault(pk, []).append(payload)
    for pk, runs in undone.items():
        said = found.get(pk, ())
        found[pk] = [one for one in said if one.get("told", {}).get("run") not in runs]
    return found


def _folded(payloads: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the outside system has said so far, folded from the entries it caused."""
    said: dict[str, Any] = {"details": {}}
    for payload in payloads:
        said.update(payload.get("set", {}))
        said["details"].update(payload.get("details", {}))
        said["details"].update(payload.get("told", {}).get("aside", {}))
    return said


def _compared(matter: Matter, one: Observation, last: Mapping[str, Any], known: _Known) -> _Later:
    """What is said now and was not said before. Raises ``Refusal`` for details that do not fit."""
    declared = matter.type
    told = one.known_details()
    facts = {name: getattr(one, name) for name in (*FACT_COLUMNS, "opened_at")}
    details = declared.clean({**matter.details, **told})
    columns = {
        name: value
        for name, value in facts.items()
        if value not in (None, "")
        and not (name == "unit_id" and declared.concerns)  # a file knows no party: by hand alone
        and (stamp(value) if isinstance(value, datetime) else value) != last.get(name)
    }
    changed = {
        name: details[name]
        for name in told
        if name in details and details[name] != last["details"].get(name)
    }
    follows = declared.follow_up is not None and matter.state in declared.follow_up.states
    rests = matter.pk in known.planned or follows
    kept = declared.details.told_fields() if rests and not matter.live else set()
    aside = {name: changed.pop(name) for name in kept & changed.keys()}
    contact, fresh = known.contacts.get(matter.pk), False
    if one.contact:
        mark = one.marked(settings.KEYRING).contact
        first = contact is not None and bytes(contact.fingerprint) == mark
        fresh = not first and (matter.pk, mark) not in known.beside
    return _Later(matter, declared, columns, changed, aside, contact, fresh, rests)


def _refused(later: _Later, one: Observation, by: Bringing, digest: bytes, state: str) -> str:
    """Why somebody whose unit is rated may not bring this; the matter keeps that it was tried."""
    assert by.bounds is not None
    matter, changed = later.matter, {*later.columns, *later.details}
    if reason := by.bounds.refuse_change(matter, one, changed, outranked=by.outranked):
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
    later: _Later,
    one: Observation,
    state: str,
    now: datetime,
    by: Bringing,
    running: Mapping[str, Running],
    reckon: Reckoner,
) -> Change:
    """The entry to come.

    The answer that a unit's file gives is given when it comes in, as by hand: a promise that was
    broken is not kept afterwards. What the record first says of such a matter stands.
    """
    matter, declared = later.matter, later.declared
    change = Change("observe", state, columns=later.columns, details=later.details)
    ended = None
    if not declared.flow.stage(state).live:
        facts = {**matter.details, **later.details}
        ended = (None if by.bounds else told_end(declared, state, facts, one)) or now
    if matter.closed_at is None and ended is not None:
        change.columns["closed_at"] = ended
    if first_word.is_first(matter, by):
        answered = told_end(declared, state, one.details, one) if ended else None
        if answered and matter.closed_at not in (None, answered):
            change.columns["closed_at"] = answered
        change.clocks = first_word.clocks_put_right(
            matter, later.columns, later.details, running, answered, reckon
        )
        running = {**running, **change.clocks}
    change.clocks |= tick(
        declared.clocks,
        declared.flow,
        MatterFacts(matter.category, state, {**matter.details, **later.details}, matter.opened_at),
        at=ended or now,
        running=running,
        reckon=reckon,
    )
    return change


def _marks_of(matter: Matter, digest: bytes, by: Bringing) -> dict[str, Any]:
    """What an entry keeps so that its import can be told, and undone."""
    told: dict[str, Any] = {"facts": digest.hex()}
    if by.run is not None:
        told["run"] = by.run
        before = stamp(matter.facts_at) if matter.facts_at else None
        told["before"] = [before, bytes(matter.facts_digest or b"").hex()]
    return told


def _later_state(matter: Matter, one: Observation, details: dict[str, Any]) -> str:
    """The state the facts prove, or that is told, unless the matter is already further along."""
    declared = matter.type
    proven = declared.observe(details) if declared.observe else one.state
    if not proven or not matter.live:
        return matter.state
    further = declared.flow.rank(proven) > declared.flow.rank(matter.state)
    return proven if further else matter.state


def _contact(later: _Later, one: Observation, change: Change, by: Bringing, now: datetime) -> None:
    """Keep what is newly said of the reporter: as the first contact, in its place, or beside it.

    The first is never replaced once somebody is to be called, nor by anybody whose unit is rated,
    but where only that unit has spoken: else its contacts would stand before the true one. So the
    record's goes before one that a unit has named, whenever it comes; and whom a unit names beside
    one that the record gave a number of is not called, nor can he ask for the citizen not to be.
    """
    if not later.new_contact:
        first = later.known_contact
        if one.contact and first and first_word.is_first(later.matter, by):
            mark = one.marked(settings.KEYRING).contact
            if mark == bytes(first.fingerprint):  # whom the unit named, the record names, too
                change.told["contact"] = mark.hex()
        return
    assert one.contact is not None
    matter, marks = later.matter, one.marked(settings.KEYRING)
    sealed = seal(one.contact, number=matter.number, marks=(marks.contact, marks.phone))
    first = later.known_contact
    own_word = by.outranked and matter.facts_at == UNHEARD
    stands = first is not None and (later.rests or (by.bounds is not None and not own_word))
    if stands and first and not by.bounds and first_word.named_by_unit(first):
        stands = False
    if stands:
        called = by.bounds is None or (first is not None and not first.phone_index)
        standing = LaterContact.BESIDE if called else LaterContact.UNIT
        LaterContact.objects.create(
            matter=matter, at=now, run=by.run, standing=standing, **sealed._asdict()
        )
        numbers = (marks.phone, *further_indexes(one.contact)) if called else ()
        keep_further(matter.pk, [index for index in numbers if index])
        change.told["later_contact"] = sealed.fingerprint.hex()
        return
    if first is not None:
        LaterContact.objects.create(
            matter=matter,
            at=now,
            run=by.run,
            standing=LaterContact.SECOND if later.rests else LaterContact.RENEWED,
            sealed=first.sealed,
            phone_index=first.phone_index,
            fingerprint=first.fingerprint,
        )
        if later.rests:  # both are called, and found
            change.told |= first_word.renamed(first, one.contact, marks.phone)
            keep_further(matter.pk, [bytes(first.phone_index)] if first.phone_index else [])
        else:
            FurtherPhone.objects.filter(matter=matter).delete()
    Contact.objects.update_or_create(matter=matter, defaults=sealed._asdict())
    keep_further(matter.pk, further_indexes(one.contact))
    change.told["contact"] = sealed.fingerprint.hex()
