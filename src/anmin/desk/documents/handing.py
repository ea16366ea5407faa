"""A document on its way out, on record with what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anmin.desk.shell.sending import Out
from anmin.documents.writing import TYPES, written
from anmin.people.actions import log_access

if TYPE_CHECKING:
    from anmin.desk.shell.page import DeskRequest
    from anmin.documents.description import Document


def handed_out(request: DeskRequest, found: Document, ending: str) -> Out:
    """A document as a download, on record with what it is about."""
    content = written(found, ending)
    log_access(
        account=request.user,
        action="download",
        subject=f"document:{found.code}"[:64],
        reason=f"{found.about or found.basis.start} {ending}",
        request=request,
    )
    about = found.about or found.basis.start.isoformat()
    name = f"{found.title}-{about}.{ending}"
    return Out(content, as_attachment=True, filename=name, content_type=TYPES[ending])
