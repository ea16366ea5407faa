"""Kill web, worker and imports at random moments while people write; count what got lost.

``python -m bench.kills 200`` kills so many times. Citizens answer by link until a page comes back
(acknowledged), an export is imported again after each kill; then everything acknowledged is
looked for, and `anmin verify` runs. Exit status 1 if anything is lost or doubled.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
from tests.test_killed import STAGE, answer, count, kill_one

from anmin.config.tests.running import ANMIN, Running
from anmin.exchange.tests.test_faults import write_export

ROWS, MORE, ASKED = 1_500, 6_000, 240


class Imports(threading.Thread):
    """Imports one file again and again, whoever kills it, until it ends by itself."""

    def __init__(self, running: Running, path: Path) -> None:
        super().__init__(daemon=True)
        self.ended = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._words = [*ANMIN, "import", "incidents", str(path), "--profile", "template_zh"]
        self._environment = running.environment
        self.over = threading.Event()

    def run(self) -> None:
        """Import until told to stop; the last one is let end."""
        while True:
            last = self.over.is_set()
            quiet = subprocess.DEVNULL
            self.process = subprocess.Popen(
                self._words, env=self._environment, stdout=quiet, stderr=quiet
            )
            self.ended += self.process.wait() == 0
            if last:
                return

    def kill(self) -> None:
        """Kill it with what it has started."""
        if self.process is None:
            return
        with suppress(psutil.NoSuchProcess):
            one = psutil.Process(self.process.pid)
            for each in (*one.children(recursive=True), one):
                with suppress(psutil.NoSuchProcess):
                    each.kill()


def main(kills: int) -> int:
    """Kill so many times, and say what was found."""
    rng = random.Random(kills)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = {**os.environ, "ANMIN_HOME": str(home)}
        environment.pop("DATABASE_URL", None)
        first = write_export(Path(folder) / "first.csv", ROWS)
        words = ["import", "incidents", str(first), "--profile", "template_zh"]
        for command in (["init"], words):
            subprocess.run([*ANMIN, *command], env=environment, check=True, capture_output=True)
        running = Running(home)
        try:
            return _killed(running, rng, kills, write_export(Path(folder) / "more.csv", MORE))
        finally:
            running.end()


def _killed(running: Running, rng: random.Random, kills: int, more: Path) -> int:
    running.until_ready(300)
    planned = "SELECT count(*) FROM callbacks_callback"
    while count(running, planned) < ASKED:
        time.sleep(0.5)
    said = subprocess.run(
        [sys.executable, "-c", STAGE], env=running.environment, capture_output=True, check=True
    )
    asked: list[tuple[int, str]] = json.loads(said.stdout)
    acknowledged: list[int] = []

    def citizens(links: list[tuple[int, str]]) -> None:
        for callback, token in links:
            answer(running, token)
            acknowledged.append(callback)
            time.sleep(rng.random())

    people = [threading.Thread(target=citizens, args=(asked[n::3],)) for n in range(3)]
    imports = Imports(running, more)
    for one in (*people, imports):
        one.start()
    began, done = time.monotonic(), {"web": 0, "worker": 0, "import": 0}
    for turn in range(kills):
        name = ("web", "worker", "import")[turn % 3]
        if name == "import":
            time.sleep(rng.random() * 1.5)
            imports.kill()
        else:
            kill_one(running, name, rng)
        done[name] += 1
    imports.over.set()
    for one in (*people, imports):
        one.join()
    running.until_ready(300)
    return _count(running, acknowledged, done, imports, time.monotonic() - began)


def _count(
    running: Running,
    acknowledged: list[int],
    done: dict[str, int],
    imports: Imports,
    seconds: float,
) -> int:
    with sqlite3.connect(running.home / "anmin.sqlite3") as database:
        kept = [row[0] for row in database.execute("SELECT callback_id FROM callbacks_answer")]
        twice = database.execute(
            "SELECT count(*) FROM (SELECT external_id FROM matters_matter WHERE external_id <> ''"
            " GROUP BY source, external_id HAVING count(*) > 1)"
        ).fetchone()[0]
    lost = set(acknowledged) - set(kept)
    doubled = len(kept) - len(set(kept)) + twice
    proof = subprocess.run([*ANMIN, "verify"], env=running.environment, capture_output=True)
    print(f"{sum(done.values())} kills ({done}) in {seconds:.0f} s")
    print(f"{len(acknowledged)} answers acknowledged; {len(lost)} lost; {doubled} doubled")
    print(f"imports that ended by themselves: {imports.ended}; verify: {proof.returncode}")
    return int(bool(lost or doubled or proof.returncode))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
