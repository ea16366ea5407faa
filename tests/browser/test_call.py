"""林晓 writes down an answer without the mouse; every page of hers stands the accessibility rules."""

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.tests.scene import planned, rules
from tests.browser.test_look import PHONE, WIDE, chromium, followed, violations
from tests.personas import City

__all__ = ["chromium"]
pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _no_quiet_hours() -> Iterator[None]:
    """A browser's clock cannot be stopped: calls are allowed whenever this runs."""
    with rules(quiet_from=time(0), quiet_until=time(0)):
        yield


@pytest.fixture
def desk(live_server: Any, chromium: Browser, city: City) -> Iterator[Any]:
    """Open an address as somebody. Whatever the browser complains about fails the test."""
    heard: list[str] = []
    contexts = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            heard.append(message.text)

    def opened(account: Any, address: str, **options: Any) -> Page:
        session = Client()
        session.force_login(account)
        size, now = options.pop("size", WIDE), options.pop("now", None)
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        if now:
            context.clock.set_system_time(now)
        cookies = {"sessionid": session.cookies["sessionid"].value, "django_language": "zh-hans"}
        context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_two_answers_and_a_busy_line_by_keyboard_alone(desk: Any, city: City) -> None:
    first, second, third = planned(city), planned(city), planned(city)
    page = desk(city.operator, "/desk/callbacks/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/callbacks/{first.pk}/")

    # the number, then a happy answer: solved, satisfied, one piece of advice
    page.keyboard.press("p")
    expect(page.locator("#citizen")).to_contain_text("138 5771 2345")
    page.keyboard.press("1")
    page.keyboard.press("1")
    expect(page.locator('[name="concerns"]').first).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")

    # an unhappy one: the questions for the unhappy come up and take digits too
    page.wait_for_url(f"**/desk/callbacks/{second.pk}/")
    expect(page.locator(".toast-note")).to_contain_text("已解决 · 满意")
    page.keyboard.press("3")
    page.keyboard.press("3")
    expect(page.locator('[name="concerns"]').first).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("0")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("等了一个小时")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")

    # nobody free to talk
    page.wait_for_url(f"**/desk/callbacks/{third.pk}/")
    expect(page.locator(".toast-note").last).to_contain_text("督察部门")
    page.keyboard.press("b")
    expect(page.locator('[name="solved"]').first).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/callbacks/")

    happy, unhappy = Answer.objects.order_by("pk")
    assert (happy.callback_id, happy.solved, happy.satisfaction) == (first.pk, "yes", "satisfied")
    assert len(happy.advice_given) == 1
    assert (unhappy.solved, unhappy.satisfaction) == ("no", "dissatisfied")
    assert unhappy.concerns == ["slow_arrival", "other"]
    assert unhappy.consent_contact is False
    assert Attempt.objects.get(callback=third).outcome == "busy"
    assert Callback.objects.get(pk=third.pk).closed_at is None


@pytest.mark.django_db(transaction=True)
def test_a_slip_is_put_right_by_keyboard_in_the_next_call(desk: Any, city: City) -> None:
    first, second = planned(city), planned(city)
    page = desk(city.operator, "/desk/callbacks/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/callbacks/{first.pk}/")
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/desk/callbacks/{second.pk}/")
    expect(page.locator(".just-saved")).to_contain_text(first.matter.number)
    page.keyboard.press("g")
    page.keyboard.press("z")
    page.wait_for_url("**/correct/")
    expect(page.locator('[name="satisfaction"][value="fairly"]')).to_be_checked()
    page.locator('[name="satisfaction"][value="satisfied"]').check()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/desk/callbacks/{second.pk}/")
    wrong, right = Answer.objects.order_by("pk")
    assert (wrong.satisfaction, wrong.counts_instead) == ("fairly", False)
    assert (right.satisfaction, right.counts_instead) == ("satisfied", True)


