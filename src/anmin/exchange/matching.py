"""From texts to categories, units and areas: each text is worked out once."""

import re
from collections.abc import Callable, Hashable, Mapping

from anmin.exchange.profile import Match, PlaceMap

REMEMBERED = 50_000


def matcher(match: Match) -> Callable[[str], bool]:
    """Whether a text is meant by `match`; remembered by the text."""
    exact = frozenset(text.casefold() for text in match.exact)
    prefixes = tuple(text.casefold() for text in match.prefix)
    patterns = [re.compile(text, re.IGNORECASE) for text in match.pattern]
    known: dict[str, bool] = {}

    def matches(text: str) -> bool:
        found = known.get(text)
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            folded = text.casefold()
            found = known[text] = bool(text) and (
                folded in exact
                or (bool(prefixes) and folded.startswith(prefixes))
                or any(pattern.search(text) for pattern in patterns)
            )
        return found

    return matches


def remembering[K: Hashable, V](
    get: Callable[[list[str]], K], find: Callable[[K], V]
) -> Callable[[list[str]], V]:
    """`find` applied to what `get` reads from a row, looked up only once for each key."""
    known: dict[K, V] = {}

    def found(cells: list[str]) -> V:
        key = get(cells)
        try:
            return known[key]
        except KeyError:
            if len(known) >= REMEMBERED:
                known.clear()
            value = known[key] = find(key)
            return value

    return found


def find_place(
    text: str, place: PlaceMap, codes: Mapping[str, int], names: Mapping[str, int | None]
) -> int | None:
    """The id of the unit or area that a text means; nothing if it is blank or unknown."""
    if not text:
        return None
    if (listed := place.table.get(text)) is not None:
        return codes.get(listed.upper())
    found = None
    if place.by != "name":
        found = codes.get(place.code.replace("{}", text).upper()) or codes.get(text.upper())
    if found is None and place.by != "code":
        found = names.get(text.upper())
    return found
