"""Writing messages: queueing one, and taking in what comes back. Sending is in ``delivery``."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.channels.addresses import clean_recipient, recipient_index
from anmin.channels.delivery import deliver_due
from anmin.channels.models import Medium, Message, OptOut, Reply, ReplyKind, Status
from anmin.channels.parsing import read_reply
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.kernel.phones import normalise_phone

__all__ = ["cancel_message", "deliver_due", "opt_out", "queue_message", "receive_reply"]

OPTED_OUT = "opted out"
_REPLIES_TURN = 5_201_314_002


@atomic
def queue_message(
    *,
    key: str,
    medium: str,
    recipient: str,
    body: str,
    template: str = "",
    language: str,
    not_before: datetime | None = None,
    subject_ref: str = "",
    expects_reply: bool = False,
) -> Message:
    """Put a message into the outbox, in the transaction of the change that causes it.

    ``key`` names the message: queueing the same key again returns the first one unchanged. It is
    sent no earlier than ``not_before``. Somebody who opted out gets nothing: the message is kept
    as cancelled, so that it is counted. ``expects_reply`` marks a message whose answer is a short
    reply; ``subject_ref`` (``callback:12``) tells what it is about.

    Raises:
        Refusal: the recipient is none of that medium, or the text is empty.
    """
    recipient = clean_recipient(medium, recipient)
    if not body.strip():
        raise Refusal(_("A message needs a text."), field="body")
    index = recipient_index(medium, recipient)
    refused = OptOut.objects.filter(recipient_index=index).exists()
    message = Message(key=key)
    ring = settings.KEYRING
    found, _made = Message.objects.get_or_create(
        key=key,
        defaults={
            "medium": medium,
            "recipient": ring.encrypt(recipient.encode(), context=message.context),
            "recipient_index": index,
            "body": ring.encrypt(body.encode(), context=message.context),
            "template": template,
            "language": language,
            "status": Status.CANCELLED if refused else Status.QUEUED,
            "last_error": OPTED_OUT if refused else "",
            "not_before": not_before or timezone.now(),
            "subject_ref": subject_ref,
            "expects_reply": expects_reply,
        },
    )
    return found


@atomic
def cancel_message(*, key: str, reason: str) -> bool:
    """Take a message back that has not been sent. Returns whether there was one to take back."""
    waiting = Message.objects.filter(key=key, status__in=(Status.QUEUED, Status.FAILED))
    return bool(waiting.update(status=Status.CANCELLED, last_error=reason[:300]))


@atomic
def receive_reply(*, provider: str, provider_ref: str, sender: str, text: str) -> Reply:
    """Take in one reply, once: the same provider and reference again changes nothing.

    STOP (or 退订, T, TD) opts the sender out and START back in. An answer belongs to the last
    message sent to that phone that asked for one, else to the last message sent there.

    Raises:
        Refusal: there is no reference or no sender, so that it could not be told from another.
    """
    if not (provider_ref.isprintable() and 0 < len(provider_ref) <= 120):
        raise Refusal(_("A reply needs a reference of at most 120 characters."), field="id")
    # JSON can carry halves of characters, which nothing further down could keep.
    sender, text = (part.encode(errors="replace").decode() for part in (sender, text))
    if not (sender := normalise_phone(sender) or sender.strip()):
        raise Refusal(_("A reply needs a sender."), field="from")
    _take_turn()
    index = recipient_index(Medium.SMS, sender)
    reading = read_reply(text)
    reply = Reply(
        provider=provider,
        provider_ref=provider_ref,
        sender_index=index,
        kind=reading.kind,
        choice=reading.choice,
        in_answer_to=_question_to(index),
    )
    found, made = Reply.objects.get_or_create(
        provider=provider,
        provider_ref=provider_ref,
        defaults={
            "sender_index": index,
            "body": settings.KEYRING.encrypt(text.encode(), context=reply.context),
            "kind": reply.kind,
            "choice": reply.choice,
            "in_answer_to": reply.in_answer_to,
        },
    )
    if made and found.kind == ReplyKind.STOP:
        OptOut.objects.get_or_create(recipient_index=index, defaults={"via": provider})
    elif made and found.kind == ReplyKind.START:
        OptOut.objects.filter(recipient_index=index).delete()
    return found


@atomic
def opt_out(*, medium: str, recipient: str, via: str) -> OptOut:
    """Record that somebody wants no messages, told on another way than by reply."""
    index = recipient_index(medium, clean_recipient(medium, recipient))
    return OptOut.objects.get_or_create(recipient_index=index, defaults={"via": via})[0]


def _question_to(index: bytes) -> Message | None:
    sent = Message.objects.filter(
        recipient_index=index, medium=Medium.SMS, status=Status.SENT
    ).order_by("-expects_reply", "-id")
    return sent.first()


def _take_turn() -> None:
    # Readers follow replies by id. One writer at a time keeps a lower id from appearing after a
    # higher one was read (SQLite has one writer anyway).
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_REPLIES_TURN])
