"""Prints messages to standard output: for a first look, without any gateway."""

import sys
from typing import ClassVar

from anmin.channels.providers.base import OutgoingMessage, Provider, Sent
from anmin.channels.registry import register


@register
class Console(Provider):
    """Whoever starts the system sees the messages that citizens would get."""

    code: ClassVar[str] = "console"

    def send(self, message: OutgoingMessage) -> Sent:
        """Print it, whole, so that links in it can be followed."""
        sys.stdout.write(f"✉ {message.medium} → {message.recipient}\n  {message.body}\n")
        sys.stdout.flush()
        return Sent()
