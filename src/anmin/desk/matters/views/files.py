"""The files of one matter: look at them, take one out, add one."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.shell.sending import Out
from anmin.faces.forms import new_key
from anmin.faces.receiving import dropped
from anmin.files import actions
from anmin.files.queries import accepted, largest, may_add
from anmin.files.turns import AGAIN, Busy
from anmin.files.types import kinds_of_file
from anmin.kernel.errors import NotAllowed, NotFound, Refusal, Unavailable
from anmin.matters.attachments import LABEL, files_with_parts
from anmin.matters.queries import find_matter
from anmin.people.listing import listed
from anmin.people.policy import Capability

pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/<str:number>/files/", "matter_files", receives=largest)
def files(request: DeskRequest, number: str) -> HttpResponse:
    """The files of a matter, and the form for one more."""
    return _receive(request, number) if request.method == "POST" else _page(request, number)


def _receive(request: DeskRequest, number: str) -> HttpResponse:
    given = request.FILES.get("file")
    if dropped(request):
        return _page(request, number, problem=_too_large(), status=413)
    key = request.POST.get("key", "")[:64] or new_key()
    try:
        row = actions.keep(
            label=LABEL,
            key=number,
            name=(given.name if given else "") or "",
            chunks=given.chunks() if given else (),
            by=request.user,
            request=key,
        )
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        status = 503 if isinstance(refusal, Unavailable) else 422
        told = str(refusal) if given else _("Choose a file first.")
        response = _page(request, number, problem=told, status=status)
        if isinstance(refusal, Busy):
            response["Retry-After"] = str(AGAIN)
        return response
    return done(
        request, _("Saved: %(name)s.") % {"name": actions.name_of(row)}, "desk:matter_files", number
    )


@pages.at("matters/<str:number>/files/<int:file_id>/", "matter_file")
def one(request: DeskRequest, number: str, file_id: int) -> Out:
    """One file, to be saved; who took it is on record."""
    name, mime, content = actions.read_file(
        label=LABEL, key=number, pk=file_id, by=request.user, request=request
    )
    return Out(content, as_attachment=True, filename=name, content_type=mime)


@pages.at("matters/<str:number>/files/<int:file_id>/small/", "matter_file_small")
def small(request: DeskRequest, number: str, file_id: int) -> Out:
    """The small picture of a file."""
    content = actions.read_small(
        label=LABEL, key=number, pk=file_id, by=request.user, request=request
    )
    return Out(content, content_type="image/jpeg")


def _too_large() -> str:
    return _("The file is larger than %(most)s MB.") % {"most": largest() // 2**20}


def _page(
    request: DeskRequest, number: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    kinds = kinds_of_file().values()
    matter = find_matter(request.user, number)
    return show(
        request,
        "matters/files/list.html",
        {
            "matter": matter,
            "files": files_with_parts(request.user, matter),
            "may_add": may_add(request.user, LABEL, number),
            "key": new_key(),
            "problem": problem,
            "kinds": listed(kinds),
            "accept": accepted(),
            "too_large": _too_large(),
            "limit": largest(),
            "largest": largest() // 2**20,
        },
        status=status,
    )


urlpatterns = pages.addresses
