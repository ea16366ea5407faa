"""A citizen answers by link without script, keeps the receipt, and finds it in the signed log."""

import re
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from anmin.callbacks import contacting
from anmin.callbacks.models import Answer, Callback
from anmin.callbacks.tests.scene import rules
from anmin.channels.queries import body_of, latest_message
from anmin.config import command
from anmin.evidence import roots
from anmin.evidence.tests.test_receipts import area
from anmin.matters import news
from tests.browser.test_call import desk
from tests.browser.test_look import PHONE, WIDE, chromium, followed, violations
from tests.browser.test_surveys import looked_at
from tests.personas import City

__all__ = ["chromium", "desk"]
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


@pytest.mark.parametrize("script", [False, True], ids=["no-script", "axe"])
@pytest.mark.parametrize(
    ("language", "size"),
    [("zh-hans", PHONE), ("en", PHONE), ("zh-hans", WIDE), ("en", WIDE)],
)
def test_a_citizen_keeps_the_receipt_and_finds_it_next_morning(
    live_server: Any,
    chromium: Browser,
    city: City,
    tmp_path: Path,
    size: tuple[int, int],
    language: str,
    script: bool,
) -> None:
    city.answered(category="noise")
    with rules(quiet_from=time(0), quiet_until=time(0)):
        news.drain()
        callback = Callback.objects.get()
        Callback.objects.filter(pk=callback.pk).update(not_before=callback.planned_at)
        contacting.advance()
    door = re.search(r"/a/[\w-]+", body_of(latest_message(f"callback:{callback.pk}")), re.ASCII)
    assert door
    context = chromium.new_context(
        viewport={"width": size[0], "height": 1400},
        java_script_enabled=script,  # axe is a script itself
        locale=LOCALES[language],
    )
    page = context.new_page()

    def seen(name: str) -> None:
        looked_at(page, f"{name}-{language}-{size[0]}")
        if script:
            sound(page)

    page.goto(live_server.url + door[0])
    for _question in range(2):
        page.locator(".choice").first.click()
        followed(page, page.locator(".actions .button").first)
    followed(page, page.locator(".actions .button").first)
    code = page.locator(".receipt .code").inner_text()
    seen("answer-done")
    page.reload()  # sends the form again
    expect(page.locator(".receipt .code")).to_have_text(code)
    page.goto(live_server.url + door[0])
    expect(page.locator(".receipt .code")).to_have_text(code)
    seen("answer-used")
    followed(page, page.locator(".receipt a"))
    expect(page.locator(".confirmation .code")).to_have_text(code)
    seen("receipt-waits")
    root = roots.make()
    page.goto(f"{live_server.url}/records")
    page.locator("#id_code").fill(code.lower().replace("-", " "))
    followed(page, page.locator(".actions .button"))
    expect(page.locator(".confirmation .code")).to_have_text(code)
    expect(page.locator(".facts")).to_contain_text(str(root.size))
    seen("receipt-signed")
    followed(page, page.locator("main p a").last)
    kept = tmp_path / "page.html"
    kept.write_text(page.content(), "utf-8")
    context.close()
    assert Answer.objects.count() == 1
    assert command.run(["verify", "--root", str(kept)]) == 0


def test_the_day_sheet_on_paper_has_the_root(desk: Any, city: City) -> None:
    area("330381000000")
    root = roots.make()
    page = desk(city.duty_leader, "/desk/day/")
    sheet = page.locator(".root-sheet")
    expect(sheet).to_be_hidden()
    page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text(roots.short(root))
    expect(sheet.locator("pre")).to_have_text(root.note.strip())
    looked_at(page, "day-sheet")
