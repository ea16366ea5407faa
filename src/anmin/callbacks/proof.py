"""Proof that no closing was passed over: each that the planner has read has its callback.

The planner's place in the news is no row that the evidence log attests: it moves all the time. What
moving it by hand would do is looked for instead.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from anmin.callbacks.models import Callback
from anmin.callbacks.planning import NEWS
from anmin.matters.models import Cursor, Entry
from anmin.matters.registry import all_kinds


class Unplanned(NamedTuple):
    """A closing without a callback and without an exclusion."""

    matter_id: int
    number: str
    at: datetime


def unplanned() -> Iterator[Unplanned]:
    """Closings that the planner has passed and that nobody will be called about. One statement."""
    passed = Cursor.objects.filter(name=NEWS).values_list("position", flat=True).first() or 0
    followed = Q(pk__in=())
    for kind in all_kinds():
        if kind.follow_up and not kind.follow_up.about:
            followed |= Q(matter__kind=kind.code, to_state__in=kind.follow_up.states)
    planned = Callback.objects.filter(matter_id=OuterRef("matter_id"), closing=OuterRef("pk"))
    closings = Entry.objects.filter(followed, ~Exists(planned), pk__lte=passed)
    rows = closings.exclude(from_state=F("to_state")).order_by("pk")
    for row in rows.values_list("matter_id", "matter__number", "at").iterator(chunk_size=1000):
        yield Unplanned(*row)
