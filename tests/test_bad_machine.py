"""A full disk and a long writer: pages and health answer, forms are told why, and it passes."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from anmin.config.tests.running import ANMIN, Running
from anmin.exchange.tests.test_faults import write_export

COOKIE = "0123456789abcdef0123456789abcdef"
MEGABYTES = 48
STAGE = """
import json, sys, time
from anmin.config import console
console.boot()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.people.models import Account
from anmin.people.session_store import SessionStore
from anmin.people.sessions import CLOCK
from anmin.places.models import Unit
unit = Unit.objects.get(code="RA")
one = Account.objects.create_user("held", None, display_name="x", role="officer", unit=unit)
store = SessionStore()
store[SESSION_KEY] = str(one.pk)
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
store[HASH_SESSION_KEY] = one.get_session_auth_hash()
store[CLOCK] = [int(time.time())] * 2
store.create()
matter = open_matter(kind="incident", actor=Actor.of(one), category="noise", unit=unit)
sys.stdout.write(json.dumps([store.session_key, matter.number]))
"""
DESK = ("/desk/", "/desk/matters/", "/readyz")
READS = ("/healthz", "/", "/draws", "/accounts/login/", "/a/no-such-link")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    order = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(order, capture_output=True, check=False).returncode:
        pytest.skip("nobody may mount a file system here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def fill(place: Path) -> Path:
    """Take all the room there is."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send(
    running: Running, path: str, data: dict[str, str], more: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """A form as a browser sends it; ``more`` are headers of somebody who is signed in."""
    sent = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": COOKIE}).encode()
    base = f"http://127.0.0.1:{running.port}"
    head = {"Cookie": f"csrftoken={COOKIE}", "Referer": f"{base}/", "Accept-Language": "en"}
    head |= more or {}
    try:
        with urllib.request.urlopen(urllib.request.Request(base + path, sent, head)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def somebody(running: Running) -> tuple[dict[str, str], Callable[[str], tuple[int, str]]]:
    """What an officer's browser sends with everything; and a step of a matter, by its key."""
    staged = subprocess.run(
        [sys.executable, "-c", STAGE], env=running.environment, capture_output=True, check=True
    )
    session, number = json.loads(staged.stdout)
    head = {"Cookie": f"csrftoken={COOKIE}; sessionid={session}", "Accept-Language": "en"}
    path = f"/desk/matters/{number}/step/dispatch/"
    return head, lambda key: send(running, path, {"key": key}, head)


def all_answer(
    running: Running, paths: Sequence[str] = READS, head: Mapping[str, str] | None = None
) -> None:
    """Whoever reads is answered soon."""
    for path in paths:
        began = time.monotonic()
        status, _text = running.get(path, head)
        assert status in (200, 404), (path, status, running.said())
        assert time.monotonic() - began < 4, path


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_full_disk_takes_nothing_down(small: Path, tmp_path: Path) -> None:
    running = Running(small / "home")
    try:
        running.until_ready(150)
        all_answer(running)
        before = {name: one.pid for name, one in running.children().items()}
        filler = fill(small)
        for _round in range(3):
            all_answer(running)
        status, told = running.get("/readyz")
        assert (status, '"disk": "full' in told) == (503, True)

        path = write_export(tmp_path / "export.csv", 3_000)
        began = time.monotonic()
        words = ["import", "incidents", str(path), "--profile", "template_zh"]
        environment = {**running.environment, "LANG": "en"}
        ended = subprocess.run([*ANMIN, *words], env=environment, capture_output=True, text=True)
        assert ended.returncode == 1
        assert "full" in ended.stderr or "No space" in ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
        assert time.monotonic() - began < 40

        assert "Traceback" not in running.said()
        assert {name: one.pid for name, one in running.children().items()} == before
        filler.unlink()
        running.until_ready(90)
        ended = subprocess.run([*ANMIN, *words], env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        proof = subprocess.run([*ANMIN, "verify"], env=environment, capture_output=True, text=True)
        assert proof.returncode == 0, proof.stdout
    finally:
        running.end()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_cannot_start_says_why_in_a_line(small: Path) -> None:
    environment = {**os.environ, "ANMIN_HOME": str(small / "home"), "LANG": "en"}
    environment.pop("DATABASE_URL", None)

    def refused(*words: str) -> str:
        ended = subprocess.run([*ANMIN, *words], env=environment, capture_output=True, text=True)
        assert ended.returncode == 1, ended.stderr
        assert ended.stderr.startswith("anmin: "), ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
        return ended.stderr

    filler = fill(small)
    assert re.search("No space left|disk of the server is full", refused("init"))
    filler.write_bytes(b"x" * ((MEGABYTES - 1) << 20))
    assert "disk of the server is full" in refused("init")
    filler.unlink()
    subprocess.run([*ANMIN, "init"], env=environment, check=True, capture_output=True)
    filler = fill(small)
    assert "disk of the server is full" in refused("worker", "--once")
    filler.unlink()
    try:
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        for words in (["up", "--no-demo", "--port", str(free_port())], ["worker", "--once"]):
            assert "Read-only file system" in refused(*words)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_long_writer_holds_up_writers_alone(tmp_path: Path) -> None:
    running = Running(tmp_path / "home")
    try:
        running.until_ready(150)
        head, step = somebody(running)
        held = sqlite3.connect(running.home / "anmin.sqlite3", timeout=60, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(12) as people:
            asked = [people.submit(step, uuid.uuid4().hex) for _ in range(12)]
            time.sleep(0.5)
            for _round in range(3):
                all_answer(running)
                all_answer(running, DESK, head)
            told = [one.result() for one in asked]
        held.execute("ROLLBACK")
        held.close()
        for status, text in told:
            assert status == 503
            assert "writing for too long" in text
        key = uuid.uuid4().hex
        assert {step(key)[0] for _twice in range(2)} == {200}  # the matter's page
        with sqlite3.connect(running.home / "anmin.sqlite3") as database:
            steps = database.execute("SELECT key FROM matters_entry WHERE key = ?", [key])
            assert steps.fetchall() == [(key,)]
    finally:
        running.end()
