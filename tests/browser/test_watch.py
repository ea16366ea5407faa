"""The watch over places in a real browser: axe, both sizes and languages, the map and its slider."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anmin.places.models import Area
from anmin.watch.hotspots import scan_night
from anmin.watch.models import Candidate
from anmin.watch.nights import score_months, suggest_places
from anmin.watch.tests.scene import asked, days, figures, reports
from tests.browser.test_call import desk
from tests.browser.test_look import PHONE, WIDE, chromium, drawn, followed, violations
from tests.personas import City

__all__ = ["chromium", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/desk/watch/",
    "/desk/watch/concerns/?month={month}",
    "/desk/watch/compare/?level=area",
    "/desk/watch/baselines/",
    "/desk/watch/hotspots/",
    "/desk/watch/index/?level=area",
    "/desk/watch/ranks/?key=satisfaction&by=town",
    "/desk/candidates/",
)


@pytest.fixture
def watched(city: City, settings: Any, tmp_path: Path) -> City:
    """Months of reports and answers, a hot spot in 文化社区, one night, one suggestion."""
    settings.ANMIN_HOME = tmp_path
    today = timezone.localdate()
    Area.objects.filter(pk=city.wenhua.pk).update(longitude=120.6, latitude=27.8)
    Area.objects.filter(pk=city.yuhai_town.pk).update(longitude=120.7, latitude=27.7)
    start = today - timedelta(days=130)
    for category in ("theft", "fraud", "dispute", "traffic_accident", "fire_rescue", "burglary"):
        reports(city.yuhai_town, category, days(start, 130))
    for area, happy in ((city.wenhua, 40), (city.yuhai_town, 70)):
        asked(
            reports(area, "noise", days(start + timedelta(days=40), 80)), happy, concern="attitude"
        )
    reports(city.wenhua, "theft", days(today - timedelta(days=6), 6), each=3)
    figures()
    scan_night(today)
    score_months(today)
    suggest_places(today)
    return city


def last_month(today: date) -> str:
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_everybody_can_use_every_page(desk: Any, watched: City, size: tuple[int, int]) -> None:
    tall = (size[0], 6000)
    candidate = Candidate.objects.get()
    place = f"/desk/watch/index/{{month}}/area/{watched.yuhai_town.code}/"
    month = last_month(timezone.localdate())
    for template in (*PAGES, place, f"/desk/candidates/{candidate.pk}/"):
        address = template.format(month=month)
        page = desk(watched.analyst, address, size=tall)
        drawn(page)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        page.context.close()


def test_the_slider_moves_the_week_by_keyboard_and_the_table_follows(
    desk: Any, watched: City
) -> None:
    page = desk(watched.analyst, "/desk/watch/hotspots/?series=property")
    page.wait_for_selector("#hot-map [data-slider]:not([hidden])")
    week = page.locator("[data-week]")
    expect(week).to_contain_text("锦湖文化社区")
    expect(week.locator("tr").first).to_contain_text("18")
    before = page.inner_text("[data-day]")
    page.focus("#map-day")
    for _press in range(10):
        page.keyboard.press("ArrowLeft")
    assert page.inner_text("[data-day]") < before
    assert page.inner_text("[data-week-day]") == page.inner_text("[data-day]")
    expect(week).not_to_contain_text("锦湖文化社区")


def test_without_script_a_date_and_the_table_say_the_same(desk: Any, watched: City) -> None:
    page = desk(watched.analyst, "/desk/watch/hotspots/?series=property", java_script_enabled=False)
    assert not page.is_visible("#map-day")
    until = (timezone.localdate() - timedelta(days=60)).isoformat()
    page.fill("#map-until", until)
    followed(page, page.locator(".map-time button"))
    assert f"until={until}" in page.url
    assert "锦湖文化社区" not in page.inner_text("[data-week]")
    assert "锦湖文化社区" in page.inner_text("table.data[data-list]")


def test_by_keys_from_the_start_to_a_decision(desk: Any, watched: City) -> None:
    page = desk(watched.analyst, "/desk/")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/desk/candidates/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/candidates/*/")
    page.fill("[name=reason]", "六天十八起盗窃，集中在一个社区。")
    page.click("[value=confirm]")
    expect(page.locator("#toasts")).to_contain_text("已记录")
    expect(page.locator("#body")).to_contain_text("须他人决定")
    leader = desk(watched.leader, page.url.removeprefix(page.url.split("/desk")[0]))
    leader.click("[value=keep]")
    expect(leader.locator(".error-summary").first).to_be_visible()
    leader.fill("[name=reason]", "请平安办组织联合检查。")
    leader.click("[value=keep]")
    expect(leader.locator("#body")).to_contain_text("请平安办组织联合检查。")
    assert Candidate.objects.get().state == "kept"
