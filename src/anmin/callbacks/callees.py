"""Whom a callback calls, one after the other: of a whole also whoever reported a part of it.

What is said to somebody is what he or she reported; who answered is kept with the answer, by the key
of the number, so that whatever follows goes to the same person.
"""

from collections.abc import Sequence

from django.conf import settings

from anmin.callbacks import ladder
from anmin.callbacks.exclusions import FLAGS
from anmin.callbacks.models import Answer, Callback, Status
from anmin.channels.queries import has_opted_out
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters.actions import contact_for_message, contacts_to_call
from anmin.matters.contacts import Callee, ContactFacts
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require


def people_called(callback: Callback) -> list[Callee]:
    """Whom a callback calls, one after the other, as far as the rule goes.

    Of the parts of a whole nobody whom a rule would spare, alone, or who asked not to be contacted.
    What somebody answered is asked again of that person alone.
    """
    matter = callback.matter
    found = [
        one
        for one in contacts_to_call(matter, FLAGS)
        if one.matter.pk == matter.pk or not _stopped(one)
    ]
    before = _answer_before(callback)
    if before is not None:
        key = bytes(before.spoken_to) or key_of_number(contact_for_message(matter))
        return [one for one in found if key_of_number(one.contact) == key]
    return found[: int(ladder.rule("contacts_called").value)]


def first_of(callback: Callback) -> Callee:
    """Whom a callback calls first; somebody without a number where nobody can be called."""
    found = people_called(callback)
    own = contact_for_message(callback.matter)
    return found[0] if found else Callee(ContactFacts() if own.phone else own, callback.matter)


def spoken_with(callback: Callback, place: int | None, *, told: str, field: str) -> Callee:
    """Which of ``people_called`` it was, from 0. Of several it must be said: else ``told``."""
    people = people_called(callback)
    if len(people) < 2:
        return first_of(callback)
    if place is None or not 0 <= place < len(people):
        raise Refusal(told, field=field)
    return people[place]


def kept_key(callback: Callback, who: Callee) -> bytes:
    """What is kept of whom an answer is: nothing where that is the first contact of the matter."""
    key = key_of_number(who.contact)
    return b"" if key == key_of_number(contact_for_message(callback.matter)) else key


def who_answered(answer: Answer) -> ContactFacts:
    """The contact of whoever gave an answer; empty where it does not stand any more."""
    matter, key = answer.callback.matter, bytes(answer.spoken_to)
    if not key:
        return contact_for_message(matter)
    found = (one.contact for one in contacts_to_call(matter, FLAGS))
    return next((one for one in found if key_of_number(one) == key), ContactFacts())


def key_of_number(contact: ContactFacts) -> bytes:
    """The look-up key of somebody's first number."""
    ring = settings.KEYRING
    return ring.blind_index(contact.phone, purpose="phone") if contact.phone else b""


def _answer_before(callback: Callback) -> Answer | None:
    """The answer that this asks about again: of the round before, or, blind, of this one."""
    if callback.round == 1 and callback.status != Status.DONE:
        return None
    rows = Answer.objects.filter(callback__matter=callback.matter_id, seq=1)
    if callback.status == Status.DONE:
        return rows.filter(callback=callback).first()
    return rows.filter(callback__round__lt=callback.round).order_by("-callback__closing").first()


def _stopped(one: Callee) -> bool:
    about = f"matter:{one.matter.number}"
    numbers = (one.contact.phone, *one.contact.further)
    return any(has_opted_out("sms", phone, about) for phone in numbers)


@atomic
def reveal(callback: Callback, operator: Account, *, reason: str) -> ContactFacts:
    """Name and phone, with an entry in the access log; the caller has checked who asks."""
    require(operator, Capability.REVEAL_CONTACT)
    first = first_of(callback)
    _log(operator, [first], reason)
    return _shown(first.contact)


@atomic
def reveal_later(callback: Callback, operator: Account, *, reason: str) -> Sequence[Callee]:
    """Whom to call when the first is not reached; on record for each matter whose contact that is."""
    require(operator, Capability.REVEAL_CONTACT)
    later = people_called(callback)[1:]
    _log(operator, later, reason)
    return [one._replace(contact=_shown(one.contact)) for one in later]


def _log(operator: Account, shown: Sequence[Callee], reason: str) -> None:
    for number in dict.fromkeys(one.matter.number for one in shown):
        log_access(
            account=operator, action="reveal_contact", subject=f"matter:{number}", reason=reason
        )


def _shown(facts: ContactFacts) -> ContactFacts:
    return ContactFacts(name=facts.name, phone=facts.phone, more=facts.more)
