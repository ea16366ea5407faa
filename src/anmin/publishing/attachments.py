"""Photos as files: who writes or reviews a text opens them as they came, the house sees them covered.

Everybody opens those of which an edition that can be read now names the digest.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from anmin.files.subjects import Subject, register_subject
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.publishing import policy
from anmin.publishing.content import kept_content
from anmin.publishing.models import Edition, Publication, Standing, Work
from anmin.publishing.photos import ORIGINAL, SHOWN


def publication_of(key: str) -> Publication:
    """The publication whose photos have that key. Raises ``NotFound``."""
    rows = Publication.objects.filter(pk=int(key)) if key.isdecimal() and len(key) < 19 else None
    found = rows.first() if rows is not None else None
    if found is None:
        raise NotFound(_("There is no such publication."))
    return found


def _require_original(account: Account, key: str) -> None:
    """Who writes it, and who is the other person while it waits for one."""
    require(account, Capability.VIEW_PUBLICATIONS)
    row = publication_of(key)
    if not (policy.may_write(account, row) or policy.may_review(account, row)):
        raise NotAllowed(_("Photos as they came are for who writes and who reviews the text."))


def _require_shown(account: Account, key: str) -> None:
    require(account, Capability.VIEW_PUBLICATIONS)
    publication_of(key)


def _require_add(account: Account | None, key: str) -> None:
    if account is None:
        raise NotAllowed(_("You may not do this."))
    row = publication_of(key)
    policy.require_drafter(account, row.of, row.key)
    policy.require_pictured(row)


def _over(keys: Sequence[str]) -> Mapping[str, datetime]:
    ended = Q(standing__in=(Standing.WITHDRAWN, Standing.EXPIRED)) | Q(standing=Standing.NONE)
    rows = Publication.objects.filter(ended, pk__in=[int(one) for one in keys], work=Work.NONE)
    last = rows.annotate(last=Max("steps__at")).values_list("pk", "last")
    return {str(pk): at for pk, at in last if at is not None}


def _everybodys(key: str, sha256: str) -> bool:
    row = publication_of(key)
    if row.standing != Standing.LIVE:
        return False
    editions = Edition.objects.filter(publication=row, seq__gte=row.earliest)
    for one in editions.filter(seq__lte=row.shown or 0):
        content = kept_content(one.content)
        if content.digest == one.digest and sha256 in content.photos():
            return True
    return False


register_subject(Subject(ORIGINAL, _require_original, _require_add, _over, pictures=True))
register_subject(
    Subject(SHOWN, _require_shown, _require_add, _over, everybodys=_everybodys, pictures=True)
)
