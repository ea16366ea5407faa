"""A light load of real HTTP requests: a few clients on kept-open connections, every reply read."""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Request = bytes
CLIENTS = 8


@dataclass(frozen=True)
class Measured:
    """What a run of requests took: requests a second, and latencies in milliseconds."""

    name: str
    count: int
    failed: int
    per_second: float
    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        failed = f"  {self.failed} FAILED" if self.failed else ""
        return (
            f"{self.name:<34} {self.count:6,} requests  {self.per_second:7.1f}/s  "
            f"p50 {self.p50:6.1f}  p95 {self.p95:6.1f}  p99 {self.p99:6.1f} ms{failed}"
        )


def get(path: str, cookie: str = "", **headers: str) -> Request:
    """A GET request."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{_head('GET', path, cookie)}{more}\r\n".encode()


def post(path: str, body: str, cookie: str = "") -> Request:
    """A form sent by POST."""
    head = _head("POST", path, cookie)
    head += "Content-Type: application/x-www-form-urlencoded\r\nReferer: http://127.0.0.1/\r\n"
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def _head(method: str, path: str, cookie: str) -> str:
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: zh-CN\r\n"
        f"Accept-Encoding: identity\r\n{cookies}"
    )


def run(
    name: str,
    port: int,
    requests: Callable[[int], Iterator[Request]],
    *,
    seconds: float,
    clients: int = CLIENTS,
    good: tuple[int, ...] = (200,),
) -> Measured:
    """Send each client's requests one after another for some seconds, after a short warm-up."""
    latencies: list[float] = []
    failed = [0]
    lock = threading.Lock()
    start = time.perf_counter()
    warm, stop = start + min(1.0, seconds / 5), start + seconds

    def client(number: int) -> None:
        mine: list[float] = []
        bad = 0
        connection = _Connection(port)
        for request in requests(number):
            began = time.perf_counter()
            if began >= stop:
                break
            status = connection.send(request)
            if began >= warm:
                mine.append((time.perf_counter() - began) * 1000)
                bad += status not in good
        connection.close()
        with lock:
            latencies.extend(mine)
            failed[0] += bad

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - warm
    cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else [0.0] * 99
    return Measured(
        name, len(latencies), failed[0], len(latencies) / took, cuts[49], cuts[94], cuts[98]
    )


class _Connection:
    """One kept-open connection that reads each reply to its end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None

    def send(self, request: Request) -> int:
        """Send one request and read its reply; returns the status code (0 when cut off)."""
        for _attempt in range(2):
            try:
                if self.socket is None:
                    self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                    self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.socket.sendall(request)
                return self._reply(self.socket)
            except OSError:
                self.close()
        return 0

    def _reply(self, connection: socket.socket) -> int:
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            if not (part := connection.recv(65536)):
                raise OSError("closed before the reply")
            data += part
        head = bytes(data[:end]).lower()
        length = _length(head)
        while length is not None and len(data) - end - 4 < length:
            if not (part := connection.recv(262144)):
                raise OSError("closed within the reply")
            data += part
        while length is None and not data.endswith(b"0\r\n\r\n"):
            if not (part := connection.recv(262144)):
                raise OSError("closed within the reply")
            data += part
        return int(head[9:12])

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def _length(head: bytes) -> int | None:
    """The body's length, or nothing for a chunked one."""
    mark = b"content-length:"
    at = head.find(mark)
    if at < 0:
        return None if b"transfer-encoding: chunked" in head else 0
    return int(head[at + len(mark) :].split(b"\r\n", 1)[0])
