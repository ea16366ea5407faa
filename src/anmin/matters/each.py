"""The same step with several matters: each on its own, and those refused are told with the reason."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anmin.kernel.errors import Refusal
from anmin.matters.actions import assign, move
from anmin.matters.actor import Actor
from anmin.people.models import Account
from anmin.places.models import Unit


def move_many(
    *,
    matter_ids: Sequence[int],
    code: str,
    actor: Actor,
    note: str = "",
    inputs: Mapping[str, Any],
    key: str | None = None,
) -> list[tuple[int, str]]:
    """Take the same step with several matters; each on its own. Returns those refused, and why."""
    return _each(
        matter_ids,
        lambda pk: move(matter_id=pk, code=code, actor=actor, note=note, inputs=inputs, key=key),
    )


def assign_many(
    *,
    matter_ids: Sequence[int],
    actor: Actor,
    unit: Unit | None = None,
    account: Account | None = None,
    note: str = "",
    key: str | None = None,
) -> list[tuple[int, str]]:
    """Hand several matters over; each on its own. Returns those refused, and why."""
    return _each(
        matter_ids,
        lambda pk: assign(
            matter_id=pk, actor=actor, unit=unit, account=account, note=note, key=key
        ),
    )


def _each(matter_ids: Sequence[int], act: Callable[[int], object]) -> list[tuple[int, str]]:
    refused = []
    for matter_id in matter_ids:
        try:
            act(matter_id)
        except Refusal as refusal:
            refused.append((matter_id, str(refusal)))
    return refused
