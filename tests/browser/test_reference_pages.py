"""The administrator keeps areas, units and accounts: nothing breaks the content policy of the desk,
and everybody can use the pages.
"""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser

from tests.browser.test_look import chromium, violations
from tests.personas import City

__all__ = ["chromium"]
pytestmark = pytest.mark.browser
HOME = "/desk/admin/"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.django_db(transaction=True)
def test_everybody_can_use_them_within_the_content_policy(
    city: City, client: Client, live_server: Any, settings: Any, chromium: Browser, locale: str
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(city.admin)
    context = chromium.new_context(locale=locale)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    officer, unit = city.officer.pk, city.yuhai.pk
    for path in (
        "",
        "people/account/",
        "people/account/?q=chen&role=officer",
        "people/account/add/",
        f"people/account/{officer}/change/",
        f"people/account/{officer}/history/",
        f"places/unit/{unit}/delete/",
        f"places/area/{city.town.pk}/change/",
        "people/accesslog/",
        "people/duty/add/",
    ):
        page.goto(f"{live_server.url}{HOME}{path}")
        assert page.locator("#site-name").is_visible()
        assert violations(page) == [], path
    page.click(".date-icon")
    page.click(".calendarbox td a >> nth=3")
    assert page.input_value("#id_date")
    page.click(".select2-selection >> nth=0")
    page.fill(".select2-search__field", "RA-YH")
    page.click(".select2-results__option:not(.loading-results)")
    assert faults == []
    context.close()
