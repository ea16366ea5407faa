"""One file at a time is looked at and drawn anew in a web process: the others answer whoever asks.

A large photo takes seconds and some hundred megabytes. Staff wait a moment for their turn; a citizen,
whom nobody here knows, is asked to send it again, so that many at once hold up nobody else.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.utils.translation import gettext as _

from anmin.kernel.errors import Unavailable

PATIENCE: Final = 3.0
"""Seconds that staff wait."""
AGAIN: Final = 30
"""Seconds after which it is worth trying again."""
_one = threading.BoundedSemaphore()


class Busy(Unavailable):
    """Another file is being looked at."""

    default_code = "busy"


@contextmanager
def turn(*, waits: bool) -> Iterator[None]:
    """Nobody else looks at a file meanwhile. Raises ``Busy``."""
    if not _one.acquire(timeout=PATIENCE if waits else 0):
        raise Busy(
            _("Another file is being looked at just now. Please send yours again in a moment."),
            field="file",
        )
    try:
        yield
    finally:
        _one.release()
