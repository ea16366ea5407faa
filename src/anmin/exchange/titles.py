"""What the title of a column says: how well it fits each fact."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from anmin.exchange.header import plain
from anmin.exchange.profile import Profile

FOLDER = Path(__file__).parent
NAMED_SO = 0.7
"""From here on a title names a fact; below, it only has a word in common."""
_APART = re.compile(r"[\s/_\-.,:#()\[\]'’]+")
_DATE_TIME = re.compile(r"(?<![A-Za-z])(?:DtTm|DTTM|dttm|dt_tm|DT_TM)(?![A-Za-z])|(?<=[a-z])DtTm\b")
"""How some systems call a date with its time."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def names() -> dict[str, dict[str, list[str]]]:
    """The tables of guess.toml."""
    return tomllib.loads((FOLDER / "guess.toml").read_text("utf-8"))


@cache
def template() -> Profile:
    """The profile of the Chinese template."""
    text = (FOLDER / "profiles" / "template_zh.toml").read_text("utf-8")
    return Profile.model_validate(tomllib.loads(text))


@cache
def fact_names() -> dict[str, list[str]]:
    """Every fact a column can be, with the names such columns go by: the Chinese template's, then
    those of guess.toml."""
    found = {
        fact: [str(n) for part in column.parts for n in part]
        for fact, column in template().columns.items()
    }
    for fact, more in names()["names"].items():
        found[fact] = [*found.get(fact, []), *more]
    return found


def words(title: str) -> list[str]:
    """The words of a title: parted by blanks, marks, or a capital letter within."""
    plainer = _DATE_TIME.sub("Time", title.strip(" *＊\ufeff"))
    apart = _APART.split(_CAMEL.sub(" ", plainer).casefold())
    return [word for word in apart if word]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What the columns of a kind's files can be: by fact the names that such columns go by.

    ``times`` are its moments in their order, ``began`` those that can open a record, ``opening``
    those of them that do so as a rule. ``types`` are the sorts of the facts that are no texts
    (``matters.fact_types``), ``terms`` the words of their lists, ``default_category`` that of rows
    of an unknown one.
    """

    kind: str
    names: Mapping[str, Sequence[str]]
    times: tuple[str, ...]
    began: tuple[str, ...]
    opening: tuple[str, ...]
    types: Mapping[str, str]
    terms: Mapping[str, Collection[str]]
    categories: Collection[str]
    needs_category: bool
    states: Collection[str]

    @property
    def default_category(self) -> str:
        """The category for what nobody knows; empty where the kind has none."""
        return "other" if "other" in self.categories else ""

    @cached_property
    def nameless(self) -> tuple[str, ...]:
        """What a column can be that has no title."""
        return ("external_id", self.opening[0], *NAMELESS)


NAMELESS = ("longitude", "latitude", "point", "contact_phone", "place", "area")


@lru_cache(maxsize=4096)
def title_fits(title: str, known: Vocabulary) -> dict[str, float]:
    """How well a title fits each fact that it fits at all (0–1)."""
    name, parts = plain(title), words(title)
    joined, alone = "".join(parts), names()["alone"]
    found: dict[str, float] = {}
    for fact, known_names in known.names.items():
        if set(parts) & set(names()["never"].get(fact, ())):
            continue
        for one in known_names:
            score = _score(one, name, parts, joined, one in alone.get("names", ()))
            if score > found.get(fact, 0.0):
                found[fact] = score
    return found


def _score(known: str, name: str, parts: list[str], joined: str, alone: bool) -> float:
    """How well a title fits one name; a word that says little counts little beside others."""
    if plain(known) in (name, joined):
        return 1.0
    if known.isascii():
        mine = words(known)
        if not set(mine) <= set(parts):
            return 0.0
        return (0.15 if alone else 0.5) + 0.4 * len(mine) / len(parts)
    return 0.5 + 0.4 * len(known) / len(name) if name and known in name else 0.0


def says_clock(title: str) -> bool:
    """Whether a title speaks of a time of day."""
    known = names()["clock"]["names"]
    return any(one in words(title) if one.isascii() else one in plain(title) for one in known)


def common(title: str, other: str) -> int:
    """How many words two titles share that say more than day or time."""
    empty = {*names()["clock"]["names"], *names()["clock"]["days"]}
    return len((set(words(title)) & set(words(other))) - empty)
