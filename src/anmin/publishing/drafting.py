"""Writing: a text is begun, changed, its hidings lifted, given to another person, taken back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.publishing import policy
from anmin.publishing.content import MOST_PHOTOS, Content, content_of
from anmin.publishing.face import face_of, known_of, lifted_in
from anmin.publishing.models import Did, Publication, Standing, Text, Work
from anmin.publishing.photos import Photo, into, words_of
from anmin.publishing.redaction import Hiding, propose, rules
from anmin.publishing.sources import Draft, source_of
from anmin.publishing.steps import done_before, held, record, require_version, said, text_of

_THERE = gettext_lazy("There is a publication about this already; correct that one.")
MARKED = 40
"""The most words that a writer marks."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote. ``marked``: further words to hide. ``closes_earlier``: see ``Text``."""

    content: Content
    marked: Sequence[str] = ()
    closes_earlier: bool = False


@atomic
def begin(
    *,
    source: str,
    key: str,
    by: Account,
    written: Written | None = None,
    planned_on: date | None = None,
    series: str = "",
    form_key: str | None = None,
) -> Publication:
    """Begin a publication about something: with the source's own draft, or what was written.

    Raises ``NotAllowed``, ``NotFound`` for what is not there, ``Conflict`` where the same is public,
    or being written, already.
    """
    of = source_of(source)
    policy.require_drafter(by, of, key)
    made = of.draft(key)
    rows = Publication.objects.filter(source=source, key=key)
    if form_key and (known := rows.filter(steps__key=form_key).first()) is not None:
        return known
    if rows.filter(standing=Standing.LIVE).exists() or rows.exclude(work=Work.NONE).exists():
        raise Conflict(_THERE)
    publication = Publication(
        series=series or of.series,
        source=source,
        key=key,
        made_at=timezone.now(),
        made_by=by,
        planned_on=planned_on,
    )
    try:
        with atomic():
            publication.save()
    except IntegrityError:  # somebody began the same in this moment
        raise Conflict(_THERE) from None
    _write(publication, made, written or Written(made.content), by)
    record(publication, Did.DRAFT, by=by, key=form_key)
    return publication


