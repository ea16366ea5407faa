"""Before she goes to a window 王秀英 reads who can apply, what to bring, how long it takes, what it costs."""

import pytest
from django.test import Client
from tests.personas import City

from anmin.matters.services import services

pytestmark = pytest.mark.django_db


def page(client: Client, address: str, language: str = "zh-hans") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_service_has_its_page_and_the_ways_lead_there(
    city: City, client: Client, language: str
) -> None:
    for address in ("/", "/r/"):
        assert 'href="/services"' in page(client, address, language)
    listed = page(client, "/services", language)
    for _kind, code in services():
        assert f'href="/services/{code}"' in listed
        told = page(client, f"/services/{code}", language)
        assert "Visits before" not in told


def test_what_is_read_of_one(city: City, client: Client) -> None:
    told = page(client, "/services/id_card")
    for words in (
        "<dt>申请对象</dt><dd>中国公民；未满十六周岁的，由监护人代为申领</dd>",
        "<dt>收费</dt><dd>首次申领不收费；换领20元，补领40元</dd>",
        "<dt>办理窗口</dt><dd>派出所户籍窗口</dd>",
        "15个工作日",
        "60天",
        "居民户口簿",
        "审核签发",
    ):
        assert words in told
    assert "while you wait" in page(client, "/services/household_copy", "en")
    assert "no time is set" in page(client, "/services/household_copy", "en")


def test_nothing_found_is_said_so_and_the_way_on_is_a_link(city: City, client: Client) -> None:
    none = page(client, "/services?q=zzzz")
    assert ("没有找到" in none, "找到0项" in none, 'href="/r/"' in none) == (True, False, True)
    told = page(client, "/services/id_card")
    assert ("60天（《居民身份证法》第十二条）" in told, 'href="/r/"' in told) == (True, True)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("护照", ["passport"]),
        ("PASSPORT", ["passport"]),
        ("ｈｏｔｅｌ", ["hotel_licence"]),
        ("户口簿 身份证", ["id_card", "household_copy"]),
        ("没有这个", []),
        ("%_'\\", []),
        ("", [code for _kind, code in services()]),
    ],
)
def test_it_is_found_by_a_word_in_either_language(
    city: City, client: Client, words: str, found: list[str]
) -> None:
    answer = client.get("/services", {"q": words})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert [code for _kind, code in services() if f'href="/services/{code}"' in body] == found


def test_what_there_is_not_is_said(city: City, client: Client) -> None:
    assert client.get("/services/nothing").status_code == 404
    assert client.get("/services/police_conduct").status_code == 404
    long = client.get("/services", {"q": "x" * 61})
    assert long.status_code == 422
    assert client.post("/services").status_code == 405
