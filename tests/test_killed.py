"""Web and worker are killed again and again while people write: nothing is lost, nothing doubled."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from anmin.config.tests.running import ANMIN, Running, set_up
from anmin.exchange.tests.test_faults import write_export

ROWS, ASKED, KILLS = 1_000, 180, 6
STAGE = f"""
import json, secrets
from datetime import timedelta
from anmin.config import console
console.boot()
from django.utils import timezone
from anmin.callbacks.citizen import make_link
from anmin.callbacks.models import Callback, Status
week = timezone.now() + timedelta(days=7)
some = list(Callback.objects.order_by("pk")[:{ASKED}])
Callback.objects.filter(pk__in=[one.pk for one in some]).update(
    status=Status.MESSAGED, exclusion="", closed_at=None, not_before=week, due_at=week
)
print(json.dumps([[one.pk, make_link(one, timezone.now())] for one in some]))
"""
COOKIE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """An installation on SQLite that has just taken in an export, with all its work to do."""
    home = tmp_path / "home"
    environment = {**os.environ, "ANMIN_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    path = write_export(tmp_path / "export.csv", ROWS)
    words = ["import", "incidents", str(path), "--profile", "template_zh"]
    set_up(home)
    subprocess.run([*ANMIN, *words], env=environment, check=True, capture_output=True)
    running = Running(home)
    try:
        yield running
    finally:
        running.end()


def count(running: Running, sql: str) -> int:
    """One number out of the database."""
    with sqlite3.connect(f"file:{running.home / 'anmin.sqlite3'}?mode=ro", uri=True) as database:
        number: int = database.execute(sql).fetchone()[0]
    return number


def kill_one(running: Running, name: str, rng: random.Random) -> None:
    """Kill the web server or the worker, with whatever it has started."""
    time.sleep(rng.random() * 1.5)
    one = running.children().get(name)
    if one is not None:
        for process in (*one.children(recursive=True), one):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue


def until(condition: Callable[[], bool], seconds: float, running: Running) -> None:
    """Wait for it, or show what the installation has said."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, running.said()
        time.sleep(0.2)


def answer(running: Running, token: str) -> None:
    """A citizen who sends the form again until a page comes back."""
    form = {"csrfmiddlewaretoken": COOKIE, "solved": "yes", "satisfaction": "satisfied"}
    sent = urllib.parse.urlencode({**form, "text": "", "seen-text": "1"}).encode()
    head = {"Cookie": f"csrftoken={COOKIE}", "Referer": f"http://127.0.0.1:{running.port}/"}
    request = urllib.request.Request(f"http://127.0.0.1:{running.port}/a/{token}", sent, head)
    for _try in range(600):
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except urllib.error.HTTPError as problem:
            if problem.code == 410:  # the link is used: the first time counted after all
                return
            if problem.code < 500:
                raise AssertionError(problem.read().decode()) from problem
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("nobody has answered for a minute")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_web_and_worker_are_killed_at_random_moments(running: Running) -> None:
    rng = random.Random(20111125)
    planned = "SELECT count(*) FROM callbacks_callback WHERE round = 1"
    closed = "SELECT count(*) FROM matters_matter WHERE kind = 'incident' AND stage = 'done'"
    expected = count(running, closed)
    assert expected > 500
    running.until_ready()
    for _kill in range(KILLS // 2):
        kill_one(running, "worker", rng)
    until(lambda: count(running, planned) == expected, 120, running)

    said = subprocess.run(
        [sys.executable, "-c", STAGE], env=running.environment, capture_output=True, check=True
    )
    asked: list[tuple[int, str]] = json.loads(said.stdout)
    assert len(asked) == ASKED
    failures: list[BaseException] = []

    def citizens(links: list[tuple[int, str]]) -> None:
        try:
            for _callback, token in links:
                answer(running, token)
        except BaseException as failure:  # told to the test below
            failures.append(failure)

    threads = [threading.Thread(target=citizens, args=(asked[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for kill in range(KILLS):
        kill_one(running, ("web", "worker")[kill % 2], rng)
    for thread in threads:
        thread.join()
    assert failures == []

    answered = "SELECT count(*), count(DISTINCT callback_id) FROM callbacks_answer"
    with sqlite3.connect(running.home / "anmin.sqlite3") as database:
        assert database.execute(answered).fetchone() == (ASKED, ASKED)
    until(lambda: running.get("/readyz")[0] == 200, 120, running)
    assert count(running, planned) == expected
    proof = subprocess.run(
        [*ANMIN, "verify", "--json"], env=running.environment, capture_output=True, check=True
    )
    told = json.loads(proof.stdout)
    assert (told["mismatches"], told["broken_chains"]) == (0, 0)
