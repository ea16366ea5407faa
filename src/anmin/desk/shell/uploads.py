"""The files of a thing on pages of the desk: one more taken in, one given out, and the form between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, done
from anmin.desk.shell.sending import Out
from anmin.faces.forms import new_key
from anmin.faces.receiving import dropped
from anmin.files import actions
from anmin.files.queries import accepted, largest, may_add
from anmin.files.turns import AGAIN, Busy
from anmin.files.types import kinds_of_file
from anmin.kernel.errors import NotAllowed, NotFound, Refusal, Unavailable
from anmin.people.listing import listed

if TYPE_CHECKING:
    from django.http import HttpResponse


def take_in(
    request: DeskRequest,
    label: str,
    key: str,
    *,
    then: str,
    again: Callable[[str, int], HttpResponse],
) -> HttpResponse:
    """Keep the file that was sent, and go on to the page ``then``; ``again`` shows the form once more,
    with what is wrong and the status of the answer."""
    given = request.FILES.get("file")
    if dropped(request):
        return again(_too_large(), 413)
    try:
        row = actions.keep(
            label=label,
            key=key,
            name=(given.name if given else "") or "",
            chunks=given.chunks() if given else (),
            by=request.user,
            request=request.POST.get("key", "")[:64] or new_key(),
        )
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        status = 503 if isinstance(refusal, Unavailable) else 422
        response = again(str(refusal) if given else _("Choose a file first."), status)
        if isinstance(refusal, Busy):
            response["Retry-After"] = str(AGAIN)
        return response
    return done(request, _("Saved: %(name)s.") % {"name": actions.name_of(row)}, then, key)


def give_out(request: DeskRequest, label: str, key: str, file_id: int) -> Out:
    """One file, to be saved; who took it is on record."""
    name, mime, content = actions.read_file(
        label=label, key=key, pk=file_id, by=request.user, request=request
    )
    return Out(content, as_attachment=True, filename=name, content_type=mime)


def give_small(request: DeskRequest, label: str, key: str, file_id: int) -> Out:
    """The small picture of a file."""
    content = actions.read_small(label=label, key=key, pk=file_id, by=request.user, request=request)
    return Out(content, content_type="image/jpeg")


def upload_form(request: DeskRequest, label: str, key: str, *, problem: str = "") -> dict[str, Any]:
    """What ``desk/parts/upload.html`` shows; ``may_add`` says whether it is to be there."""
    return {
        "may_add": may_add(request.user, label, key),
        "key": new_key(),
        "problem": problem,
        "kinds": listed(kinds_of_file().values()),
        "accept": accepted(),
        "too_large": _too_large(),
        "limit": largest(),
        "largest": largest() // 2**20,
    }


def _too_large() -> str:
    return _("The file is larger than %(most)s MB.") % {"most": largest() // 2**20}
