"""Naming, correcting and ending the parties of a matter: entries, each with its reason.

A matter that turns out to be about its own unit, or about the person who has it, leaves them in the
same moment, and so does what is tied to it (``leaving``). The reason stands as a note only where everybody learns of the part; else it stays in
a part of the entry that is shown to those who do.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import conflict, leaving, policy
from anmin.matters.actions import done_before, lock, require_version
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import Matter, Party
from anmin.matters.parties import Named, PartyFacts, opened, prepared
from anmin.matters.party_roles import PartyRole
from anmin.people.actions import log_access
from anmin.people.models import Account

NAMED, CORRECTED, ENDED = "party_named", "party_corrected", "party_ended"
"""The actions of the entries."""


@atomic
def name_party(
    *,
    matter_id: int,
    actor: Actor,
    party: PartyFacts,
    reason: str = "",
    version: int | None = None,
    key: str | None = None,
) -> Matter:
    """Say that somebody has a part in a matter."""
    matter = lock(matter_id)
    role = _role(actor, matter, party.role)
    if done_before(matter, key):
        return matter
    require_version(matter, version)
    made = prepared(matter.type, matter.number, [party], _known(matter))
    _write(matter, actor, NAMED, made, [], role, reason.strip(), key)
    return matter


@atomic
def correct_party(
    *,
    matter_id: int,
    number: int,
    actor: Actor,
    party: PartyFacts,
    reason: str,
    version: int | None = None,
    key: str | None = None,
) -> Matter:
    """Put another in the place of a party that was named wrongly, in the same part."""
    matter = lock(matter_id)
    role = _role(actor, matter, party.role)
    if done_before(matter, key):
        return matter
    require_version(matter, version)
    wrong = _standing(matter, number, role)
    known = [row for row in _known(matter) if row.pk != wrong.pk]
    made = prepared(matter.type, matter.number, [party], [*known, _ended(wrong)])
    if _same(made.rows[0], wrong, matter.number):
        raise Refusal(_("Nothing here differs from what is known."), code="same")
    _write(matter, actor, CORRECTED, made, [wrong], role, _said(reason), key)
    return matter


@atomic
def end_party(
    *,
    matter_id: int,
    number: int,
    actor: Actor,
    reason: str,
    version: int | None = None,
    key: str | None = None,
) -> Matter:
    """Say that somebody has no part in a matter any more, or never had."""
    matter = lock(matter_id)
    row = Party.objects.filter(matter=matter, number=number).first()
    role = _role(actor, matter, row.role if row else "")
    if done_before(matter, key):
        return matter
    require_version(matter, version)
    wrong = _standing(matter, number, role)
    _write(matter, actor, ENDED, Named(), [wrong], role, _said(reason), key)
    return matter


def reveal_party(*, matter: Matter, number: int, actor: Actor, reason: str) -> ContactFacts:
    """Open who a citizen is that has a part; who looked, when and why is on record."""
    policy.require_reveal(actor, matter)
    row = Party.objects.filter(matter=matter, number=number, ended_at=None).first()
    role = matter.type.party(row.role) if row else None
    if row is None or role is None or not role.shown_to(actor.role):
        raise NotFound(_("There is no such party."))
    if not reason.strip():
        raise Refusal(_("Say why you need the contact."), field="reason")
    log_access(
        account=actor.account,
        action="reveal_party",
        subject=f"matter:{matter.number}",
        reason=reason.strip(),
    )
    return opened(row, matter.number) or ContactFacts()


def may_name(account: Account, matter: Matter) -> list[PartyRole]:
    """The parts of a matter that this person may write down."""
    if not policy.may_note(account, matter):
        return []
    return [one for one in matter.type.parties if one.shown_to(account.role)]


def _role(actor: Actor, matter: Matter, code: str) -> PartyRole:
    """The part, if this actor may write down who has it."""
    policy.require_note(actor, matter)
    role = matter.type.party(code)
    if role is None or not (actor.trusted or role.shown_to(actor.role)):
        raise NotFound(_("There is no such part in this matter."))
    return role


def _known(matter: Matter) -> list[Party]:
    return list(Party.objects.filter(matter=matter).order_by("number"))


def _standing(matter: Matter, number: int, role: PartyRole) -> Party:
    row = Party.objects.filter(matter=matter, number=number, role=role.code, ended_at=None).first()
    if row is None:
        raise NotFound(_("There is no such party."))
    return row


def _ended(row: Party) -> Party:
    """The row as it will be; what is written follows later."""
    return Party(number=row.number, role=row.role, ended_at=timezone.now())


def _same(made: Party, known: Party, number: str) -> bool:
    who = (made.account_id, made.unit_id, opened(made, number))
    return who == (known.account_id, known.unit_id, opened(known, number))


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="note", code="missing")
    return reason.strip()


def _write(
    matter: Matter,
    actor: Actor,
    action: str,
    made: Named,
    ended: list[Party],
    role: PartyRole,
    reason: str,
    key: str | None,
) -> None:
    now = timezone.now()
    change = Change(action, matter.state, note="" if role.seen_by else reason)
    change.parties = {**{str(row.number): None for row in ended}, **made.marks}
    if role.seen_by and reason:
        change.told["why"] = reason
    _end(ended, now)
    if made.about:
        change.columns = leaving.away(matter, conflict.about(matter) | made.about)
    append(
        matter,
        change,
        actor=actor,
        at=now,
        key=key,
        running=running_clocks(deadlines_of(matter.pk)),
    )
    made.keep(matter, now)
    if made.about:
        leaving.tied_leave(matter, now)


def _end(rows: list[Party], at: datetime) -> None:
    for row in rows:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
