"""The transaction: notes of what it writes, and the record that it leaves as the last thing.

``atomic`` stands where Django's ``transaction.atomic`` would. Blocks nest: what an inner one noted
is dropped if it is rolled back, and the outermost writes one record for all.
"""

import threading
from collections.abc import Callable
from contextlib import ContextDecorator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self, overload

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.evidence.body import GONE, MAC, Note, encode
from anmin.evidence.shapes import shape
from anmin.evidence.tables import Head, Node, Receipt, Record
from anmin.kernel.errors import Unavailable
from anmin.kernel.merkle import Completed, Frontier, leaf_hash

HEAD: Final = 1
"""The primary key of the one head."""

type Notes = dict[type[models.Model], dict[int, Note | None]]
"""By model and primary key; nothing means that the row must be read again."""


class Broken(Unavailable):
    """The head of the log does not hold, so nothing can be added."""

    default_code = "log_broken"


class Log:
    """The record of one transaction; ``seq`` and ``leaf`` are there once it has been written."""

    def __init__(self) -> None:
        self.seq: int | None = None
        """The record's number; None until the outermost block ends, or if it noted nothing."""
        self.at: datetime | None = None
        self.leaf = b""


class _Open(threading.local):
    """The open blocks of this thread: what each noted so far, the outermost first."""

    def __init__(self) -> None:
        self.layers: list[Notes] = []
        self.promised: list[set[tuple[str, int]]] = []
        self.log = Log()


_open = _Open()


class Atomic(ContextDecorator):
    """One block; see ``atomic``."""

    def __init__(self, *, savepoint: bool = True, durable: bool = False) -> None:
        self._savepoint, self._durable = savepoint, durable
        self._django: Any = None

    def _recreate_cm(self) -> Self:
        return type(self)(savepoint=self._savepoint, durable=self._durable)

    def __enter__(self) -> Log:
        self._django = transaction.atomic(savepoint=self._savepoint, durable=self._durable)
        self._django.__enter__()
        if not _open.layers:
            _open.log = Log()
        _open.layers.append({})
        _open.promised.append(set())
        return _open.log

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        notes, promised = _open.layers.pop(), _open.promised.pop()
        if kind is None and notes and not connection.needs_rollback:
            if _open.layers:
                for model, rows in notes.items():
                    _open.layers[-1].setdefault(model, {}).update(rows)
                _open.promised[-1] |= promised
            else:
                try:
                    _flush(notes, _open.log)
                    _keep_receipts(promised, _open.log)
                except BaseException as fault:
                    self._django.__exit__(type(fault), fault, fault.__traceback__)
                    raise
        self._django.__exit__(kind, problem, trace)


@overload
def atomic[**P, R](using: Callable[P, R]) -> Callable[P, R]: ...
@overload
def atomic(*, savepoint: bool = True, durable: bool = False) -> Atomic: ...
def atomic(using: Any = None, *, savepoint: bool = True, durable: bool = False) -> Any:
    """A transaction, or a savepoint inside one, that leaves evidence of what was written.

    A decorator, with or without brackets, or a context manager that gives the ``Log``. Raises
    ``Broken`` at the end of the outermost block if the log cannot be continued; then nothing
    was written.
    """
    block = Atomic(savepoint=savepoint, durable=durable)
    return block(using) if callable(using) else block


def note(model: type[models.Model], rows: dict[int, Note | None]) -> None:
    """Note rows of this transaction: as given, or to be read again. Inside ``atomic``."""
    if not _open.layers:
        raise RuntimeError("evidence is noted inside evidence.log.atomic only")
    _open.layers[-1].setdefault(model, {}).update(rows)


def promise_receipt(row: models.Model) -> None:
    """Somebody outside may ask for the record of ``row`` (``receipts``). Inside ``atomic``."""
    _open.promised[-1].add((row._meta.label_lower, row.pk))


def seal_of_record(seq: int, told: bytes) -> bytes:
    """The keyed mac over a record (16 bytes), its leaf's data given."""
    sealed: bytes = settings.KEYRING.mac(told, purpose="evidence record", size=MAC)
    return sealed


def seal_of_head(size: int, frontier: bytes) -> bytes:
    """The keyed mac over the head (16 bytes)."""
    told = size.to_bytes(8, "big") + frontier
    sealed: bytes = settings.KEYRING.mac(told, purpose="evidence head", size=MAC)
    return sealed


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def leaf_data(seq: int, at: datetime, body: bytes) -> bytes:
    """What a leaf of the tree is the hash of: number, microseconds since 1970, body."""
    since = at - _EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return seq.to_bytes(8, "big") + micros.to_bytes(8, "big", signed=True) + body


def _flush(notes: Notes, log: Log) -> None:
    """Write the record of the transaction: the last thing that it does."""
    tables: dict[str, dict[int, Note]] = {}
    for model, rows in notes.items():
        form = shape(model)
        unread = [pk for pk, told in rows.items() if told is None]
        held = form.read(unread) if unread else {}
        tables[form.label] = {pk: told or Note(held.get(pk, GONE), "") for pk, told in rows.items()}
    _append(encode(tables), log)


def _append(body: bytes, log: Log) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Foreign keys are checked at the end otherwise, when rows that somebody else holds
            # who is waiting for this head would be waited for.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        frontier = _lock_head(cursor)
        at = timezone.now()
        seq = frontier.size + 1
        told = leaf_data(seq, at, body)
        leaf = leaf_hash(told)
        completed = frontier.add(leaf)
        packed = frontier.to_bytes()
        kept = connection.ops.adapt_datetimefield_value(at)
        try:
            with transaction.mark_for_rollback_on_error(connection.alias):
                cursor.execute(_INSERT, [seq, kept, body, seal_of_record(seq, told), leaf])
        except IntegrityError:
            raise Broken(_BROKEN) from None
        cursor.execute(_MOVE, [frontier.size, packed, seal_of_head(frontier.size, packed), HEAD])
        _keep_nodes(completed)
    log.seq, log.at, log.leaf = seq, at, leaf


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


_INSERT = f"INSERT INTO {_table(Record)} (seq, at, body, seal, leaf) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608
_MOVE = f"UPDATE {_table(Head)} SET size = %s, frontier = %s, seal = %s WHERE id = %s"  # noqa: S608
_HEAD = f"SELECT size, frontier, seal FROM {_table(Head)} WHERE id = %s"  # noqa: S608


_BROKEN = _("The evidence log does not hold, so nothing can be written: run anmin verify.")


def _lock_head(cursor: Any) -> Frontier:
    wait = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    cursor.execute(_HEAD + wait, [HEAD])
    found = cursor.fetchone()
    if found is None:
        empty = Frontier().to_bytes()
        cursor.execute(
            f"INSERT INTO {_table(Head)} (id, size, frontier, seal) VALUES (%s, 0, %s, %s)"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            [HEAD, empty, seal_of_head(0, empty)],
        )
        cursor.execute(_HEAD + wait, [HEAD])
        found = cursor.fetchone()
    size, packed, seal = found[0], bytes(found[1]), bytes(found[2])
    if seal != seal_of_head(size, packed):
        raise Broken(_BROKEN)
    return Frontier.from_bytes(packed)


def _keep_nodes(completed: tuple[Completed, ...]) -> None:
    Node.objects.bulk_create(
        [Node(tier=one.tier, number=one.number, hash=one.hash) for one in completed]
    )


def _keep_receipts(promised: set[tuple[str, int]], log: Log) -> None:
    if promised and log.seq:
        Receipt.objects.bulk_create(
            [Receipt(label=label, row=row, seq=log.seq) for label, row in sorted(promised)]
        )
