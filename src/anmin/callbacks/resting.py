"""What rests on matters: whom somebody is to call back about them, or did."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from anmin.callbacks.models import Callback, DayClosure, Status
from anmin.callbacks.renaming import ASKED
from anmin.matters.bulk import of_matters
from anmin.matters.models import Entry
from anmin.places.queries import directory


def has_callbacks(matter_ids: Collection[int]) -> set[int]:
    """Those of these matters about which a callback was planned, or excluded by rule, and not withdrawn."""
    rows = Callback.objects.filter(of_matters(sorted(matter_ids)), withdrawn_at=None)
    return set(rows.values_list("matter_id", flat=True))


def closings_followed(matter_ids: Collection[int], since: datetime) -> list[tuple[int, int]]:
    """Callbacks that were planned since about these matters: pairs of matter and callback."""
    rows = Callback.objects.filter(of_matters(sorted(matter_ids)), planned_at__gte=since)
    rows = rows.filter(exclusion="", withdrawn_at=None)
    return list(rows.values_list("matter_id", "pk"))


def turned_to(followed: Collection[tuple[int, int]]) -> set[int]:
    """Of these, the matters whose citizen was turned to, answered, or is being called now."""
    held = Q(operator__isnull=False, lease_until__gt=timezone.now())
    rows = Callback.objects.filter(pk__in=[pk for _matter_id, pk in followed])
    rows = rows.filter(held | Q(attempts__gt=0) | Q(status__in=(Status.MESSAGED, Status.DONE)))
    return set(rows.values_list("matter_id", flat=True))


def asked_anew(matter_ids: Collection[int], run: int) -> set[int]:
    """The matters whose citizen is asked anew, or will be, as this import names another reporter."""
    named = Entry.objects.filter(of_matters(sorted(matter_ids)), action="observe")
    named = named.filter(payload__told__run=run, payload__told__has_key="renamed")
    entries = dict(named.values_list("id", "matter_id"))
    if not entries:
        return set()
    rows = Callback.objects.filter(of_matters(sorted(set(entries.values()))))
    rows = rows.filter(ASKED | Q(closing__in=list(entries)), round=1, exclusion="")
    return set(rows.values_list("matter_id", flat=True))


def signed_since(since: datetime, stood: Collection[tuple[int, date]]) -> list[str]:
    """The days signed since that moment, of a unit or one above it: by unit and day."""
    days = {day for _unit, day in stood}
    rows = DayClosure.objects.filter(closed_at__gte=since, date__in=days).select_related("unit")
    below = directory().units_below
    return [
        f"{row.unit} {row.date}"
        for row in rows
        if any(day == row.date and unit in below(row.unit_id) for unit, day in stood)
    ]
