"""Writing about property: enter an item, take steps with it, give it back. Policy first, one transaction."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.models import Matter
from anmin.matters.sealed_texts import open_text, seal_text
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.places.models import Area, Unit
from anmin.property import clocks, owner_secrets, policy
from anmin.property.models import Handover, ReturnEvent, Sort
from anmin.property.published import waits_no_longer
from anmin.property.titles import ground_for
from anmin.property.words import custody_grounds, relations
from anmin.registers import actions as register
from anmin.registers.actions import Given
from anmin.registers.holders import Holder, outside, person, store
from anmin.registers.models import Item

NAME = 80
OURS = frozenset(
    {"keep_by", "kept_at", "unclaimed_from", "extended", "noticed_on", "notice"}
    | {"unrelated_on", "unrelated_why", "release_by"}
)
"""Facts that steps bring, never whoever enters a thing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing as it is entered: its facts, where and when it was seized, by whom, in which case."""

    facts: dict[str, Any]
    unit: Unit
    investigator: Account
    seized_at: datetime
    area: Area | None = None
    matter: Matter | None = None
    note: str = ""


@atomic
def enter(found: Found, *, by: Account, key: str) -> Item:
    """Enter a thing that was seized; it is with whoever seized it until a keeper takes it."""
    if strange := set(found.facts) & OURS:
        raise Refusal(_("This step does not take that."), field=min(strange))
    facts = {
        **found.facts,
        "investigator": found.investigator.username,
        "keep_by": clocks.keep_by(_custody_begins(found)),
    }
    if facts.get("value") is not None:
        facts.setdefault("valued_on", timezone.localdate(found.seized_at).isoformat())
        if not facts.get("value_source"):
            raise Refusal(_("Say where the value is known from."), field="value_source")
    return register.enter(
        register=policy.REGISTER,
        by=by,
        unit=found.unit,
        to=person(found.investigator.username),
        given=Given(facts, found.note, found.seized_at),
        key=key,
        area=found.area,
        matter=found.matter,
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What comes with a step: facts, a note, the store that it goes into, when it happened."""

    facts: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    store: str = ""
    at: datetime | None = None


@atomic
def take_step(
    *, item_id: int, code: str, by: Account, version: int, key: str, taken: Taken | None = None
) -> Item:
    """Take a step with an item, except giving it back (``give_back``).

    Raises as ``registers.actions.take_step`` does.
    """
    taken = taken or Taken()
    item = _item(item_id)
    if code == "return":
        raise NotAllowed(_("Say to whom it goes back."))
    facts = dict(taken.facts)
    if code == "announce":
        facts = {**facts, **_announced(item, facts)}
    elif code == "extend":
        facts = _extended(item)
    elif code == "unrelated":
        facts = {**facts, **_unrelated(item, facts)}
    taken_step = register.take_step(
        item_id=item_id,
        code=code,
        by=by,
        version=version,
        key=key,
        given=Given(facts, taken.note, taken.at),
        taker=_taker(item, code, taken),
    )
    if code in policy.LEAVES or code == "extend":
        _use(taken_step, code)
    if not taken_step.standing.live:
        owner_secrets.erase_secrets(taken_step)
        waits_no_longer(taken_step)
    return taken_step


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who collects an item: the name as on the identity card, and by which right."""

    name: str
    relation: str


@atomic
def give_back(
    *,
    item_id: int,
    by: Account,
    version: int,
    key: str,
    receiver: Receiver,
    event: ReturnEvent | None = None,
    at: datetime | None = None,
) -> Handover:
    """Give an item back, as was agreed. Nobody of the police collects it for the owner.

    Raises ``NotAllowed``, ``Conflict`` where nobody agreed or somebody else claims it meanwhile,
    ``Refusal`` for a receiver who may not have it.
    """
    item = _item(item_id)
    if (known := Handover.objects.filter(item=item).first()) is not None:
        policy.require_see(by, item)
        if known.by_id == by.pk:
            return known
        raise Conflict(_("It was given back already."))
    name = " ".join(receiver.name.split())
    taken = register.take_step(
        item_id=item_id,
        code="return",
        by=by,
        version=version,
        key=key,
        given=Given(at=at),
        taker=outside(policy.OUTSIDE["return"]),
    )
    _require_receiver(taken, name, receiver.relation)
    decision = policy.allowed_by(item, Sort.RETURN)
    assert decision.ground is not None
    ground_for(item, decision.ground.number)
    _use(taken, Sort.RETURN)
    row = Handover(
        item=taken,
        decision=decision,
        event=event,
        at=taken.ended_at or timezone.now(),
        by=by,
        relation=receiver.relation,
        sort=taken.details["sort"],
        value=taken.details["value"],
    )
    row.receiver = seal_text(name, _context(item))
    row.save()
    owner_secrets.erase_secrets(taken)
    waits_no_longer(taken)
    return row


@atomic
def receiver_of(*, item_id: int, by: Account) -> str:
    """The name of who received an item, for the receipt; that somebody looked is on record."""
    item = _item(item_id)
    policy.require_see(by, item)
    require(by, Capability.REVEAL_CONTACT)
    row = Handover.objects.filter(item=item).first()
    if row is None:
        raise NotFound(_("It has not been given back."))
    log_access(account=by, action="print_return", subject=f"item:{item.number}")
    return open_text(row.receiver, _context(item))


def forget_receivers(now: datetime) -> int:
    """Erase the names of receivers that have been kept for long enough; how many."""
    rule = settings.RULES.get("property.receiver_kept", timezone.localdate(now))
    due = Handover.objects.filter(at__lt=rule.cutoff(timezone.localtime(now)))
    few = list(due.exclude(receiver=b"").values_list("pk", flat=True)[:500])
    return Handover.objects.filter(pk__in=few).erase("receiver") if few else 0


def _require_receiver(item: Item, name: str, relation: str) -> None:
    """A citizen, by name: none of those through whose hands it went, nor who decided on it."""
    if not name:
        raise Refusal(_("Give the name of who receives it."), field="name")
    if len(name) > NAME:
        raise Refusal(_("At most %(most)s characters.") % {"most": NAME}, field="name")
    if relation not in relations():
        raise Refusal(_("Say by which right this person collects it."), field="relation")
    decision = policy.allowed_by(item, Sort.RETURN)
    actors = set(item.steps.values_list("actor__display_name", flat=True))
    people = Account.objects.filter(username__in=policy.had_in_hand(item))
    ours = actors | set(people.values_list("display_name", flat=True))
    ours |= {one.display_name for one in (decision.asked_by, decision.decided_by) if one}
    if _plain(name) in {_plain(one) for one in ours}:
        raise NotAllowed(
            _("Nobody of the police collects it for the owner: give the name of the citizen."),
            field="name",
        )


def _plain(name: str) -> str:
    """A name however it is typed: with blanks, full-width, in capitals, with what nobody sees."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in folded if one.isprintable() and not one.isspace())


