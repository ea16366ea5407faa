"""A thing that waits for its owner: little is told of it, and a claim never says whether it fits."""

import re
from typing import Any

import pytest
from django.test import Client
from tests.personas import City

from anmin.matters.models import Matter
from anmin.property.models import ReturnEvent
from anmin.property.published import EVENT, THING, month_of, things_offered
from anmin.property.tests.scene import Rooms, rooms
from anmin.publishing import actions, public
from anmin.publishing.models import Publication, Standing
from anmin.publishing.tests.scene import approved
from anmin.registers.models import Item

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.fixture
def at(city: City) -> Rooms:
    return rooms(city)


@pytest.fixture
def citizen() -> Client:
    return Client(headers={"Accept-Language": "en"})


def published(at: Rooms, source: str, key: str) -> Publication:
    """Drafted by the programme office, approved by 郑局."""
    row = actions.begin(source=source, key=key, by=at.city.programme)
    actions.submit(publication_id=row.pk, by=at.city.programme)
    return approved(at.city, Publication.objects.get(pk=row.pk))


def hidden(page: str) -> dict[str, str]:
    """The token of the page, and the sum answered."""
    token = re.search(r'name="token" value="([^"]+)"', page)
    summed = re.search(r"How much is (\w+) plus (\w+)\?", page)
    assert token
    assert summed
    answer = sum(NUMBERS.index(one) + 1 for one in summed.groups())
    return {"token": token[1], "sum": str(answer)}


def test_a_thing_is_found_by_what_is_public_and_claimed_by_what_is_not(
    at: Rooms, citizen: Client
) -> None:
    item = at.kept(facts={"description": "左侧有划痕", "found_place": "安阳路9号"})
    row = published(at, THING, item.number)
    month = month_of(item)
    for query in ({}, {"sort": "e_bike"}, {"colour": "blue", "q": "雅迪"}, {"month": month}):
        page = citizen.get("/goods/", query).content.decode()
        assert row.number in page, query
        for secret in (
            "YD20260077",
            "划痕",
            "安阳路",
            item.number,
            "2600",
            "2,600",
            "陈立",
            "<img",
        ):
            assert secret not in page
    for query in ({"sort": "car"}, {"q": "爱玛"}, {"colour": "red"}):
        assert row.number not in citizen.get("/goods/", query).content.decode()
    assert citizen.get("/goods/", {"month": "soon"}).status_code == 422
    assert things_offered(at.city.programme) == []
    url = f"/goods/{row.number}/claim"
    form = {"marks": "座下蓝色贴纸", "serial": "YD1", "contact_name": "王秀英"}
    page = citizen.get(url).content.decode()
    assert citizen.post(url, form | hidden(page) | {"sum": "0"}).status_code == 422
    assert citizen.post(url, hidden(page) | {"marks": " "}).status_code == 422
    assert not Matter.objects.filter(kind="property_claim").exists()
    sent = citizen.post(url, form | hidden(page))
    assert (sent.status_code, sent["Location"]) == (302, "/r/sent/")
    claim = Matter.objects.get(kind="property_claim")
    assert (claim.unit, claim.details["item"], claim.details["sort"]) == (
        at.city.jinhu,
        item.number,
        "e_bike",
    )
    again = citizen.post(url, form | hidden(page))
    assert again.status_code in (302, 422)
    assert Matter.objects.filter(kind="property_claim").count() == 1
    shown = citizen.get("/r/sent/").content.decode()
    assert claim.number in shown
    assert item.number not in shown


def test_what_went_is_told_of_no_longer_and_claimed_no_longer(at: Rooms, citizen: Client) -> None:
    item = at.kept()
    row = published(at, THING, item.number)
    at.owned(item)
    row.refresh_from_db()
    assert row.standing == Standing.WITHDRAWN
    assert row.number not in citizen.get("/goods/").content.decode()
    assert citizen.get(f"/goods/{row.number}/claim").status_code == 404
    assert citizen.get("/goods/WP-2026-9999/claim").status_code == 404


def test_what_went_back_on_a_day_is_published_by_class(at: Rooms, citizen: Client) -> None:
    from anmin.property.tests.test_returns import event_of

    event = event_of(at)
    ReturnEvent.objects.filter(pk=event.pk).update(day=at.lost().opened_at.date())
    event.refresh_from_db()
    for sort, value in (("car", 168000), ("car", 126000), ("cash", 51200)):
        item = at.kept(facts={"sort": sort, "title": sort, "value": value, "serials": []})
        at.agreed(item, ground=at.owned(item, at.lost()).number)
        at.returned(item, event=event)
    row = published(at, EVENT, event.code)
    said: Any = public.read(row.number).card.content.zh
    assert "3件" in said.lead
    assert "345,200元" in said.lead
    facts = {one.label: one.value for one in said.facts}
    assert facts == {"现金": "1件，51,200元", "小轿车": "2件，294,000元"}
    assert Item.objects.filter(state="returned").count() == 3
