"""What only the house itself opens: contacts of the frame, free words, the seed before its time."""

import orjson
from django.conf import settings

from anmin.matters.contacts import ContactFacts
from anmin.matters.sealed_texts import open_text
from anmin.surveys.models import FrameRow, Wave


def seal_contact(facts: ContactFacts, row: FrameRow) -> bytes:
    """A contact for that row of the frame; a copy in another row will not open."""
    plain = orjson.dumps(facts.plain())
    sealed: bytes = settings.KEYRING.encrypt(plain, context=row.context)
    return sealed


def open_contact(row: FrameRow) -> ContactFacts:
    """The contact of a row. Callers log who looks: ``fieldwork.reveal``."""
    if not row.contact:
        return ContactFacts()
    return ContactFacts.of(orjson.loads(settings.KEYRING.decrypt(row.contact, context=row.context)))


def read_seed(wave: Wave) -> str:
    """The seed before it is published: for the draw itself only."""
    return open_text(wave.seed_sealed, f"survey:{wave.code}")