def _taker(item: Item, code: str, taken: Taken) -> Holder | None:
    if code in ("keep", "move", "bring_back"):
        if not taken.store:
            raise Refusal(_("Choose the store."), field="store")
        return store(taken.store)
    if code == "take_out":
        return person(policy.allowed_by(item, code).asked_by.username)
    word = policy.OUTSIDE.get(code)
    return outside(word) if word else None


def _announced(item: Item, facts: dict[str, Any]) -> dict[str, Any]:
    """The last day on which the owner is waited for follows from the day of the notice."""
    noticed = facts.get("noticed_on")
    if isinstance(noticed, str):
        noticed = date.fromisoformat(noticed)
    if noticed is None:
        return {}
    if noticed > timezone.localdate():
        raise Refusal(_("This lies in the future."), field="noticed_on")
    if noticed < timezone.localdate(item.entered_at):
        raise Refusal(_("The step before happened later than that."), field="noticed_on")
    if clocks.unclaimed_from(item) or (
        item.details.get("noticed_on") and not item.details.get("unrelated_on")
    ):
        raise Conflict(_("It was announced already; its time runs from there."))
    if not clocks.is_waited_for(item):
        return {}
    return {"unclaimed_from": clocks.waits_until(noticed)}


def _unrelated(item: Item, facts: dict[str, Any]) -> dict[str, Any]:
    """What has nothing to do with the case is released within the rule's days."""
    found = facts.get("unrelated_on")
    if isinstance(found, str):
        found = date.fromisoformat(found)
    if found is None:
        return {}
    if found > timezone.localdate():
        raise Refusal(_("This lies in the future."), field="unrelated_on")
    if found < timezone.localdate(item.entered_at):
        raise Refusal(_("The step before happened later than that."), field="unrelated_on")
    if item.details.get("unrelated_on"):
        raise Conflict(_("That was found before; its time runs from there."))
    return {"release_by": clocks.release_by(found)}


def _custody_begins(found: Found) -> datetime:
    """From when the time to the keeper is counted: the seizure, or later where the law says so
    (公安机关办理行政案件程序规定 第一百九十条), with who agreed to it."""
    ground = found.facts.get("custody_ground")
    begins: datetime | None = found.facts.get("custody_from")
    if not ground and begins is None:
        return found.seized_at
    if ground not in custody_grounds() or begins is None:
        missing = "custody_from" if begins is None else "custody_ground"
        raise Refusal(_("Please fill this in."), field=missing, code="missing")
    if begins > timezone.now():
        raise Refusal(_("This lies in the future."), field="custody_from")
    if begins < found.seized_at:
        raise Refusal(_("The step before happened later than that."), field="custody_from")
    if not found.note.strip():
        raise Refusal(_("Say why, and which head of the unit agreed."), field="note")
    return begins


def _extended(item: Item) -> dict[str, Any]:
    until = clocks.unclaimed_from(item)
    if until is None:
        raise Conflict(_("Its owner was not told, and it was not announced: do that first."))
    return {"unclaimed_from": clocks.longer(until), "extended": True}


def _use(item: Item, code: str) -> None:
    """What was agreed is carried out, once."""
    decision = policy.allowed_by(item, code)
    decision.used_at = timezone.now()
    decision.save(update_fields=["used_at"])


def _item(item_id: int) -> Item:
    rows = Item.objects.select_for_update().filter(pk=item_id, register=policy.REGISTER)
    found: Item | None = rows.first()
    if found is None:
        raise NotFound(_("There is no such item."))
    return found


def _context(item: Item) -> str:
    return f"receiver:{item.number}"
