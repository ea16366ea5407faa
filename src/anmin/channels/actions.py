"""Writing messages: queueing one, and taking it back. Sending is in ``delivery``."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.channels.addresses import clean_recipient, goes_there, recipient_index
from anmin.channels.conversation import end_question_of, open_question, require_free
from anmin.channels.delivery import ABROAD, OPTED_OUT, deliver_due
from anmin.channels.models import Ended, Medium, Message, Status
from anmin.channels.opting import opt_in_index, opt_out, opt_out_index, refuses
from anmin.channels.receiving import receive_reply
from anmin.channels.subjects import known_subject
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal

__all__ = [
    "cancel_message",
    "deliver_due",
    "opt_in_index",
    "opt_out",
    "opt_out_index",
    "queue_message",
    "receive_reply",
]


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
    expects: str = "",
) -> Message:
    """Put a message into the outbox, in the transaction of the change that causes it.

    ``key`` names the message: queueing the same key again returns the first one unchanged. It is
    sent no earlier than ``not_before``. Somebody who opted out gets nothing, nor does a number abroad
    unless the house allows it: the message is kept as cancelled, so that it is counted. ``expects`` (``models.Expects``) makes it a question, which
    is open until it is answered or ended; ``subject_ref`` (``callback:12``) tells what it is about.

    Raises:
        Refusal: the recipient is none of that medium, or the text is empty.
        Busy: it is a question, and another one is open with that number.
    """
    if medium != Medium.INBOX and not known_subject(subject_ref):
        raise ValueError(f"nobody could tell what this is about, were it lost: {subject_ref!r}")
    recipient = clean_recipient(medium, recipient)
    if not body.strip():
        raise Refusal(_("A message needs a text."), field="body")
    index = recipient_index(medium, recipient)
    if expects and (known := Message.objects.filter(key=key).first()) is not None:
        return known
    if expects:
        require_free(index)
    refused = OPTED_OUT if refuses(index, subject_ref, template) else ""
    if medium == Medium.SMS and not goes_there(recipient):
        refused = ABROAD
    message = Message(key=key)
    ring = settings.KEYRING
    found, made = Message.objects.get_or_create(
        key=key,
        defaults={
            "medium": medium,
            "recipient": ring.encrypt(recipient.encode(), context=message.context),
            "recipient_index": index,
            "body": ring.encrypt(body.encode(), context=message.context),
            "template": template,
            "language": language,
            "status": Status.CANCELLED if refused else Status.QUEUED,
            "last_error": refused,
            "not_before": not_before or timezone.now(),
            "subject_ref": subject_ref,
        },
    )
    if made and expects and not refused:
        open_question(found, expects)
    return found


@atomic
def cancel_message(*, key: str, reason: str) -> bool:
    """Take a message back that has not been sent. Returns whether there was one to take back."""
    waiting = Message.objects.filter(key=key, status__in=(Status.QUEUED, Status.FAILED))
    if not waiting.update(status=Status.CANCELLED, last_error=reason[:300]):
        return False
    end_question_of(Message.objects.values_list("pk", flat=True).get(key=key), Ended.WITHDRAWN)
    return True
