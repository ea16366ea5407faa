"""A citizen opens a matter without an account, and gets its number and the code to follow it by.

The code follows from the key of the sending, so that whoever sends twice gets the same one. The key
is known to the sender alone; the matter keeps a keyed hash of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from anmin.evidence.log import atomic
from anmin.files.actions import Looked, drop_contents, keep_looked_at
from anmin.files.models import File
from anmin.kernel.errors import NotFound
from anmin.matters import follow, messages
from anmin.matters.actor import CITIZEN
from anmin.matters.attachments import LABEL
from anmin.matters.contacts import ContactFacts
from anmin.matters.kind import Kind
from anmin.matters.models import Entry, Matter
from anmin.matters.opening import open_matter
from anmin.matters.registry import in_turn
from anmin.places.models import Area, Unit

SOURCE = "portal"


def citizens_kinds() -> list[Kind]:
    """The kinds that citizens open, in the order in which they are offered."""
    return [kind for kind in in_turn() if kind.by_citizen is not None]


def citizens_kind(code: str) -> Kind:
    """The kind of that code, or ``NotFound`` where citizens open none."""
    for kind in citizens_kinds():
        if kind.code == code:
            return kind
    raise NotFound("citizens open no such matters")


def report(
    *,
    kind: str,
    key: str,
    category: str = "",
    summary: str = "",
    note: str = "",
    place: str = "",
    area: Area | None = None,
    point: tuple[float, float] | None = None,
    details: Mapping[str, Any] | None = None,
    contact: ContactFacts | None = None,
    photos: Sequence[Looked] = (),
    unit: Unit | None = None,
) -> Matter:
    """Open a matter in a citizen's name; ``key``, a secret of the sending, makes it safe to repeat.

    ``unit`` answers for it where that is known without a place.

    ``point``: longitude and latitude (WGS 84). The ``photos`` are kept with it, or nothing is. Raises a
    ``Refusal`` with its field.
    """
    longitude, latitude = point or (None, None)
    files: list[File] = []
    try:
        with atomic():
            matter = open_matter(
                kind=citizens_kind(kind).code,
                actor=CITIZEN,
                category=category,
                summary=summary,
                note=note,
                place=place,
                area=area,
                unit=unit,
                longitude=longitude,
                latitude=latitude,
                details=details,
                contact=contact,
                source=SOURCE,
                key=kept(key),
                code=code_for(key),
            )
            if photos:
                request = kept(key)[:40]
                files = keep_looked_at(
                    label=LABEL, key=matter.number, found=photos, request=request
                )
    except BaseException:
        drop_contents(files)
        raise
    return matter


def sent_with(key: str) -> Matter | None:
    """The matter that was opened with that key."""
    return Matter.objects.filter(source=SOURCE, external_id=kept(key)).first()


def unsent(matter: Matter) -> str:
    """Why nothing was sent to the number that the sender gave (``messages``); empty if something was."""
    first = Entry.objects.filter(matter=matter, seq=1).first()
    why = first.payload.get("told", {}).get("untold", "") if first else ""
    return why if why in (messages.ABROAD, messages.OFTEN) else ""


def code_for(key: str) -> str:
    """The code of whatever is opened with that key."""
    return follow.code_of(settings.KEYRING.mac(key.encode(), purpose="code of a report"))


def pass_with(matter: Matter, key: str) -> str:
    """What lets the sender follow what was opened with that key; empty once there is a new code."""
    return follow.pass_for(matter, code=code_for(key))


def kept(key: str) -> str:
    """What a matter keeps of the key of its sending."""
    return str(settings.KEYRING.blind_index(key, purpose="key of a report").hex())
