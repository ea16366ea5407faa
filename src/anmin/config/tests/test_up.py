"""`anmin up` as an operator knows it: one word starts all, what dies comes back, Ctrl-C ends it."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from anmin.config.tests.running import ANMIN, Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: Any) -> Iterator[Running]:
    one = Running(tmp_path_factory.mktemp("up") / "home")
    try:
        one.until_ready()
        yield one
    finally:
        one.end()


def test_it_says_where_it_is_and_how_to_begin(running: Running) -> None:
    deadline = time.monotonic() + 10
    while "Ctrl-C" not in running.said() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert f"http://127.0.0.1:{running.port}/desk/" in running.said()
    assert "anmin user add NAME --role admin" in running.said()


def test_pages_come_with_their_files_compressed_and_named_by_content(running: Running) -> None:
    status, page = running.get("/accounts/login/")
    assert status == 200, running.logged()
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert sheets
    assert all(re.search(r"\.[0-9a-f]{12}\.css$", sheet) for sheet in sheets), sheets
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}{sheets[0]}", headers={"Accept-Encoding": "br"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]


def test_metrics_tell_of_all_web_processes(running: Running) -> None:
    for _ in range(20):
        running.get("/healthz")
    page = running.get("/metrics")[1]
    counted = re.search(r'anmin_requests_total\{.*view="healthz"\} (\d+)', page)
    assert counted
    assert int(counted[1]) >= 20


def test_a_second_one_on_the_port_is_refused(running: Running) -> None:
    second = subprocess.run(
        [*ANMIN, "up", "--no-demo", "--port", str(running.port)],
        env=running.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"anmin: cannot listen on 127.0.0.1 port {running.port}")


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_process_comes_back(running: Running, name: str) -> None:
    running.until_ready()
    before = running.children()[name]
    before.kill()
    deadline = time.monotonic() + 30
    while True:
        after = running.children().get(name)
        if after is not None and after.pid != before.pid and after.is_running():
            break
        assert time.monotonic() < deadline, running.said()
        time.sleep(0.1)
    running.until_ready()
    assert f"{name} ended unexpectedly" in running.said()


def test_a_backup_is_taken_while_it_runs_and_a_restore_is_refused(
    running: Running, tmp_path: Path
) -> None:
    archive = str(tmp_path / "a.tar.gz")

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ANMIN, *args], env=running.environment, capture_output=True, text=True, check=False
        )

    made = run("backup", archive, "--with-keys", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    refused = run("restore", archive, "--force")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is in use" in refused.stderr

    elsewhere = {**running.environment, "ANMIN_HOME": str(tmp_path / "elsewhere")}
    del elsewhere["ANMIN_KEYRING"]
    restored = subprocess.run(
        [*ANMIN, "restore", archive, "--json"],
        env=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    # The keys of this home come from the environment, so the archive cannot bring them.
    assert restored.returncode == 1
    assert "another keyring" in restored.stderr
    elsewhere["ANMIN_KEYRING"] = running.environment["ANMIN_KEYRING"]
    restored = subprocess.run(
        [*ANMIN, "restore", archive, "--json"],
        env=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (restored.returncode, restored.stderr) == (0, "")
    assert json.loads(restored.stdout)["mismatches"] == 0


def test_it_ends_cleanly_when_asked(running: Running) -> None:
    running.until_ready()
    family = psutil.Process(running.process.pid).children(recursive=True)
    assert len(family) >= 4  # granian, its two workers, our worker
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert running.said().rstrip().endswith("Stopped.")
    assert running.get("/healthz")[0] == 0
