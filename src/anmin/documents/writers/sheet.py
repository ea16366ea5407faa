"""A description as XLSX, and its tables as CSV: numbers as numbers, text never a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from anmin.documents.cells import (
    Look,
    Plain,
    day_words,
    in_words,
    sheet_head,
    sheet_rows,
    sheet_values,
    width_of_cell,
)
from anmin.documents.description import Block, Document, Facts, Heading, Listing, Paragraph, Table
from anmin.documents.numbering import numbering
from anmin.kernel.formulas import neutralised

NARROW, WIDE = 8, 48
"""Columns are as wide as what they hold, between these."""
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def write(document: Document) -> bytes:
    """The workbook: what it says on the first sheet, each table on a sheet of its own."""
    kept = BytesIO()
    book = xlsxwriter.Workbook(
        kept,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": document.title,
            "author": document.issuer,
            "created": datetime.combine(document.dated, time()),
        }
    )
    forms = {
        "text": book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
        "head": book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "percent": book.add_format({"num_format": "0.0%"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "decimal": book.add_format({"num_format": "#,##0.0"}),
    }
    taken = set[str]()
    _words(book.add_worksheet(_name(document.title, taken)), document, forms)
    for at, table in enumerate(document.tables, 1):
        sheet = book.add_worksheet(_name(table.title or f"{at}", taken))
        _table(sheet, table, document, forms)
    book.close()
    return kept.getvalue()


def csv_lines(document: Document) -> Iterator[str]:
    """The tables as CSV, one below the other, line by line."""
    line = StringIO()
    writer = csv.writer(line)

    def told(values: list[Any]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow([neutralised(one) if isinstance(one, str) else one for one in values])
        return line.getvalue()

    yield "\ufeff"
    for at, table in enumerate(document.tables):
        if at:
            yield told([])
        if table.title:
            yield told([table.title])
        yield told(list(sheet_head(table, document)))
        for row in sheet_rows(table):
            yield told(list(row))


def _words(sheet: Any, document: Document, forms: dict[str, Any]) -> None:
    """Title, number, texts and facts, a line each."""
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 60)
    lines: list[tuple[str, tuple[Plain, Look], str]] = [
        (document.title, ("", "text"), "title"),
        (document.issuer, (document.number, "text"), "text"),
        (day_words(document.dated, document.language), (document.addressee, "text"), "text"),
    ]
    number = numbering(document.language)
    for block in document.blocks:
        if isinstance(block, Heading):
            lines.append((f"{number(block.level)}{block.text}", ("", "text"), "head"))
        else:
            lines += [(label, told, "text") for label, told in _told(block, document)]
    for at, (label, (value, look), form) in enumerate(lines):
        sheet.write_string(at, 0, label, forms[form])
        _cell(sheet, at, 1, value, forms, look)


def _told(block: Block, document: Document) -> Iterator[tuple[str, tuple[Plain, Look]]]:
    """What a block says on the first sheet: labels and values."""
    if isinstance(block, Paragraph):
        yield "", (block.text, "text")
    elif isinstance(block, Listing):
        yield from (("", (text, "text")) for text in block.items)
    elif isinstance(block, Table) and block.note:
        yield block.title, (block.note, "text")
    elif isinstance(block, Facts):
        for fact in block.facts:
            values = sheet_values(fact.value)
            told = (in_words(fact.value, document.language), "text")
            yield fact.label, values[0] if len(values) == 1 else told  # type: ignore[misc]


def _table(sheet: Any, table: Table, document: Document, forms: dict[str, Any]) -> None:
    head = sheet_head(table, document)
    widths = [width_of_cell(one) for one in head]
    for column, title in enumerate(head):
        sheet.write_string(0, column, title, forms["head"])
    for at, row in enumerate(table.rows, 1):
        values = [pair for cell in row for pair in sheet_values(cell)]
        for column, (value, look) in enumerate(values):
            _cell(sheet, at, column, value, forms, look)
            widths[column] = max(widths[column], width_of_cell(value))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 2, NARROW), WIDE))
    sheet.freeze_panes(1, 0)


def _cell(sheet: Any, row: int, column: int, value: Any, forms: dict[str, Any], look: str) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | float):
        sheet.write_number(row, column, value, forms[look])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), forms["day"])
    else:
        sheet.write_string(row, column, value, forms["text"])


def _name(title: str, taken: set[str]) -> str:
    """A name for a sheet that Excel takes, and that no other has."""
    base = title.translate(FORBIDDEN).strip()[:28] or "1"
    name, at = base, 2
    while name.lower() in taken:
        name, at = f"{base[:26]} {at}", at + 1
    taken.add(name.lower())
    return name
