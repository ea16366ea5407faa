"""A description as a file of one of the forms that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from anmin.documents.description import Document
from anmin.kernel.errors import NotFound


def _docx(document: Document) -> bytes:
    from anmin.documents.writers import docx

    return docx.write(document)


def _pdf(document: Document) -> bytes:
    from anmin.documents.writers import pdf

    return pdf.write(document)


def _xlsx(document: Document) -> bytes:
    from anmin.documents.writers import sheet

    return sheet.write(document)


def _csv(document: Document) -> bytes:
    from anmin.documents.writers import sheet

    return "".join(sheet.csv_lines(document)).encode()


FORMS: Mapping[str, Callable[[Document], bytes]] = {
    "docx": _docx,
    "pdf": _pdf,
    "xlsx": _xlsx,
    "csv": _csv,
}
"""Writers by the ending of their files. Each is read when it is first asked for: Typst is large."""


TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def forms_of(document: Document) -> list[str]:
    """The forms that a document has: without a table, none for tables alone."""
    return [one for one in FORMS if one != "csv" or any(document.tables)]


def written(document: Document, ending: str) -> bytes:
    """The file. Raises ``NotFound`` for a form that there is not."""
    if ending not in FORMS:
        told = _("Documents are written as %(forms)s only.")
        raise NotFound(told % {"forms": ", ".join(one.upper() for one in FORMS)})
    return FORMS[ending](document)
