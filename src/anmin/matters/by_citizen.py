"""How citizens open a matter of a kind themselves. Without Django's tables."""

from collections.abc import Collection, Mapping
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


def check_citizens(
    code: str,
    way: ByCitizen | None,
    needed: Collection[str],
    fields: Collection[str],
    otherwise: Collection[str],
) -> None:
    """Refuse questions to citizens that no fact keeps, or that leave out what opening needs.

    ``otherwise``: the facts that not everybody sees, which keep no citizen's word.
    """
    if way is None:
        return
    asked = {*way.asks, *way.sets, *filter(None, [way.words])}
    if unknown := asked - set(fields):
        raise ValueError(f"{code}: citizens are asked {sorted(unknown)}")
    if missing := set(needed) - asked:
        raise ValueError(f"{code}: citizens are not asked {sorted(missing)}")
    if limited := asked & set(otherwise):
        raise ValueError(f"{code}: a citizen's word is not kept so: {sorted(limited)}")
