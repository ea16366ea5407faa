"""What only the owner can know of an item: questions with answers, sealed; opened with a reason."""

import json
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters.sealed_texts import open_text, seal_text
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.property import policy
from anmin.property.models import OwnerSecret
from anmin.registers.models import Item

MOST = 10
LONGEST = 200


class Secret(NamedTuple):
    """A question and its answer."""

    question: str
    answer: str


@atomic
def add_secret(*, item_id: int, by: Account, question: str, answer: str) -> OwnerSecret:
    """Keep a question that only the owner can answer. Raises ``NotAllowed``, ``Refusal``."""
    item = Item.objects.select_for_update().get(pk=item_id)
    policy.require_work(by, item)
    said = Secret(question.strip(), answer.strip())
    for name, text in said._asdict().items():
        if not text:
            raise Refusal(_("Please fill this in."), field=name)
        if len(text) > LONGEST:
            told = _("At most %(most)s characters.") % {"most": LONGEST}
            raise Refusal(told, field=name)
    known = list(OwnerSecret.objects.filter(item=item).order_by("seq"))
    if same := [one for one in known if _opened(item, one) == said]:
        return same[0]
    if len(known) >= MOST:
        raise Refusal(_("There are enough questions to the owner."), field="question")
    seq = len(known) + 1
    return OwnerSecret.objects.create(
        item=item,
        seq=seq,
        sealed=seal_text(json.dumps(said, ensure_ascii=False), _context(item, seq)),
        by=by,
        at=timezone.now(),
    )


def count_of(item: Item) -> int:
    """How many there are."""
    return OwnerSecret.objects.filter(item=item).count()


def may_open(account: Account, item: Item) -> bool:
    """Whether this person may open them: who works on it, and who decides on its return."""
    return policy.may_work(account, item) or policy.may_check(account, item)


@atomic
def open_secrets(*, item_id: int, by: Account, reason: str) -> list[Secret]:
    """The questions with their answers; who opened them, and why, is on record."""
    item = Item.objects.get(pk=item_id)
    policy.require_see(by, item)
    if not may_open(by, item):
        raise NotAllowed(_("You may not do this."))
    if not reason.strip():
        raise Refusal(_("Give the reason."), field="reason")
    rows = OwnerSecret.objects.filter(item=item).exclude(sealed=b"").order_by("seq")
    found = [one for row in rows if (one := _opened(item, row)) is not None]
    log_access(account=by, action="open_secrets", subject=f"item:{item.number}", reason=reason)
    return found


def erase_secrets(item: Item) -> None:
    """Nobody asks about what is gone."""
    for one in OwnerSecret.objects.filter(item=item).exclude(sealed=b""):
        one.sealed = b""
        one.save(update_fields=["sealed"])


def _opened(item: Item, row: OwnerSecret) -> Secret | None:
    text = open_text(row.sealed, _context(item, row.seq))
    return Secret(*json.loads(text)) if text else None


def _context(item: Item, seq: int) -> str:
    return f"owner secret:{item.number}/{seq}"
