"""A description as DOCX, in the layout of official documents."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx as python_docx
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.shared import Mm, Pt, RGBColor

from anmin.documents import layout
from anmin.documents.cells import day_words, in_words, paper_head, paper_rows
from anmin.documents.description import (
    Document,
    Facts,
    Heading,
    Listing,
    PageBreak,
    Paragraph,
    Signing,
    Table,
)
from anmin.documents.numbering import numbering
from anmin.documents.writers import docx_parts as parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document as Word

    from anmin.documents.description import Block

LEFT, CENTRE, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
STYLES = {
    "Anmin Text": (layout.BODY_FACE, layout.TEXT_SIZE),
    "Anmin Table": (layout.BODY_FACE, layout.TABLE_SIZE),
    "Anmin Note": (layout.BODY_FACE, layout.NOTE_SIZE),
}
"""Styles that are not those of headings; a bureau changes how they look in its own template."""


def write(document: Document) -> bytes:
    """The file."""
    word = python_docx.Document()
    page(word)
    head(word, document)
    body(word, document)
    foot(word, document)
    return finished(word, document)


def finished(word: Word, document: Document) -> bytes:
    """The file of what was written, the same bytes for the same document."""
    made = datetime.combine(document.dated, time(), UTC).replace(tzinfo=None)
    told = word.core_properties
    told.title, told.author, told.last_modified_by = document.title[:255], document.issuer[:255], ""
    told.created = told.modified = told.last_printed = made
    told.comments, told.language, told.revision = "", document.language, 1
    kept = BytesIO()
    word.save(kept)
    return parts.same_bytes(kept.getvalue())


def page(word: Word) -> None:
    """The page, its number, and the styles."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = (Mm(one) for one in layout.PAGE)
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    below = layout.PAGE_NUMBER_BELOW + layout.PAGE_NUMBER_SIZE / 72 * 25.4
    section.footer_distance = Mm(layout.BOTTOM - below)
    parts.lines_of_page(section, layout.LINE_POINTS)
    styles(word)
    for footer, side in ((section.footer, RIGHT), (section.even_page_footer, LEFT)):
        line = footer.paragraphs[0]
        line.alignment = side
        near = parts.indent(1, layout.PAGE_NUMBER_SIZE)
        line.paragraph_format.left_indent = near if side == LEFT else None
        line.paragraph_format.right_indent = near if side == RIGHT else None
        for text, is_field in (("— ", False), ("PAGE", True), (" —", False)):
            run = line.add_run("" if is_field else text)
            run.font.size = Pt(layout.PAGE_NUMBER_SIZE)
            parts.with_face(run._r.get_or_add_rPr(), layout.PAGE_FACE)
            if is_field:
                parts.field(run, text)
    parts.stand_ins(word)


def styles(word: Word) -> None:
    """The styles that documents are written in, where they are not there yet."""
    known = {one.name for one in word.styles}
    for name, (face, size) in STYLES.items():
        if name not in known:
            style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            _looks(style, face, size)
    if STYLES.keys() & known:
        return  # a template with its own
    for level, face in enumerate(layout.OF_LEVEL, 1):
        _looks(word.styles[f"Heading {level}"], face, layout.TEXT_SIZE)
    title = word.styles["Title"]
    _looks(title, layout.TITLE_FACE, layout.TITLE_SIZE)
    for edges in title.element.xpath(".//w:pBdr"):
        edges.getparent().remove(edges)


def _looks(style: Any, face: layout.Face, size: float) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    parts.with_face(style.element.get_or_add_rPr(), face)
    parts.in_chinese(style)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.keep_with_next = style.name.startswith("Heading")
    if size >= layout.TEXT_SIZE and style.name != "Title":
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        form.line_spacing = Pt(layout.LINE_POINTS)
    elif style.name != "Title":
        form.line_spacing = 1.15


def head(word: Word, document: Document) -> None:
    """The name of the authority where it goes out under it, number, title, addressee."""
    if document.red_head:
        name = _line(word, document.issuer, alignment=CENTRE)
        name.paragraph_format.line_spacing = 1.0
        run = name.runs[0]
        run.font.size, run.font.color.rgb = Pt(36), RGBColor.from_string(layout.RED)
        parts.with_face(run._r.get_or_add_rPr(), layout.TITLE_FACE)
        _line(word)
        number = _line(word, document.number, alignment=CENTRE)
        parts.border(number._p.get_or_add_pPr(), "bottom", layout.RED, 16, 4)
        _line(word)
    title = word.add_paragraph(document.title, "Title")
    title.alignment = CENTRE
    if document.number and not document.red_head:
        _line(word, document.number, alignment=CENTRE)
    _line(word)
    if document.addressee:
        mark = "：" if document.language == "zh-hans" else ":"
        _line(word, f"{document.addressee}{mark}")


