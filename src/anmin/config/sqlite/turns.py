"""A fair queue of writers before one SQLite file, between threads and between processes.

SQLite lets one writer in at a time and makes the others sleep and try again, so under load the
luckiest goes first and the unlucky one waits for seconds. Here a writer draws its turn first:

* threads of one process stand in a line, first come, first served;
* the front thread of each process then passes two locks on `<database>.turn`: the *gate*, held
  while waiting, and the *floor*, held while writing. A process that has just written must pass
  the gate again, where the next process already stands, so nobody is overtaken for long.

The kernel frees both locks when a process dies, however it dies.
"""

import fcntl
import os
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from anmin.config.sqlite.slots import waiting

GATE, FLOOR = 0, 1
"""Bytes of the turn file that stand for the two locks."""

SHORTEST_NAP, LONGEST_NAP = 0.0002, 0.002
"""Seconds between looks at a lock that another process holds."""


class TurnTimeout(Exception):  # noqa: N818 - a timeout is what it is
    """The turn did not come within the time allowed."""


class Turns:
    """The line before one database file; one object per file and process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._line: deque[threading.Lock] = deque()
        self._taken = False
        self._file: int | None = None

    def take(self, timeout: float) -> None:
        """Wait for the turn, at most `timeout` seconds; then it is ours until `give`.

        Raises:
            TurnTimeout: somebody else kept it all that time.
        """
        if self._take_at_once():
            return
        with waiting(timeout) as seconds:
            self._wait_for_it(time.monotonic() + seconds)

    def _take_at_once(self) -> bool:
        """Whether the turn was free and is ours now."""
        with self._guard:
            if self._taken:
                return False
            self._taken = True
        try:
            self._pass(time.monotonic())
        except TurnTimeout:
            return False
        return True

    def _wait_for_it(self, deadline: float) -> None:
        self._stand_in_line(deadline)
        self._pass(deadline)

    def _pass(self, deadline: float) -> None:
        """Pass the gate to the floor, as the front one of this process."""
        try:
            self._lock(GATE, deadline)
            try:
                self._lock(FLOOR, deadline)
            finally:
                self._unlock(GATE)
        except BaseException:
            self._call_next()
            raise

    def give(self) -> None:
        """End the turn and call the next in line."""
        self._unlock(FLOOR)
        self._call_next()

    def _stand_in_line(self, deadline: float) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._line.append(called)
        if called.acquire(timeout=max(0.0, deadline - time.monotonic())):
            return
        with self._guard, suppress(ValueError):
            self._line.remove(called)
            raise TurnTimeout
        # Called in the very moment of giving up: the turn is ours to hand on.
        self._call_next()
        raise TurnTimeout

    def _call_next(self) -> None:
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._taken = False

    def _lock(self, which: int, deadline: float) -> None:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        nap = SHORTEST_NAP
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, which)
            except (BlockingIOError, PermissionError):
                if time.monotonic() >= deadline:
                    raise TurnTimeout from None
                time.sleep(nap)
                nap = min(nap * 1.5, LONGEST_NAP)
            else:
                return

    def _unlock(self, which: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, which)


_known: dict[Path, Turns] = {}
_known_guard = threading.Lock()


def turns_for(database: Path) -> Turns:
    """The line before `database`, the same object for the whole process."""
    path = database.resolve().with_name(f"{database.name}.turn")
    with _known_guard:
        return _known.setdefault(path, Turns(path))


def _forget() -> None:
    """In a forked child: the parent's line and open file are not ours."""
    global _known_guard
    _known_guard = threading.Lock()
    _known.clear()


os.register_at_fork(after_in_child=_forget)