@atomic
def revise(
    *,
    publication_id: int,
    written: Written,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Write the text anew: a row of its own. What is public stays until the new one is approved.

    A correction says what changed and why, for the public to read. Raises ``NotAllowed``,
    ``Conflict`` while another person has it, ``Refusal``.
    """
    publication, again = _in_hand(publication_id, by, version, form_key)
    if again:
        return publication
    _require_writable(publication)
    if publication.standing == Standing.LIVE:
        _require_change(written.content)
    made = publication.of.draft(publication.key)
    photos = text_of(publication).photos
    _write(publication, made, written, by, seq=publication.newest + 1, photos=photos)
    record(
        publication,
        Did.REVISE,
        by=by,
        key=form_key,
        newest=publication.newest + 1,
        work=Work.DRAFT,
    )
    return publication


@atomic
def picture(
    *,
    publication_id: int,
    photos: Callable[[tuple[Photo, ...]], Sequence[Photo]],
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """The words of the newest text with other photos: a row of its own, as any saving is."""
    publication, again = _in_hand(publication_id, by, version, form_key)
    if again:
        return publication
    policy.require_pictured(publication)
    old = text_of(publication)
    chosen = photos(old.photos)
    if len(chosen) > MOST_PHOTOS:
        raise Refusal(_("A text has at most %(most)s photos.") % {"most": MOST_PHOTOS})
    written = Written(old.content, old.marked, old.closes_earlier)
    made = publication.of.draft(publication.key)
    _write(publication, made, written, by, seq=publication.newest + 1, photos=chosen)
    record(publication, Did.REVISE, by=by, key=form_key, newest=publication.newest + 1)
    return publication


@atomic
def lift(
    *,
    publication_id: int,
    hiding: str,
    reason: str,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Ask that the public reads what a rule would hide, with the reason that the reviewer reads.

    Raises ``NotAllowed`` for what the law forbids, whatever the reason.
    """
    publication, found, again = _hiding(publication_id, hiding, by, version, form_key)
    if again:
        return publication
    if rules()[found.rule].law:
        raise NotAllowed(_("The law forbids to publish this: it stays hidden."))
    why = said(reason)
    if found.key in lifted_in(text_of(publication)):
        raise Conflict(_("This is lifted already."))
    record(publication, Did.LIFT, by=by, key=form_key, about=found.key, reason=why)
    return publication


@atomic
def hide_again(
    *,
    publication_id: int,
    hiding: str,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Take the lifting of a hiding back."""
    publication, found, again = _hiding(publication_id, hiding, by, version, form_key)
    if again:
        return publication
    if found.key not in lifted_in(text_of(publication)):
        raise Conflict(_("This is hidden already."))
    record(publication, Did.HIDE, by=by, key=form_key, about=found.key)
    return publication


@atomic
def submit(
    *,
    publication_id: int,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Give the newest text to another person; from now on nobody writes in it."""
    publication, again = _in_hand(publication_id, by, version, form_key)
    if again:
        return publication
    _require_work(publication, Work.DRAFT)
    face = face_of(text_of(publication))
    _require_filled(publication, face.content)
    if face.stale:
        raise Conflict(_("What has to be hidden has changed since: save the text once more."))
    record(
        publication,
        Did.SUBMIT,
        by=by,
        key=form_key,
        digest=face.content.digest,
        work=Work.SUBMITTED,
    )
    return publication


@atomic
def take_back(
    *,
    publication_id: int,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Take a text back from who was to review it, to go on writing."""
    publication, again = _in_hand(publication_id, by, version, form_key)
    if again:
        return publication
    _require_work(publication, Work.SUBMITTED)
    record(publication, Did.TAKE_BACK, by=by, key=form_key, work=Work.DRAFT)
    return publication


@atomic
def abandon(
    *,
    publication_id: int,
    reason: str,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Give up a draft; what is public stays as it is."""
    publication, again = _in_hand(publication_id, by, version, form_key)
    if again:
        return publication
    _require_work(publication, Work.DRAFT)
    record(publication, Did.ABANDON, by=by, key=form_key, reason=said(reason), work=Work.NONE)
    return publication


@atomic
def plan(
    *,
    publication_id: int,
    on: date | None,
    by: Account,
    version: int | None = None,
    form_key: str | None = None,
) -> Publication:
    """Say on which day it is wanted; nothing is published by that."""
    publication = held(publication_id)
    require(by, Capability.DRAFT_PUBLICATIONS)
    if done_before(publication, form_key):
        return publication
    require_version(publication, version)
    record(publication, Did.PLAN, by=by, key=form_key, planned_on=on)
    return publication


def marked_words(text: str) -> list[str]:
    """Words to hide, one a line."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _write(
    publication: Publication,
    made: Draft,
    written: Written,
    by: Account,
    seq: int = 1,
    photos: Sequence[Photo] = (),
) -> Text:
    """Add a text. What programs read of it comes from the source, never from a form; nor do its photos."""
    marked = list(written.marked)
    if len(marked) > MARKED:
        raise Refusal(_("Mark at most %(most)s words.") % {"most": MARKED}, field="marked")
    data: Mapping[str, Any] = into(written.content.model_dump(mode="json"), photos)
    content = content_of({**data, "marks": dict(made.content.marks)})
    hidings = propose(content, known_of(publication, made.names, marked))
    return Text.objects.create(
        publication=publication,
        seq=seq,
        at=timezone.now(),
        by=by,
        sealed=Text.seal(publication.pk, seq, content, marked, photos),
        hidings=[one.plain() for one in hidings],
        area=made.area,
        category=made.category,
        day=made.day,
        stamp=made.stamp[:120],
        closes_earlier=written.closes_earlier,
    )


def _in_hand(
    publication_id: int, by: Account, version: int | None, form_key: str | None
) -> tuple[Publication, bool]:
    """What this person may write, held, as it was when read; whether the form was sent before."""
    publication = held(publication_id)
    policy.require_drafter(by, publication.of, publication.key)
    if done_before(publication, form_key):
        return publication, True
    require_version(publication, version)
    return publication, False


def _hiding(
    publication_id: int, hiding: str, by: Account, version: int | None, form_key: str | None
) -> tuple[Publication, Hiding, bool]:
    """A hiding of the draft that this person may write; whether the form was sent before."""
    publication = held(publication_id)
    policy.require_drafter(by, publication.of, publication.key)
    found = next((one for one in text_of(publication).places if one.key == hiding), None)
    if done_before(publication, form_key) and found is not None:
        return publication, found, True
    require_version(publication, version)
    _require_work(publication, Work.DRAFT)
    if found is None:
        raise Refusal(_("Nothing is hidden there."), field="hiding")
    return publication, found, False


def _require_work(publication: Publication, work: Work) -> None:
    if publication.work == work:
        return
    if publication.work == Work.SUBMITTED:
        raise Conflict(_("Another person has it now: take it back first."))
    if work == Work.SUBMITTED:
        raise Conflict(_("It does not wait for another person."))
    raise Conflict(_("There is no draft in hand."))


def _require_writable(publication: Publication) -> None:
    if publication.work == Work.SUBMITTED:
        raise Conflict(_("Another person has it now: take it back first."))
    if publication.standing in (Standing.WITHDRAWN, Standing.EXPIRED):
        raise Conflict(_("It is over: begin another publication."))


def _require_filled(publication: Publication, content: Content) -> None:
    """What the source gave as a frame was written out: none of its lines stands as it was."""
    for language in ("zh", "en"):
        said = getattr(content, language)
        for one in said.photos if said else ():
            words_of(one.alt, field="photos")
    made = publication.of.draft(publication.key)
    if not made.frame:
        return
    for asked, written in ((made.content.zh, content.zh), (made.content.en, content.en)):
        left = set(asked.body if asked else ()) & set(written.body if written else ())
        if left:
            raise Refusal(_("Write this out first: “%(line)s”") % {"line": min(left)}, field="body")


def _require_change(content: Content) -> None:
    for one in (content.zh, content.en):
        if one is not None and not one.change:
            raise Refusal(_("Say for the public what changed, and why."), field="change")
