"""How a check looks at the database: as it stood at one moment, and whatever lies in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import connection


class _View(threading.local):
    open = False


_view = _View()


@contextmanager
def steady_view() -> Iterator[None]:
    """Inside, everything is read as it stood at one moment, while people go on writing."""
    if connection.in_atomic_block or _view.open:
        with readable():
            yield
        return
    isolation = " ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" + (isolation if connection.vendor == "postgresql" else ""))
    _view.open = True
    try:
        with readable():
            yield
    finally:
        _view.open = False
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


@contextmanager
def readable() -> Iterator[None]:
    """Inside, SQLite gives text that is none (no UTF-8) with marks in it, instead of stopping."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before, raw.text_factory = raw.text_factory, partial(str, encoding="utf-8", errors="replace")
    try:
        yield
    finally:
        raw.text_factory = before
