"""林晓 works the inbox of replies without the mouse; its pages stand the accessibility rules."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from anmin.callbacks import contacting
from anmin.callbacks.models import Answer, Callback, ReplyItem
from anmin.callbacks.replies import take_replies
from anmin.callbacks.tests.scene import planned
from anmin.channels.actions import receive_reply
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.matters.contacts import ContactFacts
from tests.browser.test_call import _no_quiet_hours, desk
from tests.browser.test_look import PHONE, WIDE, chromium, violations
from tests.personas import WANG, City

__all__ = ["_no_quiet_hours", "chromium", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECOND = "+8613857712346"


def written(city: City) -> None:
    """Two messages went out and came back with words; a third one never arrived."""
    for phone in (WANG.phone, SECOND, "+8613857712347"):
        contact = ContactFacts("王秀英", phone, "文化小区3幢")
        callback = planned(city, category="noise", contact=contact)
        Callback.objects.filter(pk=callback.pk).update(not_before=timezone.now())
    contacting.advance()
    sent = Message.objects.order_by("pk")
    last = sent.last()
    assert last is not None
    moment = timezone.now() - timedelta(minutes=20)
    sent.exclude(pk=last.pk).update(status=Delivery.SENT, sent_at=moment)
    sent.filter(pk=last.pk).update(status=Delivery.DEAD, last_error="SMS gateway answered 410")
    for ref, phone, text in (
        ("1", WANG.phone, "3，来得太晚了，楼上现在还在吵"),
        ("2", SECOND, "你们是谁"),
    ):
        receive_reply(provider="t", provider_ref=ref, sender=phone, text=text)
    take_replies()


def test_two_replies_by_keyboard_alone(desk: Any, city: City) -> None:
    written(city)
    first, second = ReplyItem.objects.order_by("pk")
    page = desk(city.operator, "/desk/")
    expect(page.locator(".side .nav-count")).to_have_text("2")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/desk/replies/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/replies/{first.pk}/")
    expect(page.locator(".reply-text")).to_contain_text("来得太晚了")
    # the only question is chosen already and the answer it begins with offered, not the decision
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/desk/replies/{second.pk}/")
    page.keyboard.press("5")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".field-error").first).to_contain_text("请写明理由")
    page.locator("[name=reason]").fill("只是询问，已按规定说明")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/replies/")
    answer = Answer.objects.get()
    assert (answer.satisfaction, answer.via, answer.operator) == (
        "dissatisfied",
        "sms",
        city.operator,
    )
    decided = ReplyItem.objects.order_by("pk").values_list("decision", "decided_by")
    assert list(decided) == [("answer", city.operator.pk), ("nothing", city.operator.pk)]


@pytest.mark.parametrize(
    ("scheme", "size"), [("dark", WIDE), ("light", PHONE)], ids=["wide", "phone"]
)
def test_everybody_can_use_these_pages(
    desk: Any, city: City, chromium: Browser, scheme: str, size: tuple[int, int]
) -> None:
    written(city)
    item = ReplyItem.objects.order_by("pk")[0]
    for address in ("/desk/replies/", f"/desk/replies/{item.pk}/", "/desk/undelivered/"):
        page = desk(city.operator, address, size=(size[0], 6000), color_scheme=scheme)
        assert violations(page) == [], address
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0], address
        if folder := os.environ.get("ANMIN_TEST_PICTURES"):
            name = f"{address.strip('/').replace('/', '-')}-{size[0]}-{scheme}.png"
            page.set_viewport_size({"width": size[0], "height": 900})
            page.screenshot(path=f"{folder}/{name}", full_page=True)
