"""Reads every address as nobody, in both languages, and searches what comes back: body, headers, cookies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.staticfiles.finders import get_finders
from django.test import Client

from anmin.config import rights
from anmin.config.rights import NOBODY
from anmin.config.tests.rights_walk import addresses
from anmin.config.tests.rights_world import World, whose
from anmin.publishing.models import Edition
from anmin.publishing.series import all_series
from tests.addresses import Walker
from tests.markers.marks import Somebody, around, found_in

LANGUAGES = ("zh-hans", "en")
STARTS = (
    "/",
    "/read/",
    "/board/",
    "/goods/",
    "/draws",
    "/records",
    "/services",
    "/take-part",
    "/quiz",
)
MATTER = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,6}-20\d\d-\d{7,12}-[0-9A-Z](?![A-Za-z0-9])")
BROKEN = (
    "/no-such-page",
    "/read/BG-2000-9999",
    "/f/JQ-2026-0000001-1",
    "/%00",
    "/a/x",
    "/feed/x.atom",
)
TEXTS = ("text/", "json", "xml", "javascript")
ASKED = (("/read/", "q"), ("/goods/", "brand"), ("/services", "q"))
SHUT = {"sign-in", "signature"}
UNWRITTEN = "蠹魈"
"""Two characters that nobody wrote anywhere."""


@dataclass
class Searched:
    """What was read, and what was found in it."""

    answers: int = 0
    letters: int = 0
    files: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def look(self, url: str, response: Any) -> None:
        """Search one answer; what the address says itself is not counted."""
        body = b"".join(response) if response.streaming else response.content
        headers = "\n".join(f"{name}: {held}" for name, held in response.items())
        told = headers + "\n" + response.cookies.output() + "\n" + body.decode("utf-8", "replace")
        self.answers += 1
        self.letters += len(told)
        self.faults += [url] if response.status_code == 500 else []
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        text = any(one in response.headers.get("Content-Type", "") for one in TEXTS)
        bare = [] if text else found_in(body)
        for what in [*found_in(told), *bare, *self._matters(url, told)]:
            self.found.setdefault(f"{url}: {what}", around(told))

    @staticmethod
    def _matters(url: str, told: str) -> list[str]:
        """Numbers of matters, by which somebody follows one: none but that of the address."""
        return [f"matter {one}" for one in set(MATTER.findall(told)) if one not in url]


class Reader(Client):
    """Somebody without an account, all of whose answers are searched."""

    def __init__(self, searched: Searched, language: str) -> None:
        super().__init__(headers={"Accept-Language": language}, raise_request_exception=False)
        self.searched = searched

    def get(self, path: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, searched."""
        response = super().get(path, *args, **kwargs)
        self.searched.look(str(path), response)
        return response


def read_everything(paths: list[str], *, quick: bool = False) -> Searched:
    """These addresses (`of_the_house`), every page that links lead to, every edition, feed and file.

    Once in each language; ``quick``: in one, without the files.
    """
    searched = Searched()
    for language in LANGUAGES[: 1 if quick else None]:
        reader = Reader(searched, language)
        for path in (*paths, *_published(), *BROKEN):
            reader.get(path)
        Walker(reader, each=3 if quick else 100_000).walk(*STARTS)
        for name, told in _asked_for(language, 1 if quick else 8).items():
            searched.found[name] = told
    for path, content in () if quick else _files():
        searched.files += 1
        for what in found_in(content):
            searched.found[f"{path}: {what}"] = ""
    return searched


def of_the_house(world: World, *, quick: bool = False) -> list[str]:
    """Every address there is, with the objects of the world in it; ``quick``: that nobody has to sign in for."""
    signed_in = {
        right.address for right in rights.table().values() if right.answers[NOBODY] in SHUT
    }
    return [
        world.path(address.name, address.route, mine, NOBODY)
        for address in addresses()
        for mine in whose(address.name, address.route)
        if not (quick and address.route in signed_in)
    ]


def _published() -> Iterator[str]:
    for number, seq in Edition.objects.values_list("publication__number", "seq"):
        yield from (f"/read/{number}", f"/read/{number}/{seq}", f"/read/{number}/{seq}.json")
        yield f"/goods/{number}/claim"
    for code in all_series():
        yield from (f"/read/?series={code}", f"/feed/{code}.atom")


def _asked_for(language: str, people: int) -> dict[str, str]:
    """Whether a search answers to what is somebody's otherwise than to what nobody ever wrote."""
    found, client = {}, Client(headers={"Accept-Language": language})
    for serial in range(people):
        somebody = Somebody(serial)
        for asked in (somebody.name, somebody.phone, somebody.address, somebody.thing, "虋龘"):
            for path, field_name in ASKED:
                told, other = (
                    _without(client.get(f"{path}?{urlencode({field_name: one})}"), one)
                    for one in (asked, UNWRITTEN)
                )
                if told != other:
                    found[f"{path} answers to {asked}"] = told[:200]
    return found


def _without(response: Any, asked: str) -> str:
    page: str = response.content.decode()
    for one in (asked, quote(asked), urlencode({"": asked})[1:]):
        page = page.replace(one, "")
    return re.sub(r'nonce-[^\'"]+|name="csrfmiddlewaretoken" value="\w+"', "", page)


def _files() -> Iterator[tuple[str, bytes]]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            with storage.open(path) as file:
                yield path, file.read()
