"""Reference numbers for people to read out, and codes for citizens to follow a matter by.

A number is ``prefix-year-sequence-check``, like ``JQ-2026-0000123-3``. The check character is a
weighted sum modulo the prime 31, written in 31 characters that are not mistaken for one another
(no 0, O, 1, I, L). As the prefix holds only letters and year and sequence only digits, any one
wrong character and any exchange of two characters, near or far, is always detected; ISO 7064
MOD 37,36 misses one pair of exchanges and would need the ambiguous characters.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anmin.kernel.errors import Refusal

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_PRIME: Final = len(ALPHABET)
# The five characters that are never a check character share a value with one of the other sort.
_VALUES: Final = {character: n for n, character in enumerate(ALPHABET)} | {
    "0": 29, "1": 30, "I": 0, "L": 1, "O": 2,
}  # fmt: skip
# 3 is a primitive root of 31: its first 30 powers all differ, so every position weighs
# differently in a number of up to 29 characters before the check character.
_WEIGHTS: Final = tuple(pow(3, power, _PRIME) for power in range(1, _PRIME - 1))
_PATTERN: Final = re.compile(r"([A-Z]{1,6})-?([0-9]{4})-?([0-9]{7,12})-?([0-9A-Z])")
_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212\u30fc\ufe58\ufe63_]")


class BadNumber(Refusal):
    """The text is not a reference number, or was mistyped."""

    default_code = "bad_number"


@dataclass(frozen=True, slots=True)
class ReferenceNumber:
    """A reference number in its parts; ``str()`` writes it with its check character."""

    prefix: str
    year: int
    sequence: int

    def __str__(self) -> str:
        return format_number(self.prefix, self.year, self.sequence)


def _sum(text: str, place: int = 0) -> int:
    """The weighted sum of characters, the last of which stands at ``place`` from the end."""
    weighted = zip(reversed(text), _WEIGHTS[place:], strict=False)
    return sum(_VALUES[character] * weight for character, weight in weighted)


def check_character(text: str) -> str:
    """The character that makes ``text`` (digits and capital letters, up to 29) a checked one.

    If digits and letters stand at places of their own, or all characters are of ``ALPHABET``, any
    one wrong character and any exchange of two is detected.
    """
    return ALPHABET[-_sum(text) % _PRIME]


_LAST_THREE: Final = tuple(_sum(f"{n:03d}") for n in range(1000))


@lru_cache(maxsize=1024)
def _head(prefix: str, year: int, thousands: int) -> tuple[str, int]:
    """The text up to the last three digits and its share of the sum."""
    if not (prefix.isascii() and prefix.isalpha() and prefix.isupper() and len(prefix) <= 6):
        raise ValueError(f"a prefix is 1 to 6 capital letters, not {prefix!r}")
    if not 1000 <= year <= 9999:
        raise ValueError(f"the year of a number has four digits, not {year}")
    if not 0 <= thousands < 10**9:
        raise ValueError("a sequence has up to 12 digits")
    text = f"{prefix}{year}{thousands:04d}"
    return f"{prefix}-{year}-{thousands:04d}", _sum(text, place=3)


def format_number(prefix: str, year: int, sequence: int) -> str:
    """Write a reference number: ``format_number("JQ", 2026, 123)`` is ``JQ-2026-0000123-3``.

    ``prefix`` is 1 to 6 capital Latin letters, ``sequence`` has up to 12 digits; anything else
    is a ``ValueError``. Numbers in sequence cost under a microsecond each.
    """
    thousands, last = divmod(sequence, 1000)
    head, total = _head(prefix, year, thousands)
    return f"{head}{last:03d}-{ALPHABET[-(total + _LAST_THREE[last]) % _PRIME]}"


def parse_number(text: str) -> ReferenceNumber:
    """Read a number as people type it: spaces, small or full-width letters, other dashes, none.

    Raises ``BadNumber`` if it has another form or the check character does not fit.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = _DASHES.sub("-", "".join(plain.split()))
    found = _PATTERN.fullmatch(plain)
    if not found:
        raise BadNumber("this is not a reference number")
    prefix, year, digits, check = found.groups()
    if year < "1000" or format_number(prefix, int(year), int(digits)) != (
        f"{prefix}-{year}-{digits}-{check}"
    ):
        raise BadNumber("the reference number has a typing error")
    return ReferenceNumber(prefix, int(year), int(digits))


def as_stored(text: str) -> str:
    """A number as it is stored, however it was typed; what is none in capitals, without the ends."""
    try:
        return str(parse_number(text))
    except BadNumber:
        return unicodedata.normalize("NFKC", text).strip().upper()


def new_code(n: int = 10) -> str:
    """A random code for a citizen, ``n`` unambiguous characters (10 carry 49 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(n))


def normalise_code(text: str) -> str:
    """A citizen's code as typed, without spaces and dashes, in capitals."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())
    return "".join(plain.split()).replace("-", "")
