"""Free words of citizens and operators, sealed for the row they stand in."""

import hashlib

from django.conf import settings

from anmin.callbacks.models import Answer, Attempt, Draw
from anmin.matters.sealed_texts import open_text, seal_text


def seal(text: str, *, kind: str, of: str) -> bytes:
    """The text as the database keeps it; nothing for nothing."""
    return seal_text(text, f"{kind}:{of}")


def _open(sealed: bytes | memoryview, *, kind: str, of: str) -> str:
    return open_text(sealed, f"{kind}:{of}")


def read_text(answer: Answer) -> str:
    """What the citizen said in words. Callers log who reads it: ``actions.read_words``."""
    return _open(answer.text, kind="answer", of=f"{answer.callback_id}/{answer.seq}")


def read_note(attempt: Attempt) -> str:
    """What was noted about an attempt."""
    return _open(attempt.note, kind="attempt", of=f"{attempt.callback_id}/{attempt.seq}")


def read_seed(draw: Draw) -> str:
    """The seed of a draw, before it is revealed: for the draw itself only."""
    return _open(draw.seed_sealed, kind="draw", of=f"{draw.purpose}/{draw.day}")


def blind(draw: Draw, reference: str) -> str:
    """What is published for a reference in the frame of this draw.

    Numbers of matters follow each other: whoever had only a plain hash could try them all, and learn
    which are left out. This needs a key of the house.
    """
    keyed = settings.KEYRING.mac(
        f"{draw.purpose}/{draw.day}/{reference}".encode(), purpose="draw line"
    )
    return hashlib.sha256(keyed).hexdigest()
