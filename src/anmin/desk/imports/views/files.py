"""What can be downloaded around imports: rejected rows, the template, a sample."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import FileResponse, Http404
from django.urls import URLPattern, path

from anmin.desk.shell.page import DeskRequest, page
from anmin.exchange.queries import import_run, masked_rejects, rejects_path, shows_contacts
from anmin.exchange.sheets import CsvSheet
from anmin.exchange.template import SAMPLE, write_template
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.exchange.models import ImportRun


@page(Capability.IMPORT_RECORDS)
def rejects(request: DeskRequest, run_id: int) -> FileResponse:
    """The rejected rows with their reasons; they can hold contacts, so who took them is logged (`page`)."""
    run = import_run(run_id, actor=request.user)
    kept = rejects_path(run)
    name = f"{Path(run.file_name).stem}-rejected.csv"
    if not shows_contacts(request.user):
        return _masked(run, name)
    return FileResponse(kept.open("rb"), as_attachment=True, filename=name)


def _masked(run: ImportRun, name: str) -> FileResponse:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "masked.csv"
        made.touch(mode=0o600)
        sheet = CsvSheet(made)
        for row in masked_rejects(run):
            sheet.write(row)
        sheet.close()
        # The open file outlives its folder.
        return FileResponse(made.open("rb"), as_attachment=True, filename=name)


@page(Capability.IMPORT_RECORDS)
def template(request: DeskRequest, ending: str) -> FileResponse:
    """The empty Chinese template."""
    if ending not in ("csv", "xlsx"):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"template.{ending}"
        write_template(made)
        # The open file outlives its folder.
        return FileResponse(made.open("rb"), as_attachment=True, filename=f"警情导入模板.{ending}")


@page(Capability.IMPORT_RECORDS)
def sample(request: DeskRequest) -> FileResponse:
    """A real export to try it out with."""
    return FileResponse(SAMPLE.open("rb"), as_attachment=True, filename=SAMPLE.name)


urlpatterns: list[URLPattern] = [
    path("import/template.<slug:ending>", template, name="import_template"),
    path("import/sample.csv", sample, name="import_sample"),
    path("import/<int:run_id>/rejected.csv", rejects, name="import_rejects"),
]
