"""Putting photos into a draft: uploaded or chosen of the matter's own files, covered, described."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anmin.files.models import File
from anmin.files.queries import Line, files_of, may_see
from anmin.files.showing import copy, cover
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.attachments import LABEL as MATTER
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.publishing import policy
from anmin.publishing.drafting import picture
from anmin.publishing.models import Publication
from anmin.publishing.photos import MOST_BOXES, ORIGINAL, SHOWN, Photo, box_of, words_of
from anmin.publishing.steps import text_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """A photo of a draft: in its text, or not covered yet."""

    file: Line
    photo: Photo | None


def photos(account: Account, row: Publication) -> list[Waiting]:
    """The photos of a draft for who writes or reviews it. Raises ``NotAllowed``."""
    used = {one.original: one for one in text_of(row).photos}
    lines = [one for one in files_of(account, ORIGINAL, str(row.pk)) if not one.erased_at]
    return [Waiting(one, used.get(one.pk)) for one in lines]


def to_choose(account: Account, row: Publication) -> list[Line]:
    """The pictures of what it is about, as far as this person may open them."""
    source = files_behind(row)
    if source is None or not may_see(account, *source):
        return []
    return [one for one in files_of(account, *source) if one.small]


def files_behind(row: Publication) -> tuple[str, str] | None:
    """The sort and key of the files of what it is about."""
    if (own := row.of.files(row.key)) is not None:
        return own
    return (MATTER, row.key) if Matter.objects.filter(number=row.key).exists() else None


def choose(*, publication_id: int, file_id: int, by: Account) -> File:
    """Take a picture of what it is about into the draft; it is in no text before it is covered."""
    row = _row(publication_id, by)
    source = files_behind(row)
    if source is None:
        raise NotFound(_("There is no such file."))
    label, key = source
    return copy(
        file_id,
        label=label,
        key=key,
        into=ORIGINAL,
        onto=str(row.pk),
        by=by,
        request=f"from {label} {file_id}",
    )


def put_in(
    *,
    publication_id: int,
    file_id: int,
    boxes: Sequence[Sequence[int]],
    looked: bool,
    zh: str,
    en: str,
    by: Account,
    form_key: str,
    version: int | None = None,
) -> Publication:
    """Put a photo into the text with these boxes burnt in, or cover it anew.

    ``looked``: that its editor looked for faces, plates and house numbers that are not covered; nothing
    gets into a text without. Raises ``Refusal`` without words about it in each language of the text.
    """
    row = _row(publication_id, by)
    policy.require_pictured(row)
    content = text_of(row).content
    told = {
        language: words_of(words, field=language) if getattr(content, language) else ""
        for language, words in (("zh", zh), ("en", en))
    }
    if len(boxes) > MOST_BOXES:
        raise Refusal(
            _("These are too many: at most %(most)s.") % {"most": MOST_BOXES}, field="boxes"
        )
    placed = tuple(box_of(one) for one in boxes)
    if not looked:
        raise Refusal(_("Say that no face, plate or house number is left open."), field="looked")
    shown = cover(
        file_id,
        label=ORIGINAL,
        key=str(row.pk),
        boxes=placed,
        into=SHOWN,
        by=by,
        request=form_key,
    )
    made = Photo(file_id, shown.pk, shown.sha256, placed, **told)
    return picture(
        publication_id=row.pk,
        photos=lambda old: _with(old, made),
        by=by,
        version=version,
        form_key=form_key,
    )


def take_out(
    *, publication_id: int, file_id: int, by: Account, form_key: str, version: int | None = None
) -> Publication:
    """Take a photo out of the text."""
    return picture(
        publication_id=publication_id,
        photos=lambda old: _without(old, file_id),
        by=by,
        version=version,
        form_key=form_key,
    )


def _with(old: Sequence[Photo], made: Photo) -> list[Photo]:
    if any(one.original == made.original for one in old):
        return [made if one.original == made.original else one for one in old]
    return [*old, made]


def _without(old: Sequence[Photo], file_id: int) -> list[Photo]:
    if all(one.original != file_id for one in old):
        raise NotFound(_("There is no such file."))
    return [one for one in old if one.original != file_id]


def _row(publication_id: int, by: Account) -> Publication:
    require(by, Capability.DRAFT_PUBLICATIONS)
    row = Publication.objects.filter(pk=publication_id).first()
    if row is None:
        raise NotFound(_("There is no such publication."))
    policy.require_drafter(by, row.of, row.key)
    return row
