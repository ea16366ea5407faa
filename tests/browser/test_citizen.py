"""王秀英 at every page that is hers: sound in both languages and widths, and light without script."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from anmin.files.tests.samples import photo
from anmin.matters.models import Matter
from anmin.portal import effort
from anmin.portal.tests.test_follow_pages import coded
from tests.browser.test_look import PHONE, WIDE, chromium, followed
from tests.browser.test_records import LOCALES, sound
from tests.browser.test_surveys import looked_at
from tests.personas import City

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BAR, BYTES = 6, 100_000


def opened(chromium: Browser, size: tuple[int, int], language: str, **more: Any) -> Page:
    view = {"width": size[0], "height": 900}
    return chromium.new_context(viewport=view, locale=LOCALES[language], **more).new_page()  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_report_without_script_is_six_requests_and_light(
    live_server: Any, chromium: Browser, city: City, language: str, tmp_path: Path
) -> None:
    """As a browser without script counts them from the form to the code: pages, style and icon, headers
    with them; nothing is compressed here, and the photo that goes up is not counted. What is styled
    by a file is asked for once: an installation names it by its content and says to keep it.
    """
    page = opened(chromium, PHONE, language, java_script_enabled=False)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: list[str] = []
    loaded: list[float] = []
    wire.on("Network.requestWillBeSent", lambda told: asked.append(told["request"]["url"]))
    wire.on("Network.loadingFinished", lambda told: loaded.append(told["encodedDataLength"]))
    page.goto(f"{live_server.url}/r/incident/")
    page.locator("select[name=category]").select_option("noise")
    page.locator("textarea[name=text]").fill("烧烤店每晚放音响到两点。")
    page.locator("select[name=area]").select_option(str(city.town.pk))
    picture = tmp_path / "门口.jpg"
    picture.write_bytes(photo())
    page.locator("input[name=photos]").set_input_files(picture)
    sum_of = effort.again(page.locator("input[name=token]").get_attribute("value") or "")
    assert sum_of is not None
    page.locator("input[name=sum]").fill(str(sum_of.first + sum_of.second))
    followed(page, page.locator("main .actions .button").first)
    expect(page.locator(".code")).to_be_visible()
    expect(page.locator("main")).to_contain_text(Matter.objects.get().number)
    pages = [one for one in asked if "/static/" not in one]
    assert len(pages) + len({*asked} - {*pages}) <= BAR, asked
    assert sum(loaded) < BYTES, loaded
    page.context.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_every_page_of_hers_is_sound(
    live_server: Any, chromium: Browser, city: City, size: tuple[int, int], language: str
) -> None:
    matter = city.answered()
    code = coded(city, matter)
    page = opened(
        chromium,
        size,
        language,
        permissions=["geolocation"],
        geolocation={"latitude": 27.7812, "longitude": 120.6551},
    )

    def look(name: str) -> None:
        looked_at(page, f"citizen-{name}-{language}-{size[0]}")
        sound(page)

    for address in ("", "/r/", "/services", "/services/hotel_licence", "/services?q=none-such"):
        page.goto(f"{live_server.url}{address}")
        look(address.strip("/").replace("/", "-").replace("?", "-") or "home")
    page.goto(f"{live_server.url}/r/incident/")
    page.locator("details.more summary").click()
    page.locator("[data-where] button").click()
    expect(page.locator("#id_point")).to_have_value("27.78120, 120.65510")
    expect(page.locator("#id_datum")).to_have_value("wgs84")
    look("report")
    page.goto(f"{live_server.url}/f/{matter.number}")
    page.locator("#id_code").fill(code)
    followed(page, page.locator("main .button").first)
    look("followed")
    for name in ("messages", "complain"):
        followed(page, page.locator(f'a[href="/f/{matter.number}/{name}"]'))
        look(name)
        if name == "messages":
            followed(page, page.locator('button[value="text"]'))
            look("messages-code")
            followed(page, page.locator('button[value="confirm"]'))
            look("messages-wrong")
            followed(page, page.locator('button[value="stop"]'))
            look("messages-stopped")
            page.goto(f"{live_server.url}/f/{matter.number}")
    followed(page, page.locator("main .actions .button").first)
    look("complain-wrong")
    page.locator("input[name=topic]").first.check()
    page.locator("textarea").fill("来了两次都没有看监控。")
    page.locator("input[name=reachable]").first.check()
    followed(page, page.locator("main .actions .button").first)
    look("complained")
    page.goto(f"{live_server.url}/f/{matter.number}/complain")
    look("complain-again")
    page.context.close()
