"""Taking out what messages and replies about something told, when its time is over."""

from collections.abc import Collection

from django.db.models import Q

from anmin.channels.models import Message, OptOut, Question, Reply, ReplyPart, Status
from anmin.evidence.log import atomic

SENT = (Status.SENT, Status.DEAD, Status.CANCELLED)
"""What is not sent any more."""


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
    gone = {"sender": b"", "sender_index": b"", "body": b""}
    ReplyPart.objects.filter(reply__in=came).update(**gone)
    Reply.objects.filter(pk__in=came).update(**gone, digest=b"")
    Question.objects.filter(message__in=ids, closed_at__isnull=False).update(recipient_index=b"")
    return Message.objects.filter(pk__in=ids).update(
        recipient=b"", recipient_index=b"", body=b"", last_error=""
    )
