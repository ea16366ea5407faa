"""Taking out what messages and replies about something told, when its time is over."""

from collections.abc import Collection

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from anmin.channels.conversation import end_question_of
from anmin.channels.models import Ended, Message, OptOut, Question, Reply, ReplyPart, Status
from anmin.evidence.log import atomic

SENT = (Status.SENT, Status.DEAD, Status.CANCELLED)
"""What is not sent any more."""


@atomic
def cancel_about(subjects: Collection[str]) -> int:
    """Take back what is still to be sent about these, and in nobody's hand; how many."""
    waiting = Message.objects.filter(
        subject_ref__in=subjects, status__in=(Status.QUEUED, Status.FAILED)
    )
    ids = list(waiting.values_list("pk", flat=True))
    for pk in ids:
        end_question_of(pk, Ended.WITHDRAWN)
    return Message.objects.filter(pk__in=ids).update(status=Status.CANCELLED)


@atomic
def erase_secrets(subject: str, template: str) -> int:
    """Erase the texts of what was sent about something with that template: codes that served; how many."""
    sent = Message.objects.filter(subject_ref=subject, template=template, status__in=SENT)
    return sent.exclude(body=b"").update(body=b"")


@atomic
def erase_about(subjects: Collection[str], replies: Collection[int] = ()) -> int:
    """Erase recipients and texts of the messages about these (``subject_ref``), of the replies to
    them, and of further ``replies``; how many messages.

    The rows stay: that a message was sent, and when. Nothing that is still to be sent.
    """
    OptOut.objects.filter(about__in=[one for one in subjects if one]).delete()
    messages = Message.objects.filter(subject_ref__in=subjects, status__in=SENT)
    ids = list(messages.values_list("pk", flat=True))
    about = Q(question__message__in=ids) | Q(pk__in=list(replies))
    came = list(Reply.objects.filter(about).values_list("pk", flat=True))
    _blank(came)
    Question.objects.filter(message__in=ids, closed_at__isnull=False).update(recipient_index=b"")
    return Message.objects.filter(pk__in=ids).update(
        recipient=b"", recipient_index=b"", body=b"", last_error=""
    )


def erase_strays(limit: int = 500) -> int:
    """Erase replies that belong to nothing which was asked, after the rule's time; how many.

    What belongs to a question goes with what that is about.
    """
    now = timezone.localtime()
    before = settings.RULES.get("replies.strays_kept", now.date()).cutoff(now)
    rows = Reply.objects.filter(question=None, received_at__lt=before).exclude(sender_index=b"")
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    with atomic():
        _blank(ids)
    return len(ids)


def _blank(replies: Collection[int]) -> None:
    gone = {"sender": b"", "sender_index": b"", "body": b""}
    ReplyPart.objects.filter(reply__in=replies).update(**gone)
    Reply.objects.filter(pk__in=replies).update(**gone, digest=b"")
