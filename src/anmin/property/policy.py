"""Who may see and do what with an item. Every query and every action of the room asks here.

Whoever works on a case keeps nothing of it: the keeper is another person, named for the store, and
what leaves the store for good was agreed to by a third.
"""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.matters import conflict
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.people.roles import Role
from anmin.property.models import Decision, Sort
from anmin.registers.declaration import ENTER, Proposed
from anmin.registers.holders import Hand
from anmin.registers.models import Item, Step
from anmin.registers.stores import keeps, units_kept_for

REGISTER = "property"
DECIDERS = {
    Sort.TAKE_OUT: frozenset({Role.DUTY_LEADER, Role.LEADER}),
    Sort.WITH_CASE: frozenset({Role.DUTY_LEADER, Role.LEADER}),
    Sort.RETURN: frozenset({Role.LEADER}),
    Sort.EXTEND: frozenset({Role.LEADER}),
    Sort.TREASURY: frozenset({Role.LEADER}),
    Sort.DESTROY: frozenset({Role.LEADER}),
}
"""Whose word a request needs. Return, by the head of the county's police: 公安机关涉案财物管理若干规定 第十九条."""
LEAVES = {"return", "treasury", "with_case", "destroy", "take_out"}
"""The steps of a keeper that a decision of the same name allows."""
OUTSIDE = {"return": "owner", "treasury": "treasury", "with_case": "case", "destroy": "nobody"}
"""Where each of them leads to."""


def visible(account: Account) -> QuerySet[Item]:
    """The items that this person may see: of the own units, or for a store that he or she keeps."""
    rows: QuerySet[Item] = Item.objects.filter(register=REGISTER)
    if not can(account, Capability.VIEW_PROPERTY):
        return rows.none()
    scope = unit_scope(account)
    if not scope.everything:
        rows = rows.filter(unit_id__in=scope.unit_ids | units_kept_for(account))
    kept = conflict.kept_from(account)
    return rows if kept is None else rows.filter(Q(matter=None) | ~Q(matter__in=kept))


def find(account: Account, number: str) -> Item:
    """An item by its number. Raises ``NotFound``, also for one that may not be seen."""
    found = visible(account).filter(number=number).select_related("unit", "area", "matter").first()
    if found is None:
        raise NotFound(_("There is no such item, or you may not see it."))
    return found


def may_see(account: Account, item: Item) -> bool:
    """Whether this person may see this item."""
    return visible(account).filter(pk=item.pk).exists()


def require_see(account: Account, item: Item) -> None:
    """Raise ``NotFound`` unless this person may see this item."""
    if not may_see(account, item):
        raise NotFound(_("There is no such item, or you may not see it."))


def had_in_hand(item: Item) -> frozenset[str]:
    """The usernames of those who work on its case: who seized, entered or took it out."""
    rows = Step.objects.filter(item=item, code__in=(ENTER, "take_out"))
    found = {str(item.details.get("investigator", ""))}
    for step in rows.select_related("actor"):
        if step.code == ENTER:
            found.add(step.actor.username)
        hand, _separator, code = step.taker.partition(":")
        if hand == Hand.PERSON:
            found.add(code)
    if item.matter is not None and item.matter.assignee is not None:
        found.add(item.matter.assignee.username)
    return frozenset(found - {""})


def may_work(account: Account, item: Item) -> bool:
    """Whether this person may describe, value and ask for something about this item."""
    works = can(account, Capability.ENTER_PROPERTY) and item.unit_id in unit_scope(account)
    return works and may_see(account, item)


def require_work(account: Account, item: Item) -> None:
    """Raise a ``Refusal`` unless this person may work on this item."""
    require_see(account, item)
    if not may_work(account, item):
        raise NotAllowed(_("You may not do this."))


def may_decide(account: Account, decision: Decision) -> bool:
    """Whether this person may answer a request: another one than who asked and who works on the case."""
    item = decision.item
    return (
        decision.agreed is None
        and can(account, Capability.DECIDE_PROPERTY)
        and account.role in DECIDERS[Sort(decision.sort)]
        and account.pk != decision.asked_by_id
        and account.username not in had_in_hand(item)
        and item.unit_id in unit_scope(account)
        and may_see(account, item)
    )


def may_check(account: Account, item: Item) -> bool:
    """Whether this person may look at what only the owner knows, to decide on its return."""
    decides = can(account, Capability.DECIDE_PROPERTY) and item.unit_id in unit_scope(account)
    return decides and may_see(account, item)


def may_keep(account: Account, item: Item, store: str) -> bool:
    """Whether this person keeps that store, and does not work on the case of this item."""
    return keeps(account, store) and account.username not in had_in_hand(item)


def allowed_by(item: Item, code: str) -> Decision:
    """The decision that allows a step, not used yet. Raises ``Conflict``."""
    found = Decision.objects.filter(item=item, sort=code, agreed=True, used_at=None).first()
    if found is None:
        raise Conflict(_("Nobody has agreed to this yet."))
    return found


def require_step(account: Account, step: Proposed) -> None:
    """Raise a ``Refusal`` unless this person may take this step: what ``registers`` asks before a write."""
    item = step.item
    if item is None:
        _require_enter(account, step)
        return
    require_see(account, item)
    if step.code in ("value", "describe", "announce", "unrelated", "extend"):
        require_work(account, item)
        if step.code == "extend":
            allowed_by(item, step.code)
        return
    store = _store_of(step)
    if not keeps(account, store):
        raise NotAllowed(_("Only a keeper of this store does that."))
    if account.username in had_in_hand(item):
        raise NotAllowed(_("Whoever works on the case does not keep it."))
    if step.code in LEAVES:
        agreed = allowed_by(item, step.code)
        taker = step.taker.code if step.taker else ""
        wanted = OUTSIDE.get(step.code, agreed.asked_by.username)
        if taker != wanted:
            raise NotAllowed(_("It was agreed that somebody else gets it."), field="taker")


def _store_of(step: Proposed) -> str:
    """The store whose keeper takes a step: the one that it goes into, else the one it comes out of."""
    for holder in (step.taker, step.giver):
        if holder is not None and holder.hand is Hand.STORE:
            return holder.code
    return ""


def _require_enter(account: Account, step: Proposed) -> None:
    require(account, Capability.ENTER_PROPERTY)
    if step.unit_id not in unit_scope(account):
        raise NotAllowed(_("This is another unit's."), field="unit")
    taker = step.taker
    holds = (
        Account.objects.filter(username=taker.code).first()
        if taker is not None and taker.hand is Hand.PERSON
        else None
    )
    if holds is None or not can(holds, Capability.ENTER_PROPERTY):
        raise NotAllowed(_("Name an officer who seized it."), field="investigator")
    if holds.unit_id != step.unit_id:
        raise NotAllowed(_("Whoever seized it works in another unit."), field="investigator")
