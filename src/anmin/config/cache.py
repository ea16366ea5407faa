"""What all web processes count together (sign-in limits, guessed links), in the database.

Counting is never a reason to wait or to fail: a page that counts is often only read. Reading takes
nothing away; a figure that cannot be written within a moment (somebody writes for long, the disk
is full) is counted by this process for itself until it can.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends import db
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache

from anmin.people.haste import hastily

_MISSING = object()


class _Plain:
    """Stands where Django would pickle: who can write to the table must not run code here."""

    HIGHEST_PROTOCOL = 0

    @staticmethod
    def dumps(value: Any, _protocol: int) -> bytes:
        return json.dumps(value).encode()

    @staticmethod
    def loads(kept: bytes) -> Any:
        try:
            return json.loads(kept)
        except (ValueError, RecursionError):  # nothing that this program wrote
            return _MISSING


db.pickle = _Plain  # type: ignore[attr-defined]


class SharedCounts(DatabaseCache):
    """Django's cache in the database, which neither waits nor lies when the database cannot."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params)
        self._own = LocMemCache(f"{table}-own", {})
        self._reading = threading.local()

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """What is kept; nothing is deleted on the way, and what only this process knows counts."""
        try:
            with self._only_reading():
                found = super().get_many(keys, version)
        except ValueError:  # not even base64
            found = {}
        found = {key: value for key, value in found.items() if value is not _MISSING}
        return {**found, **self._own.get_many(keys, version)}

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """One value."""
        return self.get_many([key], version).get(key, default)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        """Keep a value for all, or for this process alone."""
        given = self.make_and_validate_key(key, version=version)
        with hastily():
            kept = self._base_set("set", given, value, timeout)  # type: ignore[attr-defined]
        if kept:
            self._own.delete(key, version)
        else:
            self._own.set(key, value, timeout, version)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Keep a value if there is none yet."""
        if self.get(key, _MISSING, version) is not _MISSING:
            return False
        given = self.make_and_validate_key(key, version=version)
        with hastily():
            kept: bool = self._base_set("add", given, value, timeout)  # type: ignore[attr-defined]
        if kept or self.get(key, _MISSING, version) is not _MISSING:
            return kept
        return self._own.add(key, value, timeout, version)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Take a value away."""
        own = self._own.delete(key, version)
        return bool(super().delete(key, version)) or own

    def _base_delete_batch(self, keys: Any) -> bool:
        if getattr(self._reading, "only", False):
            return False
        with hastily():
            return bool(super()._base_delete_batch(keys))  # type: ignore[misc]

    @contextmanager
    def _only_reading(self) -> Iterator[None]:
        self._reading.only = True
        try:
            yield
        finally:
            self._reading.only = False
