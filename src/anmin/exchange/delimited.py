"""Rows of a delimited text file (CSV), one by one, whatever state the file is in."""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple

from anmin.exchange.probe import UNREADABLE
from anmin.exchange.problems import Problem, Unreadable

LONGEST_CELL = 100_000
LONGEST_ROW = 1_000_000
# How much text may be looked at twice after quotes that were opened and never closed.
MOST_REREAD = 64_000_000
LINE_ENDS = ("\n", "\r")
DELIMITERS = ",\t;|，；^~\x01"
SAMPLE_ROWS = 20
csv.field_size_limit(2 * LONGEST_ROW)


class Row(NamedTuple):
    """One row: the line it begins on (the first is 1), its cells, and what is wrong with it."""

    line: int
    cells: list[str]
    problem: Problem | None = None


class _LongRowError(Exception):
    """A row outgrew `LONGEST_ROW` while it was being gathered."""


class _Lines(Iterator[str]):
    """Hands physical lines to the CSV parser and remembers those of the row being read."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file
        self.number = 0
        self.row: list[str] = []
        self.size = 0
        self.ended = False
        self._again: deque[str] = deque()
        self._reread = 0

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.row = []
        self.size = 0

    def __next__(self) -> str:
        again = self._again
        line = again.popleft() if again else self.file.readline(LONGEST_ROW)
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.row.append(line)
        self.size += len(line)
        if self.size >= LONGEST_ROW:
            raise _LongRowError
        return line

    def give_back(self, lines: list[str]) -> None:
        """Let these lines be read again, as rows of their own."""
        self._reread += sum(map(len, lines))
        if self._reread > MOST_REREAD:
            raise Unreadable("quotes", line=self.number - len(lines))
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)
        self.ended = False

    def skip_row(self, is_row: Callable[[str], bool]) -> None:
        """Drop the rest of a row too long to be held: up to a line end outside quotes.

        Inside quotes, a line that by itself `is_row` ends it too: then a quote was lost.
        """
        quoted = sum(line.count('"') for line in self.row) % 2 == 1
        ends = self.row[-1].endswith(LINE_ENDS)
        self.number -= not ends
        while quoted or not ends:
            line = self._again.popleft() if self._again else self.file.readline(LONGEST_ROW)
            if not line:
                return
            if ends and is_row(line):
                self._again.appendleft(line)
                return
            quoted ^= line.count('"') % 2 == 1
            ends = line.endswith(LINE_ENDS)
            self.number += ends


class DelimitedRows(Iterable[Row]):
    """All rows of a file. Set `width` once the header is known: it helps after a lost quote.

    A row that cannot be read is given with its problem and the reading goes on. Memory is bounded
    by `LONGEST_ROW`. Rows without any text are left out.
    """

    def __init__(self, file: IO[str], delimiter: str) -> None:
        self.file = file
        self.delimiter = delimiter
        self.width: int | None = None

    def __iter__(self) -> Iterator[Row]:
        lines = _Lines(self.file)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            lines.begin()
            first = lines.number + 1
            cells: list[str] | None = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _LongRowError:
                yield self._overlong(first, lines)
                continue
            except csv.Error:
                if len(lines.row) == 1 and not lines.ended:
                    cells = self._alone(lines.row[0])  # quotes within a cell, not doubled
            if cells is None or (len(lines.row) > 1 and self.width not in (None, len(cells))):
                yield self._open_quote(first, lines)
            elif any(cells):
                yield Row(first, cells, _text_problem(lines, cells))

    def _open_quote(self, first: int, lines: _Lines) -> Row:
        """A quote was opened and not closed: only its own line is lost."""
        lines.give_back(lines.row[1:])
        return Row(first, self._alone(lines.row[0]), Problem("open_quote"))

    def _overlong(self, first: int, lines: _Lines) -> Row:
        if len(lines.row) > 1 and (
            self._is_row(lines.row[1]) or not lines.row[-1].endswith(LINE_ENDS)
        ):
            return self._open_quote(first, lines)
        lines.skip_row(self._is_row)
        return Row(first, [], Problem("row_too_long", {"limit": LONGEST_ROW}))

    def _is_row(self, line: str) -> bool:
        """Whether a line by itself is a row as wide as the header."""
        return self.width not in (None, 1) and len(self._alone(line)) == self.width

    def _alone(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self.delimiter), [])


def _text_problem(lines: _Lines, cells: list[str]) -> Problem | None:
    """What no cell may hold; looked for in whole lines, which is cheap."""
    if lines.size > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL:
        return Problem("cell_too_long", {"limit": LONGEST_CELL})
    for line in lines.row:
        if "\0" in line:
            return Problem("zero_byte")
        if not line.isascii() and UNREADABLE in line:
            return Problem("wrong_bytes")
    return None


def sniff_delimiter(file: IO[str]) -> str:
    """The delimiter that cuts the first rows into the most columns alike; the file is rewound.

    A file of one column has none: it is given the comma.
    """
    at = file.tell()
    sample = [line for line in (file.readline(10_000) for _ in range(SAMPLE_ROWS)) if line.strip()]
    file.seek(at)
    best, chosen = (0.0, 0), ","
    for delimiter in DELIMITERS:
        widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells]
        width = max(widths, key=widths.count, default=1)
        score = (widths.count(width) / len(widths) if width > 1 else 0.0, width)
        if score > best:
            best, chosen = score, delimiter
    return chosen
