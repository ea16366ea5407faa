"""The house's own steps: send the invitations, and hand over to an interviewer in time."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks import ladder
from anmin.callbacks.contacting import LOOK_AGAIN, reads_messages
from anmin.channels.actions import queue_message
from anmin.channels.addresses import recipient_index
from anmin.channels.conversation import Busy, require_free
from anmin.channels.letters import register_letter
from anmin.channels.models import Expects, Medium, Message
from anmin.channels.models import Status as Delivery
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters.telling import bureau
from anmin.surveys.citizen import make_link
from anmin.surveys.models import Case, Via, Wave
from anmin.surveys.recording import lock_case, pace, step, stop
from anmin.surveys.sealing import open_contact

LINK_PATH = "/s/"
LETTER = register_letter(
    "survey",
    gettext_lazy("Invitation to a survey"),
    "survey.call_after",
    "survey.contacts_kept",
    "survey.link_validity",
)
LOST = (Delivery.DEAD, Delivery.CANCELLED)


def advance(limit: int = 200) -> int:
    """Take the steps that are due, each in a transaction of its own; returns how many.

    Nothing happens in quiet hours. Any number of processes may do this at once.
    """
    now, at_pace = timezone.now(), pace()
    if ladder.permitted(now, at_pace) != now:
        return 0
    done = 0
    for status, act in ((Case.Status.WAITING, _invite), (Case.Status.INVITED, _hand_over)):
        due = Case.objects.filter(status=status, not_before__lte=now)
        due = due.filter(wave__status=Wave.Status.FIELD).order_by("not_before", "pk")
        for pk in list(due.values_list("pk", flat=True)[:limit]):
            with atomic():
                case = lock_case(pk)
                if case.status == status and case.not_before <= now:
                    act(case, now, at_pace)
                    done += 1
    return done


def message_key(case: Case) -> str:
    """The key of the one invitation that a case gets; also what the message is about."""
    return f"survey:{case.pk}"


def _invite(case: Case, now: datetime, at_pace: ladder.Pace) -> None:
    phone = open_contact(case.row).phone
    key = message_key(case)
    if not reads_messages(phone):
        _to_interviewer(case, now)
        return
    try:
        require_free(recipient_index(Medium.SMS, phone))
    except Busy:  # another question is open with this number: it waits for its turn
        again = ladder.permitted(now + LOOK_AGAIN, at_pace)
        Case.objects.filter(pk=case.pk).update(not_before=again)
        return
    with translation.override(settings.LANGUAGE_CODE):
        body = _(
            "%(bureau)s: you were drawn at random for the survey “%(title)s”. Taking part is up to "
            "you; no name is kept with the answers. Five minutes, here: %(link)s. Reply TD to get "
            "no more messages."
        ) % {
            "bureau": bureau(),
            "title": case.wave.title,
            "link": f"{settings.BASE_URL}{LINK_PATH}{make_link(case, now)}",
        }
    try:
        message = queue_message(
            key=key,
            medium="sms",
            recipient=phone,
            body=body,
            template=LETTER.code,
            language=settings.LANGUAGE_CODE,
            subject_ref=key,
            expects=Expects.LINK,
        )
    except Refusal:
        _to_interviewer(case, now)
        return
    if message.status == Delivery.CANCELLED:  # wants no messages
        stop(bytes(message.recipient_index), at=now, key=key)
        return
    step(
        case,
        via=Via.MESSAGE,
        outcome="message_sent",
        at=now,
        key=key,
        status=Case.Status.INVITED,
        attempts=case.attempts + 1,
        not_before=ladder.permitted(now + at_pace.call_after, at_pace),
    )


def _hand_over(case: Case, now: datetime, _pace: ladder.Pace) -> None:
    """Nobody answered the invitation. One that got lost was no attempt."""
    key = message_key(case)
    if Message.objects.filter(key=key, status__in=LOST).exists():
        step(
            case,
            via=Via.MESSAGE,
            outcome="message_failed",
            at=now,
            key=f"{key}:lost",
            status=Case.Status.CALLING,
            attempts=case.attempts - 1,
            not_before=now,
        )
    else:
        _to_interviewer(case, now)


def _to_interviewer(case: Case, now: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CALLING, not_before=now)