@pytest.mark.django_db(transaction=True)
def test_enter_goes_on_and_never_saves_and_the_ring_is_around_the_question(
    desk: Any, city: City
) -> None:
    callback = planned(city)
    page = desk(city.operator, "/desk/callbacks/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/callbacks/{callback.pk}/")

    def focused() -> list[Any]:
        found: list[Any] = page.evaluate(
            "[document.activeElement.tagName, document.activeElement.name ?? '',"
            " document.activeElement.closest('[data-ask]')?.querySelector('input, textarea').name]"
        )
        return found

    def ringed(selector: str) -> bool:
        return bool(
            page.locator(selector).first.evaluate("one => getComputedStyle(one).outlineStyle")
            != "none"
        )

    # nothing is chosen, and nothing looks chosen: the question has the focus
    assert focused() == ["FIELDSET", "", "solved"]
    assert ringed("fieldset:has([name=solved])")
    assert not any(ringed(f".pick:has([name=solved][value={one}])") for one in ("yes", "no"))
    page.keyboard.press("Tab")  # to the first choice, without taking it
    assert ringed("fieldset:has([name=solved])")
    assert not ringed(".pick:has([name=solved][value=yes])")
    for _time in range(3):
        page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    assert page.locator("[name=solved]:checked").count() == 0

    # unhappy; every concern has a key, and one Tab or one Enter leads to the words
    page.locator("fieldset:has([name=solved])").focus()
    page.keyboard.press("3")
    page.keyboard.press("3")
    assert focused() == ["FIELDSET", "", "concerns"]
    keys = page.locator("[name=concerns]").evaluate_all("all => all.map(one => one.dataset.digit)")
    assert all(keys)
    assert len(set(keys)) == len(keys)
    page.keyboard.press("y")
    page.keyboard.press("Enter")
    assert focused() == ["TEXTAREA", "text", "text"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert focused() == ["TEXTAREA", "text", "text"]
    page.keyboard.type("没人来")

    # not saved before consent was asked for; the error stands at the question
    page.keyboard.press("Control+Enter")
    expect(page.locator("#consent_contact-error")).to_be_visible()
    assert not Answer.objects.exists()
    page.locator("fieldset:has([name=consent_contact])").focus()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/callbacks/")
    assert Answer.objects.get().concerns == ["loss_not_recovered", "conduct"]

    # what is told has a place of its own: it covers nothing
    toast = page.locator(".toast-note").first.bounding_box()
    main = page.locator("#main").bounding_box()
    assert toast is not None
    assert main is not None
    assert toast["y"] + toast["height"] <= main["y"] + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("scheme", "size"), [("dark", WIDE), ("light", PHONE)], ids=["wide", "phone"]
)
def test_everybody_can_use_these_pages(
    desk: Any, city: City, scheme: str, size: tuple[int, int]
) -> None:
    callback = planned(city)
    city.incident()
    tall = (size[0], 6000)
    page = desk(city.operator, "/desk/callbacks/", size=tall, color_scheme=scheme)
    assert violations(page) == []
    followed(page, page.get_by_role("button", name="下一个回访"))
    assert page.url.endswith(f"/desk/callbacks/{callback.pk}/")
    page.locator('[name="satisfaction"][value="dissatisfied"]').check()
    page.locator('[name="consent_contact"][value="no"]').check()
    for details in page.locator("main details").all():
        details.evaluate("one => one.open = true")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    followed(page, page.get_by_role("button", name="保存后暂停"))
    assert page.url.endswith("/desk/callbacks/")
    page.goto(page.url + f"{callback.pk}/")
    assert violations(page) == []
    for account, address in (
        (city.duty_leader, "/desk/day/"),
        (city.inspector, f"/desk/matters/{callback.matter.number}/answers/"),
        (city.duty_leader, "/desk/callbacks/"),
    ):
        page = desk(account, address, size=tall, color_scheme=scheme)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
