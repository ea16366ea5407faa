"""A file's rows apart: the titles above, the header of one row or two, and the rows below."""

from collections import Counter
from collections.abc import Sequence

from anmin.exchange.header import joined
from anmin.exchange.titles import NAMED_SO, Vocabulary, title_fits

TITLES_WITHIN = 20
type Rows = list[list[str]]


def apart(rows: Rows, names: Vocabulary, *, workbook: bool) -> tuple[list[str] | None, Rows]:
    """The header, nothing if there is none, and the rows below it, repeated headers left out.

    ``names`` are those that its columns can go by.
    """
    if not workbook:
        rows = _alike(rows)
    first = _first_full(rows)
    above = rows[first - 1] if first else []
    rows = rows[first:]
    # A header that is repeated within the file is one all the same.
    if not _is_header(rows[0], [row for row in rows[1:50] if row != rows[0]], names):
        return None, rows
    header, below = rows[0], rows[1:]
    if below and _goes_on(header, below):
        header, below = joined(header, below[0]), below[1:]
    elif first and _blank_titles(header, below):
        header = joined(above, header)
    return header, [row for row in below if row not in (rows[0], header)]


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _alike(rows: Rows) -> Rows:
    """The rows as wide as most are; blank cells behind the last column that any row uses are none."""
    usual = Counter(len(row) for row in rows[:50]).most_common(1)[0][0]
    ends = [
        next((n for n in range(len(row), 0, -1) if row[n - 1].strip()), 0)
        for row in rows
        if len(row) == usual
    ]
    width = max(ends)
    return [row[:width] for row in rows if len(row) >= width and not any(row[width:])]


def _first_full(rows: Rows) -> int:
    """Where the header is, or the first row: titles above it fill few cells."""
    usual = Counter(map(_filled, rows[:50])).most_common(1)[0][0]
    top = rows[:TITLES_WITHIN]
    return next((n for n, row in enumerate(top) if _filled(row) >= 0.6 * usual), 0)


def _is_header(first: Sequence[str], below: Rows, names: Vocabulary) -> bool:
    """A first row that has words where the rows below have figures."""
    filled = [cell for cell in first if cell.strip()]
    if any(
        cell.strip() in {row[n] for row in below if n < len(row)}
        for n, cell in enumerate(first)
        if cell.strip()
    ):
        return False
    known = [max(title_fits(cell, names).values(), default=0.0) for cell in filled]
    if 4 * sum(1 for fits in known if fits >= NAMED_SO) >= len(filled) > 0:
        return True
    figures = sum(1 for cell in first if any(letter.isdigit() for letter in cell))
    usual = sum(1 for row in below for cell in row if any(letter.isdigit() for letter in cell))
    return bool(below) and figures * len(below) < usual / 2


def _blank_titles(header: Sequence[str], below: Rows) -> bool:
    """Whether columns with values have no title."""
    used = {n for row in below[:50] for n, cell in enumerate(row) if cell.strip()}
    return any(n >= len(header) or not header[n].strip() for n in used)


def _goes_on(header: Sequence[str], below: Rows) -> bool:
    """Whether the second row is part of the header: it has titles where the first is blank, and no
    figures where the rows below have them."""
    second = below[0]
    if any(letter.isdigit() for cell in second for letter in cell):
        return False
    titled = [n for n, cell in enumerate(second) if cell.strip()]
    new = any(n >= len(header) or not header[n].strip() for n in titled)
    return new and any(
        letter.isdigit()
        for row in below[1:50]
        for n in titled
        for letter in "".join(row[n : n + 1])
    )
