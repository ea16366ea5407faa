"""A text-message gateway and a mail server for tests: real sockets, one thread each."""

import json
import socketserver
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "shared by us and the gateway"


@dataclass
class Gateway:
    """What the gateway was told. It honours idempotency keys: ``delivered`` has each once."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    delivered: dict[str, Any] = field(default_factory=dict)
    answers: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Answer as told beforehand, else deliver."""
        with self.lock:
            self.requests.append((headers, body))
            if self.answers:
                return self.answers.popleft()
            key = json.loads(headers["idempotency-key"])
            if key in self.delivered:
                return 409, {}, b""
            self.delivered[key] = json.loads(body)
            return 200, {}, json.dumps({"id": f"sms-{len(self.delivered)}"}).encode()

    @property
    def keys(self) -> list[str]:
        """The keys of all requests, in order."""
        return [headers["webhook-id"] for headers, _body in self.requests]


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """A gateway on a free port of this machine."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra, answer = gateway.take(headers, body)
            self.send_response(status)
            for name, value in {**extra, "content-length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/sms"
    with _running(server):
        yield gateway


@dataclass
class MailServer:
    """What the mail server took, and what it answers to RCPT per recipient."""

    port: int = 0
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)
    connections: int = 0
    refuse: dict[str, int] = field(default_factory=dict)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """As much of RFC 5321 as a sender needs."""
    state = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            state.connections += 1
            recipients: list[str] = []
            self.say("220 test")
            while line := self.rfile.readline():
                word, _, rest = line.decode().strip().partition(" ")
                match word.upper():
                    case "RCPT":
                        recipient = rest.partition("<")[2].partition(">")[0]
                        code = state.refuse.get(recipient, 250)
                        recipients += [recipient] if code == 250 else []
                        self.say(f"{code} so")
                    case "DATA":
                        self.say("354 go on")
                        data = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            data += part
                        state.mails.append((recipients, data))
                        recipients = []
                        self.say("250 taken")
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 ok")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    with _running(server):
        yield state


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
