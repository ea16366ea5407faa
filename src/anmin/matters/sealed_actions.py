"""Making keys for sealed facts, and opening what is sealed: by named people, each time on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.files.opening import OpenedFile, open_enclosed
from anmin.kernel import sealing
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.kernel.sealing import BACKUP, Holder, SealKeyMade, Unopened
from anmin.matters import policy
from anmin.matters.actor import Actor
from anmin.matters.attachments import LABEL
from anmin.matters.models import Entry, Matter, SealedFacts, SealKey
from anmin.matters.sealed import belongs, key_in_use
from anmin.matters.steps import prepare
from anmin.matters.taking import take
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.queries import account_by_name

HOUSE = Actor.system("seal")
"""How the house signs that holders opened a seal."""
PROBE = b"a probe that nobody reads"


@dataclass(frozen=True, slots=True)
class Opened:
    """The sealed facts that one entry brought, opened."""

    seq: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedMatter:
    """What is sealed of a matter to one key: facts by entry, and files."""

    facts: list[Opened]
    files: list[OpenedFile]


@atomic
def make_key(*, passphrases: Mapping[str, str], need: int, replace: bool = False) -> SealKeyMade:
    """Make a key for these accounts, and keep its public half. The files are for the caller to give.

    Raises ``Refusal`` if one is in use and is not to be replaced, or for a holder who is none of us.
    """
    people = [account_by_name(name) for name in passphrases]
    before = key_in_use()
    if before is not None and not replace:
        raise Refusal(
            _("A key is in use already: %(key)s. Rotate it instead.") % {"key": before.code},
            code="in_use",
        )
    named = {who.username: passphrases[name] for who, name in zip(people, passphrases, strict=True)}
    made = sealing.make(named, need=need)
    now = timezone.now()
    SealKey.objects.filter(retired_at=None).update(retired_at=now)
    SealKey.objects.create(
        code=made.id, public=made.public, need=need, holders=list(made.holders), made_at=now
    )
    log_access(
        account=None,
        actor="console",
        action="make_seal_key",
        subject=f"seal_key:{made.id}",
        reason=", ".join(made.holders)[:300],
    )
    return made


@atomic
def drill(*, key_file: str, held: Sequence[Holder]) -> SealKey:
    """Try whether these files open what is sealed to the key; nothing of anybody is opened."""
    key, private = _key(key_file, held)
    token = sealing.seal(PROBE, bytes(key.public), context=b"drill")
    if sealing.unseal(token, private, context=b"drill") != PROBE:
        raise Unopened("the key does not open what it sealed")
    key.drilled_at = timezone.now()
    key.save(update_fields=["drilled_at"])
    for one in held:
        _log(one, action="drill_seal_key", subject=f"seal_key:{key.code}", reason="")
    return key


@atomic
def open_sealed(*, number: str, key_file: str, held: Sequence[Holder], reason: str) -> OpenedMatter:
    """Open what is sealed of a matter and was sealed to this key. Each holder's look is on record.

    Raises ``NotAllowed`` for a holder who may not see the matter or the facts, ``Unopened`` for files
    that do not fit; then nothing was opened.
    """
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="missing")
    matter = Matter.objects.filter(number=number.strip().upper()).first()
    if matter is None:
        raise NotFound(_("There is no such matter."))
    key, private = _key(key_file, held)
    openers = [account_by_name(one.name) for one in held if one.name != BACKUP]
    hidden: set[str] = set()
    for account in openers:
        if not policy.in_scope(account, matter):
            raise NotAllowed(_("You may not do this."))
        hidden |= matter.type.details.hidden_from(account.role)
    rows = list(SealedFacts.objects.filter(matter=matter, key=key).order_by("seq"))
    if not rows:
        raise NotFound(_("Nothing of this matter is sealed to this key."))
    told = _told(matter)
    facts = [
        Opened(row.seq, _without(_facts(matter, row, told, private), hidden))
        for row in rows
        if row.names
    ]
    files = open_enclosed(
        label=LABEL,
        key=matter.number,
        to=key.code,
        opens=lambda token: sealing.disclose(token, private),
    )
    for one in held:
        _log(one, action="open_sealed", subject=f"matter:{matter.number}", reason=reason.strip())
    key.drilled_at = timezone.now()
    key.save(update_fields=["drilled_at"])
    _note(matter, openers)
    return OpenedMatter(facts, files)


def drill_due(now: datetime) -> bool:
    """Whether the files of the key in use were tried longer ago than the rule says, or never since then.

    Without a key there is nothing to try.
    """
    key = key_in_use()
    before = settings.RULES.get("sealed.drill", timezone.localdate(now)).cutoff(now)
    return key is not None and (key.drilled_at or key.made_at) < before


def _told(matter: Matter) -> dict[int, Mapping[str, Any]]:
    """What the entries tell of what is sealed with them."""
    payloads = Entry.objects.filter(matter=matter).values_list("seq", "payload")
    return {seq: payload["sealed"] for seq, payload in payloads if "sealed" in payload}


def _note(matter: Matter, openers: Sequence[Account]) -> None:
    """Take the step that waits for the opening, if there is one."""
    edges = matter.type.flow.moves_from(matter.state)
    edge = next((one for one in edges if one.unsealing), None)
    if edge is None:
        return
    now = timezone.now()
    change, running = prepare(matter, edge, note="", inputs={}, at=now)
    change.told["openers"] = [one.username for one in openers]
    take(matter, edge, change, actor=HOUSE, at=now, running=running)


def _key(key_file: str, held: Sequence[Holder]) -> tuple[SealKey, X25519PrivateKey]:
    """The key of a file, with its private half; somebody of us is among those who open it."""
    key = SealKey.objects.filter(code=sealing.key_of(key_file)).first()
    if key is None:
        raise NotFound(_("This key is not one of this installation."))
    strangers = {one.name for one in held} - {*key.holders, BACKUP}
    if strangers or all(one.name == BACKUP for one in held):
        raise NotAllowed(_("A holder of the key opens it, under his or her own name."))
    return key, sealing.private_key(key_file, held)


def _facts(
    matter: Matter,
    row: SealedFacts,
    told: Mapping[int, Mapping[str, Any]],
    private: X25519PrivateKey,
) -> dict[str, Any]:
    if not belongs(row, matter.number, told.get(row.seq, {})):
        raise Unopened("what is sealed was altered, or belongs to another matter")
    found: dict[str, Any] = orjson.loads(sealing.disclose(bytes(row.token), private))
    return found


def _without(facts: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in hidden}


def _log(held: Holder, *, action: str, subject: str, reason: str) -> None:
    account: Account | None = None if held.name == BACKUP else account_by_name(held.name)
    actor = BACKUP if account is None else ""
    log_access(account=account, actor=actor, action=action, subject=subject, reason=reason)
