"""Undoing what one did to several matters at once: an entry that brings each back to where it was.

Nothing of the history is removed. Each matter is looked at on its own: what told somebody, ended
something or was followed by anything stays, and the reason is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import policy
from anmin.matters.actions import lock
from anmin.matters.actor import Actor
from anmin.matters.ledger import Replay, append, deadlines_of, running_clocks
from anmin.matters.models import Entry, Matter
from anmin.matters.undoing import back_to
from anmin.people.models import Account
from anmin.people.policy import Capability, can

TAKEN_BACK = "taken_back"
"""The action of the entry."""
HANDED = "assign"


@dataclass(frozen=True, slots=True)
class Standing:
    """What of it can be undone now: of how many matters, and why not of the others."""

    matters: int
    reasons: tuple[str, ...]
    minutes: int


def standing(account: Account, key: str) -> Standing:
    """What can be undone of all that this person did with that key."""
    reasons = [_lasting(entry, account) for entry in _done(account, key)]
    said = dict.fromkeys(one for one in reasons if one)
    return Standing(reasons.count(""), tuple(said), int(_time().total_seconds() // 60))


def take_back_many(*, account: Account, key: str) -> tuple[int, list[tuple[str, str, str]]]:
    """Undo for each matter what this person did with that key.

    Returns how many are as they were, and the numbers and headlines of the others, and why. Doing it
    again changes nothing. Raises ``NotFound`` where nothing was done with it.
    """
    done, refused = 0, []
    entries = _done(account, key)
    if not entries:
        raise NotFound(_("Nothing was done that could be undone."))
    for entry in entries:
        try:
            _take_back(entry, Actor.of(account))
        except Refusal as refusal:
            refused.append((entry.matter.number, entry.matter.headline, str(refusal)))
        else:
            done += 1
    return done, refused


@atomic
def _take_back(entry: Entry, actor: Actor) -> Matter:
    matter = lock(entry.matter_id)
    key = f"{TAKEN_BACK}:{entry.seq}"
    if Entry.objects.filter(matter=matter, key=key).exists():
        return matter
    entry.matter = matter
    if actor.account is None or entry.actor_id != actor.account.pk:
        raise NotAllowed(_("Only whoever did it undoes it."))
    if reason := _lasting(entry, actor.account):
        raise Refusal(reason, code="lasting")
    earlier = Entry.objects.filter(matter=matter, seq__lt=entry.seq).order_by("seq")
    running = running_clocks(deadlines_of(matter.pk))
    change = back_to(matter, Replay.of(earlier), running, TAKEN_BACK)
    change.public = entry.public
    change.told = {"step": entry.action, "seq": entry.seq}
    append(
        matter,
        change,
        actor=actor,
        at=timezone.now(),
        key=key,
        running=running,
        takes_back=True,
    )
    return matter


def _done(account: Account, key: str) -> Sequence[Entry]:
    rows = Entry.objects.filter(key=key, actor=account).select_related("matter")
    return list(rows.order_by("matter__due_at", "matter_id")) if key else []


def _time() -> timedelta:
    allowed: timedelta = settings.RULES.get("matter.undo", timezone.localdate()).duration
    return allowed


def _lasting(entry: Entry, account: Account) -> str:
    """Why an entry cannot be undone; empty where it can."""
    matter = entry.matter
    if entry.seq != matter.version:
        return _("Something was done with it since.")
    if timezone.now() - entry.at > _time():
        return _("The time to undo it is over.")
    if entry.action == HANDED:
        return "" if can(account, Capability.ASSIGN_MATTERS) else _("You may not do this.")
    return _lasting_step(entry, account)


def _lasting_step(entry: Entry, account: Account) -> str:
    """The same of a step of the flow."""
    flow, edge = entry.matter.type.flow, entry.matter.type.flow.move(entry.action)
    if edge is None or edge.unsealing or edge.rewards or entry.payload.get("sealed"):
        return _("This step cannot be undone.")
    if edge.tells or edge.asks or edge.told_by:
        return _("This step tells the citizen something, so it cannot be undone.")
    ends = flow.stage(entry.to_state).live != flow.stage(entry.from_state).live
    if ends or edge.outcomes or edge.gives_up or edge.extends:
        return _("This step ends or extends something, so it cannot be undone.")
    if entry.payload.get("told") or entry.matter.type.sets_aside or edge.replies:
        return _("Others were told of this step, so it cannot be undone.")
    works = account.role in edge.by and policy.in_scope(account, entry.matter)
    return "" if works else _("You may not do this.")
