"""What a page writes by the way (that a session was used, that a link was unknown) must not hold
the page up: it is written within a moment or not at all.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

from anmin.evidence.log import atomic

MOMENT = "300ms"
LATELY = 5.0
"""Seconds for which a refusal is remembered."""
_last_refusal = -LATELY


@contextmanager
def hastily() -> Iterator[None]:
    """Wait for nobody's write or rows inside; Django's ``OperationalError`` instead.

    Who was refused lately asks only in passing: a page is not held up again and again.
    """
    global _last_refusal
    if connection.vendor == "postgresql":
        outer = connection.in_atomic_block
        with atomic(), connection.cursor() as cursor:
            if outer:
                cursor.execute("SHOW lock_timeout")
                (before,) = cursor.fetchone()
            cursor.execute(f"SET LOCAL lock_timeout = '{MOMENT}'")
            yield
            if (
                outer
            ):  # what the transaction writes next waits as before; an error takes it back itself
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    else:
        lone: Any = connection
        lately = time.monotonic() - _last_refusal < LATELY
        try:
            with lone.hasty(0.02 if lately else 0.3):
                yield
        except DatabaseError:
            _last_refusal = time.monotonic()
            raise
        _last_refusal = -LATELY
