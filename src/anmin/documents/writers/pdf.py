"""A description as PDF, set by Typst in the layout of official documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from anmin.documents import layout
from anmin.documents.cells import day_words, in_words, paper_head, paper_rows
from anmin.documents.description import Document, Facts, Heading, Table
from anmin.documents.numbering import numbering

SHEET = Path(__file__).with_name("official.typ")
FACES = {
    "body": layout.BODY_FACE,
    "title": layout.TITLE_FACE,
    "level1": layout.FIRST_FACE,
    "level2": layout.SECOND_FACE,
    "page": layout.PAGE_FACE,
}


def write(document: Document) -> bytes:
    """The file; what the document says comes in as data, so none of it is read as Typst."""
    day = datetime.combine(document.dated, time(), UTC)
    made = typst.compile(
        SHEET.read_bytes(), sys_inputs={"said": json.dumps(_said(document))}, timestamp=day
    )
    assert isinstance(made, bytes)
    return made


@cache
def known_faces() -> frozenset[str]:
    """The typefaces that there are here; Typst warns of others, and takes the next."""
    return frozenset(one.lower() for one in typst.Fonts().families())


def _names(face: layout.Face) -> list[str]:
    """The names of a face that are there; a free serif stands in for the Latin letters."""
    latin = [face.latin, "Liberation Serif", "Libertinus Serif"]
    return [one for one in [*latin, *face.chinese] if one.lower() in known_faces()]


def _said(document: Document) -> dict[str, Any]:
    day = day_words(document.dated, document.language)
    number = numbering(document.language)
    return {
        "chinese": document.language == "zh-hans",
        "faces": {name: _names(face) for name, face in FACES.items()},
        "size": {
            "text": layout.TEXT_SIZE,
            "title": layout.TITLE_SIZE,
            "page": layout.PAGE_NUMBER_SIZE,
            "table": layout.TABLE_SIZE,
            "note": layout.NOTE_SIZE,
        },
        "page": {
            "top": layout.TOP,
            "left": layout.LEFT,
            "right": layout.RIGHT,
            "bottom": layout.BOTTOM,
            "below": layout.PAGE_NUMBER_BELOW,
            "line": layout.LINE_POINTS,
            "red": layout.RED,
        },
        "issuer": document.issuer,
        "title": document.title,
        "number": document.number,
        "addressee": document.addressee,
        "red_head": document.red_head,
        "signature": document.signature,
        "day": day,
        "ends": layout.signature_indents(document.signature, day),
        "copies": document.copies,
        "blocks": [_block(one, document, number) for one in document.blocks],
    }


def _block(block: Any, document: Document, number: Any) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"sort": "heading", "level": block.level, "text": number(block.level) + block.text}
    if isinstance(block, Facts):
        rows = [[one.label, in_words(one.value, document.language)] for one in block.facts]
        return {"sort": "grid", "head": [], "rows": rows, "right": [False] * 2, "weights": [1, 2.6]}
    if isinstance(block, Table):
        head = paper_head(block, document)
        return {
            "sort": "grid",
            "title": block.title,
            "note": block.note,
            "head": [title for title, _right, _weight in head],
            "right": [right for _title, right, _weight in head],
            "weights": [weight for _title, _right, weight in head],
            "rows": list(paper_rows(block)),
        }
    told: dict[str, Any] = block.model_dump(mode="json")
    return told
