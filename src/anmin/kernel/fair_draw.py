"""Drawing at random so that anybody can check it afterwards. Pure: no database.

The secret is 32 random bytes in hexadecimal. Its SHA-256 is published before the frame is known;
afterwards the secret itself is. Where a public number is waited for that nobody can know while the
frame is made, the seed is both ``combined``; else the secret is the seed. A reference's lot is
SHA-256 of ``seed:reference``; the references with the smallest lots are drawn. Any tool that knows
SHA-256 can repeat it.
"""

import hashlib
import secrets
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal


def new_seed() -> str:
    """A seed that nobody can guess (256 bits, hexadecimal)."""
    return secrets.token_hex(32)


def seed_hash(seed: str) -> str:
    """What is published before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def combined(secret: str, number: str) -> str:
    """The seed of a draw that waits for a public number: neither alone tells who is drawn."""
    return hashlib.sha256(f"{secret}:{number}".encode()).hexdigest()


def frame_digest(references: Iterable[str]) -> str:
    """A digest of who could be drawn, whatever their order."""
    return hashlib.sha256("\n".join(sorted(references)).encode()).hexdigest()


def lot(seed: str, reference: str) -> bytes:
    """The random number of one reference under a seed."""
    return hashlib.sha256(f"{seed}:{reference}".encode()).digest()


def size(count: int, share: Decimal) -> int:
    """How many of ``count`` are drawn: the share, rounded up, so that a small day is not missed."""
    return int((count * share).to_integral_value(ROUND_CEILING))


def draw(references: Iterable[str], *, seed: str, share: Decimal) -> set[str]:
    """The references drawn. O(n log n)."""
    frame = sorted(set(references))
    chosen = sorted(frame, key=lambda reference: (lot(seed, reference), reference))
    return set(chosen[: size(len(frame), share)])
