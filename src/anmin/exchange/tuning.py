"""How a long import uses its process and its database."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread

from django.db import OperationalError, connection

FOR_AN_IMPORT = {"mmap_size": 32 << 20, "cache_size": -64_000, "wal_autocheckpoint": 64_000}
"""How an import uses SQLite: little of the growing file mapped into its memory (bytes), instead
a cache of its own (KiB, negative), and pages carried over from the log after a batch only when
the log is long (pages): see `_carried_over`."""
EVERY = 1.0
"""Seconds between two times that the log is carried over."""


@contextmanager
def tuned() -> Iterator[None]:
    """Inside, batches pass quickly: nothing they make goes round in circles, so that no garbage
    is looked for; and SQLite works as `FOR_AN_IMPORT` says. Afterwards all is as it was."""
    tidy = gc.isenabled()
    gc.disable()
    try:
        if connection.vendor == "sqlite":
            with _set(), _carried_over():
                yield
        else:
            yield
    finally:
        if tidy:
            gc.enable()


@contextmanager
def _set() -> Iterator[None]:
    before = _pragmas(FOR_AN_IMPORT)
    try:
        yield
    finally:
        _pragmas(before)


def _pragmas(wanted: Mapping[str, int]) -> dict[str, int]:
    """Set these of SQLite's settings; returns what they were."""
    before: dict[str, int] = {}
    with connection.cursor() as cursor:
        for name, value in wanted.items():
            if found := cursor.execute(f"PRAGMA {name}").fetchone():
                before[name] = int(found[0])
            cursor.execute(f"PRAGMA {name}={value}").fetchall()
    return before


@contextmanager
def _carried_over() -> Iterator[None]:
    """Meanwhile a thread carries pages from the log over to the database, so that batches do not
    wait for the disk; it hinders no reader and no writer."""
    if connection.is_in_memory_db():  # type: ignore[attr-defined]  # SQLite's
        yield
        return
    done = Event()

    def carry() -> None:
        try:
            while not done.wait(EVERY):
                with suppress(OperationalError), connection.cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()

    carrier = Thread(target=carry, name="carrier")
    carrier.start()
    try:
        yield
    finally:
        done.set()
        carrier.join()
