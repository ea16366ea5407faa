"""A stranger tells something secretly, is asked a day later, answers by the code and reads the outcome."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from anmin.kernel import sealing
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.sealed_actions import make_key, open_sealed
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.portal import effort
from tests.browser.test_look import PHONE, WIDE, chromium
from tests.browser.test_records import LOCALES, sound
from tests.browser.test_surveys import looked_at
from tests.personas import PASSWORD, City

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = {"wumin": "a long passphrase 1", "zhengming": "a long passphrase 2"}
TIP, QUESTION, MORE, FOUND = (
    "夜里三号仓库开赌",
    "从哪个门进出？",
    "北边的铁门",
    "经查属实，谢谢您。",
)


def photo() -> bytes:
    """A picture that says where and with what it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRETPHONE"
    Image.new("RGB", (64, 48), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("language", "size", "script"), [("zh-hans", PHONE, True), ("en", WIDE, False)]
)
def test_told_asked_answered_and_read(
    live_server: Any,
    chromium: Browser,
    city: City,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    language: str,
    script: bool,
) -> None:
    monkeypatch.setattr(sealing, "_COST", {"time_cost": 1, "memory_cost": 64, "parallelism": 1})
    Account.objects.create_user("zhengming", PASSWORD, role=Role.INSPECTOR, unit=city.inspectorate)
    key = make_key(passphrases=WORDS, need=2)
    held = [sealing.holder(key.holder_files[name], said) for name, said in WORDS.items()]
    context = chromium.new_context(
        viewport={"width": size[0], "height": 900},
        locale=LOCALES[language],
        java_script_enabled=script,
    )
    page, sent = context.new_page(), list[str]()
    page.on("request", lambda one: sent.append(one.post_data_buffer.decode("utf-8", "replace"))
            if one.method == "POST" and one.post_data_buffer else None)  # fmt: skip
    page.goto(f"{live_server.url}/tell/")
    page.locator("textarea[name=words]").fill(TIP)
    page.locator("input[name=files]").set_input_files(
        {"name": "看.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    _pay(page, script)
    looked_at(page, f"tell-{language}-{size[0]}")
    if script:
        expect(page.locator("[data-sealing]").first).to_be_visible()
        sound(page)
    page.locator("form[data-tell] .button").click()
    code = page.locator("[data-kept=code]")
    expect(code).to_have_text(re.compile(r"^[2-9A-Z]{6}$"), timeout=30_000)
    passphrase = page.locator("[data-kept=passphrase]")
    expect(passphrase).to_have_text(re.compile(r"^(\d{4}-){3}\d{4}$"))
    kept = code.inner_text(), passphrase.inner_text()
    looked_at(page, f"told-{language}-{size[0]}")
    matter = Matter.objects.get()
    found = open_sealed(number=matter.number, key_file=key.key_file, held=held, reason="核查")
    assert found.facts[0].facts == {"tip": TIP}
    assert [one.name for one in found.files] == ["1-看.jpg"]
    assert b"SECRETPHONE" not in found.files[0].content
    assert Image.open(io.BytesIO(found.files[0].content)).size == (64, 48)
    inspector = Actor.of(city.inspector)
    actions.move(matter_id=matter.pk, code="ask", actor=inspector, inputs={"question": QUESTION})
    if script:  # what was mistyped stands there again, though it was never sent
        _read(page, live_server.url, matter.number, ("AAAAAA", kept[1]), script)
        expect(page.locator(".error-summary")).to_be_visible(timeout=30_000)
        expect(page.locator("input[name=code]")).to_have_value("AAAAAA")
    _read(page, live_server.url, matter.number, kept, script)
    expect(page.locator("main")).to_contain_text(QUESTION, timeout=30_000)
    looked_at(page, f"asked-{language}-{size[0]}")
    if script:
        sound(page)
    page.locator("textarea[name=words]").fill(MORE)
    page.locator("form[data-tell=more] .button").click()
    expect(page.locator("main [role=status]").first).to_be_visible()
    matter.refresh_from_db()
    assert matter.state == "verifying"
    last = open_sealed(number=matter.number, key_file=key.key_file, held=held, reason="核查")
    assert last.facts[-1].facts == {"addition": MORE}
    actions.move(
        matter_id=matter.pk, code="find_founded", actor=inspector, inputs={"finding": FOUND}
    )
    _read(page, live_server.url, matter.number, kept, script)
    expect(page.locator("main")).to_contain_text(FOUND, timeout=30_000)
    looked_at(page, f"outcome-{language}-{size[0]}")
    assert context.cookies() == []
    if script:
        everything = "".join(sent)
        assert not any(
            one in everything for one in (TIP, MORE, *kept, kept[1].replace("-", ""), "SECRETPHONE")
        )
    context.close()


def _pay(page: Page, script: bool) -> None:
    if script:
        expect(page.locator("[data-sum]")).to_be_hidden()
        return
    asked = effort.again(page.locator("input[name=token]").get_attribute("value") or "")
    assert asked is not None
    page.locator("input[name=sum]").fill(str(asked.first + asked.second))


def _read(page: Page, url: str, number: str, kept: tuple[str, str], script: bool) -> None:
    page.goto(f"{url}/tell/read")
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=code]").fill(kept[0])
    page.locator("input[name=passphrase]").fill(kept[1])
    _pay(page, script)
    page.locator("form[data-tell] .button").click()
