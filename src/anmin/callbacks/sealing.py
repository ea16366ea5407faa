"""Free words of citizens and operators, sealed for the row they stand in."""

from django.conf import settings

from anmin.callbacks.models import Answer, Attempt, Draw

LONGEST = 2000
"""Characters of free text that are kept."""


def seal(text: str, *, kind: str, of: str) -> bytes:
    """The text as the database keeps it; nothing for nothing."""
    text = text.strip()[:LONGEST]
    if not text:
        return b""
    sealed: bytes = settings.KEYRING.encrypt(text.encode(), context=f"{kind}:{of}".encode())
    return sealed


def _open(sealed: bytes | memoryview, *, kind: str, of: str) -> str:
    if not sealed:
        return ""
    plain: bytes = settings.KEYRING.decrypt(bytes(sealed), context=f"{kind}:{of}".encode())
    return plain.decode()


def read_text(answer: Answer) -> str:
    """What the citizen said in words. Callers log who reads it: ``actions.read_words``."""
    return _open(answer.text, kind="answer", of=f"{answer.callback_id}/{answer.seq}")


def read_note(attempt: Attempt) -> str:
    """What was noted about an attempt."""
    return _open(attempt.note, kind="attempt", of=f"{attempt.callback_id}/{attempt.seq}")


def read_seed(draw: Draw) -> str:
    """The seed of a draw, before it is revealed: for the draw itself only."""
    return _open(draw.seed_sealed, kind="draw", of=f"{draw.purpose}/{draw.day}")
