"""Kill what runs at random moments while everybody writes; count what got lost or was done twice.

``python -m bench.kills [KILLS] [postgres] [--minutes N]``, until so many kills, or so long: web,
worker, imports, one web process, everything at once and (PostgreSQL) the database are killed in
turn. Meanwhile citizens answer by link and by message, officers open matters and take them to
their ends, operators call, a leader takes orders to their end and signs days, an export is
imported again and again, and a gateway takes messages.
Each sends its form until an answer comes back (acknowledged); then all of it is looked for, what
the worker had to do is counted, and `anmin verify` runs. Exit status 1 if anything is lost or
doubled.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any

import psutil
from tests.test_killed import until

from anmin.config.tests.running import ANMIN, Running
from anmin.exchange.tests.test_faults import write_export
from bench.kills_people import SECRET, Gateway, People
from bench.postgres import server

ROWS, MORE, LINKS, CALLS = 3_000, 6_000, 900, 900
RULES = """
[[rule]]
key = "callback.{key}"
value = {value}
unit = "{unit}"
effective = 2000-01-01
source = "A run of kills, at any hour"
tag = "P"
label = "{key}"
label_zh = "{key}"
"""
HURRY = (
    ("quiet_from", "00:00:00", "time_of_day"),
    ("quiet_until", "00:00:00", "time_of_day"),
    ("message_after", "1", "minutes"),
)
KINDS = ("web", "worker", "import", "one of web", "worker", "import", "everything")
ASKED = {
    "link": "SELECT callback_id FROM callbacks_answer WHERE via = 'link'",
    "opened": "SELECT external_id FROM matters_matter WHERE source = 'desk'",
    "step": "SELECT key FROM matters_entry WHERE key IS NOT NULL",
    "called": "SELECT key FROM callbacks_answer",
    "tried": "SELECT key FROM callbacks_attempt",
    "day": "SELECT u.code || ' ' || c.date FROM callbacks_dayclosure c"
    " JOIN places_unit u ON u.id = c.unit_id",
    "reply": "SELECT provider_ref FROM channels_reply",
}
"""Where what was acknowledged is kept; each key must stand there once."""
TWICE = {
    "callbacks of one closing": "SELECT matter_id, round, closing FROM callbacks_callback",
    "imported events": "SELECT source, external_id FROM matters_matter WHERE external_id <> ''",
    "orders of one answer": "SELECT external_id FROM matters_matter WHERE source = 'callback'",
    "messages of one cause": "SELECT subject_ref, template FROM channels_message"
    " WHERE template = 'callback'",
    "entries of one place": "SELECT matter_id, seq FROM matters_entry",
    "receipts of one answer": "SELECT callback_id, seq FROM callbacks_answer",
}
MISSING = {
    "closings without a callback": "SELECT m.number FROM matters_matter m WHERE m.state ="
    " 'answered' AND NOT EXISTS (SELECT 1 FROM callbacks_callback c WHERE c.matter_id = m.id)",
    "orders put right without a second callback": "SELECT m.number FROM matters_matter m WHERE"
    " m.state = 'put_right' AND NOT EXISTS (SELECT 1 FROM matters_link l JOIN callbacks_callback c"
    " ON c.matter_id = l.other_id AND c.round = 2 WHERE l.matter_id = m.id)",
    "unhappy answers without an order": "SELECT a.id FROM callbacks_answer a JOIN"
    " callbacks_callback c ON c.id = a.callback_id WHERE a.satisfaction = 'dissatisfied' AND"
    " c.round = 1 AND NOT EXISTS (SELECT 1 FROM matters_matter m WHERE m.source = 'callback' AND"
    " m.external_id = 'answer:' || a.id)",
}
WAITING = (
    "SELECT count(*) FROM channels_message WHERE medium = 'sms' AND"
    " status IN ('queued', 'leased', 'failed')"
)


class Imports(threading.Thread):
    """Imports one file again and again, whoever kills it, until it ends by itself."""

    def __init__(self, environment: dict[str, str], path: Path) -> None:
        super().__init__(daemon=True)
        self.ended = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._words = [*ANMIN, "import", "incidents", str(path), "--profile", "template_zh"]
        self._environment = environment
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


class House:
    """The installation under the kills."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.home, self.url = folder / "home", url
        self.environment = {**os.environ, "ANMIN_HOME": str(self.home)}
        if url:
            self.environment["DATABASE_URL"] = url
        rules = self.home / "rules"
        rules.mkdir(parents=True)
        told = (RULES.format(key=key, value=value, unit=unit) for key, value, unit in HURRY)
        (rules / "kills.toml").write_text("".join(told))

    def anmin(self, *words: str) -> None:
        """One command, to its end."""
        done = subprocess.run(
            [*ANMIN, *words], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database holds; asked again while it is coming back."""
        for _try in range(600):
            with suppress(Exception):
                if self.url is None:
                    path = f"file:{self.home / 'anmin.sqlite3'}?mode=ro"
                    with closing(sqlite3.connect(path, uri=True, timeout=30)) as database:
                        return database.execute(sql).fetchall()
                import psycopg

                with psycopg.connect(self.url) as server:
                    return server.execute(sql.encode()).fetchall()
            time.sleep(0.2)
        raise AssertionError("the database does not answer")

    def kill_backend(self, rng: random.Random) -> bool:
        """Kill one server process outright: the whole server stops, and recovers from its log."""
        found = self.rows("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        with suppress(psutil.NoSuchProcess):
            psutil.Process(rng.choice(found)[0]).kill()
            return True
        return False


def kill(process: psutil.Process | None) -> bool:
    """Kill a process with what it has started; whether there was one."""
    if process is None:
        return False
    with suppress(psutil.NoSuchProcess):
        for one in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return True
    return False


def strike(kind: str, running: Running, imports: Imports, house: House, rng: random.Random) -> bool:
    """One kill; whether there was something to kill."""
    if kind == "database":
        return house.kill_backend(rng)
    if kind == "import":
        return imports.process is not None and kill(_known(imports.process.pid))
    children = running.children()
    if kind == "everything":
        kill(psutil.Process(running.process.pid))
        running.process.wait()
        running.start()
        return True
    if kind == "one of web":
        web = children.get("web")
        with suppress(psutil.NoSuchProcess):
            some = web.children() if web else []
            return bool(some) and kill(rng.choice(some))
        return False
    return kill(children.get(kind))


def _known(pid: int) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid)
    return None


def main(kills: int, *, postgres: bool, minutes: float = 0) -> int:
    """Kill so many times, or for so many minutes, and say what was found."""
    rng = random.Random(kills)
    gateway = Gateway()
    os.environ.pop("DATABASE_URL", None)
    os.environ["ANMIN_REQUIRE_MFA"] = "false"
    os.environ["ANMIN_SMS_URL"] = f"http://127.0.0.1:{gateway.server_address[1]}/"
    os.environ["ANMIN_SMS_SECRET"] = SECRET
    with tempfile.TemporaryDirectory(prefix="anmin-kills-") as name:
        folder = Path(name)
        with server(folder) if postgres else nullcontext() as url:
            house = House(folder, url)
            first = write_export(folder / "first.csv", ROWS, unit="RA")
            house.anmin("init")
            house.anmin("import", "incidents", str(first), "--profile", "template_zh")
            running = Running(house.home, url)
            try:
                return _run(house, running, gateway, rng, (kills, minutes))
            finally:
                running.end()


def _run(
    house: House,
    running: Running,
    gateway: Gateway,
    rng: random.Random,
    most: tuple[int, float],
) -> int:
    kills, minutes = most
    running.until_ready(300)
    planned = "SELECT count(*) FROM callbacks_callback"
    until(lambda: house.rows(planned)[0][0] >= LINKS + CALLS, 300, running)
    words = [sys.executable, "-m", "bench.prepare.kills", str(LINKS), str(CALLS)]
    staged = subprocess.run(words, env=running.environment, capture_output=True, text=True)
    assert staged.returncode == 0, staged.stderr
    people = People(running.port, json.loads(staged.stdout), house.rows, rng)
    imports = Imports(
        running.environment, write_export(house.home.parent / "more.csv", MORE, unit="RA")
    )
    people.start()
    imports.start()
    kinds = (*KINDS, "database") if house.url else KINDS
    began, done, told = time.monotonic(), Counter[str](), 0
    ends = began + (60 * minutes if minutes else float("inf"))
    while sum(done.values()) < kills and time.monotonic() < ends and not people.failures:
        _at_work(people)
        time.sleep(rng.random() * 1.2)
        kind = kinds[sum(done.values()) % len(kinds)]
        done[kind] += strike(kind, running, imports, house, rng)
        if sum(done.values()) // 10 > told:
            told = sum(done.values()) // 10
            _say(began, f"{sum(done.values())} kills, {len(people.acknowledged)} acknowledged")
    took = time.monotonic() - began
    _say(began, "no more kills: what is in hand is ended")
    imports.over.set()
    people.end()
    imports.join()
    running.until_ready(300)
    _say(began, "everybody has ended; waiting for messages")
    # A message in hand of a killed worker is tried again when its lease ends, two minutes later.
    until(lambda: house.rows(WAITING)[0][0] == 0, 600, running)
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(60)
    _say(began, "the worker does what is left")
    house.anmin("worker", "--once")
    print(f"{sum(done.values())} kills ({dict(done)}) in {took:.0f} s")
    print(f"imports that ended by themselves: {imports.ended}")
    return _count(house, people, gateway)


def _say(began: float, what: str) -> None:
    print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)


def _at_work(people: People, seconds: float = 60) -> None:
    """Wait until people are served again, so that every kill meets somebody at work."""
    before, deadline = len(people.acknowledged), time.monotonic() + seconds
    while len(people.acknowledged) < before + 3 and time.monotonic() < deadline:
        time.sleep(0.05)


def _count(house: House, people: People, gateway: Gateway) -> int:
    lost: list[str] = []
    doubled: list[str] = []
    for sort, sql in ASKED.items():
        kept = Counter(str(row[0]) for row in house.rows(sql))
        given = [key for one, key in people.acknowledged if one == sort]
        lost += [f"{sort} {key}" for key in given if not kept[key]]
        doubled += [f"{sort} {key}" for key in set(given) if kept[key] > 1]
        print(f"acknowledged: {len(given):6,} {sort}")
    for what, sql in TWICE.items():
        rows = Counter(house.rows(sql))
        doubled += [f"{what}: {row}" for row, count in rows.items() if count > 1]
        print(f"looked at:    {len(rows):6,} {what}")
    for what, sql in MISSING.items():
        lost += [f"{what}: {row[0]}" for row in house.rows(sql)]
    sent = house.rows("SELECT key FROM channels_message WHERE medium = 'sms' AND status = 'sent'")
    lost += [f"sent, never brought: {key}" for (key,) in sent if not gateway.brought[key]]
    doubled += [f"said twice: {one}" for one, count in gateway.said.items() if count > 1]
    again = sum(count > 1 for count in gateway.brought.values())
    print(f"messages:     {len(sent):6,} sent; {again} brought again with the same key, said once")
    print("looking at every row: anmin verify", flush=True)
    proof = subprocess.run(
        [*ANMIN, "verify"], env=house.environment, capture_output=True, text=True
    )
    print(f"{len(lost)} lost; {len(doubled)} doubled; verify: {proof.returncode}")
    for one in (*lost[:20], *doubled[:20], *people.failures):
        print(one)
    if proof.returncode:
        print(proof.stdout, proof.stderr)
    return int(bool(lost or doubled or people.failures or proof.returncode))


if __name__ == "__main__":
    said = ArgumentParser(description="Kill what runs while everybody writes.")
    said.add_argument("kills", nargs="?", type=int, default=30)
    said.add_argument("database", nargs="?", choices=("sqlite", "postgres"), default="sqlite")
    said.add_argument("--minutes", type=float, default=0, help="no kills after so long")
    given = said.parse_args()
    sys.exit(main(given.kills, postgres=given.database == "postgres", minutes=given.minutes))
