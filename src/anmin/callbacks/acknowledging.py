"""The receipt of an answer that came by text message, sent back as one, where the house wants it."""

from datetime import timedelta

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
from anmin.matters.actions import contact_for_message
from anmin.matters.models import Cursor
from anmin.matters.telling import bureau

CURSOR = "callbacks.receipts"
FRESH = timedelta(days=1)
LETTER = register_letter("receipt", gettext_lazy("Receipt for an answer by text message"))
"""How old an answer may be to get its receipt: who waited longer expects none."""


def send_receipts(limit: int = 200) -> int:
    """Queue the receipts of answers by text message that have none yet; returns how many.

    An answer's record is written as the last thing of its transaction, so that its receipt is
    known only afterwards. The cursor moves in the transaction that queues the message.
    """
    if not settings.SMS_RECEIPTS:
        return 0
    Cursor.objects.get_or_create(name=CURSOR)
    with atomic():
        cursor = Cursor.objects.select_for_update().get(name=CURSOR)
        rows = Answer.objects.filter(pk__gt=cursor.position, via=Via.SMS).order_by("pk")
        answers = list(rows.select_related("callback__matter")[:limit])
        for answer in answers:
            _send(answer)
            cursor.position = answer.pk
        if answers:
            cursor.save(update_fields=["position"])
    return len(answers)


def _send(answer: Answer) -> None:
    now = timezone.now()
    code = receipts.code_of(answer)
    phone = contact_for_message(answer.callback.matter).phone
    if not code or not phone or now - answer.at > FRESH:
        return
    with translation.override(settings.LANGUAGE_CODE):
        told = {"bureau": bureau(), "code": code, "address": f"{settings.BASE_URL}/receipt"}
        body = _(
            "%(bureau)s: your answer is recorded. Receipt %(code)s. From tomorrow you can check at"
            " %(address)s that it is still there."
        )
    try:
        queue_message(
            key=f"receipt:{answer.pk}",
            medium="sms",
            recipient=phone,
            body=body % told,
            template=LETTER.code,
            language=settings.LANGUAGE_CODE,
            subject_ref=f"{SUBJECT}{answer.callback_id}",
            not_before=ladder.permitted(now, ladder.pace()),
        )
    except Refusal:  # a number that takes no messages: then there is none
        return
