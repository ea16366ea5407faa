"""Sending what is due: lease, send, mark, in this order and never in one transaction.

A crash after sending and before marking leaves a lease that runs out; the next deliverer sends
again with the same key, and a gateway that honours the key drops the second. Where a gateway
cannot (mail), a message may arrive twice but is never lost.
"""

import random
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Q
from django.utils import timezone

from anmin.channels.conversation import end_question_of
from anmin.channels.models import LEASE, Ended, Message, Status
from anmin.channels.opting import refuses
from anmin.channels.providers.base import (
    OutgoingMessage,
    PermanentProblem,
    Provider,
    Sent,
    TransientProblem,
)
from anmin.channels.registry import provider_class
from anmin.channels.subjects import still_wanted
from anmin.evidence.log import atomic
from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

OPTED_OUT = "opted out"
ABROAD = "abroad"
"""Why a message is not sent: its recipient wants none, or its number lies outside the mainland."""
NOT_WANTED = "not wanted any more"
LONGEST_LEASE = timedelta(minutes=10)
"""No lease of a message is longer (``Retry.lease``)."""
_message = Prepared(lambda pk: Message.objects.filter(pk=pk))


@dataclass(frozen=True, slots=True)
class Retry:
    """How long a lease lasts and when to try again; times in seconds."""

    lease: float = LEASE.total_seconds()
    first: float = 30
    longest: float = 3600
    tries: int = 8

    def wait(self, attempts: int, *, told: float | None = None) -> timedelta:
        """The pause after that many tries: doubling, with jitter, never less than told."""
        pause = min(self.longest, self.first * 2.0 ** (attempts - 1))
        # Jitter keeps messages that failed together from coming back together.
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        return timedelta(seconds=min(max(pause, told or 0), 86_400))


def deliver_due(limit: int = 100, *, retry: Retry | None = None) -> int:
    """Try up to ``limit`` messages that are due; returns how many were tried, however it ended.

    Any number of processes may do this at once. A message that fails is tried again later, with
    growing pauses, and given up after the last try; one that cannot ever be delivered is given
    up at once. A medium whose provider is not configured is left alone and logged.
    """
    retry = retry or Retry()
    with _providers() as providers:
        due = (
            Message.objects.filter(_is_due(timezone.now()), medium__in=providers)
            .order_by("not_before", "id")
            .values_list("id", flat=True)[:limit]
        )
        return sum(_deliver(message_id, providers, retry) for message_id in list(due))


def _is_due(now: datetime) -> Q:
    waiting = Q(status__in=(Status.QUEUED, Status.FAILED), not_before__lte=now)
    # A lease beyond the longest there is was taken before the clock was set back.
    over = Q(lease_until__lt=now) | Q(lease_until__gt=now + LONGEST_LEASE)
    return waiting | (Q(status=Status.LEASED) & over)


def _deliver(message_id: int, providers: dict[str, Provider], retry: Retry) -> bool:
    now, token = timezone.now(), secrets.token_hex(16)
    leased = Message.objects.filter(_is_due(now), pk=message_id).update(
        status=Status.LEASED,
        lease_by=token,
        lease_until=now + timedelta(seconds=retry.lease),
        attempts=F("attempts") + 1,
    )
    if not leased:
        return False  # somebody else took it first
    (message,) = _message(message_id)
    provider = providers[message.medium]
    marks: dict[str, object]
    if message.attempts > retry.tries:
        # Only a deliverer that dies each time it holds this message gets here.
        marks = {"status": Status.DEAD, "last_error": "never finished"}
    elif refuses(bytes(message.recipient_index), message.subject_ref, message.template):
        marks = {"status": Status.CANCELLED, "last_error": OPTED_OUT}
    elif not still_wanted(message):
        marks = {"status": Status.CANCELLED, "last_error": NOT_WANTED}
    else:
        marks = _send(message, provider, retry)
    held = Message.objects.filter(pk=message_id, status=Status.LEASED, lease_by=token)
    with atomic():
        if not held.update(lease_by="", lease_until=None, provider=provider.code, **marks):
            log.warning("message lease lost", message=message_id)
        elif marks["status"] == Status.CANCELLED:
            stopped = marks["last_error"] == OPTED_OUT
            end_question_of(message_id, Ended.STOPPED if stopped else Ended.WITHDRAWN)
        elif marks["status"] == Status.DEAD:
            end_question_of(message_id, Ended.UNDELIVERED)
    return True


def _send(message: Message, provider: Provider, retry: Retry) -> dict[str, object]:
    """Hand a leased message over; returns what to write on its row."""
    try:
        sent = provider.send(_opened(message))
    except PermanentProblem as problem:
        return _gave_up(message, str(problem))
    except TransientProblem as problem:
        error, told = str(problem), problem.after
    except Unavailable as problem:
        error, told = str(problem), None
    except Exception as problem:
        # A fault in a provider must not stop the others' messages, nor name the recipient.
        log.exception("message provider failed", provider=provider.code, message=message.pk)
        error, told = type(problem).__name__, None
    else:
        return _done(sent)
    if message.attempts >= retry.tries:
        return _gave_up(message, error)
    log.warning("message will be tried again", message=message.pk, error=error)
    return {
        "status": Status.FAILED,
        "last_error": error[:300],
        "not_before": timezone.now() + retry.wait(message.attempts, told=told),
    }


def _done(sent: Sent) -> dict[str, object]:
    return {
        "status": Status.SENT,
        "sent_at": timezone.now(),
        "provider_ref": sent.ref[:120],
        "sent_from": sent.sent_from[:32],
        "last_error": "",
    }


def _gave_up(message: Message, error: str) -> dict[str, object]:
    log.error("message given up", message=message.pk, error=error)
    return {"status": Status.DEAD, "last_error": error[:300]}


def _opened(message: Message) -> OutgoingMessage:
    ring = settings.KEYRING
    return OutgoingMessage(
        key=message.key,
        medium=message.medium,
        recipient=ring.decrypt(message.recipient, context=message.context).decode(),
        body=ring.decrypt(message.body, context=message.context).decode(),
        language=message.language,
        template=message.template,
        queued_at=message.created_at,
    )


@contextmanager
def _providers() -> Iterator[dict[str, Provider]]:
    """One provider for each medium that has a working one."""
    made: dict[str, Provider] = {}
    for medium, code in settings.MESSAGE_ROUTES.items():
        try:
            made[medium] = provider_class(code)()
        except (ImproperlyConfigured, LookupError) as problem:
            log.error("messages cannot be sent", medium=medium, provider=code, error=str(problem))
    try:
        yield made
    finally:
        _close(made.values())


def _close(providers: Iterable[Provider]) -> None:
    for provider in providers:
        provider.close()
