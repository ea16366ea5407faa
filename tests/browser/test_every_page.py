"""Every page that anybody comes to stands the accessibility rules: a crawl, not a list.

Each role goes from its first page wherever links lead (``tests/hostile/town.py`` builds the city
and walks it). With ``ANMIN_TEST_AXE=whole`` every route is looked at as every role that opens it, in
both languages, wide and on a phone, light and dark; names of routes (``desk:day,desk:matter``)
instead do the same for these alone (``-s`` shows how far it came). With ``sample`` half of the
routes are looked at, each as one role in one of the eight ways, chosen by a hash of its name: the
same every time. Without it a few.
"""

import os
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby, product
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PageError
from playwright.sync_api import TimeoutError as TooLong

from tests.browser.test_look import PHONE, WIDE, chromium, drawn, violations
from tests.hostile.town import NOBODY, Town, town

__all__ = ["chromium"]
ASKED = os.environ.get("ANMIN_TEST_AXE", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(21600 if ASKED else 600),
]
SHARE = 2 if ASKED else 12
"""One route in so many is looked at."""
TALL = 6000
"""A viewport as tall as the page: else the bar at the foot of a phone covers targets."""
OURS = (
    "/desk/",
    "/accounts/",
    "/a/",
    "/q/",
    "/s/",
    "/r/",
    "/f/",
    "/privacy",
    "/services",
    "/draws",
    "/records",
    "/receipt",
)
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that read colours: all others find the same in both schemes."""
DOCTYPE = b"<!doctype"


class Way(NamedTuple):
    """How a page is looked at."""

    language: str
    width: int
    scheme: str


WAYS = [Way(*one) for one in product(("zh-hans", "en"), (WIDE[0], PHONE[0]), ("light", "dark"))]


class Look(NamedTuple):
    """One page as one role, in one way."""

    language: str
    width: int
    role: str
    url: str
    scheme: str


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:4])


def _pages(place: Town) -> dict[str, list[tuple[str, str]]]:
    """By route: the roles that open it, each with one real address of it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for role, walker in place.walkers.items():
        for route, urls in walker.seen.items():
            opened = [url for url in urls if walker.statuses.get(url) == 200]
            if opened and (opened[0] == "/" or opened[0].startswith(OURS)):
                found.setdefault(route, []).append((role, opened[0]))
    return found


def _looks(pages: dict[str, list[tuple[str, str]]]) -> Iterator[Look]:
    for route, opened in pages.items():
        chance = _number(route)
        chosen: list[tuple[tuple[str, str], Way]] = []
        if ASKED not in ("", "sample"):
            chosen += product(opened, WAYS) if {"whole", route} & {*ASKED.split(",")} else ()
        elif chance % SHARE == 0:
            chosen.append((opened[chance // 100 % len(opened)], WAYS[chance // SHARE % len(WAYS)]))
        for (role, url), way in chosen:
            yield Look(way.language, way.width, role, url, way.scheme)


@pytest.fixture
def place(transactional_db: None) -> Iterator[Town]:
    with town(everybody=bool(ASKED)) as made:
        yield made


def _context(chromium: Browser, place: Town, look: Look, address: str) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": look.width, "height": TALL}, reduced_motion="reduce"
    )
    cookies = {"django_language": look.language}
    if look.role != NOBODY:
        cookies["sessionid"] = place.walkers[look.role].client.cookies["sessionid"].value
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
    return context


def _opened(page: Page, address: str) -> bool:
    """Whether there is a page: none is opened for a file, nor for a part of a page."""
    try:
        answer = page.goto(address)
    except PageError as error:
        if "Download is starting" in str(error):
            return False
        raise
    assert answer is not None
    return answer.body().lstrip()[:9].lower() == DOCTYPE


def _in(page: Page, scheme: str) -> None:
    """Show the page in light or dark, and wait until it is."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _wrong(page: Page, *, again: bool) -> Iterator[str]:
    """What is wrong with a page; seen in the other scheme ``again`` only its colours are new."""
    if again:
        yield from violations(page, COLOURS)
        return
    try:
        drawn(page)
    except TooLong:
        yield "a figure is not drawn"
    yield from violations(page)
    if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
        yield "wider than the screen"


def test_every_page_of_every_role_in_every_way(
    place: Town, live_server: Any, chromium: Browser
) -> None:
    pages = _pages(place)
    assert len(pages) > 60  # the crawl came somewhere
    looks = sorted(_looks(pages))
    wrong: list[str] = []
    done, looked, began = 0, 0, time.monotonic()
    for _who, theirs in groupby(looks, lambda look: look[:3]):
        page: Page | None = None
        for url, alike in groupby(theirs, lambda look: look.url):
            schemes = [*alike]
            if page is None:
                page = _context(chromium, place, schemes[0], live_server.url).new_page()
            _in(page, schemes[0].scheme)
            done += len(schemes)
            if not _opened(page, live_server.url + url):
                continue
            looked += len(schemes)
            for again, look in enumerate(schemes):
                _in(page, look.scheme)
                found = [f"{look}: {one}" for one in _wrong(page, again=bool(again))]
                wrong += found
                print(*found, sep="\n", end="\n" if found else "", flush=True)
        if page is not None:
            page.context.close()
        minutes = (time.monotonic() - began) / 60
        print(f"{done}/{len(looks)}, {looked} pages looked at, {minutes:.1f} min", flush=True)
    assert wrong == []
