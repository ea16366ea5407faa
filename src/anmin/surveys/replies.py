"""What the conversation with a number asks of surveys: an invitation is answered by its link only."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.callbacks import ladder
from anmin.channels.models import Message, Question, Reply
from anmin.channels.subjects import Described, Subject, register_subject, row_of
from anmin.surveys.models import Case, Wave
from anmin.surveys.recording import pace, stop

SUBJECT = "survey:"
STILL = (Case.Status.WAITING, Case.Status.INVITED, Case.Status.CALLING)


def _take(_reply: Reply, _question: Question) -> str:
    return "not_answer"  # "3" says nothing about a questionnaire: a person reads it


def _wanted(message: Message) -> bool:
    over = Q(closed_at__isnull=False) | ~Q(wave__status=Wave.Status.FIELD)
    return not Case.objects.filter(over, pk=row_of(message, SUBJECT) or 0).exists()


def _describe(messages: Sequence[Message]) -> Mapping[int, Described]:
    of = {row_of(one, SUBJECT): one.pk for one in messages}
    rows = Case.objects.filter(pk__in=[pk for pk in of if pk]).select_related("wave")
    return {
        of[row.pk]: Described(
            title=_("Invitation to the survey “%(title)s”") % {"title": row.wave.title},
            standing=str(Case.Status(row.status).label),
            unit_id=row.unit_id,
            callable=row.status in STILL and row.wave.status == Wave.Status.FIELD,
        )
        for row in rows
    }


def _phone(message: Message) -> bool:
    moment = ladder.permitted(timezone.now(), pace())
    rows = Case.objects.filter(pk=row_of(message, SUBJECT) or 0, status__in=STILL, closed_at=None)
    rows = rows.filter(wave__status=Wave.Status.FIELD)
    return bool(rows.update(status=Case.Status.CALLING, not_before=moment))


def _stop(index: bytes, at: datetime, key: str) -> None:
    stop(index, at=at, key=key)


register_subject(
    Subject(
        code=SUBJECT.rstrip(":"),
        take=_take,
        stop=_stop,
        wanted=_wanted,
        describe=_describe,
        phone=_phone,
    )
)
