"""Files that were sealed to a key, opened by those who hold it."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _

from anmin.files import enclosed, storage
from anmin.files.models import File
from anmin.files.scanning import scanner
from anmin.kernel.errors import Conflict


class OpenedFile(NamedTuple):
    """A file as whoever sealed it named it; the number of the row stands before the name."""

    name: str
    content: bytes


def open_enclosed(
    *, label: str, key: str, to: str, opens: Callable[[bytes], bytes]
) -> list[OpenedFile]:
    """The files of a thing that are sealed to the key of that code. Callers log who reads them.

    The scanner, if there is one, sees them only now. Raises ``Conflict`` for a content that is not what
    was kept, ``Wrong`` for one that the scanner refuses.
    """
    rows = File.objects.filter(label=label, key=key, sealed_to=to, erased_at=None).order_by("seq")
    found, looked_at = [], scanner()
    for row in rows:
        token = storage.get(row.stored)
        if hashlib.sha256(token).hexdigest() != row.sha256:
            raise Conflict(
                _("The content of this file is not what was kept: tell the administrator."),
                code="file_altered",
            )
        name, content = enclosed.disclose(opens(token))
        if looked_at:
            looked_at.look(content)
        found.append(OpenedFile(f"{row.seq}-{enclosed.plain_name(name)}", content))
    return found
