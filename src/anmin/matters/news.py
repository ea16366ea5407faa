"""News travels upward: a higher room reads new entries with a cursor of its own, in order.

The cursor moves in the transaction in which the reader does its work, so a crash loses nothing
and repeats nothing that was written to the database. No signals, no broker.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Max, QuerySet, Value
from django.db.models.functions import Coalesce

from anmin.evidence.log import atomic
from anmin.matters.ledger import settled
from anmin.matters.models import Cursor, Entry

Handler = Callable[[QuerySet[Entry]], None]


@dataclass(frozen=True)
class Subscription:
    """A reader of the news: it gets every entry, with its matter, in the order of writing.

    It may go through the entries, or pick the columns that it needs (``values_list``), which is
    several times faster after a large import.
    """

    name: str
    handler: Handler
    batch: int = 1000


_subscriptions: dict[str, Subscription] = {}
_places: dict[str, str] = {}
"""Places of readers of other tables than the entries, with the label of the table."""


def of_kinds(entries: QuerySet[Entry], kinds: Collection[str]) -> QuerySet[Entry]:
    """Those about matters of these kinds, found by where the entries are: O(new entries).

    The kind is compared as a value: asked by its index, SQLite would look up the entries of every
    matter of that kind there ever was.
    """
    return entries.alias(kind_told=Coalesce("matter__kind", Value(""))).filter(kind_told__in=kinds)


def keep_place(name: str, table: str) -> str:
    """Say that a place in the rows of another table is kept under that name; returns the name."""
    if name in places():
        raise ValueError(f"two readers of the news are called {name!r}")
    _places[name] = table
    return name


def place(name: str) -> Cursor:
    """A place that is kept, held for this transaction; save its ``position`` with what was done."""
    if name not in places():
        raise ValueError(f"nobody has said what {name!r} counts")
    return _hold(name)


def _hold(name: str) -> Cursor:
    Cursor.objects.get_or_create(name=name)
    return Cursor.objects.select_for_update().get(name=name)


def places() -> dict[str, str]:
    """Every place that is kept, and the label of the table whose rows it counts."""
    return {**dict.fromkeys(_subscriptions, Entry._meta.label), **_places}


def subscribe(name: str, *, batch: int = 1000) -> Callable[[Handler], Handler]:
    """Register a reader; two of one name stop the start."""

    def register(handler: Handler) -> Handler:
        if name in places():
            raise ValueError(f"two readers of the news are called {name!r}")
        _subscriptions[name] = Subscription(name, handler, batch)
        return handler

    return register


def drain(names: Sequence[str] | None = None, *, limit: int | None = None) -> int:
    """Hand waiting entries to their readers; returns how many were handed on.

    With ``limit``, for jobs that take turns, it stops after the batch that reaches it, and after
    one that was not full: what is written meanwhile waits for the next time, so that a trickle
    of entries is read in few transactions.
    """
    done = 0
    for subscription in list(_subscriptions.values()):
        if names is None or subscription.name in names:
            while count := _step(subscription):
                done += count
                if limit is not None and (done >= limit or count < subscription.batch):
                    break
    return done


def backlog() -> dict[str, int]:
    """How many entries each reader has still to read (by entry number, an upper bound)."""
    last = Entry.objects.aggregate(last=Max("id"))["last"] or 0
    positions = dict(Cursor.objects.values_list("name", "position"))
    return {name: last - positions.get(name, 0) for name in _subscriptions}


def ahead() -> list[str]:
    """Places beyond the last row that they count: what comes would be passed over. None should."""
    positions = dict(Cursor.objects.values_list("name", "position"))
    found = []
    for name, table in sorted(places().items()):
        last = apps.get_model(table)._base_manager.aggregate(last=Max("pk"))["last"] or 0
        if positions.get(name, 0) > last:
            found.append(name)
    return found


def _step(subscription: Subscription) -> int:
    """One batch of one reader, in one transaction; two workers never do the same batch."""
    with atomic():
        cursor = _hold(subscription.name)
        # Without the other bound PostgreSQL reads the index in order, whatever it believes of the
        # table; with it, a million waiting entries were sorted anew for each batch.
        horizon, waiting = _horizon(), Entry.objects.filter(id__gt=cursor.position).order_by("id")
        found = waiting.values_list("id", flat=True)[: subscription.batch]
        numbers = [number for number in found if number <= horizon]
        if not numbers:
            return 0
        # One upper bound only: SQLite would use the other, and read to the end of the table.
        batch = Entry.objects.filter(id__gt=cursor.position, id__lte=numbers[-1])
        subscription.handler(batch.order_by("id").select_related("matter"))
        cursor.position = numbers[-1]
        cursor.save(update_fields=["position"])
    return len(numbers)


def _horizon() -> int:
    """The last entry below which none is still being written."""
    with settled():
        return Entry.objects.aggregate(last=Max("id"))["last"] or 0
