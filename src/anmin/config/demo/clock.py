"""A pretended time, so that four months can be lived in a minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.utils import timezone


class PretendedTime:
    """The moment that the house believes it is; moved by hand, never backwards."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """What ``timezone.now`` answers meanwhile."""
        return self.moment

    def move_to(self, moment: datetime) -> None:
        """Let time pass."""
        self.moment = max(moment, self.moment)


@contextmanager
def pretended_time(moment: datetime) -> Iterator[PretendedTime]:
    """Inside, ``django.utils.timezone.now`` gives a time that only moves when told to.

    For the demo's single process, never beside live work.
    """
    clock = PretendedTime(moment)
    with mock.patch.object(timezone, "now", clock):
        yield clock
