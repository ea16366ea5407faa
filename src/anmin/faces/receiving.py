"""Taking in a large file from a browser: streamed to disk, and no more of it than is allowed."""

from __future__ import annotations

import tempfile
from functools import wraps
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from anmin.exchange.uploads import folder
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

TOO_LARGE = "too_large"
"""The code of the refusal of a file that is larger than allowed."""


def upload_limit() -> int:
    """The bytes of a table that may be sent."""
    most: int = settings.UPLOAD_LIMIT
    return most


def receives_file(
    view: Callable[..., HttpResponseBase], most: Callable[[], int], *, files: int = 1
) -> Callable[..., HttpResponseBase]:
    """A view to which a file is sent, or so many ``files``, each of at most so many bytes.

    The form's token is checked here and not before: reading the form begins the upload.
    """
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def receive(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        request.upload_handlers = [LimitedUpload(request, most=most(), files=files)]
        return checked(request, *args, **kwargs)

    return receive


def received(request: HttpRequest, too_large: str) -> UploadedFile[bytes]:
    """The file that was sent. Raises ``Refusal`` for none, an empty one, and one ``too_large``."""
    given = request.FILES.get("file")
    if dropped(request):
        raise Refusal(too_large, field="file", code=TOO_LARGE)
    if given is None:
        raise Refusal(_("Choose a file first."), field="file")
    if not given.size:
        raise Refusal(_("The file is empty."), field="file")
    return given


def dropped(request: HttpRequest) -> bool:
    """Whether more was sent than is taken in; the form must have been read."""
    return any(
        getattr(one, "too_large", False) or getattr(one, "too_many", False)
        for one in request.upload_handlers
    )


class LimitedUpload(FileUploadHandler):
    """Keeps an upload in a file of our own folder that goes when the request is over.

    A file larger than ``most`` bytes is not kept: the rest of it is read and dropped, so that the
    browser hears the answer, and ``too_large`` is set.
    """

    too_large = False
    too_many = False

    def __init__(self, *args: Any, most: int, files: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._most, self._files, self._begun = most, files, 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any) -> None:  # noqa: N803 - Django's name
        """Note what the browser announces: what is surely too large is never written."""
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._begun += 1
        if self._begun > self._files:
            self.too_many = True
            raise SkipFile
        # The request also holds boundaries and the other fields, never this many bytes of them.
        self._allow((self._announced - 1_000_000) / self._files)
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

    def _allow(self, size: float) -> None:
        if size > self._most:
            self.too_large = True
            raise SkipFile
