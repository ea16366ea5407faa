"""What citizens reply by message: each reply to the question it answers, the rest to a person.

The conversation (``channels.conversation``) tells which question that is; the room that asked
takes the reply in (``channels.subjects``). Whatever is not surely an answer becomes an item of the
inbox, so that no word of a citizen is lost and none is attributed by guessing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from anmin.callbacks import ladder, recording
from anmin.callbacks.models import (
    Attempt,
    Callback,
    ReplyItem,
    Satisfaction,
    Status,
    Via,
    Why,
)
from anmin.callbacks.recording import SUBJECT, Said, lock
from anmin.callbacks.stopping import stop
from anmin.channels.models import Match, Message, Question, Reply, ReplyKind
from anmin.channels.queries import body_of, replies_after
from anmin.channels.subjects import (
    Described,
    Subject,
    register_subject,
    row_of,
    subject_of,
    subjects,
)
from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound
from anmin.matters.news import keep_place, place

REPLIES = keep_place("callbacks.replies", "channels.Reply")
CHOICES = {1: Satisfaction.SATISFIED, 2: Satisfaction.FAIRLY, 3: Satisfaction.DISSATISFIED}


def take_replies(limit: int = 500) -> int:
    """Take in what citizens replied by text message; returns how many replies were read.

    The cursor moves in the transaction that takes a reply in, so each counts once.
    """
    done = 0
    while done < limit:
        with atomic():
            cursor = place(REPLIES)
            replies = replies_after(cursor.position, limit=1)
            if not replies:
                break
            _take_in(replies[0])
            cursor.position = replies[0].pk
            cursor.save(update_fields=["position"])
        done += 1
    return done


def _take_in(reply: Reply) -> None:
    """Give one reply to whom it concerns; what a person has to read goes into the inbox."""
    if reply.kind == ReplyKind.STOP:
        stop_all(bytes(reply.sender_index), at=reply.received_at, key=f"reply:{reply.pk}")
        why = Why.BESIDE if reply.words else ""
    elif reply.kind == ReplyKind.START or reply.match == Match.REPEATED:
        why = ""
    elif reply.match in (Match.OPEN, Match.NAMED) and reply.question is not None:
        subject = subject_of(reply.question.message)
        why = subject.take(reply, reply.question) if subject else Why.UNKNOWN
    else:
        why = _UNMATCHED[Match(reply.match)]
    if why:
        ReplyItem.objects.create(
            reply=reply,
            why=why,
            at=reply.received_at,
            message=reply.question.message if reply.question else None,
        )


_UNMATCHED = {
    Match.SEVERAL: Why.SEVERAL,
    Match.CLOSED: Why.CLOSED,
    Match.UNKNOWN: Why.UNKNOWN,
    Match.OPEN: Why.UNKNOWN,
    Match.NAMED: Why.UNKNOWN,
}


def stop_all(index: bytes, *, at: datetime, key: str) -> None:
    """Nobody turns to this number any more, whatever room wanted to."""
    for subject in subjects():
        subject.stop(index, at, key)


# --- what the conversation with a number asks of callbacks --------------------------------------


def _take(reply: Reply, question: Question) -> str:
    callback = asked_by(question.message)
    if callback is None or callback.status not in recording.ANSWERABLE:
        return Why.CLOSED
    key = f"reply:{reply.pk}"
    if reply.kind == ReplyKind.ANSWER and reply.choice in CHOICES:
        said = Said(satisfaction=CHOICES[reply.choice])
        answer = recording.answer(callback, said, via=Via.SMS, at=reply.received_at, key=key)
        receipts.promise_receipt(answer)
        return ""
    keep_words(callback, body_of(reply), at=reply.received_at, key=key, calls=True)
    return Why.NOT_ANSWER


def keep_words(
    callback: Callback, text: str, *, at: datetime, key: str, calls: bool = False
) -> None:
    """Keep what a citizen wrote with a callback, for whoever calls next to read.

    ``calls``: a person phones about it soon, since nobody guesses what a longer text means. A
    call that somebody is making is not taken out of his or her hands.
    """
    now = timezone.now()
    held = callback.operator_id is not None and (callback.lease_until or now) > now
    turn = calls and callback.closed_at is None and callback.withdrawn_at is None and not held
    changes: dict[str, Any] = {}
    if turn:
        changes = {"status": Status.CALLING, "not_before": ladder.permitted(now, ladder.pace())}
    recording.step(
        callback,
        channel=Attempt.Channel.SMS,
        outcome="wrote",
        at=at,
        key=key,
        note=text,
        keeps=held,
        **changes,
    )


def asked_by(message: Message) -> Callback | None:
    """The callback that a message is about, held for this transaction."""
    pk = row_of(message, SUBJECT)
    if pk is None:
        return None
    try:
        return lock(pk)
    except NotFound:
        return None


def _wanted(message: Message) -> bool:
    """Not once the matter was opened again, or the callback has ended on another way."""
    over = Q(closed_at__isnull=False) | Q(withdrawn_at__isnull=False) | Q(matter__closed_at=None)
    return not Callback.objects.filter(over, pk=row_of(message, SUBJECT) or 0).exists()


def _describe(messages: Sequence[Message]) -> Mapping[int, Described]:
    of = {row_of(one, SUBJECT): one.pk for one in messages}
    rows = Callback.objects.filter(pk__in=[pk for pk in of if pk]).select_related("matter__area")
    return {of[row.pk]: describe_callback(row) for row in rows}


def describe_callback(row: Callback) -> Described:
    """A callback in the words that an operator may read: nothing about who served."""
    matter, open_now = row.matter, row.closed_at is None
    return Described(
        title=matter.topic.label if matter.topic else str(matter.type.label),
        number=matter.number,
        when=matter.opened_at,
        place=matter.area.label if matter.area else "",
        standing=str(Status(row.status).label),
        unit_id=row.unit_id,
        answerable=row.status in recording.ANSWERABLE or row.status == Status.DONE,
        callable=open_now and row.withdrawn_at is None,
    )


def _phone(message: Message) -> bool:
    """Hand the callback over to be phoned now, or as soon as the hour permits."""
    now = timezone.now()
    rows = Callback.objects.filter(
        pk=row_of(message, SUBJECT) or 0, closed_at=None, withdrawn_at=None
    )
    rows = rows.filter(status__in=(Status.PLANNED, Status.MESSAGED, Status.CALLING))
    moment = ladder.permitted(now, ladder.pace())
    return bool(rows.update(status=Status.CALLING, not_before=moment))


def _stop(index: bytes, at: datetime, key: str) -> None:
    stop(index, at=at, key=key)


def _within(subject_ref: str) -> str:
    """The matter that somebody was called about."""
    number = subject_ref.removeprefix(SUBJECT)
    rows = Callback.objects.filter(pk=int(number)) if number.isdigit() else Callback.objects.none()
    found = rows.values_list("matter__number", flat=True).first()
    return f"matter:{found}" if found else subject_ref


register_subject(
    Subject(
        code=SUBJECT.rstrip(":"),
        take=_take,
        stop=_stop,
        wanted=_wanted,
        describe=_describe,
        phone=_phone,
        within=_within,
    )
)
