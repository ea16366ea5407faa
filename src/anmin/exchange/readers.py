"""A table in a file, whatever the file: CSV in any usual encoding, or XLSX."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from anmin.exchange.delimited import DelimitedRows, Row, sniff_delimiter
from anmin.exchange.probe import Probe, open_text, probe
from anmin.exchange.workbook import SheetRows, Workbook


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read; "auto" lets the file tell. `sheet` is for workbooks."""

    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | None = None


class Table:
    """An open table: iterate it once for its rows. A context manager.

    `delimiter` is empty for a workbook; `sheets` are its sheets, `sheet` the one that is read. Set `width` to the number of columns once it is known.

    Raises:
        Unreadable: on opening or while iterating; rows given before stand.
    """

    def __init__(
        self, path: Path, reading: Reading = Reading(), found: Probe | None = None
    ) -> None:
        self.found = found or probe(path, encoding=reading.encoding)
        self.delimiter = ""
        self.sheets: tuple[str, ...] = ()
        self.sheet = ""
        self._book: Workbook | None = None
        self._text: IO[str] | None = None
        self._rows: SheetRows | DelimitedRows
        if self.found.kind == "xlsx":
            self._book = Workbook(path)
            self.sheets = tuple(self._book.sheets)
            self.sheet = reading.sheet or self.sheets[0]
            self._rows = self._book.rows(reading.sheet)
        else:
            self._text = open_text(path, self.found)
            automatic = reading.delimiter == "auto"
            self.delimiter = sniff_delimiter(self._text) if automatic else reading.delimiter
            self._rows = DelimitedRows(self._text, self.delimiter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._book:
            self._book.close()
        if self._text:
            self._text.close()

    @property
    def from_1904(self) -> bool:
        """A workbook whose days are counted from 1904."""
        return self._book is not None and self._book.from_1904

    @property
    def is_workbook(self) -> bool:
        """A workbook: its rows may end early where cells are blank."""
        return self._book is not None

    @property
    def width(self) -> int | None:
        """How many columns a row has, once known."""
        return self._rows.width

    @width.setter
    def width(self, columns: int) -> None:
        self._rows.width = columns

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    @property
    def share_read(self) -> float:
        """How much of the file is behind us, from 0 to 1."""
        if isinstance(self._rows, SheetRows):
            return self._rows.read / max(self._rows.size, 1)
        assert self._text is not None
        behind: int = self._text.buffer.tell()  # type: ignore[attr-defined]
        return min(behind / self.found.size, 1.0)
