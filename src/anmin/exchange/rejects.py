"""The file of rejected rows: as they came, each with its line and the reason."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.exchange.sheets import CsvSheet


class RejectsFile:
    """A CSV in `$ANMIN_HOME/rejects`, begun with the first rejected row. A context manager.

    The columns of the original stand first, so that the corrected file can be imported with the
    same profile; line and reason follow. It appears under its name when it is complete, is
    readable by its owner alone, and the same import writes it to the same place.
    """

    def __init__(self, name: str, *, has_header: bool) -> None:
        self.path = Path(settings.ANMIN_HOME) / "rejects" / f"{name}.csv"
        self.count = 0
        self._has_header = has_header
        self._draft = self.path.with_suffix(f".{os.getpid()}.part")
        self._sheet: CsvSheet | None = None
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._sheet is None:
            return
        self._sheet.close()
        self._draft.replace(self.path)

    def write(self, header: Sequence[str], cells: Sequence[str], line: int, reason: str) -> None:
        """Append one row."""
        if self._sheet is None:
            self._begin(header)
        assert self._sheet is not None
        padded = [*cells[: self._width], *[""] * (self._width - len(cells))]
        self._sheet.write([*padded, line, reason, *cells[self._width :]])
        self.count += 1

    def _begin(self, header: Sequence[str]) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self._draft.touch(mode=0o600)
        self._sheet = CsvSheet(self._draft)
        self._width = len(header)
        if self._has_header:
            self._sheet.write([*header, _("Line"), _("Reason")])
