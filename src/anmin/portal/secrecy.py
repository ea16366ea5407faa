"""The pages on which nobody is asked who he or she is, and which leave no trace of whoever opens them.

No cookie, no session, no address counted, no line in the log; nothing is sent on as a referrer, and no
browser keeps the page. The language is part of the address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from anmin.files.queries import largest
from anmin.kernel.errors import Refusal

log = structlog.get_logger(__name__)
MARGIN = 65_536
"""Bytes by which sealing and padding make a file longer, and more."""
View = Callable[..., HttpResponse]
_TOLD = (
    *(Refusal, Http404, BadRequest, SuspiciousOperation, MultiPartParserError),
    *(OperationalError, InterfaceError, OSError),
)
"""What the house answers in words that hold nothing of what was sent."""


def traceless(view: View, *, files: int = 0) -> View:
    """A page of that sort, to which so many files may be sent. They are held in memory alone.

    No form's token is asked for: it would be a cookie, and nobody is signed in here whose name
    somebody else could use. What a sender has to pay is in the form itself.
    """

    @csrf_exempt
    @never_cache
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            request.upload_handlers = [InMemory(request, most=largest() + MARGIN, files=files)]
        language = request.GET.get("lang", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        try:
            response = view(request, *args, **kwargs)
        except _TOLD:
            raise
        except Exception as fault:  # what it says could hold what was told
            log.error("unexpected error", view="tell", fault=type(fault).__name__)
            raise TellingError from None
        response["Referrer-Policy"] = "no-referrer"
        return response

    return shown


class TellingError(Exception):
    """Something went wrong here; nothing more is said."""


class InMemory(MemoryFileUploadHandler):
    """Keeps what is sent in memory: nothing of it lies on a disk before it is sealed."""

    too_large = False

    def __init__(self, *args: Any, most: int, files: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._most, self._left, self._size = most, files, 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Whatever is announced, each file is measured as it comes."""
        self.activated = True

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, unless there are too many."""
        self._left, self._size = self._left - 1, 0
        if self._left < 0:
            self.too_large = True
            raise SkipFile
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a piece in, as long as the file is not too large."""
        self._size = start + len(raw_data)
        if self._size > self._most:
            self.too_large = True
            raise SkipFile
        return super().receive_data_chunk(raw_data, start)
