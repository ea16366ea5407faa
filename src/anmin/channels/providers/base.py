"""The port that every message provider fills."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message as a provider sees it, opened only for the moment of sending.

    ``key`` is the idempotency key: the same key is the same message, however often it comes.
    """

    key: str
    medium: str
    recipient: str
    body: str
    language: str
    template: str
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What the provider said: its own reference and the number it sent from, if it gives them."""

    ref: str = ""
    sent_from: str = ""


@dataclass(frozen=True, slots=True)
class IncomingReply:
    """A reply as a gateway brought it. ``ref`` is the gateway's own number of it.

    Where the gateway tells: ``sent_to`` is the number the reply was sent to, ``about`` its
    reference of the message that is answered, ``whole``, ``part`` and ``parts`` that this is one
    part of a long message.
    """

    ref: str
    sender: str
    text: str
    sent_to: str = ""
    about: str = ""
    whole: str = ""
    part: int = 0
    parts: int = 0


class MalformedReply(Exception):  # noqa: N818 - an outcome, not a fault of ours
    """A request that is genuine but not a reply. The text may be answered."""


class DeliveryProblem(Exception):  # noqa: N818 - an outcome, not a fault of ours
    """A message could not be handed over. The text is logged: it names no person."""


class TransientProblem(DeliveryProblem):
    """It may work later: no connection, an overloaded gateway. ``after`` is seconds, if told."""

    def __init__(self, text: str, *, after: float | None = None) -> None:
        super().__init__(text)
        self.after = after


class PermanentProblem(DeliveryProblem):
    """It will never work: an impossible number, a refused signature."""


class Provider(ABC):
    """One gateway. ``code`` names it in settings and in the outbox."""

    code: ClassVar[str]

    @abstractmethod
    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one message over.

        Returns only when the gateway has taken responsibility for it.

        Raises:
            TransientProblem: try again later.
            PermanentProblem: do not try again.
        """

    @classmethod
    def read_reply(cls, headers: Mapping[str, str], body: bytes) -> IncomingReply:
        """Read a reply that the gateway posted to us; names of headers in lower case.

        Raises:
            BadSignature: it is not from the gateway, or not fresh.
            MalformedReply: it is not a reply.
            LookupError: this gateway brings no replies.
        """
        raise LookupError(f"{cls.code} brings no replies")

    def close(self) -> None:
        """Give connections back; the provider is not used afterwards."""
        return
