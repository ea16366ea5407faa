"""In which order kinds are offered: what the house is there for first, then what is opened most."""

from collections import Counter
from collections.abc import Iterable

from anmin.matters.kind import Kind
from anmin.matters.models import Entry
from anmin.matters.registry import in_turn

LOOKED_AT = 200
"""So many matters, the last that were opened by hand, tell what is usual."""


def usual_first(kinds: Iterable[Kind]) -> list[Kind]:
    """The program's first kind, then the others by how often they were opened lately. One statement."""
    opened = Entry.objects.filter(action="open", public=True).order_by("-at")
    lately = Counter(opened.values_list("matter__kind", flat=True)[:LOOKED_AT])
    offered = {kind.code: place for place, kind in enumerate(in_turn())}

    def place(kind: Kind) -> tuple[bool, int, int]:
        at = offered.get(kind.code, len(offered))
        return at > 0, -lately[kind.code], at

    return sorted(kinds, key=place)
