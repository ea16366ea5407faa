"""A matter opened: by a person, by the house or by a citizen, one at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, Refusal
from anmin.matters import children, conflict, demands, follow, messages, policy
from anmin.matters.actor import Actor
from anmin.matters.categories import category_for
from anmin.matters.clock import tick
from anmin.matters.contacts import ContactFacts, contact_marks, keep_contact
from anmin.matters.facts import MatterFacts
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append
from anmin.matters.models import Entry, Link, Matter
from anmin.matters.numbers import take_numbers
from anmin.matters.owning import Bodies, require_no_numbers, require_owner
from anmin.matters.parties import PartyFacts, prepared
from anmin.matters.reckoning import handed_on, reckoner
from anmin.matters.registry import kind_of
from anmin.matters.sealed import CONTACT, Ready, split
from anmin.matters.steps import require_all, require_guards
from anmin.places.models import Area, Unit

NOBODY = ContactFacts()
"""Whom nobody named."""


@atomic
def open_matter(
    *,
    kind: str,
    actor: Actor,
    category: str = "",
    summary: str = "",
    place: str = "",
    area: Area | None = None,
    unit: Unit | None = None,
    details: Mapping[str, Any] | None = None,
    contact: ContactFacts | None = None,
    parties: Sequence[PartyFacts] = (),
    longitude: float | None = None,
    latitude: float | None = None,
    opened_at: datetime | None = None,
    note: str = "",
    source: str = "desk",
    key: str | None = None,
    cause: Matter | None = None,
    cause_sealed: bool = False,
    parent: Matter | None = None,
    code: str = "",
    ready: Ready | None = None,
) -> Matter:
    """Open a matter; its unit is the one responsible for the area unless named.

    One that is about that unit goes to another (``policy.free_unit``).
    ``key`` makes the call safe to repeat: a second one returns the first matter. ``cause`` links
    the new matter to the one it follows from; ``parent`` is the one that this order is given from.
    ``code`` opens it to whoever reported it (``follow``), where one was given already. ``ready`` are
    facts that came sealed.
    """
    declared = kind_of(kind)
    category_for(kind, category)
    now = timezone.now()
    start = _begun(opened_at, now)
    owner = unit or _answers_for(declared, area, category, actor)
    policy.require_open(actor, declared, owner=owner, area=area, category=category)
    require_owner(declared, owner.pk)
    policy.require_recent(actor, start, now)
    for other in (cause, parent):
        if other is not None:
            policy.require_known(actor, other)
    known = _opened_before(source, key, actor)
    if known is not None:
        return known
    demands.require_proposable(declared, cause, category, owner.pk)
    above = _held(parent, declared)
    _require_asked(declared, summary=summary, place=place, note=note, contact=contact)
    if declared.bodies is not Bodies.NEVER:
        require_no_numbers(summary=summary, place=place, note=note)
    known_facts, secret = _facts(declared, details or {}, contact, ready)
    require_guards(
        declared.opens_if, MatterFacts(category, declared.flow.start, known_facts, start)
    )
    contact = None if CONTACT in secret else contact
    giver = policy.opens_for_others(actor, owner)
    number = next(take_numbers(declared.prefix, timezone.localtime(start).year))
    named = prepared(declared, number, parties)
    about = named.about | conflict.about(cause, parent)
    conflict.require_free(about, actor=actor, unit=unit)
    owner = policy.free_unit(declared, about, owner)
    matter = Matter(kind=kind, state="", number=number, category=category)
    columns = {
        "number": number,
        "kind": kind,
        "source": source,
        "external_id": key,
        "category": category,
        "area_id": area.pk if area else None,
        "unit_id": owner.pk,
        "assignee_id": None,
        "summary": summary[:200],
        "place": place[:200],
        "longitude": longitude,
        "latitude": latitude,
        "opened_at": start,
        "closed_at": None,
        **({"parent_id": above.pk} if above else {}),
    }
    change = _first(declared, columns, known_facts, note=note, giver=giver, now=now)
    change.parties, change.sealed, change.ready = named.marks, secret, ready
    if contact:
        change.told["contact"] = contact_marks(settings.KEYRING, contact)[0].hex()
    if cause is not None and not cause_sealed:
        change.told["cause"] = cause.number
    hearers = messages.prospect(matter, declared.opening, change, contact or NOBODY, by=actor)
    append(matter, change, actor=actor, at=now)
    if contact:
        keep_contact(matter.pk, contact, number=matter.number)
    named.keep(matter, now)
    _tell(matter, hearers, now, code)
    if above is not None:
        children.note(above, children.OPENED, matter, actor=actor, at=now)
    if cause is not None:
        _follows(matter, cause, now, sealed=cause_sealed)
    return matter


def _follows(matter: Matter, cause: Matter, at: datetime, *, sealed: bool) -> None:
    """Tie a matter to the one that it follows from."""
    Link.objects.create(matter=matter, relation="cause", other=cause, sealed=sealed)
    if matter.type.sets_aside:
        demands.tell_cause(matter, at)


def _require_asked(declared: Kind, **given: object) -> None:
    """Refuse what opening a matter of this kind does not take."""
    for name in sorted(declared.unasked):
        if given[name]:
            raise Refusal(
                _("Nobody is asked for this here: leave it out."), field=name, code="not_asked"
            )


def _facts(
    declared: Kind,
    details: Mapping[str, Any],
    contact: ContactFacts | None,
    ready: Ready | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that stand in the details, and those to be sealed, the contact with them."""
    known = declared.clean(details)
    require_all([one for one in declared.asks if not ready or one not in ready.names], known)
    plain, secret = split(declared, known)
    if contact and declared.keeps_sealed:
        secret[CONTACT] = contact.plain()
    return plain, secret


