"""Sealed facts: encrypted to a public key as they come in, so that the house cannot read them.

A fact says ``sealed=True``. It is in no details, no entry, no index, no file for others: an entry
holds its name and a digest of what is kept. The contact of a kind with sealed facts is sealed
likewise, without an index of the phone: numbers are few enough to be tried out. ``sealed_actions``
opens them (ADR 0060).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from anmin.kernel import sealing
from anmin.kernel.errors import Refusal
from anmin.matters.contacts import ContactFacts
from anmin.matters.flow import Text
from anmin.matters.kind import Kind
from anmin.matters.models import Matter, SealedFacts, SealKey
from anmin.people.models import Account

CONTACT = "contact"
"""The name under which the contact stands."""


@dataclass(frozen=True, slots=True)
class SealedLine:
    """That an entry brought sealed facts: which, and the key that opens them."""

    seq: int
    labels: Sequence[Text]
    key: str


@dataclass(slots=True)
class Sealed:
    """Facts sealed for the next entry of a matter: the row to come, and what the entry tells."""

    row: SealedFacts | None = None
    told: dict[str, Any] = field(default_factory=dict)

    def keep(self, matter: Matter) -> None:
        """Write the row of a matter that is there by now."""
        if self.row is not None:
            self.row.matter = matter
            self.row.save(force_insert=True)


def split(kind: Kind, details: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that stand in the details, and those that are sealed."""
    names = kind.details.sealed_fields()
    plain = {name: value for name, value in details.items() if name not in names}
    return plain, {name: value for name, value in details.items() if name in names}


def closed(kind: Kind, number: str, seq: int, facts: Mapping[str, Any]) -> Sealed:
    """Facts sealed to the key in use. Raises ``Refusal`` while there is none."""
    if not facts:
        return Sealed()
    key = key_in_use()
    if key is None:
        raise Refusal(
            _("No key to seal this with has been made: the administrator makes one."),
            field=next(iter(facts)),
            code="no_seal_key",
        )
    plain = orjson.dumps(dict(facts))
    token = sealing.seal(plain, bytes(key.public), context=context(number, seq))
    row = SealedFacts(seq=seq, key=key, names=sorted(facts), token=token)
    return Sealed(row, {"names": row.names, "mark": mark(number, seq, token).hex()})


def key_in_use() -> SealKey | None:
    """The newest public key that is not retired."""
    return SealKey.objects.filter(retired_at=None).order_by("-pk").first()


def all_keys() -> list[dict[str, Any]]:
    """Every key, the newest first, and how many entries' facts are sealed to it."""
    rows = SealKey.objects.annotate(entries=Count("sealed")).order_by("-pk")
    used = key_in_use()
    return [
        {
            "key": row.code,
            "in_use": used is not None and row.pk == used.pk,
            "made_at": row.made_at,
            "need": row.need,
            "holders": row.holders,
            "sealed": row.entries,
        }
        for row in rows
    ]


def context(number: str, seq: int) -> bytes:
    """What sealed facts are bound to: one entry of one matter."""
    return f"sealed:{number}:{seq}".encode()


def mark(number: str, seq: int, token: bytes) -> bytes:
    """The keyed digest of a token (16 bytes) that the entry keeps."""
    said = context(number, seq) + b":" + token
    made: bytes = settings.KEYRING.mac(said, purpose="sealed facts", size=16)
    return made


def holds(rows: Iterable[SealedFacts], number: str, told: Mapping[int, Mapping[str, Any]]) -> bool:
    """Whether what is sealed is what the entries tell of."""
    found = {
        row.seq: {
            "names": row.names,
            "mark": mark(number, row.seq, bytes(row.token)).hex(),
        }
        for row in rows
    }
    return found == dict(told)


def lines_of(account: Account, matter: Matter) -> list[SealedLine]:
    """What is sealed of a matter, as far as this reader may know that it is. No fact is here."""
    model = matter.type.details
    names = model.sealed_fields()
    if not names:
        return []
    hidden = model.hidden_from(account.role)
    rows = SealedFacts.objects.filter(matter=matter).select_related("key").order_by("seq")
    found = []
    for row in rows:
        labels = [_label(matter.type, name) for name in row.names if name not in hidden]
        if labels:
            found.append(SealedLine(row.seq, labels, row.key.code))
    return found


def contact_of(facts: Mapping[str, Any]) -> ContactFacts | None:
    """The contact among opened facts."""
    if CONTACT not in facts:
        return None
    return ContactFacts.of(facts[CONTACT])


def _label(kind: Kind, name: str) -> Text:
    if name == CONTACT:
        return _("Contact")
    info = kind.details.model_fields.get(name)
    return (info.title if info else None) or name
