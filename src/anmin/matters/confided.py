"""How people confide a matter of a kind under the seal. Without Django's tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anmin.matters.flow import Text


@dataclass(frozen=True)
class Confided:
    """How people confide one on the pages without an account (``/tell/``), sealed as it comes in.

    ``title`` and ``hint`` are in their words. ``words`` is the sealed fact that keeps what is told,
    ``adds`` the one for what is added later. ``answers`` are the facts that whoever confided it reads, with
    what each is called there. ``sets`` are facts that follow from the way.
    """

    title: Text
    hint: Text
    words: str
    adds: str
    answers: Mapping[str, Text]
    sets: Mapping[str, Any] = field(default_factory=dict)
