"""Taking in a large file from a browser: streamed to disk, and no more of it than is allowed."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from anmin.exchange.uploads import folder


class LimitedUpload(FileUploadHandler):
    """Keeps an upload in a file of our own folder that goes when the request is over.

    A file larger than ``most`` bytes (``settings.UPLOAD_LIMIT``) is not kept: the rest of it is
    read and dropped, so that the browser hears the answer, and ``too_large`` is set.
    """

    too_large = False

    def __init__(self, *args: Any, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._most = settings.UPLOAD_LIMIT if most is None else most

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any) -> None:  # noqa: N803 - Django's name
        """Note what the browser announces: what is surely too large is never written."""
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        # The request also holds boundaries and the other fields, never this many bytes of them.
        self._allow(self._announced - 1_000_000)
        folder().mkdir(mode=0o700, exist_ok=True)
        self._kept: IO[bytes] = tempfile.NamedTemporaryFile(dir=folder())  # noqa: SIM115 - the request closes it
        self.file = UploadedFile(self._kept, self.file_name, self.content_type, 0)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece down."""
        self._allow(start + len(raw_data))
        self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """The file, from its beginning."""
        self._kept.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        """The browser has gone away."""
        if hasattr(self, "file"):
            self.file.close()

    def _allow(self, size: int) -> None:
        if size > self._most:
            self.too_large = True
            raise SkipFile
