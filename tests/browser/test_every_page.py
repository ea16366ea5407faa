"""Every page that anybody comes to stands the accessibility rules: a crawl, not a list.

Each role goes from its first page wherever links lead (``tests/hostile/town.py`` builds the city
and walks it). With ``ANMIN_TEST_AXE=whole`` every route is looked at as every role that opens it, in
both languages, light and dark, wide and on a phone; with ``sample`` half of the routes, each as one
role in one of the eight ways, chosen by a hash of its name: the same every time. Without it a few.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.test_look import PHONE, WIDE, chromium, violations
from tests.hostile.town import NOBODY, Town, town

__all__ = ["chromium"]
ASKED = os.environ.get("ANMIN_TEST_AXE", "")
WHOLE = ASKED == "whole"
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(14400 if ASKED else 600)]
SHARE = 2 if ASKED else 12
"""One route in so many is looked at."""
TALL = 6000
"""A viewport as tall as the page: else the bar at the foot of a phone covers targets."""
OURS = ("/desk/", "/accounts/", "/a/", "/q/", "/s/", "/draws", "/records", "/receipt")


DOCTYPE = b"<!doctype"


class Way(NamedTuple):
    """How a page is looked at."""

    language: str
    scheme: str
    width: int


WAYS = [Way(*one) for one in product(("zh-hans", "en"), ("light", "dark"), (WIDE[0], PHONE[0]))]


class Look(NamedTuple):
    """One page as one role, in one way."""

    way: Way
    role: str
    url: str


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
        if WHOLE:
            yield from (Look(way, *one) for one, way in product(opened, WAYS))
        elif chance % SHARE == 0:
            yield Look(WAYS[chance // SHARE % len(WAYS)], *opened[chance // 100 % len(opened)])


@pytest.fixture
def place(transactional_db: None) -> Iterator[Town]:
    with town() as made:
        yield made


def _context(chromium: Browser, place: Town, look: Look, address: str) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": look.way.width, "height": TALL},
        reduced_motion="reduce",
        color_scheme="dark" if look.way.scheme == "dark" else "light",
    )
    cookies = {"django_language": look.way.language}
    if look.role != NOBODY:
        cookies["sessionid"] = place.walkers[look.role].client.cookies["sessionid"].value
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
    return context


def test_every_page_of_every_role_in_every_way(
    place: Town, live_server: Any, chromium: Browser
) -> None:
    pages = _pages(place)
    assert len(pages) > 60  # the crawl came somewhere
    looks = sorted(_looks(pages))
    wrong: list[str] = []
    context, kind = None, None
    for look in looks:
        if kind != look[:2]:
            if context is not None:
                context.close()
            context, kind = _context(chromium, place, look, live_server.url), look[:2]
        assert context is not None
        page = context.new_page()
        # A browser opens no page for a file that is taken away, nor for a part of a page.
        if context.request.get(live_server.url + look.url).body().lstrip()[:9].lower() == DOCTYPE:
            page.goto(live_server.url + look.url)
            found = violations(page)
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                found.append("wider than the screen")
            for one in found:
                wrong.append(f"{look}: {one}")
                print(wrong[-1], flush=True)
        page.close()
    if context is not None:
        context.close()
    assert wrong == []
