"""The look in a real browser: every component in both languages, both themes, wide and on a phone;
the keyboard layer; what happens when the server refuses, fails or is out of reach.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.personas import City

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.gallery")]

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = (
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)
WIDE, PHONE = (1440, 900), (390, 844)

Open = Callable[..., Page]

expect.set_options(timeout=30_000)  # a page is wrong for what it says, not for a busy machine


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright runs its own event loop in this thread, which Django takes for an async context.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = "/usr/bin/chromium"
        browser = playwright.chromium.launch(
            executable_path=path if Path(path).exists() else None,
            args=[f"--{flag}" for flag in FLAGS],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(live_server: Any, chromium: Browser, city: City) -> Iterator[Open]:
    """Open an address as 吴敏, who may open most rooms. Any breach of the policy fails the test."""
    session = Client()
    session.force_login(city.inspector)
    contexts = []
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            heard.append(message.text)

    def opened(
        address: str, *, size: tuple[int, int] = WIDE, language: str = "zh-hans", **options: Any
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        cookies = {"sessionid": session.cookies["sessionid"].value, "django_language": language}
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


def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    asked = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {asked})")
    return [
        f"{v['id']}: {[n['target'] for n in v['nodes']][:5]} {v['nodes'][0]['failureSummary']}"
        for v in found["violations"]
    ]


def followed(page: Page, door: Locator) -> None:
    """Click it, and wait for the page it leads to: a click alone returns on the old one."""
    with page.expect_navigation():
        door.click()


def drawn(page: Page) -> None:
    for one in page.query_selector_all("figure[data-chart]"):
        one.scroll_into_view_if_needed()
        page.wait_for_selector(f"#{one.get_attribute('id')} [data-canvas] svg")
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_everybody_can_use_every_component(
    open_page: Open, language: str, scheme: str, size: tuple[int, int]
) -> None:
    # Tall enough that the bar at the foot of a phone covers nothing.
    tall = (size[0], 9000)
    page = open_page("/gallery/?errors", size=tall, language=language, color_scheme=scheme)
    drawn(page)
    assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
    assert page.evaluate("document.documentElement.lang") == language
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/gallery/question/", "/gallery/question/?errors"])
def test_a_citizen_needs_no_script_and_no_sharp_eyes(
    open_page: Open, scheme: str, address: str
) -> None:
    page = open_page(address, size=PHONE, language="en", color_scheme=scheme)
    assert violations(page) == []
    assert page.query_selector("script") is None
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    heights = page.eval_on_selector_all(".choice, .button", "all => all.map(e => e.offsetHeight)")
    assert min(heights) >= 44


def test_rows_are_about_36_pixels_high_on_a_desk(open_page: Open) -> None:
    page = open_page("/gallery/")
    heights = page.eval_on_selector_all(
        "[data-list] tbody tr", "all => all.map(e => e.offsetHeight)"
    )
    assert heights
    assert all(34 <= height <= 40 for height in heights)


def test_on_a_phone_a_row_is_a_card_with_its_headings(open_page: Open) -> None:
    page = open_page("/gallery/", size=PHONE)
    cell = page.query_selector("#r0 td:nth-child(4)")
    assert cell is not None
    assert cell.get_attribute("data-label") == "状态 State"
    assert page.evaluate("getComputedStyle(document.querySelector('#r0')).display") == "grid"
    assert not page.is_visible("#word")  # the filters are folded away
    page.click("[data-fold] > summary")
    assert page.is_visible("#word")


def test_a_list_is_worked_by_keys_alone(open_page: Open) -> None:
    page = open_page("/gallery/")
    focused = "document.activeElement.textContent"
    for keys, number in (("j", "JQ-0000"), ("j", "JQ-0001"), ("k", "JQ-0000"), ("k", "JQ-0000")):
        page.keyboard.press(keys)
        assert page.evaluate(focused) == number
    page.keyboard.press("x")
    assert page.inner_text("[data-bulk-count]") == "1"
    assert page.is_visible("[data-bulk-bar]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/#JQ-0000")
    page.click("[data-bulk-clear]")
    assert not page.is_visible("[data-bulk-bar]")


def test_keys_never_fire_while_typing(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.keyboard.press("/")
    page.keyboard.type("jxc?gm")
    assert page.input_value("#search-box") == "jxc?gm"
    assert not page.is_visible("#sign")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    assert page.is_visible("#sign")
    # In a dialog only its own keys work.
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('dialog').id") == "sign"


def test_help_lists_the_keys_of_this_page_and_switches_them_off(open_page: Open) -> None:
    page = open_page("/gallery/", language="en")
    page.keyboard.press("?")
    words = page.inner_text("#keys-help")
    assert "审签 Sign" in words
    assert "next, previous row" in words
    assert "Search" in words
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    assert not page.is_visible("#sign")
    page.reload()
    page.keyboard.press("c")
    assert not page.is_visible("#sign")


def test_g_and_a_letter_go_to_a_room(open_page: Open) -> None:
    page = open_page("/gallery/")
    target = page.get_attribute('.side [data-key="g m"]', "href")
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("m")
    assert page.url.endswith(str(target))


def test_failures_are_told_in_words_and_change_nothing(open_page: Open) -> None:
    page = open_page("/gallery/", language="en")
    heading = page.inner_text("h1")
    page.click("#fail")
    page.wait_for_selector("#toasts [role=alert]")
    assert "That did not work. Nothing was changed." in page.inner_text("#toasts")
    assert page.inner_text("h1") == heading
    assert "fragment 500" not in page.content()


def test_a_conflict_is_shown_where_it_happened_after_asking(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.click("#conflict")
    expect(page.locator("#asking-text")).to_have_text("要看吗？ Look?")
    page.click("#asking [value=no]")
    assert page.inner_text("#here") == ""
    page.click("#conflict")
    page.click("[data-asking-yes]")
    page.wait_for_selector("#here b")
    assert page.inner_text("#here") == "fragment 409"


def test_a_refusal_is_said_in_its_own_words(open_page: Open) -> None:
    page = open_page("/gallery/")
    heading = page.inner_text("h1")
    page.click("#refused")
    page.wait_for_selector("#toasts [role=alert]")
    assert "已被他人更新 Somebody was faster" in page.inner_text("#toasts")
    assert page.inner_text("h1") == heading


def test_when_the_session_has_ended_one_signs_in_and_comes_back(open_page: Open) -> None:
    page = open_page("/gallery/?toast")
    page.context.clear_cookies()
    with page.expect_navigation(url="**/accounts/login/**"):
        page.click("#away")
    assert page.url.endswith("/accounts/login/?next=%2Fgallery%2F%3Ftoast")


def test_nothing_is_sent_before_the_question_is_answered(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.check("#r1 [data-select]")
    before = page.url
    page.click("[data-confirm]")
    expect(page.locator("#asking-text")).to_have_text("转办这些？ Hand these over?")
    page.keyboard.press("Escape")
    expect(page.locator("#asking")).to_be_hidden()
    assert page.url == before
    page.click("[data-confirm]")
    followed(page, page.locator("[data-asking-yes]"))


def test_a_contact_is_revealed_by_post(open_page: Open) -> None:
    page = open_page("/gallery/", language="en")
    with page.expect_request("**/gallery/revealed/") as asked:
        page.click(".masked button")
    assert asked.value.method == "POST"
    page.wait_for_selector(".masked strong")
    assert "13857712345" in page.inner_text(".masked")


def test_figures_are_pictures_with_a_table_and_without_script_the_table(
    open_page: Open,
) -> None:
    page = open_page("/gallery/", language="en")
    drawn(page)
    assert not page.is_visible("#line-table")
    page.click("#line [data-table-toggle]")
    assert page.is_visible("#line-table")
    assert "too few to show" in page.inner_text("#line-table")
    assert "0.5" not in page.inner_text("#line-table")
    plain = open_page("/gallery/", java_script_enabled=False)
    assert plain.is_visible("#line-table")
    assert not plain.is_visible("#line [data-canvas]")


def test_the_theme_is_remembered(open_page: Open) -> None:
    page = open_page("/gallery/")
    page.click("[data-menu] >> nth=0")
    page.click("[data-set-theme=dark]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_offline_is_told(open_page: Open) -> None:
    page = open_page("/gallery/", language="en")
    drawn(page)  # or what is still being fetched fails, as it should
    page.context.set_offline(True)
    page.wait_for_selector("[data-offline]", state="visible")
    page.context.set_offline(False)
    page.wait_for_selector("[data-offline]", state="hidden")


def test_good_news_is_polite_and_bad_news_is_an_alert(open_page: Open) -> None:
    page = open_page("/gallery/?toast")
    assert page.inner_text("#toasts [role=alert]").strip() == "没有成功 Failed"
    assert page.get_attribute("#toasts", "aria-live") == "polite"
    page.click("#toasts [role=alert] [data-toast-close]")
    assert page.query_selector("#toasts [role=alert]") is None


def test_on_paper_a_page_is_a_document(open_page: Open) -> None:
    page = open_page("/gallery/", language="en")
    page.emulate_media(media="print")
    for selector in (".top", ".side", ".page-actions", ".filters", "[data-select]"):
        assert not page.is_visible(selector), selector
    assert "吴敏, as of" in page.inner_text(".print-only")
    assert page.is_visible("#line-table")


def test_before_a_session_ends_the_page_says_so_and_stays_in_sight(open_page: Open) -> None:
    page = open_page("/gallery/")
    idle = int(str(page.get_attribute("body", "data-session-idle")))
    told = page.locator(".session-ends")
    page.wait_for_timeout(6000)  # the first look at the clock
    expect(page.locator("h1")).to_be_visible()
    expect(told).to_be_hidden()
    page.evaluate(f"(() => {{ const now = Date.now; Date.now = () => now() + {idle - 60}e3; }})()")
    expect(told).to_be_visible()
    expect(page.locator("h1")).to_be_visible()
    assert violations(page) == []
    told.get_by_role("button").click()
    expect(told).to_be_hidden()
