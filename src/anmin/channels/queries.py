"""Reading the outbox and what came back."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.channels.addresses import clean_recipient, recipient_index
from anmin.channels.models import Medium, Message, OptOut, Reply, Status
from anmin.kernel.errors import NotFound


def messages_about(subject_ref: str) -> QuerySet[Message]:
    """Every message about that subject, newest first."""
    return Message.objects.filter(subject_ref=subject_ref).order_by("-id")


def latest_message(subject_ref: str) -> Message:
    """The newest message about that subject. Raises ``NotFound``."""
    message = messages_about(subject_ref).first()
    if message is None:
        raise NotFound(_("There is no message about %(subject)s.") % {"subject": subject_ref})
    return message


def body_of(message: Message | Reply) -> str:
    """The text, opened; empty for one that was erased. Raises ``anmin.kernel.crypto.Unreadable``."""
    if not message.body:
        return ""
    plain: bytes = settings.KEYRING.decrypt(message.body, context=message.context)
    return plain.decode()


def sender_of(reply: Reply) -> str:
    """The number a reply came from, opened; empty for one of before numbers were kept."""
    if not reply.sender:
        return ""
    plain: bytes = settings.KEYRING.decrypt(bytes(reply.sender), context=reply.context)
    return plain.decode()


def recipient_of(message: Message) -> str:
    """The number or address a message goes to, opened; empty for one that was erased."""
    if not message.recipient:
        return ""
    plain: bytes = settings.KEYRING.decrypt(bytes(message.recipient), context=message.context)
    return plain.decode()


def inbox(owner: str, *, limit: int = 50) -> Sequence[Message]:
    """What the in-app inbox of that owner holds, newest first."""
    index = recipient_index(Medium.INBOX, clean_recipient(Medium.INBOX, owner))
    held = Message.objects.filter(recipient_index=index, medium=Medium.INBOX, status=Status.SENT)
    return list(held.order_by("-id")[:limit])


def has_opted_out(medium: str, recipient: str, *about: str) -> bool:
    """Whether that recipient wants no messages, or none about one of these subjects."""
    index = recipient_index(medium, clean_recipient(medium, recipient))
    return OptOut.objects.filter(recipient_index=index, about__in=("", *about)).exists()


def replies_after(reply_id: int, limit: int = 100) -> Sequence[Reply]:
    """Replies with a higher id, in order: what a reader above has not seen yet.

    Replies become visible in the order of their ids, so a reader that remembers the last id
    misses none.
    """
    rows = Reply.objects.filter(id__gt=reply_id).select_related("question__message")
    return list(rows.order_by("id")[:limit])


def outbox_counts() -> dict[str, int]:
    """How many messages stand where, by status; for the morning page and for metrics."""
    counts = dict.fromkeys(Status.values, 0)
    rows = Message.objects.order_by().values_list("status").annotate(number=Count("id"))
    return {**counts, **dict(rows)}


def waiting_count() -> int:
    """How many messages are due and not sent."""
    return Message.objects.filter(
        status__in=(Status.QUEUED, Status.FAILED), not_before__lte=timezone.now()
    ).count()
