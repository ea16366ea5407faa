"""Requests about an item, each answered by another person before anything leaves the store."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.files.models import File
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import Account
from anmin.property import clocks, policy
from anmin.property.attachments import LABEL
from anmin.property.models import Decision, Sort
from anmin.property.titles import ground_for
from anmin.registers.models import Item

REASON = 1000


def sort_label(sort: str) -> str:
    """What is asked for, in words."""
    return str(Sort(sort).label)


@atomic
def ask(
    *, item_id: int, sort: str, by: Account, reason: str, key: str, ground: str = ""
) -> Decision:
    """Ask for a step that needs another person's word. ``ground``: the number of the matter that
    shows whose it is, where it is to go back.

    Raises ``NotAllowed``, ``Conflict`` while another request is open or the item is not in store,
    ``Refusal`` for what is missing.
    """
    item = _held(item_id)
    policy.require_work(by, item)
    wanted = Sort(sort)
    if (known := Decision.objects.filter(key=key).first()) is not None:
        if (known.item_id, known.sort, known.asked_by_id) != (item.pk, sort, by.pk):
            raise Conflict(_("This was sent before, as something else."))
        return known
    reason = _said(reason)
    if item.state != "kept":
        raise Conflict(_("This cannot be done now: %(status)s.") % {"status": item.standing.label})
    if Decision.objects.filter(item=item, agreed=None).exists():
        raise Conflict(_("A request about this item waits for an answer already."))
    if Decision.objects.filter(item=item, agreed=True, used_at=None).exists():
        raise Conflict(_("What was agreed about this item has not been carried out yet."))
    matter = None
    if wanted is Sort.RETURN:
        _require_recorded(item)
        matter = ground_for(item, ground)
    elif wanted in (Sort.TREASURY, Sort.EXTEND):
        clocks.require_time(item, over=wanted is Sort.TREASURY)
    return Decision.objects.create(
        item=item,
        sort=wanted,
        ground=matter,
        asked_by=by,
        asked_at=timezone.now(),
        reason=reason,
        key=key,
    )


@atomic
def decide(*, decision_id: int, by: Account, agree: bool, answer: str) -> Decision:
    """Answer a request. Raises ``NotAllowed`` for who asked, who works on the case, or whose word it
    is not; ``Conflict`` where it was answered already.
    """
    found = Decision.objects.select_for_update().filter(pk=decision_id).first()
    if found is None:
        raise NotFound(_("There is no such request."))
    policy.require_see(by, found.item)
    if found.agreed is not None:
        if (found.decided_by_id, found.agreed) == (by.pk, agree):
            return found
        raise Conflict(_("Somebody was faster: it was answered already."))
    if not policy.may_decide(by, found):
        raise NotAllowed(_("Another person decides on this."))
    if not agree and not answer.strip():
        raise Refusal(_("Give the reason."), field="answer")
    if agree and found.sort == Sort.RETURN:
        assert found.ground is not None
        ground_for(found.item, found.ground.number)
    found.agreed, found.decided_by, found.decided_at = agree, by, timezone.now()
    found.answer = answer.strip()[:REASON]
    found.save(update_fields=["agreed", "decided_by", "decided_at", "answer"])
    return found


def _held(item_id: int) -> Item:
    rows = Item.objects.select_for_update().filter(pk=item_id, register=policy.REGISTER)
    found: Item | None = rows.first()
    if found is None:
        raise NotFound(_("There is no such item."))
    return found


def _require_recorded(item: Item) -> None:
    """What goes back was photographed and valued before: 公安机关涉案财物管理若干规定 第十九条."""
    facts: dict[str, Any] = item.details
    if "value" not in facts:
        raise Refusal(_("Value it first: it goes back photographed and valued."), field="value")
    if not File.objects.filter(label=LABEL, key=item.number, small=True).exists():
        raise Refusal(_("Add a photo first: it goes back photographed and valued."), field="photo")


def _said(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Give the reason."), field="reason")
    if len(reason) > REASON:
        told = _("Give the reason in at most %(most)s characters.") % {"most": REASON}
        raise Refusal(told, field="reason")
    return reason
