"""The conversation with one number: one question is open at a time, and a reply belongs to it.

A number is known by its blind index only. Whoever asks ``queue_message(expects=…)`` opens the
question with its message; it ends when it is answered on any way, taken back, or not answered in
time. A reply is matched by what the gateway tells of it, else by the question that was open when
it came; whatever may mean another question goes to a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.channels.models import Ended, Match, Message, Question, Reply, Status
from anmin.evidence.log import atomic
from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import Conflict

UNANSWERED = (Ended.OVER, Ended.EXPIRED)
LOOKED_AT = 20
"""Questions to one number that are looked at, the newest first."""


_open_about = Prepared(
    lambda ref: Question.objects.filter(message__subject_ref=ref, closed_at=None), like=""
)


class Busy(Conflict):
    """Another question is open with this number, or was a moment ago; ask later."""

    default_code = "busy"


def rule(key: str) -> timedelta:
    """How long the rule ``conversation.<key>`` in force today is."""
    found = settings.RULES.get(f"conversation.{key}", timezone.localdate())
    span: timedelta = found.duration
    return span


def require_free(index: bytes) -> None:
    """Raise ``Busy`` while a question is open with that number, or something was just said."""
    asked = Question.objects.filter(recipient_index=index)
    lately = timezone.now() - rule("pause")
    if (
        asked.filter(Q(closed_at=None) | Q(closed_at__gt=lately)).exists()
        or Reply.objects.filter(sender_index=index, received_at__gt=lately).exists()
    ):
        raise Busy(_("Another question is open with this number."))


def open_question(message: Message, expects: str) -> Question:
    """Open the question that a message asks; inside the transaction that queues it."""
    index = bytes(message.recipient_index)
    try:
        with atomic():
            return Question.objects.create(message=message, recipient_index=index, expects=expects)
    except IntegrityError:  # somebody else asked in this very moment
        raise Busy(_("Another question is open with this number.")) from None


def end_question(subject_ref: str, ended: str, *, at: datetime | None = None) -> int:
    """End the open questions about that; one that ended before stays as it is."""
    found = [one.pk for one in _open_about(subject_ref)]
    return _end(Question.objects.filter(pk__in=found, closed_at=None), ended, at) if found else 0


def end_question_by_key(key: str, ended: str) -> int:
    """End the question that the message of that key asks."""
    return _end(Question.objects.filter(message__key=key, closed_at=None), ended, None)


def end_question_of(message_id: int, ended: str) -> int:
    """End the question that a message asks."""
    return _end(Question.objects.filter(message_id=message_id, closed_at=None), ended, None)


def end_with(index: bytes, ended: str) -> int:
    """End whatever is open with a number."""
    return _end(Question.objects.filter(recipient_index=index, closed_at=None), ended, None)


def expire(limit: int = 500) -> int:
    """End what was not answered in time; returns how many."""
    before = timezone.now() - rule("open_for")
    old = Question.objects.filter(closed_at=None, opened_at__lte=before)
    sent = Q(message__status=Status.SENT, message__sent_at__lte=before)
    unsent = ~Q(message__status__in=(Status.SENT, Status.QUEUED, Status.FAILED, Status.LEASED))
    ids = list(old.filter(sent | unsent).order_by("opened_at").values_list("pk", flat=True)[:limit])
    return _end(Question.objects.filter(pk__in=ids, closed_at=None), Ended.EXPIRED, None)


def _end(found: Any, ended: str, at: datetime | None) -> int:
    return int(found.update(closed_at=at or timezone.now(), ended=ended))


def asked_of(index: bytes, *, since: datetime | None = None) -> Sequence[Question]:
    """The questions whose messages went out to a number, newest first."""
    rows = Question.objects.filter(recipient_index=index, message__status=Status.SENT)
    if since is not None:
        rows = rows.filter(message__sent_at__gte=since)
    return list(rows.select_related("message").order_by("-id")[:LOOKED_AT])


def match(
    index: bytes, *, digest: bytes, at: datetime, sent_to: str = "", about: str = ""
) -> tuple[str, Question | None]:
    """Which question a reply that came now belongs to, and how that is known, or why it is not."""
    asked = asked_of(index)
    if (named := _named(asked, sent_to=sent_to, about=about)) is not None:
        return Match.NAMED, named
    last = Reply.objects.filter(sender_index=index).order_by("-id").first()
    if last is not None and bytes(last.digest) == digest and at - last.received_at <= rule("pause"):
        return Match.REPEATED, last.question
    if not asked:
        return Match.UNKNOWN, None
    since = at - rule("late")
    late = [
        one
        for one in asked
        if one.ended in UNANSWERED and one.closed_at is not None and one.closed_at >= since
    ]
    opened = [one for one in asked if one.closed_at is None]
    if opened and late:
        return Match.SEVERAL, None
    return (Match.OPEN, opened[0]) if opened else (Match.CLOSED, None)


def _named(asked: Sequence[Question], *, sent_to: str, about: str) -> Question | None:
    """The question that the gateway itself tells: by our message, or by the number it came to."""
    if about:
        by_ref = [one for one in asked if about in (one.message.provider_ref, one.message.key)]
        if len(by_ref) == 1:
            return by_ref[0]
    if sent_to:
        by_number = [one for one in asked if one.message.sent_from == sent_to]
        # Only a number that no other question was sent from tells which one is meant.
        if len(by_number) == 1 and all(one.message.sent_from for one in asked):
            return by_number[0]
    return None
