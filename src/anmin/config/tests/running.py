"""An installation of a test's own, run as an operator runs it."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

ANMIN = [sys.executable, "-m", "anmin.config.command"]


def set_up(home: Path) -> None:
    """Leave ``home`` as `anmin init` does, on SQLite: made once for all tests of a run, and copied.

    For tests of what comes after; `test_up` and `test_bad_machine` set theirs up themselves.
    """
    shared = Path(os.environ["ANMIN_TEST_SHARED"]) / "set-up"
    with (shared.parent / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            draft = shared.with_name("set-up.draft")
            environment = {**os.environ, "ANMIN_HOME": str(draft)}
            environment.pop("DATABASE_URL", None)
            subprocess.run([*ANMIN, "init"], env=environment, check=True, capture_output=True)
            draft.rename(shared)
    shutil.copytree(shared, home, dirs_exist_ok=True)


class Running:
    """A running installation of its own."""

    def __init__(self, home: Path, database_url: str | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home = home
        self.output = (home.parent / "output").open("w+")
        environment = {**os.environ, "ANMIN_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        environment.pop("DATABASE_URL", None)
        if database_url:
            environment["DATABASE_URL"] = database_url
        self.environment = environment
        self.start()

    def start(self) -> None:
        """Start it, or start it again after it was killed."""
        self.process = subprocess.Popen(
            [*ANMIN, "up", "--no-demo", "--port", str(self.port)],
            env=self.environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def end(self) -> None:
        """Kill what is still running of it."""
        self.process.kill()
        self.process.wait()

    def get(self, path: str, head: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The status and text of an address; status 0 when nobody answers."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=head or {})
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()
        except OSError:
            return 0, ""

    def until_ready(self, seconds: float = 90) -> None:
        """Wait until every part works."""
        deadline = time.monotonic() + seconds
        while self.get("/readyz")[0] != 200:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, f"{self.get('/readyz')} {self.said()}"
            time.sleep(0.2)

    def logged(self) -> str:
        """The errors in its log."""
        lines = [line for file in (self.home / "logs").glob("*.log") for line in file.open()]
        return "\n".join(line for line in lines if '"level": "error"' in line)

    def said(self) -> str:
        """What it has printed so far."""
        return Path(self.output.name).read_text()

    def children(self) -> dict[str, psutil.Process]:
        """The two processes below it, by name."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it may be gone, or dead and not yet buried
                found["web" if "granian" in " ".join(child.cmdline()) else "worker"] = child
        return found
