"""What people do about demands held to be unreasonable: propose it, and appeal. Deciding is a step."""

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters import citizen, demands
from anmin.matters.actor import Actor
from anmin.matters.flow import CITIZENS, Move
from anmin.matters.models import Matter
from anmin.matters.opening import open_matter
from anmin.matters.registry import demand_kind

__all__ = ["appeal", "appeal_of", "propose"]


@atomic
def propose(
    *, cause: Matter, actor: Actor, category: str, details: dict[str, str], key: str
) -> Matter:
    """Propose that what the citizen asks in a matter is unreasonable; another body decides.

    Repeating it with the same ``key`` returns the first. Raises ``NotAllowed`` or ``Refusal``.
    """
    kind = demand_kind()
    if kind is None:
        raise NotFound("there is no kind for it")
    return open_matter(
        kind=kind.code,
        actor=actor,
        category=category,
        unit=cause.unit,
        details=details,
        cause=cause,
        key=key,
    )


def appeal_of(demand: Matter) -> Move | None:
    """The citizen's step against what was found, if it may be taken now."""
    steps = citizen.steps_of_citizen(demand)
    return next((one for one in steps if one.by >= CITIZENS), None)


def appeal(*, cause: Matter, number: str, reason: str, key: str) -> Matter:
    """The citizen of a matter appeals against a finding about it. Repeating it changes nothing."""
    demand = next((one for one in demands.about(cause) if one.number == number), None)
    if demand is None:
        raise NotAllowed("no finding about this matter")
    move = appeal_of(demand)
    code = move.code if move else "appeal"
    return citizen.take_step(matter_id=demand.pk, code=code, reason=reason, key=key)
