"""How citizens open a matter of a kind themselves. Without Django's tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anmin.matters.flow import Text


@dataclass(frozen=True)
class ByCitizen:
    """How citizens open one on the public pages: what it is called there, and what is asked.

    ``title`` and ``hint`` are in their words. Besides what happened, where, and how to reach them
    they are asked the facts ``asks``. ``words`` is the fact that keeps what they say; without it
    the history does, and lists show its beginning. ``sets`` are facts that follow from the way. Where
    how a matter was handled is complained of with it, ``accused`` is the part of whoever handled it.
    ``question`` is what the long text is asked with, where another than what happened. ``named``: it is about
    whoever asks, so name and number must be given, and nothing of it is shown to others. ``takes_part``: it is a
    way to have a say, beside what one needs for oneself.
    """

    title: Text
    hint: Text
    asks: tuple[str, ...] = ()
    words: str = ""
    accused: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict)
    question: Text = ""
    named: bool = False
    takes_part: bool = False
