"""Which occasions people are told of: decided here, from plain entries, without the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from anmin.matters.merged import INTO, PARTED
from anmin.matters.merging import LET_GO, TOOK_IN
from anmin.matters.owning import Bodies
from anmin.matters.promises import RECKON
from anmin.matters.registry import kind_of
from anmin.matters.taking_back import TAKEN_BACK
from anmin.people.roles import Role

if TYPE_CHECKING:
    from anmin.matters.flow import Text
    from anmin.matters.kind import Kind
    from anmin.matters.models import Entry

IMPORTED = ("open", "observe")
"""The actions of an import, on the kinds of matter that imports observe."""
LEADS = frozenset({Role.DUTY_LEADER, Role.INSPECTOR})
BODIES = frozenset({Role.PARTNER})
ORDER_MOVED = "order_moved"
FOR_BODIES = ("unit", "at_risk", "late", ORDER_MOVED)
"""The notices that an account of a body outside the police may get: of its own orders."""
EVERYONE = frozenset(Role)
DECIDE = frozenset({Role.INSPECTOR})
TO_DECIDE = "to_decide"


OF_DEADLINES = ("at_risk", "late", "unit_late")
"""The notices that are about a deadline, which they name."""


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice: its words, its tone, and which roles get it unless they say otherwise.

    ``to_unit`` tells that it goes to everybody in the matter's unit who wants it, even where one
    person has the matter; otherwise it goes to that person, and to the unit only without one.
    """

    code: str
    label: Text
    hint: Text
    tone: str
    by_default: frozenset[Role]
    to_unit: bool = False


NOTICE_KINDS: Mapping[str, NoticeKind] = {
    kind.code: kind
    for kind in (
        NoticeKind(
            "mine", _("Assigned to me"), _("A matter was assigned to you."), "info", EVERYONE
        ),
        NoticeKind(
            "unit",
            _("New in my unit"),
            _("A matter came to your unit: newly created, or handed over by another unit."),
            "info",
            LEADS | BODIES,
            to_unit=True,
        ),
        NoticeKind(
            "at_risk",
            _("Soon due"),
            _("Deadline approaching: notifies the assignee, or the unit if nobody is assigned."),
            "at_risk",
            EVERYONE,
        ),
        NoticeKind(
            "late",
            _("Late"),
            _("Deadline passed: notifies the assignee, or the unit if nobody is assigned."),
            "late",
            EVERYONE,
        ),
        NoticeKind(
            "unit_late",
            _("Overdue in my unit"),
            _("Every matter of your unit whose deadline has passed."),
            "late",
            LEADS,
            to_unit=True,
        ),
        NoticeKind(
            ORDER_MOVED,
            _("Order to another body"),
            _("The other side answered: accepted, sent back, said to be done, looked at."),
            "info",
            EVERYONE,
        ),
        NoticeKind(
            "sent_back",
            _("Sent back"),
            _("A closed matter was reopened or returned."),
            "declined",
            EVERYONE,
        ),
        NoticeKind(
            "asked_on",
            _("The citizen asks for a review or to reopen"),
            _("A closed matter continues because the citizen asked for a review or reopening."),
            "info",
            EVERYONE,
        ),
        NoticeKind(
            "replied",
            _("Message from the citizen"),
            _("A question to the citizen was answered, or the citizen added something."),
            "done",
            EVERYONE,
        ),
        NoticeKind(
            TO_DECIDE,
            _("Unreasonable demand to be decided"),
            _("A unit proposed a finding, or a citizen appealed against one."),
            "info",
            DECIDE,
        ),
        NoticeKind(
            "decided",
            _("Unreasonable demand decided"),
            _(
                "What your unit proposed was confirmed, not confirmed, appealed against or overturned."
            ),
            "info",
            LEADS,
            to_unit=True,
        ),
        NoticeKind(
            "deadline",
            _("Deadline moved"),
            _("A deadline changed, for example because holidays were announced."),
            "provisional",
            EVERYONE,
        ),
        NoticeKind(
            "noted",
            _("New note"),
            _("Somebody else added a note to one of your matters."),
            "plain",
            frozenset(),
        ),
    )
}


def occasions(entry: Entry) -> list[str]:
    """The kinds of notice that one entry gives rise to.

    Imports tell nobody: their matters are in the list, and a night's export would bury the rest.
    """
    kind = kind_of(entry.matter.kind)
    if entry.actor_role == "system" and kind.observe and entry.action in IMPORTED:
        return []
    found = _handed(entry)
    if entry.action == "note":
        found.append("noted")
    if kind.sets_aside and entry.from_state != entry.to_state:
        return _of_demand(kind, entry)
    # What the reporter of a part adds is told of once: to whoever has the whole.
    if entry.action in ("replied", "said") and not entry.payload.get("told", {}).get("into"):
        found.append("replied")
    found += [ORDER_MOVED] * _moves_order(kind, entry)
    if entry.from_state:
        flow = kind.flow
        move = flow.move(entry.action)
        if move is not None and move.replies and entry.actor_role == "citizen":
            found.append("replied")
        if not flow.stage(entry.from_state).live and flow.stage(entry.to_state).live:
            found.append("asked_on" if move is not None and move.by_citizen else "sent_back")
        # Holidays that were announced make some promises sure without moving them.
        moved = entry.action != RECKON or entry.payload.get("told", {}).get("moved")
        merges = entry.action in (INTO, TOOK_IN, LET_GO, PARTED, TAKEN_BACK)
        if move is None and entry.payload.get("clocks") and moved and not merges:
            found.append("deadline")
    return found


def _handed(entry: Entry) -> list[str]:
    """A matter came to somebody, or to a unit."""
    changed = entry.payload.get("set", {})
    if changed.get("assignee_id"):
        return ["mine"]
    return ["unit"] if changed.get("unit_id") and entry.action in ("assign", "open") else []


def _of_demand(kind: Kind, entry: Entry) -> list[str]:
    """A proposal or an appeal is for who decides it, a decision for the unit that proposed it."""
    decides = any(move.unlike for move in kind.flow.moves_from(entry.to_state))
    return [*([TO_DECIDE] if decides else []), *(["decided"] if entry.from_state else [])]


def _moves_order(kind: Kind, entry: Entry) -> bool:
    """Whether it is a step of an order that a body outside the police may have."""
    return kind.bodies is not Bodies.NEVER and kind.flow.move(entry.action) is not None
