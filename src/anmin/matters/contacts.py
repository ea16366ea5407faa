"""Who can be reached about a matter: sealed on the way in, opened only with a reason on record."""

from typing import NamedTuple

import orjson
from django.conf import settings

from anmin.kernel.crypto import Keyring
from anmin.kernel.masking import mask_address, mask_name, mask_phone
from anmin.kernel.phones import normalise_phone
from anmin.matters.models import Contact
from anmin.matters.observation import ContactFacts, contact_marks

__all__ = [
    "ContactFacts",
    "SealedContact",
    "encrypted",
    "masked",
    "phone_index",
    "seal",
    "unseal",
]


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
    return ring.encrypt(orjson.dumps([*facts]), context=_context(number))


def unseal(contact: Contact, *, number: str) -> ContactFacts:
    """Decrypt a contact. Callers log why: see ``actions.reveal_contact``."""
    name, phone, address = orjson.loads(
        settings.KEYRING.decrypt(bytes(contact.sealed), context=_context(number))
    )
    return ContactFacts(name, phone, address)


def masked(contact: Contact, *, number: str) -> ContactFacts:
    """A contact with enough hidden that nobody can be reached by it."""
    facts = unseal(contact, number=number)
    return ContactFacts(mask_name(facts.name), mask_phone(facts.phone), mask_address(facts.address))


def phone_index(text: str) -> bytes | None:
    """The look-up key of a phone number as somebody typed it; nothing if it is none."""
    phone = normalise_phone(text)
    if phone is None:
        return None
    index: bytes = settings.KEYRING.blind_index(phone, purpose="phone")
    return index


def _context(number: str) -> bytes:
    return b"contact:" + number.encode()
