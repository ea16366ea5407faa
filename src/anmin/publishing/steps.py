"""How every change of a publication is made: its row is held, its version looked at, a step added."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.people.models import Account
from anmin.publishing.models import Did, Publication, Step, Text

REASON = 1000
"""The most characters of a reason."""


def held(publication_id: int) -> Publication:
    """The row, held until the end of the transaction. Raises ``NotFound``."""
    rows = Publication.objects.select_for_update()
    try:
        found = rows.filter(pk=publication_id).first()
    except OverflowError:
        found = None
    if found is None:
        raise NotFound(_("There is no such publication."))
    return found


def done_before(publication: Publication, key: str | None) -> bool:
    """Whether a form of that key did its work already."""
    return bool(key) and Step.objects.filter(publication=publication, key=key).exists()


def require_version(publication: Publication, version: int | None) -> None:
    """Refuse what somebody decided on an older state of it."""
    if version is not None and version != publication.version:
        raise Conflict(_("Somebody was faster: it has changed since you opened it."))


def said(reason: str, *, field: str = "reason") -> str:
    """A reason that is one. Raises ``Refusal``."""
    plain = reason.strip()
    if not plain:
        raise Refusal(_("Say why."), field=field)
    if len(plain) > REASON:
        raise Refusal(
            _("This is too long: at most %(most)s characters.") % {"most": REASON}, field=field
        )
    return plain


def text_of(publication: Publication, seq: int | None = None) -> Text:
    """Its newest text, or another. Raises ``NotFound``."""
    found = publication.texts.filter(seq=seq or publication.newest).first()
    if found is None:
        raise NotFound(_("There is no such text."))
    return found


def record(
    publication: Publication,
    did: Did,
    *,
    by: Account | None,
    key: str | None = None,
    about: str = "",
    digest: str = "",
    reason: str = "",
    **changes: Any,
) -> Step:
    """Change the row as given, and add the step that says so. Inside the transaction that holds it."""
    for name, value in changes.items():
        setattr(publication, name, value)
    publication.version += 1
    publication.save()
    return Step.objects.create(
        publication=publication,
        seq=publication.version,
        at=timezone.now(),
        actor=by,
        did=did,
        text=publication.newest,
        about=about,
        digest=digest,
        reason=reason,
        key=key or None,
    )
