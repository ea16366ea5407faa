"""What rests on matters: whom somebody is to call back about them, or did."""

from collections.abc import Collection

from anmin.callbacks.models import Callback
from anmin.matters.bulk import of_matters


def has_callbacks(matter_ids: Collection[int]) -> set[int]:
    """Those of these matters about which a callback was planned, or excluded by rule. One query."""
    rows = Callback.objects.filter(of_matters(sorted(matter_ids)))
    return set(rows.values_list("matter_id", flat=True))
