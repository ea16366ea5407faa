"""Cells as the writers need them: in words for paper, as values for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from anmin.documents.description import Cell, Column, Day, Document, Measured, Number, Table, Text

type Plain = str | int | float | date | None
type Look = Literal["text", "day", "number", "decimal", "percent"]

DASH = "—"


def day_words(day: date, language: str) -> str:
    """A day in full: 2026年11月30日, 30 November 2026."""
    if language == "zh-hans":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B} {day.year}"


def short_day(day: date) -> str:
    """A day in a table."""
    return day.isoformat()


def percent(share: float | None) -> str:
    """0.936 as 93.6%."""
    return DASH if share is None else f"{share * 100:.1f}%"


def counted(number: float | None) -> str:
    """A count; of a weighted one, one digit after the point."""
    if number is None:
        return DASH
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


def in_words(cell: Cell, language: str) -> str:
    """A cell as one text: a figure with its interval and n."""
    if isinstance(cell, Measured):
        value, interval, of = measured_words(cell)
        told = [one for one in (interval, of) if one and one != DASH]
        return f"{value} ({', '.join(told)})" if told else value
    return plain_words(cell, language)


def plain_words(cell: Text | Number | Day, language: str) -> str:
    """What is no figure, as text."""
    if isinstance(cell, Text):
        return cell.text
    if isinstance(cell, Day):
        return day_words(cell.day, language) if cell.day else DASH
    return DASH if cell.value is None else f"{cell.value:,.{cell.decimals}f}"


def measured_words(cell: Measured) -> tuple[str, str, str]:
    """Value, interval and n of a figure."""
    if cell.hidden:
        return cell.hidden, DASH, DASH
    write = percent if cell.percent else counted
    interval = DASH
    if cell.low is not None and cell.high is not None:
        low = write(round(cell.low, 4) if cell.percent else round(cell.low, 1))
        high = write(round(cell.high, 4) if cell.percent else round(cell.high, 1))
        interval = f"{low.removesuffix('%')}–{high}"
    of = DASH
    if cell.denominator is not None:
        of = f"{counted(cell.numerator)}/{cell.denominator:,}"
    return write(cell.value), interval, of


def paper_head(table: Table, document: Document) -> list[tuple[str, bool, float]]:
    """The columns of a table on paper: title, whether it is of numbers, width beside the others.

    A column of figures has three: value, interval, n.
    """
    head = list[tuple[str, bool, float]]()
    for column in table.columns:
        if column.sort != "measured":
            head.append((column.title, column.sort == "number", column.weight))
            continue
        names = _of_figure(
            column, table, (document.words.value, document.words.interval, document.words.of)
        )
        head += [
            (name, True, column.weight * share)
            for name, share in zip(names, (0.8, 1.2, 1.1), strict=True)
        ]
    return head


def paper_rows(table: Table) -> Iterator[list[str]]:
    """The rows of a table on paper."""
    for row in table.rows:
        told = list[str]()
        for cell in row:
            if isinstance(cell, Measured):
                told += measured_words(cell)
            elif isinstance(cell, Day):
                told.append(short_day(cell.day) if cell.day else DASH)
            else:
                told.append(plain_words(cell, ""))
        yield told


def sheet_head(table: Table, document: Document) -> list[str]:
    """The columns of a table in a spreadsheet: a figure has five, and each is a number."""
    words = document.words
    parts = (words.value, words.low, words.high, words.numerator, words.denominator)
    head = list[str]()
    for column in table.columns:
        head += _of_figure(column, table, parts) if column.sort == "measured" else [column.title]
    return head


def sheet_rows(table: Table) -> Iterator[list[Plain]]:
    """The rows of a table as values; what is hidden is said in the place of the value."""
    for row in table.rows:
        yield [value for cell in row for value, _look in sheet_values(cell)]


def sheet_values(cell: Cell) -> list[tuple[Plain, Look]]:
    """The values of a cell, each with how it is written."""
    if isinstance(cell, Measured):
        look: Look = "percent" if cell.percent else "number"
        return [
            (cell.hidden or cell.value, look),
            (cell.low, look),
            (cell.high, look),
            (cell.numerator, "number"),
            (cell.denominator, "number"),
        ]
    if isinstance(cell, Text):
        return [(cell.text, "text")]
    if isinstance(cell, Day):
        return [(cell.day, "day")]
    return [(cell.value, "decimal" if cell.decimals else "number")]


def _of_figure(column: Column, table: Table, parts: tuple[str, ...]) -> list[str]:
    """The names of a figure's columns; with its own title before, where a table has several."""
    several = sum(one.sort == "measured" for one in table.columns) > 1
    first, *rest = parts
    if not several:
        return [column.title or first, *rest]
    return [f"{column.title} {part}" for part in parts]


def width_of_cell(value: Plain) -> int:
    """How many letters wide a value is in a spreadsheet; a Chinese character takes two."""
    if value is None:
        return 0
    if isinstance(value, float):
        return 8
    return sum(1 if ord(one) < 0x2E80 else 2 for one in str(value))
