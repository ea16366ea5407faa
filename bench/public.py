"""The public pages of the demo city, under 32 clients and two processes.

    python -m bench.public [SECONDS]

SQLite, the server as ``anmin up`` starts it. *Unchanged*: a reader or a cache on the way asks again with
the mark that it was given. *Whole*: the page itself. *Drawn*: the list, and no two requests look for the
same, so nothing that is kept answers. Bare Django beside it in the same run.
"""

import itertools
import json
import os
import re
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.city import anmin, workshop
from bench.load import Measured, get, run
from bench.web import bare, forever, free_port, served

CLIENTS = 32
LISTS = ("/read/", "/goods/")
PAGES = (
    "/",
    "/board/",
    "/read/",
    "/goods/",
    "/take-part",
    "/privacy",
    "/sitemap.xml",
    "/feed.atom",
)


def fetched(port: int, path: str) -> tuple[str, str]:
    """What a page says, and its mark."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as reply:
        return reply.read().decode(), reply.headers.get("ETag", "")


def a_publication(port: int) -> str:
    """The address of one thing published."""
    page, _mark = fetched(port, "/board/")
    return sorted(set(re.findall(r'href="(/read/[^"?]+-\d+[^"?]*)"', page)))[0]


def measured(port: int, seconds: float) -> list[Measured]:
    """Each page as it is asked for again, and as it is drawn."""

    def taken(
        name: str, requests: Callable[[int], Iterator[bytes]], good: tuple[int, ...] = (200,)
    ) -> Measured:
        return run(name, port, requests, seconds=seconds, clients=CLIENTS, good=good)

    def same(asked: bytes) -> Callable[[int], Iterator[bytes]]:
        return lambda _client: forever(asked)

    def anew(path: str, count: Iterator[int]) -> Iterator[bytes]:
        """Blanks of another kind each time: they look for nothing, and no kept page has them."""
        for n in count:
            blanks = f"{n:b}".replace("0", "+").replace("1", "%09")
            yield get(f"{path}?q={blanks}")

    found = []
    for path in (*PAGES, a_publication(port)):
        _page, mark = fetched(port, path)
        if mark:
            found.append(taken(f"unchanged {path}", same(get(path, If_None_Match=mark)), (304,)))
        found.append(taken(f"whole {path}", same(get(path))))
    count = itertools.count(1)
    found += [taken(f"drawn {path}", lambda _n, p=path: anew(p, count)) for path in LISTS]
    return found


def main() -> None:
    """Load the demo city, start the server and measure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with workshop() as folder:
        home = Path(os.environ.get("ANMIN_BENCH_HOME", folder / "home"))
        if not home.exists():
            anmin("init", home=home)
            anmin("demo", "load", home=home)
            anmin("worker", "--once", home=home)
        port = free_port()
        command = [str(Path(sys.executable).parent / "anmin"), "up", "--no-demo"]
        with served([*command, "--port", str(port)], {"ANMIN_HOME": str(home)}, port, "/healthz"):
            run("", port, lambda _n: forever(get("/board/")), seconds=2)
            ours = measured(port, seconds)
        listed, _written = bare(folder, seconds)
    for one in (*ours, listed):
        print(one)
    print(json.dumps({one.name: round(one.per_second / listed.per_second, 2) for one in ours}))


if __name__ == "__main__":
    main()
