"""A table as a file to keep: CSV or XLSX, no cell of which runs as a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import FileResponse

from anmin.exchange.sheets import write_table

if TYPE_CHECKING:
    from anmin.exchange.sheets import Cell


ENDINGS = ("csv", "xlsx")


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
