"""Exclusions that rest on the word of whoever is rated: they hold when somebody else says so.

A unit that opens a matter itself, by hand or by its own file, says what it is about, that a minor is
involved, that the case is still running, and whom to call: nobody, or somebody of whom it knows
that he wants no calls. Each of these can keep the citizen from being asked. Where nobody but the
unit says so, the callback waits as ``claimed`` and counts as owed until somebody who follows up
every unit has confirmed the exclusion, or has the citizen called.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import ladder
from anmin.callbacks.exclusions import Facts, exclusions
from anmin.callbacks.models import Callback, ClaimDecision, Status
from anmin.callbacks.own import own_units
from anmin.callbacks.recording import SUBJECT, lock
from anmin.channels.actions import cancel_message
from anmin.channels.models import OptOut
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.bringing import UNDONE, UNHEARD
from anmin.matters.bulk import of_matters
from anmin.matters.categories import categories
from anmin.matters.conflict import about, without
from anmin.matters.correcting import CORRECT
from anmin.matters.models import Contact, Entry, FurtherPhone, Matter
from anmin.people.models import Account
from anmin.people.policy import Capability, rated_roles, require

LONGEST = 300
PAGE = 50


@dataclass(slots=True)
class Claim:
    """What is known of one matter that a rated unit opened.

    ``alone`` are the facts (of ``Facts``) that nobody but that unit has said, ``decided`` whether an
    exclusion by them holds, by its code.
    """

    alone: set[str] = field(default_factory=set)
    decided: dict[str, bool] = field(default_factory=dict)


@cache
def claimable() -> frozenset[str]:
    """The codes of the exclusions that a unit's own word can lead to."""
    return frozenset(code for code, row in exclusions().items() if row.told)


def judged(facts: Facts, claim: Claim | None) -> tuple[str, str]:
    """The exclusion that applies, or else the one that is only claimed; both may be empty."""
    for code, row in exclusions().items():
        if not getattr(facts, row.fact):
            continue
        if claim is None or row.fact not in claim.alone:
            return code, ""
        holds = claim.decided.get(code)
        if holds is None:
            return "", code
        if holds:
            return code, ""
    return "", ""


def claims_of(matter_ids: Collection[int]) -> dict[int, Claim]:
    """Of these matters those that a rated unit opened, or whose contact it named.

    One statement where there are none, else five.
    """
    rated = rated_roles()
    entries = Entry.objects.filter(of_matters(sorted(matter_ids))).order_by()
    opened, told = set[int](), set[int]()
    for pk, seq, *contacts in entries.filter(actor_role__in=rated).values_list(
        "matter_id", "seq", "payload__told__contact", "payload__told__later_contact"
    ):
        (opened if seq == 1 else told if any(contacts) else set()).add(pk)
    found = {pk: Claim() for pk in opened | told}
    if not found:
        return {}
    ids = sorted(found)
    vouched: dict[int, set[str]] = defaultdict(set)
    others = Entry.objects.filter(of_matters(ids)).exclude(actor_role__in=rated)
    matters = {one.pk: one for one in Matter.objects.filter(pk__in=ids)}
    named: dict[int, str] = {
        pk: bytes(mark).hex()
        for pk, mark in Contact.objects.filter(
            of_matters(ids), phone_index__isnull=False
        ).values_list("matter_id", "fingerprint")
    }
    said = list(others.values_list("matter_id", "action", "payload"))
    undone = {(pk, told["told"]["undone"]) for pk, action, told in said if action == UNDONE}
    for pk, _action, payload in said:
        if (pk, payload.get("told", {}).get("run")) not in undone:
            vouched[pk] |= _said(matters[pk], payload, named.get(pk, ""))
    claimable_facts = {row.fact for row in exclusions().values() if row.told}
    for pk, claim in found.items():
        claim.alone = (claimable_facts if pk in opened else {"opted_out"}) - vouched[pk]
        if matters[pk].facts_at not in (None, UNHEARD):
            claim.alone.discard("no_contact")
    for pk, code, holds in ClaimDecision.objects.filter(of_matters(ids)).values_list(
        "matter_id", "code", "holds"
    ):
        found[pk].decided[code] = holds
    return found


def _said(matter: Matter, payload: Mapping[str, Any], named: str) -> set[str]:
    """Which of the facts an entry by somebody who is not rated says; ``named`` marks the contact.

    Who asked not to be contacted is one whom the unit named, unless somebody else named him too.
    """
    said = {name for name, value in payload.get("details", {}).items() if value is True}
    if payload.get("set", {}).get("category") == matter.category:
        said.add("sensitive")
    if named and payload.get("told", {}).get("contact") == named:
        said.add("opted_out")
    return said


