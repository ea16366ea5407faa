"""The file of what is held about somebody: made when two have agreed, sealed to a code, fetched once."""

import json
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anmin.channels.erasing import erase_secrets
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.kernel.under_code import WrongCode, open_under, seal_under
from anmin.matters import follow, held
from anmin.matters.actor import CITIZEN
from anmin.matters.contacts import ContactFacts
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import HandOut, Matter
from anmin.matters.proving import LETTER, text_to
from anmin.matters.telling import bureau
from anmin.people.limits import Limit, take

FETCHED = "file_fetched"
"""The entry that says so."""
LENGTH = 8
TRIES = Limit(10, 86_400)
"""Codes that are tried for one file in a day."""


def waits(matter: Matter) -> HandOut | None:
    """The file that waits to be fetched, if one does."""
    rows = HandOut.objects.filter(matter=matter, fetched_at=None, expires_at__gt=timezone.now())
    return next((one for one in rows.order_by("-pk") if one.sealed), None)


def make(request: Matter, person: held.Person, contact: ContactFacts, now: datetime) -> HandOut:
    """Make the file for a request that was granted, and text its code. Inside a transaction.

    One that waited is gone with that.
    """
    empty(request)
    rule = settings.RULES.get("data_request.file_kept", timezone.localdate(now))
    row = HandOut(matter=request, made_at=now, expires_at=now + rule.duration)
    code = follow.code_of(secrets.token_bytes(16), LENGTH)
    language = contact.language or settings.LANGUAGE_CODE
    with translation.override(language):
        plain = json.dumps(_file(request, person, now), ensure_ascii=False).encode()
        body = _(
            "%(bureau)s: the file of what we hold about you (%(number)s) is ready. It opens once, until "
            "%(day)s, with the code %(code)s at %(page)s. Tell the code to nobody."
        ) % {
            "bureau": bureau(),
            "number": request.number,
            "day": formats.date_format(timezone.localtime(row.expires_at), "MONTH_DAY_FORMAT"),
            "code": code,
            "page": f"{settings.BASE_URL}/f/{request.number}/data",
        }
    row.sealed = seal_under(code, plain, context=_context(request))
    row.save()
    text_to(request, contact, body)
    return row


def fetch(matter: Matter, *, code: str) -> dict[str, Any]:
    """The file, to whoever has its code; then it is gone. Raises ``Refusal``."""
    if take("code of a file tried", matter.number, limit=TRIES).over:
        raise Refusal(_("Too many wrong codes. Please try again tomorrow."), field="code")
    said = "".join(code.split()).upper().replace("-", "")
    with atomic():
        row = waits(matter)
        if row is None:
            raise Refusal(_("No file waits here: it was fetched, or its time is over."))
        row = HandOut.objects.select_for_update().get(pk=row.pk)
        try:
            plain = open_under(said, bytes(row.sealed), context=_context(matter))
        except WrongCode:
            raise Refusal(_("This is not the code that was texted."), field="code") from None
        now = timezone.now()
        row.sealed, row.fetched_at = b"", now
        row.save(update_fields=["sealed", "fetched_at"])
        erase_secrets(f"matter:{matter.number}", LETTER.code)
        matter = Matter.objects.select_for_update().get(pk=matter.pk)
        running = running_clocks(deadlines_of(matter.pk))
        append(
            matter,
            Change(FETCHED, matter.state, public=True),
            actor=CITIZEN,
            at=now,
            running=running,
        )
    told: dict[str, Any] = json.loads(plain)
    return told


@atomic
def empty(matter: Matter) -> None:
    """Let the files of a request be gone."""
    for row in HandOut.objects.filter(matter=matter):
        if row.sealed:
            row.sealed = b""
            row.save(update_fields=["sealed"])


def empty_old(limit: int = 200) -> int:
    """Let files be gone that nobody fetched in time; how many."""
    rows = HandOut.objects.filter(fetched_at=None, expires_at__lte=timezone.now()).order_by("pk")
    old = [one for one in rows if one.sealed][:limit]
    for row in old:
        with atomic():
            row.sealed = b""
            row.save(update_fields=["sealed"])
    return len(old)


def _file(request: Matter, person: held.Person, now: datetime) -> dict[str, Any]:
    """What the file says, as JSON."""
    return {
        "number": request.number,
        "made_at": now.isoformat(),
        "by": bureau(),
        "sections": [
            {
                "title": str(section.title),
                "held": [
                    {
                        "title": one.title,
                        "at": one.at.isoformat() if one.at else None,
                        "facts": [[str(label), str(value)] for label, value in one.facts],
                        "story": [
                            {"at": at.isoformat(), "what": str(what), "text": text}
                            for at, what, text in one.story
                        ],
                    }
                    for one in section.held
                ],
            }
            for section in held.sections(person, without=[request.pk])
        ],
    }


def _context(matter: Matter) -> bytes:
    return b"hand-out:" + matter.number.encode()
