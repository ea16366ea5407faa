"""A step taken: the entry, what it tells the citizen, and what it means for the matter it came from.

The one place for steps by hand, by agreement, by the citizen and by the house itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.matters import children, demands, messages, rewards
from anmin.matters.actor import Actor
from anmin.matters.clock import Running
from anmin.matters.flow import Move
from anmin.matters.ledger import Change, append
from anmin.matters.models import Matter
from anmin.matters.steps import prepare
from anmin.matters.tells import Tell

type Heard = Sequence[tuple[Tell, Sequence[messages.Hearer]]]
"""Each message of a step, with whom it reaches."""


def hearing(matter: Matter, edge: Move, change: Change, actor: Actor) -> Heard:
    """Whom a step tells what; ``change`` says so."""
    return [(tell, messages.prospect(matter, tell, change, by=actor)) for tell in edge.tells]


def take(
    matter: Matter,
    edge: Move,
    change: Change,
    *,
    actor: Actor,
    at: datetime,
    key: str | None = None,
    running: Mapping[str, Running],
    heard: Heard | None = None,
) -> None:
    """Write a step that ``steps.prepare`` made ready, inside a transaction. Raises ``Conflict``.

    ``heard``: whom it tells, where that was looked up before the transaction.
    """
    was_live = matter.live
    heard = hearing(matter, edge, change, actor) if heard is None else heard
    require_told(edge, change)
    if edge.rewards is not None:
        rewards.grant(change, edge.rewards, at)
    append(matter, change, actor=actor, at=at, key=key, running=running)
    for place, (tell, hearers) in enumerate(heard):
        code = f"{edge.code}{place or ''}"
        messages.send(matter, tell, hearers, code=code, at=at)
    if matter.live != was_live:
        tell_parent(matter, at)
    if matter.type.sets_aside and edge.target:
        demands.tell_cause(matter, at)


def require_told(edge: Move, change: Change) -> None:
    """Refuse a step that is to be told, where no message goes out and nobody says how it was told.

    ``change`` knows whether one does (``messages.prospect``).
    """
    if edge.told_by and not change.told.get("told") and not change.details.get(edge.told_by):
        raise Refusal(
            _("No message reaches who brought it: say how he or she was told."),
            field=edge.told_by,
            code="untold",
        )


def tell_parent(child: Matter, at: datetime) -> None:
    """Let the matter that an order came from, if it did, know that it ended, or goes on.

    When the last one has ended, the step that waits for that is taken.
    """
    if child.parent_id is None:
        return
    parent = Matter.objects.select_for_update().get(pk=child.parent_id)
    action = children.REOPENED if child.live else children.ENDED
    children.note(parent, action, child, actor=children.HOUSE, at=at)
    if child.live or children.counted(parent)["open"]:
        return
    edge = next(
        (one for one in parent.type.flow.moves_from(parent.state) if one.children_done), None
    )
    if edge is not None:
        change, running = prepare(parent, edge, note="", inputs={}, at=at)
        take(parent, edge, change, actor=children.HOUSE, at=at, running=running)
