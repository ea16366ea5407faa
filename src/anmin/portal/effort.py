"""What sending something new costs a sender: a second of work for a machine, or a sum in words.

No account, no third party, and no address decides alone. The page carries a token; a browser with
script looks, while its owner types, for a number that makes the SHA-256 of token and number begin
with so many zero bits. Without script there is a sum to answer, which machines can, too: so many
of these are taken in an hour from one neighbourhood, and altogether. Above that the work is asked
for, which costs whoever sends thousands and nobody who sends one. The more comes in, the more bits.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from anmin.people.limits import Limit, over, take

SALT = "portal effort"
HOURS = 6
"""So long a token holds: somebody may be interrupted while writing."""
BITS, HARDER = 15, 19
"""Zero bits: some 30,000 tries, a second or two on an old phone; half a million where much comes
in."""
MUCH = Limit(120, 3600)
"""Reports in an hour above which each costs more."""
TOLD = Limit(3, HOURS * 3600)
"""How often one token is told what others have said: who walks through a street pays for each door."""
ONCE = Limit(1, HOURS * 3600)
SUMS_NEAR, SUMS = Limit(6, 3600), Limit(60, 3600)
"""Sums answered in an hour: from one address range, and altogether."""


class How(Enum):
    """How a sending was paid for."""

    WORK = "work"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Effort:
    """What a page asks for: the token, how many zero bits, and the two numbers of the sum."""

    token: str
    bits: int
    first: int
    second: int

    @property
    def question(self) -> str:
        """The sum in words."""
        words = numbers()
        return _("How much is %(first)s plus %(second)s? Answer in digits.") % {
            "first": words[self.first],
            "second": words[self.second],
        }


def numbers() -> tuple[str, ...]:
    """The numbers from nought to nine in words."""
    return (
        _("zero"),
        _("one"),
        _("two"),
        _("three"),
        _("four"),
        _("five"),
        _("six"),
        _("seven"),
        _("eight"),
        _("nine"),
    )


def ask(*, hard: bool = False, what: str = "report") -> Effort:
    """A new token; ``hard``: for what is guessed at. ``what`` is counted by itself."""
    bits = HARDER if hard or over(what, limit=MUCH) else BITS
    first, second = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    told = {"key": secrets.token_hex(16), "bits": bits, "sum": [first, second]}
    return Effort(signing.dumps(told, salt=SALT), bits, first, second)


def again(token: str) -> Effort | None:
    """The same token once more, after an error; nothing if it is not ours or too old."""
    told = _read(token)
    return None if told is None else Effort(token, told["bits"], *told["sum"])


def key_of(token: str) -> str:
    """What a sending with this token is known by; empty if it is not ours or too old."""
    told = _read(token)
    return str(told["key"]) if told else ""


def paid(token: str, *, proof: str, answer: str, asked_from: str, hard: bool = False) -> How | None:
    """How it was paid: by work, or by a sum of which there are not too many already; or not.

    What is ``hard`` is not paid with a token that asked for less.
    """
    told = _read(token)
    if told is None or (hard and told["bits"] < HARDER):
        return None
    if proof and done(token, proof, told["bits"]):
        return How.WORK
    said = unicodedata.normalize("NFKC", answer).strip()
    return How.SUM if said == str(sum(told["sum"])) and not sums_taken(asked_from) else None


def paid_by_nobody(token: str, what: str, *, proof: str, answer: str, hard: bool = False) -> bool:
    """Whether it was paid for, and is counted now, without asking where it comes from.

    Sums are as many as ``SUMS`` an hour for ``what``, from everywhere together.
    """
    told = _read(token)
    if told is None or (hard and told["bits"] < HARDER):
        return False
    if proof and done(token, proof, told["bits"]):
        take(what, limit=MUCH)
        return True
    said = unicodedata.normalize("NFKC", answer).strip()
    if said != str(sum(told["sum"])) or take(f"{what} sums", limit=SUMS).over:
        return False
    take(what, limit=MUCH)
    return True


def sums_gone(what: str) -> bool:
    """Whether sums are no longer enough for this hour."""
    return over(f"{what} sums", limit=SUMS)


def count(how: How, asked_from: str) -> None:
    """Remember what it paid for: something that was opened, or told. A token opens one matter."""
    take("report", limit=MUCH)
    if how is How.SUM:
        count_sum(asked_from)


def count_sum(asked_from: str) -> None:
    """Remember that a sum was taken from there."""
    take("report sum", asked_from, limit=SUMS_NEAR)
    take("report sums", limit=SUMS)


def told_enough(token: str) -> bool:
    """Whether this token has been told often enough what others have said; counts this time."""
    return take("report alike", key_of(token), limit=TOLD).over


def once(token: str) -> bool:
    """Whether this token pays for a try: each does for one."""
    return not take("effort of a try", key_of(token), limit=ONCE).over


def sums_taken(asked_from: str) -> bool:
    """Whether a sum is no longer enough from there, or anywhere, for this hour."""
    return over("report sum", asked_from, limit=SUMS_NEAR) or over("report sums", limit=SUMS)


def done(token: str, proof: str, bits: int) -> bool:
    """Whether the hash of token and number begins with so many zero bits."""
    digest = hashlib.sha256(f"{token}:{proof[:20]}".encode()).digest()
    return int.from_bytes(digest) >> (256 - bits) == 0


def _read(token: str) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = signing.loads(token, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    return told
