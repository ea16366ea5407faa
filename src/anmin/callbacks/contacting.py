"""The house's own steps of the ladder: send the message, and hand over to a person in time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks import ladder, recording, reopening
from anmin.callbacks.citizen import make_link
from anmin.callbacks.models import Attempt, Callback, Status
from anmin.callbacks.recording import SUBJECT, lock
from anmin.callbacks.reopening import message_key
from anmin.callbacks.stopping import stop
from anmin.channels.actions import queue_message
from anmin.channels.addresses import goes_there, recipient_index
from anmin.channels.conversation import Busy, require_free, rule
from anmin.channels.letters import register_letter
from anmin.channels.models import Expects, Medium, Message
from anmin.channels.models import Status as Delivery
from anmin.channels.opting import refuses
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters.actions import contact_for_message
from anmin.matters.telling import bureau, named

LINK_PATH = "/a/"
LOOK_AGAIN = timedelta(minutes=30)
LETTER = register_letter(
    "callback",
    gettext_lazy("Callback by text message"),
    "callback.message_after",
    "callback.message_within",
    "link.validity",
)
"""Until a message that waits for its turn is looked at again."""
LOST = (Delivery.DEAD, Delivery.CANCELLED)


def advance(limit: int = 1000) -> int:
    """Take the steps that are due, each in a transaction of its own; returns how many.

    Nothing happens in quiet hours. Any number of processes may do this at once.
    """
    now, pace = timezone.now(), ladder.pace()
    if ladder.quiet_until(now, pace):
        return 0
    done = _end_left_behind(now)
    for status, step in ((Status.PLANNED, _write), (Status.MESSAGED, _hand_over)):
        due = Callback.objects.filter(status=status, closed_at=None, not_before__lte=now)
        for pk in list(due.order_by("not_before").values_list("pk", flat=True)[:limit]):
            with atomic():
                callback = lock(pk)
                if callback.status == status and callback.not_before <= now:
                    # The news of a reopening may not have been read yet.
                    if callback.matter.closed_at is None:
                        reopening.withdraw(callback, at=now)
                    else:
                        step(callback, now, pace)
                    done += 1
    return done


def _end_left_behind(now: datetime) -> int:
    """End what was withdrawn during a call whose operator wrote nothing down in time."""
    found = list(reopening.left_behind(now))
    for pk in found:
        with atomic():
            callback = lock(pk)
            if callback.open:
                reopening.withdraw(callback, at=now)
    return len(found)


def _write(callback: Callback, now: datetime, pace: ladder.Pace) -> None:
    """Send the message with the one-time link, or call where no message can be read, or none with a
    link is sent (``Category.unlinked``)."""
    matter = callback.matter
    contact = contact_for_message(matter)
    phone, language = contact.phone, contact.language or settings.LANGUAGE_CODE
    too_late = now - (matter.closed_at or callback.planned_at) > pace.message_within
    unlinked = matter.topic is not None and matter.topic.unlinked
    if too_late or unlinked or not reads_messages(phone):
        _change(callback, Status.CALLING, now)
        return
    key = message_key(callback)
    try:
        require_free(recipient_index(Medium.SMS, phone))
    except Busy:
        _wait(callback, now, pace)
        return
    with translation.override(language):
        body = _(
            "%(bureau)s: what you brought to us on %(when)s (%(number)s) has been handled by "
            "%(office)s. How was it? Reply 1 satisfied, 2 fairly satisfied, 3 dissatisfied, or: "
            "%(link)s. Reply TD to get no more messages."
        ) % {
            **named(matter, language),
            "bureau": bureau(),
            "number": matter.number,
            "link": f"{settings.BASE_URL}{LINK_PATH}{make_link(callback, now)}",
        }
    try:
        message = queue_message(
            key=key,
            medium="sms",
            recipient=phone,
            body=body,
            template=LETTER.code,
            language=language,
            subject_ref=f"{SUBJECT}{callback.pk}",
            expects=Expects.GRADE,
        )
    except Refusal:
        _change(callback, Status.CALLING, now)
        return
    if message.status == Delivery.CANCELLED:  # opted out since this was planned
        index = bytes(message.recipient_index)
        stop(index, at=now, key=key, only=None if refuses(index) else callback.matter_id)
        return
    recording.step(
        callback,
        channel=Attempt.Channel.MESSAGE,
        outcome="message_sent",
        at=now,
        key=key,
        status=Status.MESSAGED,
        attempts=callback.attempts + 1,
        not_before=ladder.call_after_message(now, due_at=callback.due_at, pace=pace),
    )


def _wait(callback: Callback, now: datetime, pace: ladder.Pace) -> None:
    """Another question is open with this number: wait for its turn, or call in time."""
    again = ladder.permitted(now + LOOK_AGAIN, pace)
    if again > callback.due_at - rule("reserve"):
        _change(callback, Status.CALLING, now)
    else:
        Callback.objects.filter(pk=callback.pk).update(not_before=again)


def _hand_over(callback: Callback, now: datetime, pace: ladder.Pace) -> None:
    """Nobody answered the message: a person calls. A message that got lost was no attempt."""
    key = message_key(callback)
    if Message.objects.filter(key=key, status__in=LOST).exists():
        recording.step(
            callback,
            channel=Attempt.Channel.MESSAGE,
            outcome="message_failed",
            at=now,
            key=f"{key}:lost",
            status=Status.CALLING,
            attempts=callback.attempts - 1,
            not_before=now,
        )
    else:
        _change(callback, Status.CALLING, now)


def _change(callback: Callback, status: Status, now: datetime) -> None:
    Callback.objects.filter(pk=callback.pk).update(status=status, not_before=now)


def reads_messages(phone: str) -> bool:
    """Whether text messages can arrive there: at home mobile numbers, abroad where the house allows it."""
    return bool(phone) and goes_there(phone) and (not phone.startswith("+86") or phone[3] == "1")