def _begun(opened_at: datetime | None, now: datetime) -> datetime:
    """When it began: never later than now."""
    if opened_at is not None and opened_at > now:
        raise Refusal(_("This moment lies in the future."), field="opened_at")
    return opened_at or now


def _answers_for(declared: Kind, area: Area | None, category: str, actor: Actor) -> Unit:
    """The unit that answers for a place, or for what it is about; without either, whoever is told.

    The bureau itself is no unit that somebody comes to: there one is chosen.
    """
    owner = policy.answers_for(declared, area, category)
    if owner is None and area is None and actor.account and (own := actor.account.unit):
        owner = own if own.parent_id else None
    if owner is None:
        raise Refusal(
            _("No unit answers for this place; choose one.")
            if area
            else _("Say where it was, or choose a unit."),
            field="unit",
        )
    return owner


def _held(parent: Matter | None, declared: Kind) -> Matter | None:
    """The matter that an order is given from, held for this transaction."""
    if parent is None:
        if declared.bodies is Bodies.ALWAYS:
            raise Refusal(
                _("Such an order is given from a matter: open it there."), code="no_parent"
            )
        return None
    held = Matter.objects.select_for_update().get(pk=parent.pk)
    children.require_child(held, declared)
    return held


def _first(
    declared: Kind,
    columns: Mapping[str, Any],
    details: dict[str, Any],
    *,
    note: str,
    giver: int | None,
    now: datetime,
) -> Change:
    """The first entry, with the clocks that start; ``giver`` is who opens it for another unit."""
    start, state = columns["opened_at"], declared.flow.start
    clocks = tick(
        declared.clocks,
        declared.flow,
        MatterFacts(columns["category"], state, details, start),
        at=start,
        running={},
        reckon=reckoner(),
    )
    return Change(
        action="open",
        to_state=state,
        note=note,
        public=True,
        columns=dict(columns),
        details=details,
        clocks={**clocks, **handed_on(clocks, by=giver, at=now, opened=True)},
        told={} if giver is None else {"from": giver},
    )


def _tell(matter: Matter, hearers: list[messages.Hearer], now: datetime, code: str) -> None:
    """Tell whoever reported it that it is here, with the code to follow it by if the words have it."""
    if code:
        follow.give(matter, code=code)
    if not hearers:
        return
    tell = matter.type.opening
    assert tell is not None
    if "code" in tell.names and not code:
        code = follow.give(matter)
    messages.send(matter, tell, hearers, code=messages.OPENING, at=now, follow=code)


def _opened_before(source: str, key: str | None, actor: Actor) -> Matter | None:
    """The matter that this very call opened once; never one that somebody else opened.

    Nor one that turned out to be about whoever calls.
    """
    if key is None:
        return None
    known = Matter.objects.filter(source=source, external_id=key).first()
    if known is None:
        return None
    opened = Entry.objects.filter(
        matter=known, seq=1, actor=actor.account, actor_label=actor.label
    ).exists()
    account = actor.account
    if not opened or (account is not None and conflict.about(known).person(account)):
        raise Conflict(_("This form was used before; open it anew."), field="key")
    return known
