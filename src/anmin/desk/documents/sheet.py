"""A description as its page shows it: every block in words, figures with interval and n."""

from __future__ import annotations

from typing import Any

from anmin.documents.cells import in_words, paper_head, paper_rows
from anmin.documents.description import Document, Facts, Heading, Listing, Paragraph, Signing, Table
from anmin.documents.numbering import numbering


def shown(document: Document) -> list[dict[str, Any]]:
    """The blocks for the template, in order; where a page ends is nothing for a screen."""
    number = numbering(document.language)
    told = list[dict[str, Any]]()
    for block in document.blocks:
        if isinstance(block, Heading):
            level = min(block.level + 1, 4)
            told.append(
                {"sort": "heading", "level": level, "text": number(block.level) + block.text}
            )
        elif isinstance(block, Paragraph):
            told.append({"sort": "text", "lines": block.text.splitlines()})
        elif isinstance(block, Listing):
            told.append({"sort": "text", "lines": block.items})
        elif isinstance(block, Facts):
            pairs = [(one.label, in_words(one.value, document.language)) for one in block.facts]
            told.append({"sort": "facts", "pairs": pairs})
        elif isinstance(block, Signing):
            lines = [*block.labels, *([block.dated] if block.dated else [])]
            told.append({"sort": "signing", "lines": lines})
        elif isinstance(block, Table):
            told.append(_table(block, document))
    return told


def _table(block: Table, document: Document) -> dict[str, Any]:
    head = paper_head(block, document)
    right = [numbers for _title, numbers, _weight in head]
    rows = [list(zip(row, right, strict=True)) for row in paper_rows(block)]
    return {
        "sort": "table",
        "title": block.title,
        "note": block.note,
        "head": [(title, numbers) for title, numbers, _weight in head],
        "rows": rows,
    }
