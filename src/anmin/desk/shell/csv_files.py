"""A table as a file to keep: CSV or XLSX, no cell of which runs as a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.exchange.sheets import write_table
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability, can

if TYPE_CHECKING:
    from anmin.desk.shell.page import DeskRequest
    from anmin.exchange.sheets import Cell

type Column = str | Callable[[Any], Any]
"""What stands in a column: the way to it by attributes and keys ("figure.low"; nothing where there is
none), or a function of the row."""

ENDINGS = ("csv", "xlsx")
WHOLE = 100_000
"""Rows that a file takes of a list that its page cuts: more than there are."""


def file_links(
    request: DeskRequest, name: str, asked: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """The files of the list that a page shows: labels and addresses; none without the right.

    ``asked`` is what the list is narrowed to, if not all that the address says.
    """
    if not can(request.user, Capability.EXPORT_RECORDS):
        return []
    if asked is None:
        said = request.GET.copy()
        for paging in ("cursor", "back", "after", "before"):
            said.pop(paging, None)
        asked = said
    return [(one.upper(), reverse(f"desk:{name}", args=[one], query=asked)) for one in ENDINGS]


def made_file(name: str, write: Callable[[Path], object]) -> FileResponse:
    """A download called ``name``, which ``write`` makes in a file of the moment."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"made{Path(name).suffix}"
        made.touch(mode=0o600)
        write(made)
        # The open file outlives its folder.
        return FileResponse(made.open("rb"), as_attachment=True, filename=name)


def csv_file(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], ending: str = "csv"
) -> FileResponse:
    """The rows under their head, as a download called ``name`` with one of ``ENDINGS``.

    Written row by row: memory does not grow with the rows.
    """
    return made_file(f"{name}.{ending}", lambda made: write_table(made, head, rows))


def list_file(
    name: str, columns: Sequence[tuple[str, Column]], rows: Iterable[Any], ending: str
) -> FileResponse:
    """A list for a meeting: what its page shows this person, whole, and nothing more.

    What is masked there is masked here. That it was taken away is on record as every download is.
    """
    if ending not in ENDINGS:
        raise NotFound(_("Lists can be exported as CSV or XLSX only."))
    reads = [reader(one) for _head, one in columns]
    cells = ([plain(read(row)) for read in reads] for row in rows)
    return csv_file(f"{name}-{timezone.localdate()}", [head for head, _ in columns], cells, ending)


def reader(said: Column) -> Callable[[Any], Any]:
    """What reads the cell of a column from a row."""
    if callable(said):
        return said
    names = said.split(".")

    def read(row: Any) -> Any:
        for name in names:
            row = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
        return row

    return read


def plain(value: Any) -> Cell:
    """Words of what is no plain value; a moment as the clock on the wall shows it: a sheet has no zones."""
    if callable(value):  # a model's ``get_…_display``
        value = value()
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return value if value is None or isinstance(value, str | int | float | date) else str(value)


def every_row[Row](
    page_after: Callable[[int], Sequence[Row]], size: int, key: str = "pk"
) -> Iterator[Row]:
    """Every row of a list that is read page by page, each with one more than its size."""
    mark, read = 0, reader(key)
    while True:
        found = page_after(mark)
        yield from found[:size]
        if len(found) <= size:
            return
        mark = read(found[size - 1])
