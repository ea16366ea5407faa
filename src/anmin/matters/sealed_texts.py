"""Free words of citizens and of those who write them down, sealed for the row they stand in."""

from django.conf import settings

LONGEST = 2000
"""Characters of free text that are kept."""


def seal_text(text: str, context: str) -> bytes:
    """The text as the database keeps it, bound to ``context``; nothing for nothing."""
    text = text.strip()[:LONGEST]
    if not text:
        return b""
    sealed: bytes = settings.KEYRING.encrypt(text.encode(), context=context.encode())
    return sealed


def open_text(sealed: bytes | memoryview, context: str) -> str:
    """The text, opened. Callers log who reads it."""
    if not sealed:
        return ""
    plain: bytes = settings.KEYRING.decrypt(bytes(sealed), context=context.encode())
    return plain.decode()