def foot(word: Word, document: Document) -> None:
    """Signature, day, and who gets a copy."""
    day = day_words(document.dated, document.language)
    if document.signature:
        _line(word).paragraph_format.keep_with_next = True
        indents = layout.signature_indents(document.signature, day)
        for text, far in zip((document.signature, day), indents, strict=True):
            line = _line(word, text, alignment=RIGHT)
            line.paragraph_format.right_indent = parts.indent(far, layout.TEXT_SIZE)
            line.paragraph_format.keep_with_next = text == document.signature
    if document.copies:
        _line(word)
        line = _line(word, document.copies, "Anmin Note")
        for edge in ("top", "bottom"):
            parts.border(line._p.get_or_add_pPr(), edge, "000000", 8, 4)


def body(word: Word, document: Document) -> None:
    """The blocks in order."""
    number = numbering(document.language)
    for block in document.blocks:
        _block(word, block, document, number)


def _block(word: Word, block: Block, document: Document, number: Callable[[int], str]) -> None:
    if isinstance(block, Heading):
        line = word.add_paragraph(f"{number(block.level)}{block.text}", f"Heading {block.level}")
        line.paragraph_format.first_line_indent = _first(document)
    elif isinstance(block, Paragraph):
        for text in block.text.splitlines() or [""]:
            _text(word, text, document)
    elif isinstance(block, Listing):
        for text in block.items:
            _text(word, text, document)
    elif isinstance(block, Facts):
        _facts(word, block, document)
    elif isinstance(block, Table):
        _table(word, block, document)
    elif isinstance(block, Signing):
        _signing(word, block)
    elif isinstance(block, PageBreak):
        _line(word).add_run().add_break(WD_BREAK.PAGE)


def _text(word: Word, text: str, document: Document) -> None:
    """A line of the running text, even on both sides in Chinese."""
    line = _line(word, text, alignment=JUSTIFY if document.language == "zh-hans" else LEFT)
    line.paragraph_format.first_line_indent = _first(document)


def _first(document: Document) -> Pt | None:
    """Two characters before the first line of a Chinese paragraph."""
    return parts.indent(2, layout.TEXT_SIZE) if document.language == "zh-hans" else None


def _line(word: Word, text: str = "", style: str = "Anmin Text", alignment: Any = None) -> Any:
    line = word.add_paragraph(text, style)
    line.alignment = alignment
    return line


def _facts(word: Word, block: Facts, document: Document) -> None:
    rows = [[one.label, in_words(one.value, document.language)] for one in block.facts]
    _grid(word, None, rows, [False, False], [1, 2.6])


def _table(word: Word, block: Table, document: Document) -> None:
    if block.title:
        title = _line(word, block.title, "Anmin Table", CENTRE)
        title.paragraph_format.keep_with_next = True
        title.paragraph_format.space_before = Pt(6)
    head = paper_head(block, document)
    _grid(
        word,
        [title for title, _numbers, _weight in head],
        list(paper_rows(block)),
        [numbers for _title, numbers, _weight in head],
        [weight for _title, _numbers, weight in head],
    )
    if block.note:
        _line(word, block.note, "Anmin Note").paragraph_format.space_after = Pt(6)


def _grid(
    word: Word,
    head: list[str] | None,
    rows: list[list[str]],
    numbers: list[bool],
    weights: list[float],
) -> None:
    """A ruled table over the whole width; the head repeats on every page."""
    table = word.add_table(0, len(weights), "Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    parts.margins(table, 4)
    widths = [Mm(layout.BODY[0] * one / sum(weights)) for one in weights]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for at, told in enumerate([head, *rows] if head else rows):
        row = table.add_row()
        top = head is not None and at == 0
        (parts.repeats if top else parts.whole)(row)
        for cell, text, width, right in zip(row.cells, told, widths, numbers, strict=True):
            cell.width = width
            line = cell.paragraphs[0]
            line.style = word.styles["Anmin Table"]
            line.alignment = CENTRE if top else RIGHT if right else LEFT
            run = line.add_run(text)
            if top:
                parts.with_face(run._r.get_or_add_rPr(), layout.FIRST_FACE)


def _signing(word: Word, block: Signing) -> None:
    _line(word)
    for label in (*block.labels, *([block.dated] if block.dated else [])):
        line = _line(word, f"{label}  ")
        line.paragraph_format.space_before = Pt(6)
        line.add_run(" " * 30).font.underline = True
