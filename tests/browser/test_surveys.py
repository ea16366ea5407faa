"""The survey studio and the citizens' survey page in a real browser: keys, axe, both sizes."""

import os
import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from anmin.callbacks.tests.scene import rules
from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.stats import tests as stats_tests
from anmin.surveys import contacting, outside, releases
from anmin.surveys.models import CaseAttempt, Return
from anmin.surveys.tests.scene import framed, in_field, opened
from anmin.surveys.tests.test_results import asked
from tests.browser.test_call import desk
from tests.browser.test_look import PHONE, WIDE, chromium, followed, violations
from tests.personas import City

__all__ = ["chromium", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
API = Path(stats_tests.__file__).parent / "known" / "survey_apistrat.csv"
URL = "/desk/surveys/waves/2026-h2/"


@pytest.fixture(autouse=True)
def _no_quiet_hours() -> Iterator[None]:
    with rules(quiet_from=time(0), quiet_until=time(0)):
        yield


def looked_at(page: Page, name: str) -> None:
    """A picture for people, where ``ANMIN_TEST_SHOTS`` names a folder."""
    if folder := os.environ.get("ANMIN_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sound(page: Page) -> None:
    """No rule of accessibility is broken, and nothing is wider than the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_interview_by_keyboard_alone(desk: Any, city: City) -> None:
    in_field(city)
    page = desk(city.operator, URL)
    page.keyboard.press("n")
    page.wait_for_url("**/cases/*/")
    first = page.url
    page.keyboard.press("p")
    expect(page.locator("#citizen")).to_contain_text("王秀英")
    for key in ("2", "3", "1", "8"):  # safe, unsafe at night, satisfied, mark 8
        page.keyboard.press(key)
    page.keyboard.press("2")  # worried by theft
    page.keyboard.press("5")  # and by noise
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    page.keyboard.press("0")  # rather not say
    page.keyboard.type("3")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != first)
    expect(page.locator(".toast-note").last).to_contain_text("已记录")
    row = Return.objects.get()
    assert row.answers == {
        "safe_overall": "safe",
        "safe_night": "unsafe",
        "satisfied": "satisfied",
        "score": 8,
        "worries": ["theft", "noise"],
        "victim": "no",
        "took_part": "refuse",
        "adults": 3,
    }
    page.keyboard.press("b")
    expect(page.locator('[name="victim"]').first).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast-note").last).to_contain_text("占线")
    assert set(CaseAttempt.objects.values_list("outcome", flat=True)) == {"reached", "busy"}


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", PHONE)], ids=["wide", "phone"]
)
def test_everybody_can_use_the_studio(
    desk: Any, city: City, scheme: str, size: tuple[int, int]
) -> None:
    opened(city, code="next")
    framed(city, code="frozen")
    in_field(city)
    options = {"size": (size[0], 5000), "color_scheme": scheme}
    tag = f"{scheme}-{size[0]}"
    for name, who, url in (
        ("list", city.analyst, "/desk/surveys/"),
        ("draft", city.analyst, "/desk/surveys/waves/next/"),
        ("frozen", city.analyst, "/desk/surveys/waves/frozen/"),
        ("field", city.analyst, URL),
        ("operator", city.operator, URL),
        ("paper", city.operator, f"{URL}paper/"),
        ("sheet", city.analyst, "/desk/surveys/questionnaires/safety/1/"),
    ):
        page = desk(who, url, **options)
        looked_at(page, f"{name}-{tag}")
        sound(page)
    page = desk(city.operator, URL, **options)
    followed(page, page.get_by_role("button", name="访问下一位"))
    assert "/cases/" in page.url
    looked_at(page, f"interview-{tag}")
    sound(page)


@pytest.mark.parametrize(
    ("scheme", "size"), [("dark", WIDE), ("light", PHONE)], ids=["wide", "phone"]
)
def test_everybody_can_read_the_results(
    desk: Any, city: City, scheme: str, size: tuple[int, int]
) -> None:
    for code, seed in (("a", 1), ("b", 2)):
        wave = asked(city, code=code, sizes=(90, 60), seed=seed)
        releases.release(wave_id=wave.pk, by=city.analyst)
    outside.add_outside_result(
        title_zh="省公安厅测评", title_en="Provincial survey", measure="safety", year=2011,
        value=0.9775, n_assumed=400, source="报纸", by=city.analyst,
    )  # fmt: skip
    options = {"size": (size[0], 5000), "color_scheme": scheme}
    results = "/desk/surveys/waves/b/results/"
    for name, who, url in (
        ("results", city.leader, f"{results}?against=a"),
        ("results-plan", city.analyst, f"{results}?revision=now&measure=score&by=age"),
        ("results-cross", city.leader, f"{results}?by=town*sex"),
        ("method", city.leader, "/desk/surveys/waves/b/method/"),
        ("outside", city.analyst, "/desk/surveys/outside/"),
    ):
        page = desk(who, url, **options)
        if "results/" in url:
            expect(page.locator("#estimates [data-canvas] svg").first).to_be_visible()
        looked_at(page, f"{name}-{scheme}-{size[0]}")
        sound(page)
    page = desk(city.analyst, "/desk/surveys/file/", **options)
    page.locator("#survey-file").set_input_files(API)
    followed(page, page.get_by_role("button", name="上传并查看"))
    page.locator("#id_y").select_option("api00")
    page.locator("#id_weight").select_option("pw")
    page.locator("#id_strata").select_option("stype")
    page.locator("#id_fpc").select_option("fpc")
    followed(page, page.get_by_role("button", name="估计"))
    expect(page.locator("table")).to_contain_text("9.4089")
    looked_at(page, f"file-{scheme}-{size[0]}")
    sound(page)


@pytest.mark.parametrize(
    ("language", "size"), [("zh-hans", WIDE), ("en", PHONE)], ids=["wide", "phone"]
)
def test_a_citizen_answers_on_a_phone_without_script(
    live_server: Any, chromium: Browser, city: City, size: tuple[int, int], language: str
) -> None:
    in_field(city, phones=True)
    contacting.advance()
    found = re.search(r"/s/[\w-]+", body_of(Message.objects.order_by("pk")[0]), re.ASCII)
    assert found
    script = size == WIDE  # axe is a script itself
    context = chromium.new_context(
        viewport={"width": size[0], "height": 2000},
        java_script_enabled=script,
        locale="zh-CN" if language == "zh-hans" else "en-US",
    )
    page = context.new_page()
    page.goto(live_server.url + found[0])
    names = ("start", *(f"q{n}" for n in range(9)), "done")
    for step, name in enumerate(names):
        looked_at(page, f"portal-{name}-{language}-{size[0]}")
        if script:
            sound(page)
        if 1 <= step <= 7:
            page.locator(".choice").nth(1).click()
        elif step == 8:
            page.locator("input[name=adults]").fill("2")
        if name != "done":
            followed(page, page.locator(".actions .button").first)
    assert Return.objects.get().language == language
    context.close()
