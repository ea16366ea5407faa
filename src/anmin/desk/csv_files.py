"""A table as a file to keep: CSV or XLSX, no cell of which runs as a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import FileResponse
from django.urls import reverse

from anmin.exchange.sheets import write_table
from anmin.people.policy import Capability, can

if TYPE_CHECKING:
    from anmin.desk.views.page import DeskRequest
    from anmin.exchange.sheets import Cell


ENDINGS = ("csv", "xlsx")


def file_links(request: DeskRequest, name: str) -> list[tuple[str, str]]:
    """The files of the list that a page shows: labels and addresses; none without the right."""
    if not can(request.user, Capability.EXPORT_RECORDS):
        return []
    asked = request.GET.copy()
    for paging in ("cursor", "back", "after", "before"):
        asked.pop(paging, None)
    query = f"?{asked.urlencode()}" if asked else ""
    return [(one.upper(), f"{reverse(f'desk:{name}', args=[one])}{query}") for one in ENDINGS]


def csv_file(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], ending: str = "csv"
) -> FileResponse:
    """The rows under their head, as a download called ``name`` with one of ``ENDINGS``.

    Written row by row to a file of the moment: memory does not grow with the rows.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"table.{ending}"
        write_table(made, head, rows)
        # The open file outlives its folder.
        return FileResponse(made.open("rb"), as_attachment=True, filename=f"{name}.{ending}")
