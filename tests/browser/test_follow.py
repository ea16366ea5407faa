"""王秀英 follows her report on her phone and at a desk, without script and without an account."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.portal.tests.test_follow_pages import coded
from tests.browser.test_look import PHONE, WIDE, chromium, followed
from tests.browser.test_records import LOCALES, sound
from tests.browser.test_surveys import looked_at
from tests.personas import City

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("zh-hans", PHONE, "light"), ("en", PHONE, "dark"), ("en", WIDE, "light")],
)
def test_a_citizen_follows_the_matter(
    live_server: Any,
    chromium: Browser,
    city: City,
    tmp_path: Path,
    size: tuple[int, int],
    language: str,
    scheme: Any,
) -> None:
    matter = city.answered()
    actions.add_note(
        matter_id=matter.pk,
        actor=Actor.of(city.officer),
        text="监控已调取，电动车在五金市场找到，请携带身份证和购车发票到派出所领取。" * 3,
        public=True,
    )
    code = coded(city, matter)
    context = chromium.new_context(
        viewport={"width": size[0], "height": 900},
        locale=LOCALES[language],
        color_scheme=scheme,
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/f/{matter.number}")
    expect(page.locator("#id_number")).to_have_value(matter.number)
    page.locator("#id_code").fill("AAAAAA")
    followed(page, page.locator("main .button").first)
    expect(page.locator(".error-summary")).to_be_visible()
    looked_at(page, f"follow-wrong-{language}-{size[0]}-{scheme}")
    sound(page)
    page.locator("#id_code").fill(code.lower())
    followed(page, page.locator("main .button").first)
    expect(page.locator(".story li")).to_have_count(3)
    looked_at(page, f"followed-{language}-{size[0]}-{scheme}")
    sound(page)
    followed(page, page.locator("main .button").last)
    expect(page.locator("#id_code")).to_have_value("")
    looked_at(page, f"follow-{language}-{size[0]}-{scheme}")
    sound(page)
    context.close()
