"""Results of others: what their surveys and assessments found, typed or out of a file that is kept."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.figures.outside import outside_lines
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.shell.sending import Out
from anmin.desk.shell.uploads import give_out
from anmin.desk.surveys.forms import OutsideFileForm, OutsideForm
from anmin.desk.surveys.tables import uploaded_table
from anmin.faces.receiving import upload_limit
from anmin.files.queries import files_of
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability, can
from anmin.surveys import outside, outside_files
from anmin.surveys.attachments import LABEL

pages = Pages(Capability.VIEW_SURVEYS, Capability.VIEW_FIGURES)
planning = pages.of(Capability.PLAN_SURVEYS)


@pages.at("surveys/outside/", "survey_outside")
def results(request: DeskRequest) -> HttpResponse:
    """Figures of other bodies' surveys, said honestly; analysts add to them."""
    plans = can(request.user, Capability.PLAN_SURVEYS)
    form = OutsideForm(request.POST if request.method == "POST" and plans else None)
    if form.does(lambda _given: outside.add_outside_result(**form.result(), by=request.user)):
        return done(request, _("Saved."), "desk:survey_outside")
    return _page(request, form=form, status=form.status)


def _page(request: DeskRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
    files = outside.outside_files(request.user)
    context = {
        "outside": outside_lines(outside.outside_results(request.user)),
        "files": files,
        "form": OutsideForm(),
        "file_form": OutsideFileForm(files=files, auto_id="f-%s"),
        "plans": can(request.user, Capability.PLAN_SURVEYS),
    }
    return show(request, "surveys/outside.html", context | extra, status=status)


@planning.post("surveys/outside/file/", "survey_outside_file", receives=upload_limit)
def take_in(request: DeskRequest) -> HttpResponse:
    """Take in a file of results, whole or not at all."""
    files = outside.outside_files(request.user)
    form = OutsideFileForm(request.POST, files=files, auto_id="f-%s")

    def act(given: dict[str, Any]) -> outside_files.TakenIn:
        with uploaded_table(request) as table:
            rows = list(table.rows)
            table.require_sound()
            sent = request.FILES["file"]
            assert isinstance(sent, UploadedFile)
            sent.seek(0)
            return outside_files.take_in(
                form.about(),
                name=sent.name or "",
                content=sent.read(),
                header=table.header,
                rows=rows,
                by=request.user,
                key=given["key"],
            )

    if form.does(act):
        row, made = form.made
        told = _("%(n)s results are taken in, and the file is kept.") % {"n": row.results.count()}
        same = _("This file is here already; nothing has changed.")
        return done(request, told if made else same, "desk:survey_outside")
    return _page(request, file_form=form, status=form.status)


@pages.at("surveys/outside/<int:outside_id>/", "survey_outside_kept")
def kept(request: DeskRequest, outside_id: int) -> Out:
    """The file as it came, to be saved; who took it is on record."""
    found = files_of(request.user, LABEL, str(outside_id))
    if not found:
        raise NotFound(_("There is no such file."))
    return give_out(request, LABEL, str(outside_id), found[0].pk)


urlpatterns = pages.addresses
