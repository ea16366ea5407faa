"""What stands on the day board, item by item, in words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from anmin.callbacks.models import Callback
from anmin.callbacks.remarks import about_callback
from anmin.matters.models import Matter
from anmin.matters.registry import all_kinds
from anmin.people.listing import clauses


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the board. ``key`` names it when it is carried over.

    ``remarks`` say what is special about its promise: overdue since before, the citizen is
    awaited, carried over already, due at another hour than usual.
    """

    key: str
    number: str
    label: str
    unit: str
    owner: str
    state: str
    opened_at: datetime
    due_at: datetime | None
    late: bool
    remarks: Sequence[str] = ()


def orders(
    ordered: Iterable[Matter], now: datetime, awaited: Collection[int], *, head: bool
) -> list[Item]:
    """Orders to put something right; of those ``awaited`` it is said who makes the first contact.

    For a unit (not the ``head``) these are nothing that it owes: it waits for them.
    """
    made = []
    for one in ordered:
        row = item(one, now)
        if one.pk in awaited:
            row = replace(row, remarks=[_("the first contact is made by the inspectorate")])
            row = row if head else replace(row, late=False, due_at=None)
        made.append(row)
    return made


def items(rows: Iterable[Matter], now: datetime) -> list[Item]:
    """Matters as the board shows them."""
    return [item(one, now) for one in rows]


def item(one: Matter, now: datetime) -> Item:
    """One matter."""
    return Item(
        key=f"matter:{one.pk}",
        number=one.number,
        label=one.headline or _topic(one),
        unit=str(one.unit or ""),
        owner=str(one.assignee or ""),
        state=str(one.state_label),
        opened_at=one.opened_at,
        due_at=one.due_at,
        late=one.due_at is not None and one.due_at < now,
    )


def callback_item(one: Callback, now: datetime, day: date) -> Item:
    """One callback: nothing of the unit that served."""
    return Item(
        key=f"callback:{one.pk}",
        number=one.matter.number,
        label=_topic(one.matter),
        unit="",
        owner=str(one.operator or ""),
        state=str(one.get_status_display()),
        opened_at=one.planned_at,
        due_at=one.due_at,
        late=one.due_at < now,
        remarks=about_callback(one, day),
    )


def _topic(one: Matter) -> str:
    return one.topic.label if one.topic else str(one.type.label)


def may_give_up() -> bool:
    """Whether any kind has a step that gives a promise up."""
    return any(edge.gives_up for kind in all_kinds() for edge in kind.flow.moves)


def left_out() -> list[str]:
    """What is left out of every board, in words.

    Said always, not only when something is: else it would tell a person of a matter about him or her.
    """
    sealed = [str(kind.label) for kind in all_kinds() if kind.seals]
    near = [str(kind.label) for kind in all_kinds() if kind.concerns and not kind.seals]
    said = []
    if sealed:
        told = _("Not shown or counted on this board: sealed matters (%(kinds)s).")
        said.append(told % {"kinds": clauses(sealed)})
    if near:
        told = _(
            "Nor shown or counted: any matters about this unit or about the person viewing the "
            "board (%(kinds)s)."
        )
        said.append(told % {"kinds": clauses(near)})
    return said
