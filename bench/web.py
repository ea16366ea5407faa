"""The desk and the answer page with many matters, under eight clients and two processes.

    python -m bench.web [SECONDS] [--kinds]

SQLite, the server as ``anmin up`` starts it; bare Django beside it in the same run. ``--kinds``: three
of ten matters are of other kinds than incidents, as many of each (``bench.prepare.kinds``).
"""

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.city import ROWS, anmin, workshop, write_export
from bench.load import Measured, get, post, run

CSRF = "a" * 32
LINKS = 12_000


@contextmanager
def served(command: list[str], environment: dict[str, str], port: int, ask: str) -> Iterator[None]:
    """A server that answers, stopped afterwards."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ask}", timeout=5).read()
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare(folder: Path, seconds: float) -> list[Measured]:
    """Bare Django on the same machine."""
    port = free_port()
    environment = {"BARE_HOME": str(folder)}
    subprocess.run(
        [sys.executable, "-c", "from bench.bare_django import prepare; prepare()"],
        env={**os.environ, **environment},
        check=True,
    )
    command = [
        *(sys.executable, "-m", "granian", "bench.bare_django:application"),
        *("--interface", "wsgi", "--port", str(port), "--workers", "2"),
        *("--blocking-threads", "4"),
    ]
    with served(command, environment, port, "/list"):
        return [
            run("bare Django: list of 50", port, lambda _n: forever(get("/list")), seconds=seconds),
            run("bare Django: 3 inserts", port, lambda _n: forever(get("/write")), seconds=seconds),
        ]


def forever(request: bytes) -> Iterator[bytes]:
    """The same request again and again."""
    while True:
        yield request


def reads(stage: dict, seconds: float, port: int) -> list[Measured]:
    """What an inspector opens."""
    cookie = f"sessionid={stage['inspector']}"
    categories = ("theft", "noise", "traffic_accident", "robbery")

    def filtered(client: int) -> Iterator[bytes]:
        while True:
            which = categories[client % len(categories)]
            yield get(f"/desk/matters/?view=all&category={which}", cookie)

    def pages(client: int) -> Iterator[bytes]:
        rng = random.Random(client)
        while True:
            yield get(f"/desk/matters/{rng.choice(stage['numbers'])}/", cookie)

    lists = get("/desk/matters/?view=live", cookie)
    return [
        run("desk list, due first", port, lambda _n: forever(lists), seconds=seconds),
        run("desk list, one category", port, filtered, seconds=seconds),
        run("a matter's page", port, pages, seconds=seconds),
    ]


def writes(stage: dict, seconds: float, port: int) -> list[Measured]:
    """Citizens answer, officers move matters on; each request changes something new."""
    tokens, live = iter(stage["tokens"]), iter(stage["live"])

    def answers(_client: int) -> Iterator[bytes]:
        for token in tokens:
            body = f"csrfmiddlewaretoken={CSRF}&solved=yes&satisfaction=satisfied&text=&seen-text=1"
            yield post(f"/a/{token}", body, f"csrftoken={CSRF}")

    def moves(_client: int) -> Iterator[bytes]:
        cookie = f"sessionid={stage['officer']}; csrftoken={CSRF}"
        for number, version in live:
            body = f"csrfmiddlewaretoken={CSRF}&key={number}&version={version}&reply=OK"
            yield post(f"/desk/matters/{number}/step/answer/", body, cookie)

    return [
        run("a citizen's answer", port, answers, seconds=seconds),
        run("a status change", port, moves, seconds=seconds, good=(303,)),
    ]


def main() -> None:
    """Import, plan, start the server and measure."""
    told = [one for one in sys.argv[1:] if one != "--kinds"]
    seconds, mixed = float(told[0]) if told else 10.0, "--kinds" in sys.argv
    others = ROWS * 3 // 10 if mixed else 0
    with workshop() as folder:
        export, home = folder / "export.csv", folder / "home"
        write_export(export, ROWS - others)
        anmin("init", home=home)
        anmin("import", "incidents", str(export), "--profile", "template_zh", home=home)
        export.unlink()
        environment = {"ANMIN_HOME": str(home), "ANMIN_REQUIRE_MFA": "false"}
        if others:
            fill = [sys.executable, "-m", "bench.prepare.kinds", str(others)]
            subprocess.run(fill, env={**os.environ, **environment}, check=True)
        _out, took, _peak = anmin("callbacks", "plan", home=home)
        print(f"planning callbacks for {ROWS:,} incidents: {took:.1f} s ({ROWS / took:,.0f}/s)")
        anmin("worker", "--once", home=home)  # what a night does once is not measured by day
        staged = subprocess.run(
            [sys.executable, "-m", "bench.prepare.load", str(LINKS)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        stage = json.loads(staged.stdout)
        port = free_port()
        command = [str(Path(sys.executable).parent / "anmin"), "up", "--no-demo"]
        with served([*command, "--port", str(port)], environment, port, "/healthz"):
            reads(stage, 2, port)  # until both processes are up and the file is in memory
            ours = [*reads(stage, seconds, port), *writes(stage, seconds, port)]
        reference = bare(folder, seconds)
    for one in (*ours, *reference):
        print(one)
    listed, written = reference
    print(f"desk list / bare list: {ours[0].per_second / listed.per_second:.2f} × the rate")
    print(f"citizen's answer / 3 inserts: {ours[3].per_second / written.per_second:.2f} × the rate")


if __name__ == "__main__":
    main()
