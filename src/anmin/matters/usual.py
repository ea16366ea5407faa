"""In which order kinds are offered: what the house is there for first, then what is opened most."""

from collections import Counter
from collections.abc import Iterable

from django.conf import settings

from anmin.matters.kind import Kind
from anmin.matters.models import Entry

LOOKED_AT = 200
"""So many matters, the last that were opened by hand, tell what is usual."""


def usual_first(kinds: Iterable[Kind]) -> list[Kind]:
    """The program's first kind, then the others by how often they were opened lately. One statement."""
    opened = Entry.objects.filter(action="open", public=True).order_by("-at")
    lately = Counter(opened.values_list("matter__kind", flat=True)[:LOOKED_AT])
    declared = {code: place for place, code in enumerate(settings.KIND_FOLDERS)}

    def place(kind: Kind) -> tuple[bool, int, int]:
        at = declared.get(kind.code, len(declared))
        return at > 0, -lately[kind.code], at

    return sorted(kinds, key=place)
