"""The code by which a citizen follows a matter without an account: six characters, kept as a hash.

It opens nothing without the number of the matter, which every message names. Whoever guesses is
slowed down by where he asks from; a new code ends the old one. What a stranger guesses locks nobody
else out: see ADR 0063 for the arithmetic.
"""

import hmac
import secrets
import unicodedata
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.reference import as_stored
from anmin.matters.flow import Stage
from anmin.matters.models import FollowCode, Matter
from anmin.people.haste import hastily
from anmin.people.limits import Limit, over, take

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""30 signs that nobody takes for one another: 729 million codes."""
LENGTH = 6
PURPOSE = "follow code"
LONGER = 8
"""The length of a code after so many wrong ones that six characters say too little."""
HERE, HERE_OF = Limit(100, 600), Limit(10, 600)
"""From one address: wrong codes for whatever matter, and for one."""
OF = Limit(300, 86_400)
"""For one matter, from wherever: after that only ``CALM`` and ``CALM_NEAR`` are left to each."""
CALM, CALM_NEAR = Limit(3, 86_400), Limit(10, 86_400)
"""For such a matter: from one address, and from what one provider hands a customer."""
EVER = 72_900
"""Wrong codes of six characters for one matter: one in 10,000 of all that there are (ADR 0063)."""


class TooMany(Refusal):
    """Too many wrong codes from there."""

    default_code = "too_many"


def code_of(secret: bytes, length: int = LENGTH) -> str:
    """The code that follows from so many random or keyed bytes: the same for the same ones."""
    number = int.from_bytes(secret)
    return "".join(ALPHABET[number // len(ALPHABET) ** at % len(ALPHABET)] for at in range(length))


class Spent(TooMany):
    """So many wrong codes that this one says too little: it has ended, and the next is longer."""

    default_code = "spent"


def give(matter: Matter, *, passphrase: str = "", code: str = "") -> str:
    """Make a matter's code anew, inside a transaction; it is shown once, and nowhere kept."""
    spent = FollowCode.objects.filter(matter=matter, wrong__gte=EVER).exists()
    code = code or code_of(secrets.token_bytes(16), LONGER if spent else LENGTH)
    FollowCode.objects.update_or_create(
        matter=matter,
        defaults={
            "digest": _digest(matter.number, code, passphrase),
            "given_at": timezone.now(),
            "longer": spent,
        },
    )
    return code


def crowded(asked_from: str) -> bool:
    """Whether so many wrong codes came from there that each try costs work: a neighbour has to pay, too,
    but need not wait."""
    return over("follow miss", asked_from, limit=HERE)


def followed(
    number: str,
    code: str,
    *,
    passphrase: str = "",
    asked_from: str,
    near: str = "",
    paid: bool = False,
) -> Matter:
    """The matter of that number, for whoever has its code.

    ``near`` is the wider range that the address is in; ``paid``: this try cost work (``crowded``).
    Raises ``NotFound``, which tells not which of both is wrong, ``TooMany`` and ``Spent``.
    """
    number = as_stored(number)[:32]
    near = near or asked_from
    _require_patience(number, asked_from, near, paid=paid)
    row = FollowCode.objects.filter(matter__number=number).select_related("matter").first()
    if row and not row.longer and row.wrong >= EVER:
        raise Spent(
            _(
                "Too many wrong codes were tried for this report, so its code has ended. Please "
                "ask the office for a new one: it is longer, and cannot be used up."
            )
        )
    digest = bytes(row.digest) if row else b""
    right = hmac.compare_digest(_digest(number, code, passphrase), digest)
    if row is None or not right or row.matter.stage == Stage.VOID:
        take("follow miss", asked_from, limit=HERE)
        take("follow miss there", asked_from, number, limit=HERE_OF)
        take("follow miss of", number, limit=OF)
        take("follow miss calm", asked_from, number, limit=CALM)
        take("follow miss near", near, number, limit=CALM_NEAR)
        if row is not None:
            with suppress(DatabaseError), hastily():
                FollowCode.objects.filter(pk=row.pk).update(wrong=F("wrong") + 1)
        raise NotFound(_("There is nothing under this number and code: please compare both."))
    return row.matter


def _require_patience(number: str, asked_from: str, near: str, *, paid: bool) -> None:
    """Refuse who has guessed too often.

    What strangers guess elsewhere never uses up the tries of somebody else: for a matter that is
    guessed at, each address has fewer.
    """
    counted: list[tuple[str, tuple[str, ...], Limit]] = [
        ("follow miss there", (asked_from, number), HERE_OF)
    ]
    if not paid:
        counted.append(("follow miss", (asked_from,), HERE))
    if over("follow miss of", number, limit=OF):
        counted += [
            ("follow miss calm", (asked_from, number), CALM),
            ("follow miss near", (near, number), CALM_NEAR),
        ]
    for what, whose, limit in counted:
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


def pass_for(matter: Matter, *, code: str = "") -> str:
    """What proves for a while that the code was given; worthless once there is a new one.

    With a ``code``: nothing if that is not the code any more.
    """
    row = FollowCode.objects.filter(matter=matter).first()
    digest = bytes(row.digest) if row else b""
    if not digest or (code and not hmac.compare_digest(_digest(matter.number, code, ""), digest)):
        return ""
    return f"{matter.number}:{digest[:12].hex()}"


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
