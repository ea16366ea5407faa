"""What a scene of the walk is (``rights_scenes``), and who sets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anmin.matters.actor import Actor

WALK = Actor.system("walk")


@dataclass(frozen=True, slots=True)
class Scene:
    """The parts of the address, what is sent (nothing: not sent at all), and what follows it."""

    parts: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
