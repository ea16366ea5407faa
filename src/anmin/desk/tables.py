"""A table that somebody uploads and that is used at once: its header and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from anmin.exchange.problems import Unreadable
from anmin.exchange.readers import Table
from anmin.exchange.reasons import refusal
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

type Rows = Iterator[tuple[int, Sequence[str]]]
"""Line (the first is 1) and cells."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came in; ``rows`` can be read once."""

    name: str
    header: list[str]
    rows: Rows


@contextmanager
def uploaded_table(request: HttpRequest) -> Iterator[Uploaded]:
    """The table in the request's ``file``, CSV or XLSX, read by `receiving.LimitedUpload`.

    Raises ``Refusal`` for no file, too large a one, or one that is no table; also while reading.
    """
    given = request.FILES.get("file")
    if any(getattr(handler, "too_large", False) for handler in request.upload_handlers):
        limit = filesizeformat(settings.UPLOAD_LIMIT)
        raise Refusal(_("The file is larger than %(limit)s.") % {"limit": limit}, field="file")
    if given is None:
        raise Refusal(_("Choose a file first."), field="file")
    if not given.size:
        raise Refusal(_("The file is empty."), field="file")
    assert given.file is not None
    given.file.flush()
    try:
        with Table(Path(str(given.file.name))) as table:
            rows = iter(table)
            first = next(rows, None)
            if first is None:
                raise Refusal(_("The file is empty."), field="file")
            header = [cell.strip() for cell in first.cells]
            table.width = len(header)
            yield Uploaded(
                given.name or "",
                header,
                ((row.line, [] if row.problem else row.cells) for row in rows),
            )
    except Unreadable as fault:
        raise refusal(fault) from None
