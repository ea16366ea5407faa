"""What a scene of the walk is (``rights_scenes``), and who sets it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from anmin.matters.actor import Actor
from anmin.people.models import Account

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World

WALK = Actor.system("walk")


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
