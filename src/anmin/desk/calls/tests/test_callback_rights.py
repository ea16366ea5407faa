"""Who may not call sees and changes nothing, and the operator learns no more than the call needs."""

import re

import pytest
from tests.personas import City, SignIn

from anmin.callbacks import actions as calls
from anmin.callbacks.tests.scene import named_later, planned, world
from anmin.channels.models import OptOut
from anmin.desk.calls.tests.test_callback_pages import (
    NEXT,
    QUEUE,
    WORDS,
    clock,
    fang,
    open_next,
    page_of,
    send,
    text,
)
from anmin.matters.actions import assign
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import LaterContact
from anmin.people.models import AccessLog, Account

__all__ = ["clock", "fang"]


def test_the_officer_is_nowhere_on_the_operators_pages(city: City, sign_in: SignIn) -> None:
    assign(matter_id=city.incident().pk, actor=Actor.of(city.duty_leader), account=city.officer)
    planned(city, place="文化小区3幢502室")
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    seen = page + text(browser.get(QUEUE)) + text(browser.get("/desk/day/"))
    for view in ("planned", "messaged", "calling", "done", "closed", "excluded"):
        seen += text(browser.get(f"{QUEUE}?view={view}"))
    seen += text(send(browser, address, page, solved="maybe"))
    for hidden in ("陈立", "chenli", "周卫国", "锦湖派出所", "王秀英", "13857712345", "502室"):
        assert hidden not in seen


def test_the_number_is_shown_once_asked_for_and_logged(city: City, sign_in: SignIn) -> None:
    callback = planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    assert not AccessLog.objects.filter(action="reveal_contact").exists()
    piece = text(browser.post(page_of(callback, "phone"), headers={"HX-Request": "true"}))
    assert 'href="tel:+8613857712345"' in piece
    assert "138 5771 2345" in piece
    assert "<form" not in piece
    whole = text(send(browser, page_of(callback, "phone"), page, text=WORDS, solved="no"))
    assert "138 5771 2345" in whole
    assert WORDS in whole
    assert re.search(r'value="no" checked', whole)
    assert AccessLog.objects.filter(action="reveal_contact").count() == 2
    assert "13857712345" not in text(browser.get(address))


def test_of_several_people_it_is_said_who_wants_no_more_contact(
    city: City, sign_in: SignIn
) -> None:
    alone, browser = planned(city), sign_in(city.operator)
    address, page = open_next(browser)
    assert 'name="spoken_to"' not in page
    named_later(alone.matter, ContactFacts("张某某", "+8613900000001"))
    page = text(browser.get(address))
    assert "张某 139****0001" in page
    refused = send(browser, address, page, outcome="opted_out")
    assert refused.status_code == 422
    assert "请选择是谁要求不再联系。" in text(refused)
    refused = send(browser, address, page, solved="yes", satisfaction="satisfied")
    assert refused.status_code == 422
    assert "请选择是谁作答的。" in text(refused)
    shown = text(browser.post(f"{address}phone/", {"key": "k"}))
    assert ("对其说" in shown, "张某某先生或女士" in shown or "张某某" in shown) == (True, True)
    assert not OptOut.objects.exists()
    assert send(browser, address, page, outcome="opted_out", spoken_to="1").status_code == 303
    assert OptOut.objects.get().recipient_index == LaterContact.objects.get().phone_index


def test_a_stranger_gets_no_number(city: City, sign_in: SignIn, fang: Account) -> None:
    callback = planned(city)
    open_next(sign_in(city.operator))
    refused = sign_in(fang).post(page_of(callback, "phone"))
    assert refused.status_code == 409
    assert "13857712345" not in text(refused)
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("who", ["officer", "duty_leader", "analyst", "leader", "admin"])
def test_who_is_rated_or_only_looks_on_changes_nothing(
    city: City, sign_in: SignIn, who: str
) -> None:
    callback = planned(city)
    calls.next_callback(city.operator)
    before = world()
    browser = sign_in(getattr(city, who))
    assert browser.get(page_of(callback)).status_code == 403
    for address in (NEXT, page_of(callback), page_of(callback, "take"), page_of(callback, "phone")):
        assert browser.post(address, {"key": "k", "solved": "yes"}).status_code == 403
    assert world() == before
    assert not AccessLog.objects.exists()


def test_a_unit_sees_numbers_only(city: City, sign_in: SignIn) -> None:
    callback = planned(city)
    assert sign_in(city.officer).get(QUEUE).status_code == 403
    page = text(sign_in(city.duty_leader).get(QUEUE))
    assert callback.matter.number not in page
    assert re.search(r"电话回访.*?stat-value\">1<", page, re.DOTALL)
