"""Putting right by hand what was written down wrongly about a matter: an entry with its reason.

Category, place, the line that stands for it in lists, and contact. What was there before stays in the history, or sealed beside it. Whoever
is rated keeps to what their own unit's file may change (``bringing.Bounds``): never the category,
never the contact that somebody else named, and nothing once somebody is to be called back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters import conflict, policy
from anmin.matters.actions import done_before, lock
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bounds, Planned, refuse_told
from anmin.matters.categories import category_for
from anmin.matters.clock import Running
from anmin.matters.contacts import (
    ContactFacts,
    contact_of,
    find_by,
    further_indexes,
    keep_contact,
    keep_further,
    seal,
    unseal,
)
from anmin.matters.first_word import clocks_put_right, named_by_unit
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import Contact, FollowCode, LaterContact, Matter
from anmin.matters.reckoning import reckoner
from anmin.people.models import Account
from anmin.people.policy import is_rated
from anmin.places.models import Area

CORRECT = "correct"
"""The action of the entry."""


@dataclass(frozen=True, slots=True)
class Right:
    """What is right instead; nothing where what stands is right.

    Of ``contact`` the parts that are empty stay as they are.
    """

    category: str = ""
    place: str = ""
    summary: str = ""
    area: Area | None = None
    contact: ContactFacts | None = None


@atomic
def correct(
    *,
    matter_id: int,
    actor: Actor,
    right: Right,
    reason: str,
    planned: Planned,
    version: int | None = None,
    key: str | None = None,
) -> Matter:
    """Put right what was written down wrongly. ``planned`` tells whether somebody is called back.

    Deadlines that still run and have not fallen due follow the category; what has fallen due stays
    as it was judged. A contact that is replaced stays sealed beside the new one and is not called.

    Raises ``NotAllowed``, ``Conflict`` or ``Refusal`` naming the field; then nothing has changed.
    """
    matter = lock(matter_id)
    policy.require_note(actor, matter)
    if done_before(matter, key):
        return matter
    if version is not None and version != matter.version:
        raise Conflict(_("Somebody else changed this matter meanwhile; look again."))
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="note", code="missing")
    for name in matter.type.unasked & {"contact", "place", "summary"}:
        if getattr(right, name):
            raise Refusal(
                _("Nobody is asked for this here: leave it out."), field=name, code="not_asked"
            )
    columns = _columns(matter, right)
    current = contact_of.one(matter.pk)
    contact = _contact(matter, current, right.contact)
    if not columns and contact is None:
        raise Refusal(_("Nothing here differs from what is known."), code="same")
    if actor.account is not None:
        _require(actor.account, matter, right, columns, contact, planned)
    now, running = timezone.now(), running_clocks(deadlines_of(matter.pk))
    change = Change(CORRECT, matter.state, note=reason.strip(), columns=columns)
    if "category" in columns:
        change.clocks = _clocks(matter, columns, running, now)
    if contact is not None:
        change.told |= _keep(matter, current, contact, actor, now)
    append(matter, change, actor=actor, at=now, key=key, running=running)
    return matter


def may_correct_category(account: Account) -> bool:
    """Whether this person says what a matter is about: that decides promises and callbacks."""
    return not is_rated(account)


def may_correct_summary(matter: Matter) -> bool:
    """Whether the line that stands for it in lists is written by a person: some kinds make their own."""
    return not matter.type.headline and "summary" not in matter.type.unasked


def may_correct_contact(account: Account, matter: Matter) -> bool:
    """Whether this person puts a contact right, as far as the role goes."""
    return "contact" not in matter.type.unasked and policy.may_reveal(account, matter)


def _columns(matter: Matter, right: Right) -> dict[str, Any]:
    """The columns that change. A point on the map does not outlive the area that it was in."""
    wanted: dict[str, Any] = {}
    if right.category:
        wanted["category"] = category_for(matter.kind, right.category)
        wanted |= _checked(matter, right.category)
    if right.place.strip():
        wanted["place"] = right.place.strip()[:200]
    if right.summary.strip() and may_correct_summary(matter):
        wanted["summary"] = " ".join(right.summary.split())[:200]
    if right.area is not None:
        wanted["area_id"] = right.area.pk
    changed = {name: value for name, value in wanted.items() if value != getattr(matter, name)}
    if "area_id" in changed and matter.longitude is not None:
        changed |= {"longitude": None, "latitude": None}
    return changed


def _checked(matter: Matter, category: str) -> dict[str, Any]:
    """Who answers for a live matter that turns out to be about the police themselves."""
    if not matter.live or not policy.about_police(category) or policy.about_police(matter.category):
        return {}
    unit = policy.inspectorate_for(matter.unit)
    if unit is None or unit.pk == matter.unit_id or conflict.about(matter).unit(unit.pk):
        return {}
    return {"unit_id": unit.pk, "assignee_id": None}


def _contact(
    matter: Matter, current: Contact | None, right: ContactFacts | None
) -> ContactFacts | None:
    """The whole contact as it is right, or nothing where it does not change."""
    if right is None or not (right or right.language):
        return None
    known = unseal(current, number=matter.number) if current else ContactFacts()
    phone, more = (right.phone, right.more) if right.phone else (known.phone, known.more)
    made = ContactFacts(
        right.name or known.name,
        phone,
        right.address or known.address,
        more,
        right.language or known.language,
    )
    return None if made == known else made


def _require(
    account: Account,
    matter: Matter,
    right: Right,
    columns: Mapping[str, Any],
    contact: ContactFacts | None,
    planned: Planned,
) -> None:
    """Refuse what this person may not put right."""
    if contact is not None and matter.type.keeps_sealed:
        raise NotAllowed(_("The contact is sealed: nobody corrects it."), field="contact_phone")
    if contact is not None and not may_correct_contact(account, matter):
        raise NotAllowed(_("Your role does not see this contact."), field="contact_phone")
    if not is_rated(account):
        return
    if "category" in columns:
        raise NotAllowed(
            _("The category decides what is promised: ask the inspectorate to correct it."),
            field="category",
        )
    follow_up = matter.type.follow_up
    follows = follow_up is not None and matter.state in follow_up.states
    if follows or matter.pk in planned([matter.pk]):
        raise NotAllowed(
            _("Somebody is to be called back about this: your unit changes it no more.")
        )
    if reason := refuse_told(matter, columns.keys() & {"area_id", "place"}):
        field = "area" if "area_id" in columns else "place"
        raise NotAllowed(reason, field=field)
    if right.area is not None and "area_id" in columns:
        owner = matter.type.owner(right.area, matter.kind)
        if owner is not None and owner.pk not in Bounds(account).units:
            raise NotAllowed(
                _("%(unit)s answers for this place: hand the matter over instead.")
                % {"unit": owner.label},
                field="area",
            )


def _clocks(
    matter: Matter, columns: Mapping[str, Any], running: Mapping[str, Running], now: datetime
) -> dict[str, Running]:
    """The clocks that the category sets and that are still open; what fell due stays as judged."""
    still = {code: one for code, one in running.items() if one.owed and one.due_at > now}
    return clocks_put_right(matter, columns, {}, still, None, reckoner())


def _keep(
    matter: Matter, current: Contact | None, contact: ContactFacts, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Write the contact, and return what the entry tells of it."""
    if current is None:
        return {"contact": keep_contact(matter.pk, contact, number=matter.number).fingerprint.hex()}
    sealed = seal(contact, number=matter.number)
    if actor.account is not None and is_rated(actor.account) and not named_by_unit(current):
        # Somebody else named the first: a unit's word is called only where that left no number.
        called = not current.phone_index
        standing = LaterContact.BESIDE if called else LaterContact.UNIT
        beside = {"standing": standing, **sealed._asdict()}
        LaterContact.objects.create(matter=matter, at=now, run=None, **beside)
        indexes = (sealed.phone_index, *further_indexes(contact)) if called else ()
        keep_further(matter.pk, [index for index in indexes if index])
        return {"later_contact": sealed.fingerprint.hex()}
    LaterContact.objects.create(
        matter=matter,
        at=now,
        run=None,
        standing=LaterContact.WRONG,
        sealed=current.sealed,
        phone_index=current.phone_index,
        fingerprint=current.fingerprint,
    )
    for name, value in sealed._asdict().items():
        setattr(current, name, value)
    current.save()
    find_by(matter, current)
    FollowCode.objects.filter(matter=matter).delete()  # it went to whoever was named before
    return {"contact": sealed.fingerprint.hex()}
