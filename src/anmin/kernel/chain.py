"""The hash chain that shows whether a history was edited.

Each record is linked to the one before it by a keyed BLAKE2b hash (RFC 7693), so that somebody who can write
to the database but does not hold the key (``Keyring.chain_key``) cannot make a chain that
verifies. Text that may have to be erased by law enters the chain as its ``digest`` only: the text
can go, the chain still verifies.
"""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson

SIZE: Final = 32
GENESIS: Final = bytes(SIZE)
"""What the first record of every chain is linked to."""

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def stamp(moment: datetime) -> str:
    """A moment as the chain keeps it: UTC, always with microseconds, so that it compares."""
    there = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{there.replace(tzinfo=None).isoformat('T', 'microseconds')}+00:00"


def _plain(value: object) -> Any:
    match value:
        case datetime() if value.tzinfo is None:
            raise TypeError("a time without a time zone has no canonical form")
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes() | memoryview():
            return value.hex()
        case frozenset() | set():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(obj: object) -> bytes:
    """The one byte string for a value: JSON, keys sorted, times in UTC to the microsecond.

    Takes what JSON takes, and dates, aware datetimes, ``Decimal``, UUIDs, enums, dataclasses,
    bytes (as hex) and sets (sorted). Raises ``TypeError`` on anything else, a naive datetime,
    a key that is not a string or a string that is not valid Unicode.
    """
    return orjson.dumps(obj, default=_plain, option=_OPTIONS)


def link(key: bytes, previous: bytes, record: bytes) -> bytes:
    """The hash of ``record`` in a chain whose last hash is ``previous`` (32 bytes)."""
    if len(previous) != SIZE:
        raise ValueError(f"the previous hash has {len(previous)} bytes, not {SIZE}")
    return hashlib.blake2b(previous + record, key=key, digest_size=SIZE).digest()


def digest(content: str | bytes, *, key: bytes = b"") -> bytes:
    """What stands in the chain for content that may be erased later (32 bytes).

    Give ``key`` for short texts: without it, whoever keeps the digest of an erased telephone
    number can find the number by trying them all.
    """
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(raw, key=key, digest_size=SIZE).digest()
