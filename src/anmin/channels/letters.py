"""The letters that this house sends, and which rules their words rest on.

Each room names its own beside the code that writes it; ``anmin rules check`` lists those that a
changed article of law reaches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LETTERS: dict[str, "Letter"] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of message. ``rules``: keys of the rules that its words, or its sending, rest on.

    ``asked``: it goes out because its recipient asked for it in that moment.
    """

    code: str
    label: object
    rules: tuple[str, ...] = ()
    asked: bool = False


def register_letter(code: str, label: object, *rules: str, asked: bool = False) -> Letter:
    """Make a kind of message known. Two of one code stop the start."""
    if code in _LETTERS:
        raise ValueError(f"two letters are called {code}")
    return _LETTERS.setdefault(code, Letter(code, label, rules, asked))


def letters() -> Sequence[Letter]:
    """All letters, by code."""
    return sorted(_LETTERS.values(), key=lambda one: one.code)


def resting_on(keys: Iterable[str]) -> list[Letter]:
    """The letters that rest on any of these rules."""
    wanted = set(keys)
    return [one for one in letters() if wanted.intersection(one.rules)]