# --- deciding -----------------------------------------------------------------------------------


def waiting(account: Account) -> QuerySet[Callback]:
    """The exclusions to be confirmed, those due first."""
    require(account, Capability.CHECK_CALLBACKS)
    rows = Callback.objects.filter(status=Status.CLAIMED, closed_at=None)
    rows = without(account, rows, "matter_id")
    return rows.select_related("matter", "unit").order_by("due_at", "pk")


def page(account: Account, *, after: int = 0) -> Sequence[Callback]:
    """A page of what waits, one more telling that more follow, by the number of the callback."""
    return list(waiting(account).filter(pk__gt=after).order_by("pk")[: PAGE + 1])


@atomic
def decide(*, callback_id: int, by: Account, holds: bool, reason: str) -> Callback:
    """Say whether a claimed exclusion holds: if so, nobody is called; else the citizen is phoned.

    A decision is about the matter: it stands for its later closings too. Raises ``NotAllowed`` about
    the own unit, ``Conflict`` where there is nothing to decide any more.
    """
    require(by, Capability.CHECK_CALLBACKS)
    if not Callback.objects.filter(pk=callback_id).exists():
        raise NotFound(_("There is no such callback."))
    callback = lock(callback_id)
    if about(callback.matter).person(by):
        raise NotFound(_("There is no such callback."))
    if callback.status != Status.CLAIMED or not callback.open:
        raise Conflict(_("This has been decided, or the callback has ended."))
    if callback.unit_id in own_units(by):
        raise NotAllowed(_("This may concern your own unit: a colleague of another one decides."))
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason")
    if len(reason) > LONGEST:
        raise Refusal(_("Give the reason in at most 300 characters."), field="reason")
    now = timezone.now()
    ClaimDecision(
        matter=callback.matter,
        code=callback.claimed,
        holds=holds,
        reason=reason.strip(),
        by=by,
        at=now,
    ).save()
    _go_on(callback)
    return callback


def _go_on(callback: Callback) -> None:
    """Let a callback be what the decisions so far make of it."""
    matter, now = callback.matter, timezone.now()
    code, claimed = judged(_facts(matter), claims_of([matter.pk]).get(matter.pk))
    callback.exclusion = code
    if code:
        callback.status, callback.closed_at = Status.EXCLUDED, now
    elif claimed:
        callback.claimed = claimed
    else:
        callback.status = Status.CALLING
        callback.not_before = ladder.permitted(max(now, callback.not_before), ladder.pace())
    callback.save()


def judge_again(entries: QuerySet[Entry]) -> None:
    """After a matter was put right by hand: whom a rule now excludes is not called, and the reverse.

    Category and contact decide. A call that somebody is making goes on. Inside a transaction.
    """
    ids = set(entries.filter(action=CORRECT).values_list("matter_id", flat=True))
    if not ids:
        return
    now = timezone.now()
    told = Q(status=Status.EXCLUDED, exclusion__in=claimable()) | Q(closed_at=None)
    rows = Callback.objects.filter(told, matter_id__in=ids, withdrawn_at=None).order_by("pk")
    for pk in rows.values_list("pk", flat=True):
        callback = lock(pk)
        matter = callback.matter
        held = callback.operator_id is not None and (callback.lease_until or now) > now
        if (
            held
            or matter.closed_at is None
            or now - matter.closed_at > ladder.rule("max_age").duration
        ):
            continue
        code, claimed = judged(_facts(matter), claims_of([matter.pk]).get(matter.pk))
        if callback.open and code:
            cancel_message(key=f"{SUBJECT}{pk}", reason="excluded after a correction")
        elif callback.open or code == callback.exclusion:
            continue
        callback.exclusion, callback.claimed = code, "" if code else claimed
        callback.closed_at = now if code else None
        callback.status = Status.EXCLUDED if code else Status.CLAIMED if claimed else Status.CALLING
        callback.save()


def _facts(matter: Matter) -> Facts:
    topic, details = categories().get(matter.category), matter.details
    mine = Q(matter=matter, phone_index__isnull=False)
    phones = [
        *Contact.objects.filter(mine).values_list("phone_index", flat=True),
        *FurtherPhone.objects.filter(mine).values_list("phone_index", flat=True),
    ]
    return Facts(
        sensitive=topic is not None and topic.sensitive,
        minor_involved=bool(details.get("minor_involved")),
        in_progress=bool(details.get("in_progress")),
        no_contact=not phones,
        opted_out=OptOut.objects.filter(
            recipient_index__in=phones, about__in=("", f"matter:{matter.number}")
        ).exists(),
    )
