"""The code by which a citizen follows a matter without an account: six characters, kept as a hash.

It opens nothing without the number of the matter, which every message names. Whoever guesses is
slowed down by where he asks from and by the matter he asks for; a new code ends the old one.
"""

import hmac
import secrets
import unicodedata

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.flow import Stage
from anmin.matters.models import FollowCode, Matter
from anmin.people.limits import Limit, over, take

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""30 signs that nobody takes for one another: 729 million codes."""
LENGTH = 6
PURPOSE = "follow code"
MISSES = (
    ("follow miss", Limit(100, 600)),  # from one address, whatever it asks for
    ("follow miss there", Limit(10, 600)),  # from one address, for one matter
    ("follow miss of", Limit(300, 86_400)),  # for one matter, from wherever
)


class TooMany(Refusal):
    """Too many wrong codes from there, or for that matter."""

    default_code = "too_many"


def code_of(secret: bytes) -> str:
    """The code that follows from so many random or keyed bytes: the same for the same ones."""
    number = int.from_bytes(secret)
    return "".join(ALPHABET[number // len(ALPHABET) ** at % len(ALPHABET)] for at in range(LENGTH))


def give(matter: Matter, *, passphrase: str = "", code: str = "") -> str:
    """Make a matter's code anew, inside a transaction; it is shown once, and nowhere kept."""
    code = code or code_of(secrets.token_bytes(16))
    FollowCode.objects.update_or_create(
        matter=matter,
        defaults={
            "digest": _digest(matter.number, code, passphrase),
            "given_at": timezone.now(),
        },
    )
    return code


def followed(number: str, code: str, *, passphrase: str = "", asked_from: str) -> Matter:
    """The matter of that number, for whoever has its code.

    Raises ``NotFound``, which tells not which of both is wrong, and ``TooMany``.
    """
    number = unicodedata.normalize("NFKC", number).strip().upper()[:32]
    counted = (asked_from,), (asked_from, number), (number,)
    for (what, limit), whose in zip(MISSES, counted, strict=True):
        if over(what, *whose, limit=limit):
            minutes = limit.seconds // 60
            raise TooMany(
                ngettext(
                    "Too many wrong codes. Please wait %(minutes)d minute and try again.",
                    "Too many wrong codes. Please wait up to %(minutes)d minutes and try again.",
                    minutes,
                )
                % {"minutes": minutes}
            )
    row = FollowCode.objects.filter(matter__number=number).select_related("matter").first()
    digest = bytes(row.digest) if row else b""
    right = hmac.compare_digest(_digest(number, code, passphrase), digest)
    if row is None or not right or row.matter.stage == Stage.VOID:
        for (what, limit), whose in zip(MISSES, counted, strict=True):
            take(what, *whose, limit=limit)
        raise NotFound(_("There is nothing under this number and code."))
    return row.matter


def pass_for(matter: Matter) -> str:
    """What proves for a while that the code was given; worthless once there is a new one."""
    row = FollowCode.objects.filter(matter=matter).first()
    return f"{matter.number}:{bytes(row.digest)[:12].hex()}" if row else ""


def by_pass(told: str) -> Matter | None:
    """The matter of a pass that a page gave out, signed."""
    number, _colon, digest = told.partition(":")
    row = FollowCode.objects.filter(matter__number=number).select_related("matter").first()
    if row is None or row.matter.stage == Stage.VOID or bytes(row.digest)[:12].hex() != digest:
        return None
    return row.matter


def _digest(number: str, code: str, passphrase: str) -> bytes:
    plain = "".join(unicodedata.normalize("NFKC", code).split()).upper().replace("-", "")
    phrase = " ".join(unicodedata.normalize("NFKC", passphrase).split())
    said: bytes = settings.KEYRING.mac("\n".join((number, plain, phrase)).encode(), purpose=PURPOSE)
    return said
