"""Which threads of a web process may work now: who waits for a writer makes room for readers.

A web process has more threads than it lets work at once (few at work keep quick pages quick). A
thread takes a slot for its request, in the order in which they came, and lends it out while it waits
for its turn to write, so however many people wait for one long writer, pages open as fast as ever. The last threads are not
for waiting at all: a writer that comes when all others wait is told so almost at once.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

SPARE = 6
"""Threads of a web process beyond those that may work at once: for those who wait."""
LONGEST_WAIT = 10.0
"""Seconds that somebody who sent a form waits for a writer before being told."""
HASTE = 0.3
"""The same where nobody would be left to answer readers."""

_room = threading.Lock()
_line: deque[threading.Event] = deque()
_mine = threading.local()
_free: int | None = None
_waiting = 0
_most_waiting = 0


def serve(at_work: int) -> None:
    """This process answers people, so many at once."""
    global _free, _most_waiting
    _free, _most_waiting = at_work, SPARE


@contextmanager
def at_work() -> Iterator[None]:
    """Work on a request, once there is room."""
    global _free
    if _free is None:
        yield
        return
    called = None
    with _room:
        _free -= 1
        if _free < 0 or _line:
            called = threading.Event()
            _line.append(called)
            _free += 1
    if called is not None:
        called.wait()
    _mine.slot = True
    try:
        yield
    finally:
        _mine.slot = False
        _give()


@contextmanager
def waiting(patience: float) -> Iterator[float]:
    """Wait for something, with this thread's slot lent out; the seconds that it may take."""
    global _free, _waiting
    if not getattr(_mine, "slot", False):
        yield patience
        return
    _mine.slot = False
    _give()
    with _room:
        _waiting += 1
        crowd = _waiting > _most_waiting
    try:
        yield min(patience, HASTE if crowd else LONGEST_WAIT)
    finally:
        with _room:
            _waiting -= 1
            assert _free is not None
            _free -= 1  # without waiting: whoever has the turn must not stand in a line
        _mine.slot = True


def _give() -> None:
    global _free
    with _room:
        assert _free is not None
        _free += 1
        if _free > 0 and _line:  # to the next in line, before anybody who comes now
            _free -= 1
            _line.popleft().set()
