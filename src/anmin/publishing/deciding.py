"""The other person: answers what could tell whose a text is, refuses it, or approves exactly what was read."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.evidence.receipts import promise_receipt
from anmin.kernel.errors import Conflict, Refusal
from anmin.matters.numbers import next_in_series
from anmin.matters.reckoning import reckoner
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.publishing import policy
from anmin.publishing.content import Content
from anmin.publishing.face import Face, face_of
from anmin.publishing.models import Did, Edition, Publication, Standing, Step, Text, Work
from anmin.publishing.recognising import warnings
from anmin.publishing.steps import done_before, held, record, require_version, said, text_of

EXAMINED = "secrets"
"""What the step of an approval says that was looked for before."""


@atomic
def refuse(
    *,
    publication_id: int,
    reason: str,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Give a text back to be written anew, with the reason. What is public stays."""
    publication, again = _before(publication_id, by, version, form_key)
    if again:
        return publication
    record(publication, Did.REFUSE, by=by, key=form_key, reason=said(reason), work=Work.DRAFT)
    return publication


@atomic
def answer(
    *,
    publication_id: int,
    warning: str,
    reason: str,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Say of a warning why nobody can be recognised by it. Raises ``Refusal`` for one that is none."""
    publication, again = _before(publication_id, by, version, form_key)
    if again:
        return publication
    text = text_of(publication)
    if warning not in {one.key for one in warnings(text, face_of(text))}:
        raise Refusal(_("There is no such warning."), field="warning")
    record(publication, Did.ANSWER, by=by, key=form_key, about=warning, reason=said(reason))
    return publication


@atomic
def sign_off(
    *,
    publication_id: int,
    digest: str,
    reason: str,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """A lawyer's word that the text may be published, before somebody else approves it."""
    publication = held(publication_id)
    if done_before(publication, form_key):
        return publication
    policy.require_signer(by, publication)
    require_version(publication, version)
    face = face_of(text_of(publication))
    _require_same(publication, face, digest)
    record(publication, Did.SIGN_OFF, by=by, key=form_key, digest=digest, reason=said(reason))
    return publication


@atomic
def approve(
    *,
    publication_id: int,
    text: int,
    digest: str,
    examined: bool,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Publish what was read: the text of that number, with that digest, and nothing else.

    ``examined``: that this person looked for secrets, as the law wants before anything is published
    (政府信息公开条例 第十四条、第十七条; 保守国家秘密法 第三十五条). The step keeps that it was said.
    Raises ``NotAllowed`` for whoever wrote any part of it, whoever it is about and who may not at
    all, ``Conflict`` where anything changed since it was read, ``Refusal`` while a warning waits
    for an answer, or where nobody has looked for secrets.
    """
    publication, again = _before(publication_id, by, version, form_key)
    if again:
        return publication
    if text != publication.newest:
        raise Conflict(_("This is an older text: look at the newest."))
    written = text_of(publication)
    face = face_of(written)
    _require_same(publication, face, digest)
    policy.require_signed(by, publication)
    if publication.of.still_true(publication.key, written.stamp):
        raise Conflict(_("Things have changed since it was written: it goes back to its writer."))
    _require_answered(written, face)
    if not examined:
        raise Refusal(
            _("Say that you looked for secrets: nothing is published before."), field="examined"
        )
    edition = _publish(publication, written, face.content)
    record(publication, Did.APPROVE, by=by, key=form_key, about=EXAMINED, digest=edition.digest)
    promise_receipt(edition)
    log_access(account=by, action="publish", subject=f"publication:{publication.number}")
    return publication


def _before(
    publication_id: int, by: Account, version: int | None, form_key: str | None
) -> tuple[Publication, bool]:
    """What waits for this person's decision, held, as it was when read; whether the form was sent before."""
    publication = held(publication_id)
    if done_before(publication, form_key):
        return publication, True
    policy.require_reviewer(by, publication)
    require_version(publication, version)
    return publication, False


def unanswered(text: Text, face: Face) -> list[str]:
    """The keys of the warnings of a text that nobody has answered."""
    answers = Step.objects.filter(
        publication_id=text.publication_id, text=text.seq, did=Did.ANSWER
    ).values_list("about", flat=True)
    return [one.key for one in warnings(text, face) if one.key not in set(answers)]


def _require_answered(text: Text, face: Face) -> None:
    if unanswered(text, face):
        raise Refusal(
            _("Answer each warning first: could somebody be recognised?"), field="warning"
        )


def _require_same(publication: Publication, face: Face, digest: str) -> None:
    """What is decided on is what was given to this person, and what was read."""
    given = Step.objects.filter(publication=publication, did=Did.SUBMIT, text=publication.newest)
    submitted = given.order_by("-seq").values_list("digest", flat=True).first()
    if face.stale:
        raise Conflict(_("What has to be hidden has changed since: it goes back to its writer."))
    if not digest == submitted == face.content.digest:
        raise Conflict(_("This is not the text that was given to you: look at it once more."))


def _publish(publication: Publication, text: Text, content: Content) -> Edition:
    now, first = timezone.now(), publication.standing != Standing.LIVE
    if publication.number is None:
        year = timezone.localdate(now).year
        prefix = publication.in_series.prefix
        publication.number = f"{prefix}-{year}-{next_in_series(prefix, year):04d}"
    edition = Edition(
        publication=publication,
        seq=text.seq,
        at=now,
        content=content.model_dump(mode="json"),
        digest=content.digest,
        face=publication.of.face,
        words=" ".join(one for _path, one in content.passages()).lower(),
    )
    edition.save()
    publication.standing, publication.work = Standing.LIVE, Work.NONE
    publication.shown, publication.changed_at = text.seq, now
    publication.untrue, publication.correct_by = "", None
    publication.review_on = day_by(publication.in_series.review)
    if text.closes_earlier:
        publication.earliest = text.seq
    if first:
        publication.published_at, publication.earliest = now, text.seq
        publication.expires_on = day_by(publication.in_series.expiry)
    return edition


def day_by(rule: str) -> date:
    """The day on which something that begins now is due by a rule."""
    return timezone.localdate(reckoner()(rule, timezone.now()).at)
