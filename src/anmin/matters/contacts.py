"""Who can be reached about a matter: sealed on the way in, opened only with a reason on record."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson
from django.conf import settings
from django.db.models import QuerySet

from anmin.evidence.prepared import Prepared
from anmin.kernel.crypto import Keyring
from anmin.kernel.masking import mask_address, mask_name, mask_phone
from anmin.kernel.phones import bare, read_phones
from anmin.matters.models import Contact, FurtherPhone, LaterContact, Matter
from anmin.matters.observation import ContactFacts, contact_marks, reached

__all__ = [
    "Callee",
    "ContactFacts",
    "SealedContact",
    "contact_marks",
    "encrypted",
    "find_by",
    "further_indexes",
    "in_brief",
    "keep_contact",
    "keep_further",
    "later_contacts",
    "masked",
    "matters_of_phones",
    "phone_indexes",
    "reached",
    "seal",
    "unseal",
]


class Callee(NamedTuple):
    """Somebody to be called, and the matter whose contact that is."""

    contact: ContactFacts
    matter: Matter


class SealedContact(NamedTuple):
    """A contact as the database keeps it."""

    sealed: bytes
    phone_index: bytes | None
    fingerprint: bytes


def seal(
    facts: ContactFacts, *, number: str, marks: tuple[bytes, bytes | None] | None = None
) -> SealedContact:
    """Encrypt a contact for the matter of that number; a copy in another matter will not open.

    ``marks`` are its ``contact_marks``, where the caller has them already.
    """
    ring = settings.KEYRING
    fingerprint, phone = marks or contact_marks(ring, facts)
    return SealedContact(encrypted(ring, facts, number), phone, fingerprint)


def encrypted(ring: Keyring, facts: ContactFacts, number: str) -> bytes:
    """A contact under the newest key; see ``seal``."""
    return ring.encrypt(orjson.dumps(facts.plain()), context=_context(number))


def unseal(contact: Contact | LaterContact, *, number: str) -> ContactFacts:
    """Decrypt a contact. Callers log why: see ``actions.reveal_contact``."""
    return ContactFacts.of(
        orjson.loads(settings.KEYRING.decrypt(bytes(contact.sealed), context=_context(number)))
    )


def keep_contact(matter_id: int, facts: ContactFacts, *, number: str) -> SealedContact:
    """Write the contact of a matter that has none yet, findable by each of its numbers."""
    sealed = seal(facts, number=number)
    Contact.objects.create(matter_id=matter_id, **sealed._asdict())
    keep_further(matter_id, further_indexes(facts))
    return sealed


def keep_further(matter_id: int, indexes: Sequence[bytes]) -> None:
    """Let a matter be found by these too."""
    rows = FurtherPhone.objects.filter(matter_id=matter_id)
    known = {bytes(index) for index in rows.values_list("phone_index", flat=True)}
    FurtherPhone.objects.bulk_create(
        [
            FurtherPhone(matter_id=matter_id, phone_index=index)
            for index in dict.fromkeys(indexes)
            if index not in known
        ]
    )


def further_indexes(facts: ContactFacts) -> list[bytes]:
    """The look-up keys of the numbers after the first."""
    ring = settings.KEYRING
    return [ring.blind_index(one, purpose="phone") for one in facts.further]


contact_of = Prepared(lambda pk: Contact.objects.filter(matter_id=pk))
_later = Prepared(lambda pk: LaterContact.objects.filter(matter_id=pk).order_by("pk"))


def later_contacts(matter_id: int, *, number: str) -> list[ContactFacts]:
    """The contacts that are called after the first."""
    rows = [one for one in _later(matter_id) if one.standing in LaterContact.CALLED]
    return [unseal(row, number=number) for row in rows]


def find_by(matter: Matter, first: Contact | None) -> None:
    """Let a matter be found by the numbers that stand, and by no others."""
    FurtherPhone.objects.filter(matter=matter).delete()
    ring = settings.KEYRING
    indexes = further_indexes(unseal(first, number=matter.number)) if first else []
    for one in later_contacts(matter.pk, number=matter.number):
        indexes += [ring.blind_index(one.phone, purpose="phone")] if one.phone else []
        indexes += further_indexes(one)
    FurtherPhone.objects.bulk_create(
        [FurtherPhone(matter=matter, phone_index=index) for index in dict.fromkeys(indexes)]
    )


def matters_of_phones(indexes: Sequence[bytes]) -> QuerySet[Contact, int]:
    """The primary keys of the matters that one of these phones belongs to, for ``pk__in``."""
    first = Contact.objects.filter(phone_index__in=indexes).values_list("matter_id", flat=True)
    further = FurtherPhone.objects.filter(phone_index__in=indexes)
    return first.union(further.values_list("matter_id", flat=True))


def masked(contact: Contact, *, number: str) -> ContactFacts:
    """A contact with enough hidden that nobody can be reached by it."""
    facts = unseal(contact, number=number)
    return ContactFacts(mask_name(facts.name), _phones(facts), mask_address(facts.address))


def in_brief(facts: ContactFacts) -> str:
    """Masked name and numbers: enough to tell one contact from another."""
    return f"{mask_name(facts.name)} {_phones(facts)}".strip()


def _phones(facts: ContactFacts) -> str:
    return " / ".join(mask_phone(one) for one in (facts.phone, *facts.further) if one)


def phone_indexes(text: str) -> list[bytes]:
    """The look-up keys of the phone numbers that somebody typed; none if it is no number."""
    ring, found = settings.KEYRING, read_phones(text, area_code=settings.AREA_CODE or None)
    if found.left:
        return []
    return [ring.blind_index(bare(one), purpose="phone") for one in found.numbers]


def _context(number: str) -> bytes:
    return b"contact:" + number.encode()
