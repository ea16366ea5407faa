"""Rewards without a name: decided by two on the matter, fetched with a number and a word, paid by
somebody who learns nothing of what it is for.

The word goes to whoever confided the matter, sealed to his or her key, and to nobody else: not even
those who decided can fetch it.
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.confiding import ALPHABET
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.flow import Rewarding
from anmin.matters.ledger import Change
from anmin.matters.models import Reward
from anmin.matters.reckoning import reckoner
from anmin.people.actions import log_access
from anmin.people.limits import Limit
from anmin.people.limits import take as take_one
from anmin.people.models import Account
from anmin.people.policy import Capability, can

SIGNS, GROUPS = 8, 3
TRIES = Limit(5, 86_400)
"""Wrong words for one number in a day."""


@dataclass(frozen=True, slots=True)
class Due:
    """What whoever pays sees."""

    ticket: str
    amount: int
    claim_by: datetime
    paid_at: datetime | None


def grant(change: Change, how: Rewarding, at: datetime) -> None:
    """Make the reward that a step grants; its word goes to whoever confided the matter alone."""
    amount = int(change.details[how.amount])
    ticket = "".join(secrets.choice(ALPHABET) for _one in range(SIGNS))
    word = "-".join(f"{secrets.randbelow(10_000):04}" for _one in range(GROUPS))
    claim_by = reckoner()(how.claim, at).at
    Reward.objects.create(
        ticket=ticket,
        digest=_digest(ticket, word),
        amount=amount,
        granted_at=at,
        claim_by=claim_by,
    )
    change.answers |= {
        "reward": amount,
        "ticket": ticket,
        "word": word,
        "claim_by": timezone.localdate(claim_by).isoformat(),
    }


def look_up(*, account: Account, ticket: str, word: str) -> Due:
    """What is to be paid for a number and a word. Raises ``NotAllowed``, ``NotFound`` or ``Refusal``."""
    return _due(_found(account, ticket, word))


@atomic
def pay(*, account: Account, ticket: str, word: str) -> Due:
    """Note that it was paid, once. Raises what ``look_up`` does, and ``Conflict`` the second time."""
    row = _found(account, ticket, word)
    row = Reward.objects.select_for_update().get(pk=row.pk)
    now = timezone.now()
    if row.paid_at is not None:
        raise Conflict(_("This reward was paid already."))
    if now > row.claim_by:
        raise Refusal(_("The time to fetch this reward is over."), code="too_late")
    row.paid_at, row.paid_by = now, account
    row.save(update_fields=["paid_at", "paid_by"])
    log_access(account=account, action="pay_reward", subject=f"reward:{row.ticket}")
    return _due(row)


def _found(account: Account, ticket: str, word: str) -> Reward:
    if not can(account, Capability.PAY_REWARDS):
        raise NotAllowed(_("You may not do this."))
    number = "".join(unicodedata.normalize("NFKC", ticket).upper().split())[:16]
    row = Reward.objects.filter(ticket=number).first()
    right = hmac.compare_digest(_digest(number, word), bytes(row.digest) if row else b"")
    if right and row is not None:
        return row
    if take_one("word of a reward", number, limit=TRIES).over:
        raise Refusal(_("Too many wrong words for this number today."), code="too_many")
    raise NotFound(_("There is no reward with this number and word."))


def _due(row: Reward) -> Due:
    return Due(row.ticket, row.amount, row.claim_by, row.paid_at)


def _digest(ticket: str, word: str) -> bytes:
    digits = "".join(one for one in unicodedata.normalize("NFKC", word) if one.isdigit())
    said: bytes = settings.KEYRING.mac(f"{ticket}\n{digits}".encode(), purpose="word of a reward")
    return said
