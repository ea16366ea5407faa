"""What can be downloaded around imports: rejected rows, the template, a sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.http import FileResponse, Http404

from anmin.desk.shell.csv_files import ENDINGS, made_file
from anmin.desk.shell.page import DeskRequest, Pages
from anmin.exchange.queries import import_run, masked_rejects, rejects_path, shows_contacts
from anmin.exchange.sheets import CsvSheet
from anmin.exchange.template import SAMPLE, write_template
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.exchange.models import ImportRun


pages = Pages(Capability.IMPORT_RECORDS)


@pages.at("import/<int:run_id>/rejected.csv", "import_rejects")
def rejects(request: DeskRequest, run_id: int) -> FileResponse:
    """The rejected rows with their reasons; they can hold contacts, so who took them is logged (`page`)."""
    run = import_run(run_id, actor=request.user)
    kept = rejects_path(run)
    name = f"{Path(run.file_name).stem}-rejected.csv"
    if not shows_contacts(request.user):
        return _masked(run, name)
    return FileResponse(kept.open("rb"), as_attachment=True, filename=name)


def _masked(run: ImportRun, name: str) -> FileResponse:
    def write(made: Path) -> None:
        with CsvSheet(made) as sheet:
            for row in masked_rejects(run):
                sheet.write(row)

    return made_file(name, write)


@pages.at("import/template.<slug:ending>", "import_template")
def template(request: DeskRequest, ending: str) -> FileResponse:
    """The empty Chinese template."""
    if ending not in ENDINGS:
        raise Http404
    return made_file(f"警情导入模板.{ending}", write_template)


@pages.at("import/sample.csv", "import_sample")
def sample(request: DeskRequest) -> FileResponse:
    """A real export to try it out with."""
    return FileResponse(SAMPLE.open("rb"), as_attachment=True, filename=SAMPLE.name)


urlpatterns = pages.addresses
