"""How citizens answer without an account: by a one-time link. Replies are in ``replies``."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anmin.callbacks import recording
from anmin.callbacks.models import Answer, AnswerLink, Callback, Via
from anmin.callbacks.recording import Said
from anmin.callbacks.scripts import Question, script
from anmin.callbacks.unhappy import order_of
from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import Conflict, NotFound
from anmin.matters.models import Matter
from anmin.matters.queries import by_id
from anmin.places.queries import top_unit_label

_links = Prepared(lambda digest: AnswerLink.objects.filter(token_digest=digest), like=b"")
_callbacks = Prepared(lambda pk: Callback.objects.filter(pk=pk))


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page behind a link shows: enough to know what it is about, no personal data."""

    opening: Sequence[str]
    questions: Sequence[Question]
    closing: Sequence[str]
    expires_at: datetime


class UsedLink(NotFound):
    """The link was answered already, or the callback was answered on another way."""

    default_code = "used"


def make_link(callback: Callback, now: datetime) -> str:
    """A new one-time link to answer a callback; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(16)
    AnswerLink.objects.create(
        callback=callback,
        token_digest=_digest(token),
        expires_at=settings.RULES.due(
            "link.validity", now, settings.CALENDAR, timezone.get_default_timezone()
        ).at,
    )
    return token


def open_link(token: str) -> AnswerLink:
    """The link that a citizen opened, with its callback and matter. Three queries.

    Raises ``UsedLink`` when it was answered, ``NotFound`` when it is unknown or too old.
    """
    return _link(_digest(token))


def link_view(link: AnswerLink) -> LinkView:
    """What the page behind a link shows, in the language of the moment: not what it is about, for
    others may hold that telephone."""
    matter = link.callback.matter
    sheet = script(recording.LINK_SCRIPT)
    told = {
        "date": date_format(timezone.localdate(matter.opened_at), "DATE_FORMAT"),
        "reference": matter.number,
    }
    return LinkView(
        opening=[line.label.format(**told) for line in sheet.opening],
        questions=sheet.question,
        closing=[line.label for line in sheet.closing],
        expires_at=link.expires_at,
    )


def answer_by_link(link: AnswerLink, said: Said) -> str:
    """Take a citizen's answer, once; the code of its receipt, as ``taken_by`` gives it later.

    Empty inside an outer transaction, whose record is not written yet.

    The reading is done before the transaction, so that writers wait for each other as briefly
    as can be; every write makes sure that what was read still holds.

    Raises ``UsedLink``, ``NotFound``, ``Conflict`` or ``Refusal`` naming the field; then nothing
    has changed and a link that was not used can still be used.
    """
    try:
        return _answer(link, said)
    except Conflict:  # somebody wrote down an attempt in this very moment: look again
        return _answer(_link(bytes(link.token_digest)), said)


def _answer(found: AnswerLink, said: Said) -> str:
    now = timezone.now()
    with atomic() as log:
        if not AnswerLink.objects.filter(pk=found.pk, used_at=None).update(used_at=now):
            raise _used()
        found.used_at = now
        receipts.promise_receipt(found)
        recording.answer(found.callback, said, via=Via.LINK, at=now, key=f"link:{found.pk}")
    return receipts.code_in(log)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a citizen keeps of an answer by link: about which matter, who took it, when, the proof.

    ``at`` is empty and so is ``receipt`` when the callback was answered on another way.
    """

    number: str
    office: str
    at: datetime | None
    receipt: str


def taken_by(token: str) -> Taken | None:
    """What was answered by a link, the same ever after; nothing for a link that never was."""
    rows = AnswerLink.objects.select_related("callback__matter")
    found = rows.filter(token_digest=_digest(token)).first()
    return taken(found, receipts.code_of(found)) if found else None


def matter_of_link(token: str) -> tuple[Matter, str]:
    """The matter that a link was sent about, answered or not, and what its message says that it is about
    (``subject_ref``). Raises ``NotFound`` for one that is unknown or too old."""
    rows = AnswerLink.objects.select_related("callback__matter")
    found = rows.filter(token_digest=_digest(token), expires_at__gte=timezone.now()).first()
    if found is None:
        raise NotFound(_("This link is no longer valid."))
    return found.callback.matter, f"{recording.SUBJECT}{found.callback_id}"


def ordered_by(link: AnswerLink) -> bool:
    """Whether what was answered by this link made a unit look into it again."""
    said = Answer.objects.filter(callback=link.callback_id, key=f"link:{link.pk}").first()
    return said is not None and order_of(said) is not None


def taken(link: AnswerLink, receipt: str) -> Taken:
    """What was answered by this link, with the receipt that it was given."""
    return Taken(
        number=link.callback.matter.number,
        office=top_unit_label(),
        at=link.used_at,
        receipt=receipt,
    )


def _link(digest: bytes) -> AnswerLink:
    found = _links.one(digest)
    if found is None or found.expires_at < timezone.now():
        raise NotFound(_("This link is no longer valid."))
    [found.callback] = _callbacks(found.callback_id)
    [found.callback.matter] = by_id(found.callback.matter_id)
    if found.used_at is not None or found.callback.status not in recording.ANSWERABLE:
        raise _used()
    return found


def _used() -> UsedLink:
    return UsedLink(_("Thank you: this has been answered already."))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
