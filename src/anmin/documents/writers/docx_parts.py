"""Parts of a DOCX file that python-docx has no words for."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from anmin.documents.layout import IN_WORD, LATIN, Face

if TYPE_CHECKING:
    from docx.document import Document as Word

FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)


def with_face(properties: Any, face: Face) -> None:
    """Set the typeface of a style or run (its ``rPr``) for Chinese and for Latin letters."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None:
        properties.remove(fonts)
    fonts = OxmlElement("w:rFonts")
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LATIN)
    fonts.set(qn("w:eastAsia"), IN_WORD[face])
    properties.insert(0, fonts)


def in_chinese(style: Any) -> None:
    """Chinese letters are those of the mainland, and lines are not drawn to the grid of the page."""
    tongue = style.element.get_or_add_rPr().find(qn("w:lang"))
    if tongue is None:
        tongue = OxmlElement("w:lang")
        style.element.get_or_add_rPr().append(tongue)
    tongue.set(qn("w:val"), "en-GB")
    tongue.set(qn("w:eastAsia"), "zh-CN")
    grid = OxmlElement("w:snapToGrid")
    grid.set(qn("w:val"), "0")
    style.element.get_or_add_pPr().append(grid)


def border(properties: Any, edge: str, colour: str, eighths: int, space: int = 1) -> None:
    """A line at one edge of a paragraph, so many eighths of a point thick."""
    edges = properties.find(qn("w:pBdr"))
    if edges is None:
        edges = OxmlElement("w:pBdr")
        properties.append(edges)
    line = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", eighths), ("space", space), ("color", colour)):
        line.set(qn(f"w:{name}"), str(value))
    edges.append(line)


def field(run: Any, code: str) -> None:
    """A field that Word fills in, as ``PAGE``."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
        if kind == "shown":
            part = OxmlElement("w:t")
            part.text = text
        elif text:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def lines_of_page(section: Any, points: float) -> None:
    """The grid of lines that the page is set on."""
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(points * 20)))


def repeats(row: Any) -> None:
    """The first row of a table stands on every page, and no row is torn apart."""
    properties = row._tr.get_or_add_trPr()
    for name in ("cantSplit", "tblHeader"):
        part = OxmlElement(f"w:{name}")
        part.set(qn("w:val"), "true")
        properties.append(part)


def whole(row: Any) -> None:
    """No page breaks within this row."""
    part = OxmlElement("w:cantSplit")
    part.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(part)


def margins(table: Any, points: float) -> None:
    """Room left and right in every cell."""
    properties = table._tbl.tblPr
    edges = OxmlElement("w:tblCellMar")
    for edge in ("left", "right"):
        part = OxmlElement(f"w:{edge}")
        part.set(qn("w:w"), str(round(points * 20)))
        part.set(qn("w:type"), "dxa")
        edges.append(part)
    properties.append(edges)


def stand_ins(word: Word) -> None:
    """Tell Word by what other name it may find a typeface that is not there."""
    for part in word.part.package.iter_parts():
        if str(part.partname) != "/word/fontTable.xml":
            continue
        fonts = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{",".join(face.chinese)}"/>'
            f'<w:charset w:val="86"/><w:family w:val="roman"/></w:font>'
            for face, name in IN_WORD.items()
        )
        blob: bytes = part.blob
        part._blob = blob.replace(b"</w:fonts>", f"{fonts}</w:fonts>".encode())


def same_bytes(content: bytes) -> bytes:
    """The file with no moment of its making in it: the same content, the same bytes."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(made, "w", ZIP_DEFLATED) as after:
        names = sorted(before.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = ZipInfo(name, FIRST_MOMENT)
            entry.compress_type = ZIP_DEFLATED
            after.writestr(entry, before.read(name))
    return made.getvalue()


def indent(characters: float, size: float) -> Pt:
    """So many characters of a size of type."""
    return Pt(characters * size)
