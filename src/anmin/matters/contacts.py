"""Who can be reached about a matter: sealed on the way in, opened only with a reason on record."""

from dataclasses import dataclass

import orjson
from django.conf import settings

from anmin.kernel.masking import mask_address, mask_name, mask_phone
from anmin.kernel.phones import normalise_phone
from anmin.matters.models import Contact


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Name, phone (E.164) and address of the person a matter concerns; each may be empty."""

    name: str = ""
    phone: str = ""
    address: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.address)


@dataclass(frozen=True, slots=True)
class SealedContact:
    """A contact as the database keeps it."""

    sealed: bytes
    phone_index: bytes | None
    fingerprint: bytes


def seal(facts: ContactFacts, *, number: str, known: bytes | None = None) -> SealedContact:
    """Encrypt a contact for the matter of that number; a copy in another matter will not open.

    ``known`` is its fingerprint, where the caller has it already.
    """
    plain = orjson.dumps([facts.name, facts.phone, facts.address])
    ring = settings.KEYRING
    return SealedContact(
        sealed=ring.encrypt(plain, context=_context(number)),
        phone_index=ring.blind_index(facts.phone, purpose="phone") if facts.phone else None,
        fingerprint=known or fingerprint(facts),
    )


def fingerprint(facts: ContactFacts) -> bytes:
    """A keyed digest (16 bytes): equal contacts have equal fingerprints, and nothing else shows."""
    plain = orjson.dumps([facts.name, facts.phone, facts.address]).decode()
    digest: bytes = settings.KEYRING.blind_index(plain, purpose="contact")
    return digest


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
