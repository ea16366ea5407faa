"""Files on their way out of the house."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import FileResponse

ALONE = "default-src 'none'; sandbox"
"""The policy of a file that a browser opens all the same: nothing of it runs or loads anything."""


class Out(FileResponse):
    """A file on its way out; the access log has it already."""

    block_size = 65_536
    on_record = True

    def __init__(self, content: bytes, *args: Any, **kwargs: Any) -> None:
        super().__init__(BytesIO(content), *args, **kwargs)
        self["X-Content-Type-Options"] = "nosniff"
        self["Cross-Origin-Resource-Policy"] = "same-origin"
        self["Content-Security-Policy"] = ALONE
