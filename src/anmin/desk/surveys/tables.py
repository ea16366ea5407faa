"""A table that somebody uploads: its header and its rows, used at once or kept for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from anmin.exchange.problems import Unreadable
from anmin.exchange.readers import Table
from anmin.exchange.reasons import refusal, sentence
from anmin.faces.receiving import received, upload_limit
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

    from anmin.exchange.delimited import Row

type Rows = Iterator[tuple[int, Sequence[str]]]
"""Line (the first is 1) and cells."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came in; ``rows`` can be read once, and ``faults`` fills up meanwhile."""

    name: str
    header: list[str]
    rows: Rows
    faults: list[tuple[int, str, Sequence[str]]] = field(default_factory=list)
    """Rows that could not be read: line, reason, what there is of their cells."""

    def require_sound(self) -> None:
        """Raise ``Refusal`` with the first row that could not be read."""
        for line, reason, _cells in self.faults:
            raise Refusal(
                _("Line %(line)s: %(reason)s") % {"line": line, "reason": reason},
                field="file",
                line=line,
            )


@contextmanager
def uploaded_table(source: HttpRequest | Path, *, name: str = "") -> Iterator[Uploaded]:
    """The table in a request's ``file`` (see `shell.receiving`), or in a kept file.

    Raises ``Refusal`` for no file, too large a one, or one that is no table; also while reading.
    """
    path, name = (source, name) if isinstance(source, Path) else _received(source)
    try:
        with Table(path) as table:
            rows = iter(table)
            first = next(rows, None)
            if first is None:
                raise Refusal(_("The file is empty."), field="file")
            if first.problem:
                told = {"line": first.line, "reason": sentence(first.problem)}
                raise Refusal(_("Line %(line)s: %(reason)s") % told, field="file", line=first.line)
            header = [cell.strip() for cell in first.cells]
            table.width = len(header)
            faults: list[tuple[int, str, Sequence[str]]] = []
            yield Uploaded(name, header, _sound(rows, faults), faults)
    except Unreadable as fault:
        raise refusal(fault) from None


def _received(request: HttpRequest) -> tuple[Path, str]:
    limit = filesizeformat(upload_limit())
    given = received(request, _("The file is larger than %(limit)s.") % {"limit": limit})
    assert given.file is not None
    given.file.flush()
    return Path(str(given.file.name)), given.name or ""


def _sound(rows: Iterator[Row], faults: list[tuple[int, str, Sequence[str]]]) -> Rows:
    for row in rows:
        if row.problem:
            faults.append((row.line, sentence(row.problem), row.cells))
        else:
            yield row.line, row.cells


def columns_of(table: Uploaded) -> dict[str, list[str]]:
    """The whole table by column; short rows are filled up with nothing.

    Raises ``Refusal`` for a column with the name of another, and with the line for a row that
    cannot be read or is longer than the header.
    """
    names = [name or str(place) for place, name in enumerate(table.header, start=1)]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise Refusal(_("The column “%(column)s” stands twice.") % {"column": double}, field="file")
    columns: dict[str, list[str]] = {name: [] for name in names}
    for line, cells in table.rows:
        if len(cells) > len(names):
            raise Refusal(
                _("Line %(line)s has more cells than the header.") % {"line": line},
                field="file",
                line=line,
            )
        for place, column in enumerate(columns.values()):
            column.append(cells[place] if place < len(cells) else "")
    table.require_sound()
    return columns
