"""Proof that what lies in the storage is what was kept."""

import hashlib
from collections.abc import Iterator

from anmin.evidence.findings import Finding, What
from anmin.files import storage
from anmin.files.models import File
from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import Unavailable


def altered() -> Iterator[Finding]:
    """Each file whose content is gone, or not what was kept. Reads all of it; memory stays flat."""
    for row in File.objects.filter(erased_at=None).order_by("pk").iterator(chunk_size=500):
        try:
            sound = hashlib.sha256(storage.get(row.stored)).hexdigest() == row.sha256
            if row.small:
                storage.get(row.stored + storage.SMALL)
            what = None if sound else What.CHANGED
        except storage.Lost:
            what = What.MISSING
        except Unreadable:
            what = What.CHANGED
        except Unavailable as fault:
            yield Finding(What.UNREADABLE, name=f"files: {fault}"[:200], at=row.at)
            return
        if what:
            yield Finding(what, "files.file", row.pk, row.key, row.at)
