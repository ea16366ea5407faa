"""Questions to the citizen about a matter: asked by message, answered by a one-time link."""

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.channels.actions import queue_message
from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.actions import contact_for_message, done_before, lock, move
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.models import Matter, Reaction

CONTEXT = b"reaction"


@atomic
def ask_citizen(
    *,
    matter_id: int,
    code: str,
    actor: Actor,
    question: str,
    version: int | None = None,
    key: str | None = None,
) -> Matter:
    """Take the asking step of a flow and send the citizen a link to answer by.

    Refused when nobody can be reached. A repeated ``key`` asks nothing again.
    """
    matter = lock(matter_id)
    if done_before(matter, key):
        return matter
    matter = move(
        matter_id=matter_id,
        code=code,
        actor=actor,
        version=version,
        inputs={"question": question},
        key=key,
    )
    contact = contact_for_message(matter)
    if not contact.phone:
        raise Refusal(_("Nobody left a phone number with this matter."), field="question")
    token = secrets.token_urlsafe(24)
    now = timezone.now()
    Reaction.objects.create(
        matter=matter,
        token_digest=_digest(token),
        question=question,
        asked_at=now,
        expires_at=settings.RULES.due(
            "link.validity", now, settings.CALENDAR, timezone.get_default_timezone()
        ).at,
    )
    queue_message(
        key=f"reaction:{matter.number}:{matter.version}",
        medium="sms",
        recipient=contact.phone,
        body=_("About %(number)s: %(question)s Answer here: %(link)s")
        % {
            "number": matter.number,
            "question": question,
            "link": f"{settings.BASE_URL}/q/{token}",
        },
        template="reaction",
        language=settings.LANGUAGE_CODE,
        subject_ref=f"matter:{matter.number}",
    )
    return matter


def question_for(token: str) -> Reaction:
    """The open question behind a link. Raises ``NotFound`` when used, expired or unknown."""
    found = Reaction.objects.filter(token_digest=_digest(token)).select_related("matter").first()
    if found is None or found.answered_at or found.expires_at < timezone.now():
        raise NotFound(_("This link is no longer valid."))
    return found


@atomic
def answer_question(*, token: str, text: str) -> Matter:
    """Take the citizen's answer: sealed, told in the timeline, and the matter goes on."""
    if not text.strip():
        raise Refusal(_("Please write your answer."), field="text")
    found = question_for(token)
    sealed: Any = settings.KEYRING.encrypt(text.strip()[:2000].encode(), context=CONTEXT)
    taken = Reaction.objects.filter(pk=found.pk, answered_at=None).update(
        answered_at=timezone.now(), answer=sealed
    )
    if not taken:
        raise NotFound(_("This link is no longer valid."))
    receipts.promise_receipt(found)
    matter = lock(found.matter_id)
    for edge in matter.type.flow.moves_from(matter.state):
        if edge.replies:
            return move(
                matter_id=matter.pk, code=edge.code, actor=CITIZEN, key=f"reaction:{found.pk}"
            )
    return matter


def receipt_of(token: str) -> tuple[str, str]:
    """The number of the matter and the receipt for what was answered by a link; empty if nothing
    was."""
    found = Reaction.objects.filter(token_digest=_digest(token)).select_related("matter").first()
    return (found.matter.number, receipts.code_of(found)) if found else ("", "")


def read_answer(reaction: Reaction) -> str:
    """What the citizen answered, for those who handle the matter."""
    if not reaction.answer:
        return ""
    plain: bytes = settings.KEYRING.decrypt(bytes(reaction.answer), context=CONTEXT)
    return plain.decode()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
