"""Whose a matter may be: of a police unit, or where its kind says so of a body outside the police.

The one place that says so: nothing writes a matter's unit without asking here (``ledger``, and the
bulk doors of ``intake``).
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotAllowed, Refusal
from anmin.kernel.masking import mask_free_text
from anmin.people.roles import Role
from anmin.places.queries import directory

if TYPE_CHECKING:
    from anmin.matters.kind import Kind
    from anmin.matters.ledger import Change
    from anmin.matters.models import Matter


class Bodies(StrEnum):
    """Whether the matters of a kind are owned by bodies outside the police."""

    NEVER = "never"
    MAY = "may"
    ALWAYS = "always"


def body_states(kind: "Kind") -> frozenset[str]:
    """The states of a kind in which a body that owns the matter has something to do."""
    moves = [move for move in kind.flow.moves if Role.PARTNER in move.by]
    return frozenset(state for move in moves for state in move.sources)


def is_body(unit_id: int | None) -> bool:
    """Whether this unit is a body outside the police."""
    return unit_id in directory().outside


def waits_for_body(matter: "Matter") -> bool:
    """Whether the next step of a matter is that of a body outside the police."""
    return matter.live and is_body(matter.unit_id) and matter.state in body_states(matter.type)


def may_own(kind: "Kind", unit_id: int | None) -> bool:
    """Whether a matter of that kind may be this unit's, or nobody's."""
    if is_body(unit_id):
        return kind.bodies is not Bodies.NEVER
    return kind.bodies is not Bodies.ALWAYS


def require_owner(kind: "Kind", unit_id: int | None) -> None:
    """Refuse a unit that can have no matter of that kind."""
    if may_own(kind, unit_id):
        return
    raise NotAllowed(
        _("A body outside the police has no such matter: give it an order from the matter.")
        if is_body(unit_id)
        else _("This order goes to a body outside the police: choose one."),
        field="unit",
        code="not_its_own",
    )


def require_no_numbers(**texts: str) -> None:
    """Refuse a text for a body outside the police with somebody's number in it."""
    for name, text in texts.items():
        if text and mask_free_text(text) != text:
            raise Refusal(
                _(
                    "Another body reads this: leave out telephone, identity and card numbers, and mail "
                    "addresses."
                ),
                field=name,
                code="numbers",
            )


def require_readable(matter: "Matter", change: "Change") -> None:
    """Refuse what a body outside the police would read with somebody's number in it, whichever step says so.

    What the body says itself, or has somebody write down, is its own. Asked for every entry (``ledger``).
    """
    kind, columns = matter.type, change.columns
    unit_id = columns.get("unit_id", matter.unit_id)
    if kind.bodies is Bodies.NEVER or not is_body(unit_id):
        return
    move = kind.flow.move(change.action)
    texts: dict[str, Any] = {
        name: columns[name] for name in ("summary", "place") if name in columns
    }
    if unit_id != matter.unit_id:  # it comes to the body: what was asked before, too
        asked = {*kind.asks, *kind.takes}
        known = {name: text for name, text in matter.details.items() if name in asked}
        known |= {"summary": matter.summary, "place": matter.place}
        texts = {**known, **change.details, **texts}
    elif move is not None and Role.PARTNER not in move.by:
        texts |= {**change.details, "note": change.note}
    require_no_numbers(**{name: text for name, text in texts.items() if isinstance(text, str)})
