"""What came into a table since the lake was last refreshed, where rows are only ever added."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, QuerySet

from anmin.measures.registry import Cursor, Query

OVERLAP = 200
"""Rows before the last one that are read again: those that were still being written."""


def added_since(
    rows: QuerySet[Any], cursor: Cursor, *, of: str = "pk"
) -> tuple[Sequence[Query] | None, Cursor]:
    """What ``LakeTable.changed`` gives: the keys in the column ``of`` of the rows that were added.

    How many rows there are tells of one that was written late under an earlier key; a few before the
    last are read again with it. O(log n) for the keys, O(n) of an index for the number.
    """
    told = rows.aggregate(last=Max("pk"), number=Count("pk"))
    now = json.dumps([told["last"] or 0, told["number"]])
    if cursor is None:
        return None, now
    if str(cursor) == now:
        return (), now
    last, _number = json.loads(str(cursor))
    return [rows.filter(pk__gt=last - OVERLAP).values(of)], now
