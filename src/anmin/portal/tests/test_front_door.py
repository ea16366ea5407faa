"""The front page: five ways in, small, in two languages, to be put on a telephone's first screen."""

import json
import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.test import Client
from tests.personas import City

from anmin.portal import doors
from anmin.portal.views import site_files

pytestmark = pytest.mark.django_db
LARGEST = 100_000


def loaded(page: str) -> list[str]:
    """The files of the site that a page brings in at once."""
    found = re.findall(r'(?:src|href)="/static/([^"?]+)"', page)
    return [one for one in dict.fromkeys(found) if not one.endswith("-192.png")]


def test_a_door_whose_page_is_not_there_is_not_shown(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get("/").content.decode()
    shown = re.findall(r'<a class="door" href="([^"]+)">', page)
    assert shown == [one.address for one in doors.doors()]
    assert {"/r/", "/f/", "/take-part"} <= set(shown)
    for one in (*shown, *(one.address for one in doors.further())):
        assert client.get(one).status_code == 200, one
    absent = doors.Door("/nowhere-at-all/", "Nowhere")
    monkeypatch.setattr(doors, "DOORS", (*doors.DOORS, absent))
    assert absent not in doors.doors()
    english = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "Report something" in english
    assert "举报" not in english


def test_the_first_load_is_small(city: City, client: Client) -> None:
    page = client.get("/")
    size = len(page.content)
    for name in loaded(page.content.decode()):
        path = finders.find(name)
        assert isinstance(path, str), name
        size += Path(path).stat().st_size
    assert size < LARGEST
    assert "<img" not in page.content.decode()


def test_search_engines_find_what_is_for_all_and_nothing_else(city: City, client: Client) -> None:
    told = client.get("/robots.txt").content.decode()
    assert "Disallow: /f/" in told
    assert re.search(r"Sitemap: \S+/sitemap.xml", told)
    pages = re.findall(
        r"<loc>[a-z]+://[^/]+([^<]*)</loc>", client.get("/sitemap.xml").content.decode()
    )
    assert {"/", "/r/", "/take-part", "/privacy", "/services", "/r/incident/"} <= set(pages)
    for one in pages:
        assert client.get(one).status_code == 200, one
        private = [part for part in site_files.PRIVATE if part != "/f/"]
        assert not any(one.startswith(part) for part in private)


def test_it_can_be_put_on_the_first_screen(city: City, client: Client) -> None:
    page = client.get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    card = client.get("/manifest.webmanifest")
    assert card["Content-Type"] == "application/manifest+json"
    told = json.loads(card.content)
    assert (told["start_url"], told["scope"], told["lang"]) == ("/", "/", "zh-hans")
    for icon in told["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
    assert client.get("/offline").status_code == 200


def test_the_worker_keeps_only_pages_that_are_the_same_for_everybody(
    city: City, client: Client
) -> None:
    script = client.get("/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    kept = re.search(r"const PAGES = (\[[^\]]*\]);", script.content.decode())
    assert kept
    for one in json.loads(kept[1]):
        assert not any(one.startswith(part) for part in site_files.PRIVATE)
        first, second = client.get(one), Client().get(one)
        texts = [
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
            for answer in (first, second)
        ]
        assert texts[0] == texts[1]
    assert "url.search" in script.content.decode()


def test_whose_site_it_is_and_its_registrations_stand_at_the_foot(
    city: City, client: Client, settings: LazySettings
) -> None:
    marks = ("瑞安市公安局主办", "浙ICP备00000000号-1", "网站标识码3303810001")
    assert "备00000000号" not in client.get("/f/").content.decode()
    settings.SITE_MARKS = marks
    for address in ("/f/", "/tell/"):
        assert " · ".join(marks) in client.get(address).content.decode()
