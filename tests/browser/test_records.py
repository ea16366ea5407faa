"""A citizen answers by link without script, keeps the receipt, and finds it in the signed log."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from anmin.evidence import roots
from anmin.evidence.tests.test_receipts import area
from tests.browser.test_look import PHONE, WIDE, chromium, followed, violations
from tests.browser.test_surveys import looked_at

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOCALES = {"zh-hans": "zh-CN", "en": "en-US"}


def sound(page: Page) -> None:
    """No rule of accessibility is broken, and nothing is wider than the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_everybody_can_read_and_keep_the_roots(
    live_server: Any, chromium: Browser, size: tuple[int, int], language: str
) -> None:
    for number in range(3):
        area(str(number))
        roots.make()
    for scheme in ("light", "dark"):
        context = chromium.new_context(
            viewport={"width": size[0], "height": 1000},
            locale=LOCALES[language],
            color_scheme=scheme,
        )
        page = context.new_page()
        page.goto(live_server.url + "/records")
        expect(page.locator("pre.root")).to_contain_text(roots.log_name())
        looked_at(page, f"records-{language}-{size[0]}-{scheme}")
        sound(page)
        page.locator("#id_code").fill("1234")
        followed(page, page.locator(".actions .button"))
        looked_at(page, f"receipt-wrong-{language}-{size[0]}-{scheme}")
        sound(page)
        context.close()
