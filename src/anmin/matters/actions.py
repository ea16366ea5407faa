"""The one write door: nothing else changes a matter (bulk imports use ``intake``).

Opening one is in ``opening``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import conflict, follow, messages, policy
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import (
    Callee,
    ContactFacts,
    contact_of,
    later_contacts,
    unseal,
)
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.merged import SAID, SPARING, goes_on_in, parts_told
from anmin.matters.models import Entry, LaterContact, Matter
from anmin.matters.opening import open_matter as open_matter
from anmin.matters.owning import require_owner
from anmin.matters.queries import by_id
from anmin.matters.reported import SOURCE
from anmin.matters.steps import prepare, require_here, step_of
from anmin.matters.taking import hearing, take
from anmin.people.actions import log_access
from anmin.people.limits import Limit, Taken
from anmin.people.limits import take as take_one
from anmin.people.models import Account
from anmin.people.policy import is_rated
from anmin.places.models import Unit

CODES = Limit(5, 86_400)
"""How often a day a matter gets a new code: each ends the one before."""
WORDS = Limit(20, 86_400)
"""What a citizen adds to one matter in a day."""
CITIZENS_FILES = Limit(5, 86_400)
"""Files that a citizen sends to one matter in a day, those that are refused with them: each is read and
drawn anew, and a thing holds only so many, also for whoever works on it."""
FRESH, NEW_FILES = timedelta(days=1), Limit(500, 86_400)
"""Files in a day to all that citizens opened in the last day together: whoever opens reports only to
send files stops nobody who has waited for an answer since yesterday."""
LONGEST_WORD = 2000


def move(
    *,
    matter_id: int,
    code: str,
    actor: Actor,
    version: int | None = None,
    note: str = "",
    inputs: Mapping[str, Any] | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Matter:
    """Take one edge of the flow. ``inputs`` are details the move needs or brings.

    The reading is done before the transaction, so that writers wait for each other as briefly as
    can be; writing makes sure that what was read still holds.

    Raises ``NotAllowed``, ``Conflict`` (changed meanwhile, or the move does not start here) or
    ``Refusal`` naming the missing field; then nothing has changed.
    """
    wanted = (matter_id, code, actor, version, note, inputs or {}, key, at)
    try:
        return _move(*wanted)
    except Conflict:  # somebody wrote in this very moment: look again
        return _move(*wanted)


def _move(
    matter_id: int,
    code: str,
    actor: Actor,
    version: int | None,
    note: str,
    inputs: Mapping[str, Any],
    key: str | None,
    at: datetime | None,
) -> Matter:
    matter = _only(by_id(matter_id))
    if done_before(matter, key):
        return matter
    edge = step_of(matter, code)
    policy.require_move(actor, matter, edge)
    require_version(matter, version)
    require_here(matter, edge)
    if edge.approval:
        raise Refusal(_("This step needs another person's agreement: ask for it."), code="approval")
    now = at or timezone.now()
    change, running = prepare(matter, edge, note=note, inputs=inputs, at=now)
    heard = hearing(matter, edge, change, actor)
    with atomic():
        take(matter, edge, change, actor=actor, at=now, key=key, running=running, heard=heard)
    return matter


@atomic
def assign(
    *,
    matter_id: int,
    actor: Actor,
    unit: Unit | None = None,
    account: Account | None = None,
    version: int | None = None,
    note: str = "",
    key: str | None = None,
) -> Matter:
    """Hand a matter to a person of its unit, or to another unit (which then has no person yet)."""
    matter = lock(matter_id)
    if done_before(matter, key):
        return matter
    policy.require_assign(actor, matter, to=unit)
    require_version(matter, version)
    if unit is None and account is None:
        raise Refusal(_("Say to whom it goes."), field="unit")
    target = unit.pk if unit else matter.unit_id
    if account is not None and account.unit_id != target:
        raise Refusal(_("This person works in another unit."), field="account")
    if unit is not None and not unit.active:
        raise Refusal(_("This unit no longer works."), field="unit")
    if account is not None and not policy.may_take(account):
        raise Refusal(_("This person does not work on matters."), field="account")
    require_owner(matter.type, target)
    conflict.require_free(conflict.about(matter), actor=actor, unit=unit, account=account)
    columns = {"unit_id": target, "assignee_id": account.pk if account else None}
    if all(getattr(matter, name) == value for name, value in columns.items()):
        return matter
    told: dict[str, Any] = {"unit": unit.code} if unit else {}
    if target != matter.unit_id:
        told["from"] = matter.unit_id
    change = Change("assign", matter.state, note=note, columns=columns, told=told)
    _same_state(matter, change, actor, key)
    return matter


@atomic
def add_note(
    *, matter_id: int, actor: Actor, text: str, public: bool = False, key: str | None = None
) -> Matter:
    """Write a line into the timeline; a public one is shown to the citizen."""
    matter = lock(matter_id)
    policy.require_note(actor, matter)
    if not text.strip():
        raise Refusal(_("Write something first."), field="note")
    if done_before(matter, key):
        return matter
    _same_state(matter, Change("note", matter.state, note=text.strip(), public=public), actor, key)
    return matter


def note_reply(matter: Matter, *, key: str) -> None:
    """Write into the timeline that the citizen replied, where no step follows from it.

    The words are not there: whoever handles the matter reads them beside the question.
    """
    if not done_before(matter, key):
        _same_state(matter, Change("replied", matter.state), CITIZEN, key)


@atomic
def say_more(*, matter_id: int, text: str, key: str, with_file: bool = False) -> Matter:
    """Add a citizen's word to a matter, for whoever works on it; the caller has seen the code.

    Of one that became part of another both histories have it, but no other reporter reads it.
    ``with_file``: a file came with it, or alone.
    Raises ``Refusal``: of a matter that has ended or is sealed, without words, too often.
    """
    matter = lock(matter_id)
    if done_before(matter, key):
        return matter
    if not policy.takes_words(matter):
        raise Refusal(_("Nothing can be added to it any more."), code="ended")
    said = text.strip()[:LONGEST_WORD]
    if not said and not with_file:
        raise Refusal(_("Write something first."), field="note")
    if take_one("word of a citizen", matter.number, limit=WORDS).over:
        raise Refusal(_("Much was added today already: please go on tomorrow."), code="limit")
    told: dict[str, Any] = {"file": True} if with_file else {}
    whole = goes_on_in(matter)
    if whole is not None:
        whole = lock(whole.pk)
        heard = Change(
            SAID, whole.state, note=said, public=True, told={**told, "from": matter.number}
        )
        _same_state(whole, heard, CITIZEN, key)
        told["into"] = whole.number
    _same_state(matter, Change(SAID, matter.state, note=said, public=True, told=told), CITIZEN, key)
    return matter


def take_turn_for_file(matter: Matter) -> Sequence[Taken]:
    """Count a citizen's file before it is read; what was counted, to be given back where nobody read
    it. Raises ``Refusal``: ended or sealed, or too many.
    """
    if not policy.takes_words(matter):
        raise Refusal(_("Nothing can be added to it any more."), code="ended")
    taken = [take_one("file of a citizen", matter.number, limit=CITIZENS_FILES)]
    if matter.source == SOURCE and timezone.now() - matter.opened_at < FRESH:
        taken.append(take_one("files of new reports", limit=NEW_FILES))
    if any(one.over for one in taken):
        raise Refusal(_("Much was added today already: please go on tomorrow."), code="limit")
    return taken


def take_turns_for_photos(count: int) -> Sequence[Taken]:
    """Count the photos of a report that is not opened yet, before they are read; to be given back where
    nobody read them. Raises ``Refusal``."""
    taken = [take_one("files of new reports", limit=NEW_FILES) for _one in range(count)]
    if any(one.over for one in taken):
        raise Refusal(
            _(
                "So many photos came in today that none can be taken with a report: send it without,"
                " and add them from its page tomorrow."
            ),
            field="photos",
            code="limit",
        )
    return taken


@atomic
def give_follow_code(*, matter_id: int, actor: Actor, passphrase: str = "") -> str:
    """A new code for the citizen to follow the matter by; the old one ends.

    It is sent to the citizen's own phone; returned, to be told at once, only where that cannot be,
    and never to somebody whose own unit is rated, who could speak as the citizen with it.
    ``passphrase``: what the citizen must know besides, if both agreed on one.
    """
    matter = lock(matter_id)
    policy.require_note(actor, matter)
    if take_one("follow code given", matter.number, limit=CODES).over:
        raise Refusal(_("A code was given several times today: the last one holds."), code="limit")
    change = Change("code_given", matter.state)
    own = contact_for_message(
        matter
    )  # not that of a report which is part of it: it has its own code
    hearers = messages.prospect(matter, messages.CODE, change, own)
    if actor.account is not None and is_rated(actor.account):
        by_hand = LaterContact.objects.filter(matter=matter, standing=LaterContact.WRONG).exists()
        if not hearers or by_hand:
            raise NotAllowed(
                _("It cannot be sent to a phone that the citizen gave: the inspectorate gives it.")
            )
    code = follow.give(matter, passphrase=passphrase)
    _same_state(matter, change, actor)
    messages.send(matter, messages.CODE, hearers, code="code", at=timezone.now(), follow=code)
    return "" if hearers else code


def reveal_contact(*, matter: Matter, actor: Actor, reason: str) -> ContactFacts:
    """Open the contact of a matter for a person who may see it; who, when and why is on record."""
    policy.require_reveal(actor, matter)
    if not reason.strip():
        raise Refusal(_("Say why you need the contact."), field="reason")
    contact = contact_of.one(matter.pk)
    if contact is None:
        return ContactFacts()
    log_access(
        account=actor.account,
        action="reveal_contact",
        subject=f"matter:{matter.number}",
        reason=reason.strip(),
    )
    return unseal(contact, number=matter.number)


def contact_for_message(matter: Matter) -> ContactFacts:
    """The contact for the house's own messages; nobody sees it, so nothing is logged."""
    contact = contact_of.one(matter.pk)
    return unseal(contact, number=matter.number) if contact else ContactFacts()


