"""What a scene of the walk is (``rights_scenes``), and who sets it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from anmin.matters import registry
from anmin.matters.actor import Actor
from anmin.matters.kind import Kind
from anmin.people.models import Account
from anmin.people.roles import Role

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World

WALK = Actor.system("walk")
SEALED_TO = Role.INSPECTOR


@dataclass(frozen=True, slots=True)
class Scene:
    """The parts of the address, what is sent (nothing: not sent at all), and what follows it."""

    parts: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""


type Made = Callable[["World", Account, str], Scene]


def colleague(world: "World", account: Account) -> Account:
    """Somebody else who does the same work."""
    return world.second if account.pk == world.city.operator.pk else world.city.operator


def sealed_kind() -> Kind:
    """A kind that one role alone reads; none is shipped yet, so the walk brings one."""
    pattern = registry.kind_of("incident")
    silent = tuple(replace(one, tells=()) for one in pattern.flow.moves)
    return replace(
        pattern,
        code="walked_tip",
        prefix="WT",
        seals=SEALED_TO,
        follow_up=None,
        flow=replace(pattern.flow, moves=silent),
    )
