"""Pictures that the public sees: covered where somebody could be known, and given out to everybody."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.files import storage
from anmin.files.actions import keep, read_file
from anmin.files.models import File
from anmin.files.pictures import Box, covered
from anmin.files.subjects import subject_of
from anmin.files.turns import turn
from anmin.files.types import Wrong
from anmin.kernel.errors import Conflict, NotFound
from anmin.people.models import Account


def cover(
    pk: int, *, label: str, key: str, boxes: Sequence[Box], into: str, by: Account, request: str
) -> File:
    """Keep a picture of a thing once more, as one of the sort ``into``, with these boxes black.

    ``request`` makes the call safe to repeat. Raises as ``read_file`` and ``keep`` do; ``Wrong`` for what
    is no picture.
    """
    name, mime, content = read_file(label=label, key=key, pk=pk, by=by)
    if not mime.startswith("image/"):
        raise Wrong(_("“%(name)s” is no picture.") % {"name": name[:80]})
    side = settings.RULES.get("files.shown_side", timezone.localdate()).number
    with turn(waits=True):
        made = covered(content, boxes, side=side)
    return keep(label=into, key=key, name="photo.jpg", chunks=[made], by=by, request=request)


def copy(pk: int, *, label: str, key: str, into: str, onto: str, by: Account, request: str) -> File:
    """Keep a picture of one thing as one of another, for who may open the one and add to the other."""
    name, mime, content = read_file(label=label, key=key, pk=pk, by=by)
    if not mime.startswith("image/"):
        raise Wrong(_("“%(name)s” is no picture.") % {"name": name[:80]})
    return keep(label=into, key=onto, name=name, chunks=[content], by=by, request=request)


def everybodys(*, label: str, key: str, sha256: str) -> bytes:
    """A file that the room it belongs to calls everybody's; nobody writes down who opened it.

    Raises ``NotFound``, ``Conflict`` for a content that is not what was kept, ``Unavailable``.
    """
    rows = File.objects.filter(label=label, key=key, sha256=sha256, erased_at=None)
    row = rows.order_by("seq").first()
    if row is None or not subject_of(label).everybodys(key, sha256):
        raise NotFound(_("There is no such file."))
    content: bytes = storage.get(row.stored)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Conflict(
            _("The content of this file is not what was kept: tell the administrator."),
            code="file_altered",
        )
    return content
