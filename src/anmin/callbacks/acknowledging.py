"""The receipt of an answer that came by text message, sent back as one, where the house wants it.

An answer to a callback as well as one to an office's question.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks import ladder
from anmin.callbacks.models import Answer, Via
from anmin.callbacks.recording import SUBJECT
from anmin.channels.actions import queue_message
from anmin.channels.letters import register_letter
from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters import reactions
from anmin.matters.actions import contact_for_message
from anmin.matters.models import Matter, Reaction
from anmin.matters.news import keep_place, place
from anmin.matters.telling import address, bureau

CURSOR = keep_place("callbacks.receipts", "evidence.Receipt")
FRESH = timedelta(days=1)
"""How old an answer may be to get its receipt: who waited longer expects none."""
LETTER = register_letter("receipt", gettext_lazy("Receipt for an answer by text message"))


@dataclass(frozen=True, slots=True)
class _Taken:
    """One answer that came by text message."""

    row: Answer | Reaction
    matter: Matter
    at: datetime
    key: str
    subject_ref: str


def send_receipts(limit: int = 200) -> int:
    """Queue the receipts of answers by text message that have none yet; returns how many.

    An answer's record is written as the last thing of its transaction, so that its receipt is
    known only afterwards. The cursor moves in the transaction that queues the message.
    """
    if not settings.SMS_RECEIPTS:
        return 0
    done = 0
    with atomic():
        cursor = place(CURSOR)
        promised = receipts.promised_after(cursor.position, limit)
        taken = {**_answers(promised), **_reactions(promised)}
        for number, label, row in promised:
            if one := taken.get((label, row)):
                _send(one)
                done += 1
            cursor.position = number
        if promised:
            cursor.save(update_fields=["position"])
    return done


type _Promised = list[tuple[int, str, int]]
type _ByRow = dict[tuple[str, int], _Taken]


def _of(promised: _Promised, model: Any) -> tuple[str, list[int]]:
    label = model._meta.label_lower
    return label, [row for _number, of, row in promised if of == label]


def _answers(promised: _Promised) -> _ByRow:
    label, rows = _of(promised, Answer)
    found = Answer.objects.filter(pk__in=rows, via=Via.SMS).select_related("callback__matter")
    return {
        (label, one.pk): _Taken(
            one,
            one.callback.matter,
            one.at,
            f"receipt:{one.pk}",
            f"{SUBJECT}{one.callback_id}",
        )
        for one in found
    }


def _reactions(promised: _Promised) -> _ByRow:
    label, rows = _of(promised, Reaction)
    found = Reaction.objects.filter(pk__in=rows, via=reactions.SMS).select_related("matter")
    return {
        (label, one.pk): _Taken(
            one,
            one.matter,
            one.answered_at,
            f"receipt:reaction:{one.pk}",
            f"{reactions.SUBJECT}:{one.matter.number}",
        )
        for one in found
        if one.answered_at
    }


def _send(taken: _Taken) -> None:
    now = timezone.now()
    code = receipts.code_of(taken.row)
    contact = contact_for_message(taken.matter)
    phone, language = contact.phone, contact.language or settings.LANGUAGE_CODE
    if not code or not phone or now - taken.at > FRESH:
        return
    with translation.override(language):
        site = address(f"{settings.BASE_URL}/receipt", taken.matter)
        told = {"bureau": bureau(), "code": code, "address": site}
        body = _(
            "%(bureau)s: your answer is recorded. Receipt %(code)s. From tomorrow you can check at"
            " %(address)s that it is still there."
        )
    try:
        queue_message(
            key=taken.key,
            medium="sms",
            recipient=phone,
            body=body % told,
            template=LETTER.code,
            language=language,
            subject_ref=taken.subject_ref,
            not_before=ladder.permitted(now, ladder.pace()),
        )
    except Refusal:  # a number that takes no messages: then there is none
        return
