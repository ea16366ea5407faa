"""How people answer a survey without an account: by the one-time link of their invitation."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotFound
from anmin.surveys.dispositions import REFUSAL
from anmin.surveys.models import Case, SurveyLink, Via, Wave
from anmin.surveys.questionnaires import Questionnaire
from anmin.surveys.recording import Given, accept, clean, lock_case, sheet_of, step


class UsedSurveyLink(NotFound):
    """The link was answered already, or the person answered on another way."""

    default_code = "used"


@dataclass(frozen=True, slots=True)
class SurveyView:
    """What the page behind a link shows: the questions, and nothing about the person."""

    title: str
    sheet: Questionnaire


def make_link(case: Case, now: datetime) -> str:
    """A new one-time link for a case; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(16)
    zone = timezone.get_default_timezone()
    due = settings.RULES.due("survey.link_validity", now, settings.CALENDAR, zone)
    SurveyLink.objects.create(case=case, token_digest=_digest(token), expires_at=due.at)
    return token


def survey_view(token: str) -> SurveyView:
    """What the page behind a link asks. Raises ``UsedSurveyLink`` or ``NotFound``."""
    wave = _link(token).case.wave
    return SurveyView(wave.title, sheet_of(wave))


def answer_survey(*, token: str, given: Given) -> str:
    """Take the answers behind a link, once; the code of the receipt, as ``receipt_of`` gives it.

    Raises ``UsedSurveyLink``, ``NotFound``, or ``Refusal`` naming the question; then nothing has
    changed and the link can still be used.
    """
    with atomic() as log:
        found, case = _use(token)
        values = clean(case, given)
        receipts.promise_receipt(found)
        try:
            accept(case, values, via=Via.LINK, at=timezone.now(), key=f"link:{found.pk}")
        except Conflict:
            raise _used() from None
    return receipts.code_in(log)


def receipt_of(token: str) -> str:
    """The receipt for what was answered by a link, the same ever after; empty if nothing was."""
    found = SurveyLink.objects.filter(token_digest=_digest(token)).first()
    return receipts.code_of(found) if found else ""


@atomic
def decline_survey(*, token: str) -> None:
    """Somebody says on the page that they do not want to take part; nobody asks them again."""
    found, case = _use(token)
    if case.status in (Case.Status.ENTERED, Case.Status.CLOSED):  # how it ended is on record
        raise _used()
    now = timezone.now()
    step(
        case,
        via=Via.LINK,
        outcome="refused",
        at=now,
        key=f"link:{found.pk}",
        status=Case.Status.CLOSED,
        disposition=REFUSAL,
        closed_at=now,
    )


def _use(token: str) -> tuple[SurveyLink, Case]:
    found = _link(token)
    case = lock_case(found.case_id)
    fresh = SurveyLink.objects.filter(pk=found.pk, used_at=None)
    if case.status == Case.Status.DONE or not fresh.update(used_at=timezone.now()):
        raise _used()
    return found, case


def _link(token: str) -> SurveyLink:
    rows = SurveyLink.objects.select_related("case__wave")
    found = rows.filter(token_digest=_digest(token)).first()
    if (
        found is None
        or found.expires_at < timezone.now()
        or found.case.wave.status != Wave.Status.FIELD
    ):
        raise NotFound(_("This link is no longer valid."))
    if found.used_at is not None or found.case.status == Case.Status.DONE:
        raise _used()
    return found


def _used() -> UsedSurveyLink:
    return UsedSurveyLink(_("Thank you: this has been answered already."))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
