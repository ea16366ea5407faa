"""Sealed facts: encrypted to a public key as they come in, so that the house cannot read them.

A fact says ``sealed=True``. It is in no details, no entry, no index, no file for others: an entry
holds its name and a digest of what is kept. The contact of a kind with sealed facts is sealed
likewise, without an index of the phone: numbers are few enough to be tried out. ``sealed_actions``
opens them (ADR 0060).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel import sealing
from anmin.kernel.errors import Refusal
from anmin.matters.contacts import ContactFacts
from anmin.matters.flow import Text
from anmin.matters.kind import Kind
from anmin.matters.models import Confider, Matter, SealedFacts, SealKey
from anmin.people.models import Account

CONTACT = "contact"
"""The name under which the contact stands."""
LONGEST = 65_536
"""Bytes of the longest token that is taken in."""
OPENLY = frozenset({"approval_asked", "approval_refused", "held", "released"})
"""Entries that have a reason in plain words also where all else is sealed."""
LATELY = timedelta(hours=6)
"""So long a page may stay open that names a key."""


@dataclass(frozen=True, slots=True)
class SealedLine:
    """That an entry brought sealed facts: which, and the key that opens them."""

    seq: int
    labels: Sequence[Text]
    key: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Facts that came sealed: which, to which key, and the token. Nobody here saw them."""

    names: tuple[str, ...]
    key: str
    token: bytes


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


def require_unsealed(kind: Kind, action: str, note: str) -> None:
    """Refuse a note on what is sealed: it would lie in plain words beside it. Asked for every entry.

    What a second person is asked, and why something is held, may be said: their boxes tell so.
    """
    if note and kind.sealed_notes and action not in OPENLY:
        raise Refusal(
            _("A note would lie here unsealed: take the step that seals what you write."),
            field="note",
            code="not_asked",
        )


def closed(
    kind: Kind,
    number: str,
    seq: int,
    facts: Mapping[str, Any],
    *,
    ready: Ready | None = None,
    confider: bytes = b"",
    answers: Mapping[str, Any] | None = None,
) -> Sealed:
    """Facts sealed to the key in use, or as they came. Raises ``Refusal`` while there is none.

    Those that are for whoever confided it, and ``answers`` besides, are sealed to that key as well.
    """
    said = {name: facts[name] for name in facts if name in kind.details.answer_fields()}
    said |= answers or {}
    if not facts and ready is None and not said:
        return Sealed()
    names, token = sorted(facts), b""
    if ready is not None:
        names, key, token = sorted(ready.names), known_key(ready.key), ready.token
    else:
        key = require_key(next(iter(facts), None))
    if facts and ready is None:
        token = sealing.enclose(_plain(facts), bytes(key.public))
    answer = sealing.enclose(_plain(said), confider) if said and confider else b""
    row = SealedFacts(seq=seq, key=key, names=names, token=token, answer=answer)
    return Sealed(row, {"names": row.names, "mark": mark(number, seq, token, answer).hex()})


def _plain(facts: Mapping[str, Any]) -> bytes:
    return sealing.padded(orjson.dumps(dict(facts)))


def confider_of(matter: Matter) -> bytes:
    """The key of whoever confided a matter; empty if nobody did."""
    if not matter.pk or matter.type.confided is None:
        return b""
    keys = Confider.objects.filter(matter_id=matter.pk).values_list("public", flat=True)
    return bytes(next(iter(keys), b""))


def known_key(code: str) -> SealKey:
    """The key of that code that something was sealed to while it was in use, or lately.

    Raises ``Refusal`` for one that is not ours, or retired for longer than a page stays open.
    """
    key = SealKey.objects.filter(code=code).first()
    if key is None or (key.retired_at and timezone.now() - key.retired_at > LATELY):
        raise Refusal(
            _("The key that this was sealed to is in use no more: load the page anew."),
            code="old_key",
        )
    return key


def read_ready(names: Iterable[str], key: str, token: bytes) -> Ready:
    """What came sealed, of the shape that everything sealed has. Raises ``Refusal``."""
    if not sealing.whole(token) or len(token) > LONGEST:
        raise Refusal(_("What came sealed is not whole: load the page anew."), code="bad_token")
    return Ready(tuple(names), known_key(key).code, token)


def require_key(field: str | None = None) -> SealKey:
    """The key in use. Raises ``Refusal`` while there is none."""
    key = key_in_use()
    if key is None:
        raise Refusal(
            _("No key to seal this with has been made: the administrator makes one."),
            field=field,
            code="no_seal_key",
        )
    return key


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
            "drilled_at": row.drilled_at,
            "sealed": row.entries,
        }
        for row in rows
    ]


def mark(number: str, seq: int, token: bytes, answer: bytes = b"") -> bytes:
    """The keyed digest of tokens (16 bytes) that the entry keeps: they belong to it alone."""
    said = f"sealed:{number}:{seq}:{len(token)}:".encode() + token + answer
    made: bytes = settings.KEYRING.mac(said, purpose="sealed facts", size=16)
    return made


def belongs(row: SealedFacts, number: str, told: Mapping[str, Any]) -> bool:
    """Whether a row is what its entry tells of."""
    token, answer = bytes(row.token), bytes(row.answer)
    return {
        "names": row.names,
        "mark": mark(number, row.seq, token, answer).hex(),
    } == dict(told)


def holds(rows: Iterable[SealedFacts], number: str, told: Mapping[int, Mapping[str, Any]]) -> bool:
    """Whether what is sealed is what the entries tell of."""
    several = list(rows)
    if {row.seq for row in several} != told.keys():
        return False
    return all(belongs(row, number, told[row.seq]) for row in several)


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
