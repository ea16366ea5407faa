"""What a page writes by the way (that a session was used, that a link was unknown) must not hold
the page up: it is written within a moment or not at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from anmin.evidence.log import atomic

MOMENT = "300ms"


@contextmanager
def hastily() -> Iterator[None]:
    """Wait for nobody's write or rows inside; Django's ``OperationalError`` instead."""
    if connection.vendor == "postgresql":
        with atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{MOMENT}'")
            yield
    else:
        lone: Any = connection
        with lone.hasty():
            yield