def contacts_to_call(matter: Matter, sparing: Sequence[str] = SPARING) -> list[Callee]:
    """Whom to call about a matter, in order: the first contact, those named later, and those of the
    matters that became part of it, but for parts of which a fact of ``sparing`` is true."""
    later = later_contacts(matter.pk, number=matter.number)
    found = [
        *(Callee(one, matter) for one in (contact_for_message(matter), *later)),
        *(Callee(contact_for_message(one), one) for one in parts_told(matter, sparing)),
    ]
    named = {one.contact.phone: one for one in reversed(found) if one.contact.phone}
    return list(reversed(named.values()))


def lock(matter_id: int) -> Matter:
    """The matter, held for this transaction (PostgreSQL; SQLite has one writer anyway)."""
    return _only(Matter.objects.select_for_update().filter(pk=matter_id))


def _only(rows: Iterable[Matter]) -> Matter:
    found = next(iter(rows), None)
    if found is None:
        raise NotFound(_("There is no such matter."))
    return found


def done_before(matter: Matter, key: str | None) -> bool:
    """Whether an action with this idempotency key was already done to the matter."""
    return key is not None and Entry.objects.filter(matter=matter, key=key).exists()


def require_version(matter: Matter, version: int | None) -> None:
    if version is not None and version != matter.version:
        raise Conflict(_("Somebody else changed this matter meanwhile; look again."))


def _same_state(matter: Matter, change: Change, actor: Actor, key: str | None = None) -> None:
    running = running_clocks(deadlines_of(matter.pk))
    append(matter, change, actor=actor, at=timezone.now(), key=key, running=running)
