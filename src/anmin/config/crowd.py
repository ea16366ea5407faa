"""PostgreSQL: whoever waits for somebody else's rows leaves room for those who only read.

A web process has so many threads. Each may wait ten seconds for rows that somebody holds
(``lock_timeout``, in the settings); if all of them did, nobody could open a page. So who comes when
many are writing already waits only a moment, and is told in words. (On SQLite ``sqlite/slots.py``
sees to it.)
"""

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db.backends.signals import connection_created

from anmin.config.sqlite.slots import HASTE, SPARE

MAY_WAIT: Final = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE)\b|.*\bFOR (?:NO KEY )?UPDATE\b|\s*SELECT pg_advisory", re.S
)
"""Statements that wait while others hold what they need."""


class Crowd:
    """Counts the statements under way that may be waiting; one for each process."""

    def __init__(self, most: int = SPARE) -> None:
        self._most, self._within, self._guard = most, 0, threading.Lock()

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: object,
        params: Any,
        many: bool,
        context: Mapping[str, Any],
    ) -> Any:
        """Run a statement, in haste if too many may be waiting already."""
        if not (isinstance(sql, str) and MAY_WAIT.match(sql)):
            return execute(sql, params, many, context)
        with self._guard:
            self._within += 1
            crowded = self._within > self._most
        try:
            if crowded and context["connection"].in_atomic_block:
                hasty = f"SET LOCAL lock_timeout = '{int(HASTE * 1000)}ms'"
                execute(hasty, None, False, context)
            return execute(sql, params, many, context)
        finally:
            with self._guard:
                self._within -= 1


def keep_room() -> None:
    """This process answers people: from now on its connections keep room for readers."""
    crowd = Crowd()

    def begin(connection: Any, **_more: Any) -> None:
        if connection.vendor == "postgresql" and crowd not in connection.execute_wrappers:
            connection.execute_wrappers.append(crowd)

    connection_created.connect(begin, weak=False)
