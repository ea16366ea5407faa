"""Bookkeeping that nobody attests, because it moves all the time: leases, signs of life, marks.

What moving it by hand would do is looked for instead. A model says in ``EVIDENCE_HELD`` of each
such column how far ahead of now it may stand at most: a lease until 2099 keeps everybody else
from what it holds, for ever.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

CLOCKS: Final = timedelta(minutes=5)
"""How much the clocks of two machines, or a rule of yesterday, may differ."""
SHOWN: Final = 100


class Ahead(NamedTuple):
    """A row that holds something up until a moment that nothing here would write."""

    table: str
    pk: Any
    name: str
    column: str
    until: datetime


def by_rule(key: str) -> Callable[[], timedelta]:
    """As long as the rule of that key says, of today or, taken just before midnight, yesterday."""

    def longest() -> timedelta:
        today = timezone.localdate()
        spans = [settings.RULES.get(key, day).duration for day in (today, today - timedelta(1))]
        span: timedelta = max(spans)
        return span

    return longest


def held_columns() -> Iterator[tuple[type[models.Model], str, timedelta]]:
    """Every column of such bookkeeping, and how far ahead of now it may stand."""
    for model in apps.get_models():
        for column, longest in getattr(model, "EVIDENCE_HELD", {}).items():
            yield model, column, longest() if callable(longest) else longest


def ahead(now: datetime | None = None) -> Iterator[Ahead]:
    """Rows that hold something up for longer than anything here would. A statement a column."""
    now = now or timezone.now()
    for model, column, longest in held_columns():
        field: Any = model._meta.get_field(column)
        limit: Any = now + longest + CLOCKS
        if isinstance(field, models.IntegerField):  # seconds since 1970
            limit = int(time.time() + (longest + CLOCKS).total_seconds())
        elif not isinstance(field, models.DateTimeField):
            limit = timezone.localdate(now) + longest
        paths = getattr(model, "EVIDENCE_NAME", "").split()
        rows = model._base_manager.filter(**{f"{column}__gt": limit}).order_by("pk")
        for pk, until, *parts in rows.values_list("pk", column, *paths)[:SHOWN]:
            name = " ".join(str(part) for part in parts if part is not None) or str(pk)
            yield Ahead(model._meta.label_lower, pk, name, str(column), _moment(until))


def _moment(until: Any) -> datetime:
    """When it ends, of a moment, a day or seconds since 1970."""
    if isinstance(until, datetime):
        return until
    try:
        if isinstance(until, int):
            return datetime.fromtimestamp(until, UTC)
        return timezone.make_aware(datetime.combine(until, datetime.min.time()))
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)
