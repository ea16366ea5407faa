"""The files of one matter: look at them, take one out, add one."""

from __future__ import annotations

from django.http import HttpResponse

from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.desk.shell.sending import Out
from anmin.desk.shell.uploads import give_out, give_small, take_in, upload_form
from anmin.files.queries import largest
from anmin.matters.attachments import LABEL, files_with_parts
from anmin.matters.queries import find_matter
from anmin.people.policy import Capability

pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/<str:number>/files/", "matter_files", receives=largest)
def files(request: DeskRequest, number: str) -> HttpResponse:
    """The files of a matter, and the form for one more."""
    if request.method != "POST":
        return _page(request, number)
    return take_in(
        request,
        LABEL,
        number,
        then="desk:matter_files",
        again=lambda problem, status: _page(request, number, problem=problem, status=status),
    )


@pages.at("matters/<str:number>/files/<int:file_id>/", "matter_file")
def one(request: DeskRequest, number: str, file_id: int) -> Out:
    """One file, to be saved; who took it is on record."""
    return give_out(request, LABEL, number, file_id)


@pages.at("matters/<str:number>/files/<int:file_id>/small/", "matter_file_small")
def small(request: DeskRequest, number: str, file_id: int) -> Out:
    """The small picture of a file."""
    return give_small(request, LABEL, number, file_id)


def _page(
    request: DeskRequest, number: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    matter = find_matter(request.user, number)
    context = {
        "matter": matter,
        "files": files_with_parts(request.user, matter),
        **upload_form(request, LABEL, number, problem=problem),
    }
    return show(request, "matters/files/list.html", context, status=status)


urlpatterns = pages.addresses
