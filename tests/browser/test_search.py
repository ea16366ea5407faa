"""陈立 looks a matter up by its words; 周卫国 reads how each promise of the day stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.news import drain
from tests.browser.test_call import desk
from tests.browser.test_look import PHONE, WIDE, chromium, violations
from tests.personas import City

__all__ = ["chromium", "desk"]
pytestmark = pytest.mark.browser


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_words_are_found_and_what_is_not_is_explained(
    desk: Any, city: City, size: tuple[int, int]
) -> None:
    for n in range(60):
        city.incident(summary="电动车被盗", place=f"安阳路{n}号")
    drain()
    actions.add_note(
        matter_id=city.incident(summary="噪声扰民").pk,
        actor=Actor.of(city.officer),
        text="已劝阻。",
    )
    page = desk(city.officer, "/desk/search/?q=电动车", size=size)
    expect(page.get_by_text("尚未建立索引")).to_be_visible()
    expect(page.locator("[data-open]")).to_have_count(50)
    page.get_by_role("link", name="较早").click()
    expect(page.locator("[data-open]")).to_have_count(10)
    for typed, told in (
        ("车", "过短"),
        ("自行车", "没有找到“自行车”"),
        ("13857712345", "不能按电话号码"),
    ):
        page = desk(city.officer, f"/desk/search/?q={typed}", size=size)
        expect(page.locator("#body").get_by_text(told)).to_be_visible()
        assert violations(page) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_each_promise_on_the_day_board_says_how_it_stands(
    desk: Any, city: City, size: tuple[int, int]
) -> None:
    now = timezone.now()
    city.incident(category="noise", opened_at=now - timedelta(days=3), summary="夜间噪声")
    city.incident(category="noise", opened_at=now, summary="广场舞扰民")
    page = desk(city.duty_leader, "/desk/day/", size=size)
    expect(page.get_by_text("起已逾期").first).to_be_visible()
    expect(page.locator("#due_later")).to_contain_text("广场舞扰民")
    expect(page.locator("#unanswered")).not_to_contain_text("广场舞扰民")
    assert violations(page) == []
