"""clamd, asked as its manual says."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from tests.personas import City

from anmin.files import actions
from anmin.files.models import File
from anmin.files.scanning import Clamd, scanner
from anmin.files.tests.conftest import kept
from anmin.files.tests.samples import PDF, sends
from anmin.files.types import Wrong
from anmin.kernel.errors import Unavailable

BAD = b"X5O!P%@AP"
LARGEST = 3_000_000


class Fake(socketserver.StreamRequestHandler):
    """Answers as clamd does: INSTREAM, pieces with their length before them, 0 at the end."""

    def handle(self) -> None:
        command = self.rfile.read(len(b"zINSTREAM\0"))
        assert command == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
            if len(content) > LARGEST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        if b"silent" in content:
            return
        found = b"stream: Eicar-Test-Signature FOUND\0" if BAD in content else b"stream: OK\0"
        self.wfile.write(found)


class Listening(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture(params=["socket", "port"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    server: socketserver.BaseServer
    if request.param == "socket":
        address = str(tmp_path / "clamd.ctl")
        server = Listening(address, Fake)
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Fake)
        address = f"127.0.0.1:{server.server_address[1]}"  # type: ignore[index]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_verdict_is_taken(clamd: str) -> None:
    asked = Clamd(clamd)
    asked.look(b"harmless")
    asked.look(bytes(200_000))
    with pytest.raises(Wrong, match="Eicar-Test-Signature"):
        asked.look(bytes(100_000) + BAD)


@pytest.mark.parametrize("content", [b"silent", bytes(2 * LARGEST)])
def test_no_verdict_is_no_leave(clamd: str, content: bytes) -> None:
    with pytest.raises(Unavailable):
        Clamd(clamd).look(content)


@pytest.mark.django_db
def test_malware_is_not_kept_and_the_rest_says_who_looked(
    city: City, clamd: str, home: Path, settings: LazySettings
) -> None:
    settings.CLAMD = clamd
    matter = city.incident()
    with pytest.raises(Wrong):
        actions.keep(**sends(PDF + BAD, "a.pdf", key=matter.number, by=city.officer))
    assert (File.objects.count(), kept(home)) == (0, [])
    row = actions.keep(**sends(PDF, "a.pdf", key=matter.number, by=city.officer))
    assert row.scanner == "clamd"


def test_without_one_nothing_is_asked(settings: LazySettings) -> None:
    settings.CLAMD = ""
    assert scanner() is None
