"""The scanner for malware: a port, and clamd behind it.

While one is configured nothing is kept that it has not looked at: a scanner that is away, or does
not answer as it should, refuses the file.
"""

import socket
from typing import Final, Protocol

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from anmin.files.types import Wrong
from anmin.kernel.errors import Unavailable

log = structlog.get_logger(__name__)
_PATIENCE: Final = 30.0
_PIECE: Final = 65_536
_LONGEST_ANSWER: Final = 4096


class Scanner(Protocol):
    """What looks at a content before anything else reads it."""

    name: str

    def look(self, content: bytes) -> None:
        """Raise ``Wrong`` for malware, ``Unavailable`` if it could not be looked for."""


class Clamd:
    """ClamAV's service, at ``host:port`` or at the path of its socket."""

    name = "clamd"

    def __init__(self, address: str) -> None:
        self._address = address

    def look(self, content: bytes) -> None:
        """Send the content over (``INSTREAM``) and read the verdict."""
        try:
            answer = self._ask(content)
        except OSError as fault:
            log.warning("clamd is away", fault=str(fault))
            raise _away() from None
        told = answer.rstrip("\0\r\n ")
        if told.endswith(" FOUND"):
            found = told.removeprefix("stream: ").removesuffix(" FOUND")
            log.warning("malware was refused", found=found[:100])
            raise Wrong(_("The scanner found malware in it: %(found)s.") % {"found": found[:100]})
        if told != "stream: OK":
            log.warning("clamd did not look", answer=told[:200])
            raise _away()

    def _ask(self, content: bytes) -> str:
        with self._connected() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _PIECE):
                    piece = content[start : start + _PIECE]
                    line.sendall(len(piece).to_bytes(4, "big") + piece)
                line.sendall(bytes(4))
            except ConnectionError:  # it has had enough, and its answer says why
                log.info("clamd broke off")
            answer = b""
            while len(answer) < _LONGEST_ANSWER and (more := line.recv(1024)):
                answer += more
                if b"\0" in more:
                    break
        return answer.decode("utf-8", "replace")

    def _connected(self) -> socket.socket:
        if not self._address.startswith("/"):
            host, _colon, port = self._address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(_PATIENCE)
        try:
            line.connect(self._address)
        except OSError:
            line.close()
            raise
        return line


def scanner() -> Scanner | None:
    """The scanner of this installation, if it has one."""
    return Clamd(settings.CLAMD) if settings.CLAMD else None


def _away() -> Unavailable:
    return Unavailable(
        _("The malware scanner does not answer, so no file is kept now. Try again later."),
        field="file",
        code="scanner_away",
    )
