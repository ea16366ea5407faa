"""A citizen reports something: unseen work of the browser with script, a sum without it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from anmin.matters.models import Matter
from anmin.portal import effort
from tests.browser.test_look import PHONE, WIDE, chromium, followed
from tests.browser.test_records import LOCALES, sound
from tests.browser.test_surveys import looked_at
from tests.personas import City

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "size", "script"), [("zh-hans", PHONE, False), ("en", WIDE, True)]
)
def test_from_the_first_page_to_the_code_and_the_matter(
    live_server: Any,
    chromium: Browser,
    city: City,
    size: tuple[int, int],
    language: str,
    script: bool,
) -> None:
    context = chromium.new_context(
        viewport={"width": size[0], "height": 900},
        locale=LOCALES[language],
        java_script_enabled=script,
    )
    page = context.new_page()
    page.goto(live_server.url)
    page.locator(".door").first.click()
    if script:
        sound(page)
    page.locator(".door").first.click()
    page.locator("select[name=category]").select_option("noise")
    page.locator("textarea[name=text]").fill("烧烤店每晚放音响到两点。")
    page.locator("select[name=area]").select_option(str(city.town.pk))
    if script:
        expect(page.locator("[data-sum]")).to_be_hidden()
        sound(page)
    else:
        page.locator("input[name=sum]").fill("1")
        followed(page, page.locator("main .actions .button").first)
        expect(page.locator(".error-summary")).to_be_visible()
        asked = effort.again(page.locator("input[name=token]").get_attribute("value") or "")
        assert asked is not None
        page.locator("input[name=sum]").fill(str(asked.first + asked.second))
    looked_at(page, f"report-{language}-{size[0]}")
    page.locator("main .actions .button").first.click()
    expect(page.locator(".code")).to_have_text(re.compile(r"^[2-9A-Z]{6}$"))
    looked_at(page, f"reported-{language}-{size[0]}")
    page.locator("main .button").first.click()
    expect(page.locator("main")).to_contain_text(Matter.objects.get().number)
    context.close()
