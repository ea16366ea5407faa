"""Tables out: CSV and XLSX, written row by row, in which no cell can run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import xlsxwriter

from anmin.kernel.formulas import STARTS_FORMULA, neutralised

type Cell = str | int | float | bool | date | datetime | None


class TableFile(Protocol):
    """A table being written: a context manager that takes rows."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def write(self, row: Sequence[Cell]) -> None:
        """Append one row."""


class CsvSheet(TableFile):
    """A CSV file that Excel reads as UTF-8."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="", errors="replace")
        self._writer = csv.writer(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row; text that could be a formula is neutralised."""
        self._writer.writerow([_plain(cell) for cell in row])


class XlsxSheet(TableFile):
    """A workbook of one sheet; memory does not grow with it. The first row is the header."""

    def __init__(self, path: Path, title: str = "Sheet1") -> None:
        self._book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._sheet = self._book.add_worksheet(title[:31])
        self._sheet.freeze_panes(1, 0)
        # What a person gets by typing an apostrophe first: the text stays text, also when edited.
        self._text = self._book.add_format({"quote_prefix": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._bold = self._book.add_format({"bold": True})
        self._row = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._book.close()

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row. Moments with a zone are refused by the format: localise them before."""
        for column, cell in enumerate(row):
            self._write(column, cell)
        self._row += 1

    def _write(self, column: int, cell: Cell) -> None:
        sheet, at = self._sheet, self._row
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            sheet.write_boolean(at, column, cell)
        elif isinstance(cell, int | float):
            sheet.write_number(at, column, cell)
        elif isinstance(cell, datetime):
            sheet.write_datetime(at, column, cell, self._moment)
        elif isinstance(cell, date):
            sheet.write_datetime(at, column, cell, self._day)
        elif at == 0:
            sheet.write_string(at, column, cell, self._bold)
        elif STARTS_FORMULA.match(cell):
            sheet.write_string(at, column, cell, self._text)
        else:
            sheet.write_string(at, column, cell)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a whole table as CSV or XLSX, by the file's ending; returns the number of rows."""
    sheet: TableFile = XlsxSheet(path) if path.suffix.lower() == ".xlsx" else CsvSheet(path)
    count = 0
    with sheet:
        sheet.write(header)
        for row in rows:
            sheet.write(row)
            count += 1
    return count


def _plain(cell: Cell) -> Any:
    if isinstance(cell, str):
        return neutralised(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell
