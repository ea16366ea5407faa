"""陈立 and others look for matters by number, telephone and words."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.personas import City, SignIn

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.desk.matters.tests.test_matters_pages import text, url
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import AccessLog


@pytest.fixture(autouse=True)
def clock() -> Any:
    """Ten in the morning: what came in two hours ago came in today."""
    with time_machine.travel(TUESDAY) as traveller:
        yield traveller


def test_search_by_number_outside_number_and_phone(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    Matter.objects.filter(pk=matter.pk).update(
        source="dispatch", external_id="JJ0001", facts_at=matter.opened_at
    )
    leader, officer = sign_in(city.duty_leader), sign_in(city.officer)
    assert officer.get("/desk/search/", {"q": matter.number.lower()})["Location"] == url(matter)
    assert matter.number in text(officer.get("/desk/search/", {"q": "JJ0001"}))
    looks = AccessLog.objects.filter(action="search_phone")
    assert matter.number not in text(officer.get("/desk/search/", {"q": "13857712345"}))
    assert not looks.exists()
    assert matter.number in text(leader.get("/desk/search/", {"q": "138 5771 2345"}))
    assert [(look.account, look.subject) for look in looks] == [(city.duty_leader, "138****2345")]
    assert "13857712345" not in str(list(AccessLog.objects.values()))
    assert officer.get("/desk/search/", {"q": "J"}).status_code == 200
    # A number that nobody has and that is no word to look for: whoever tried it is on record, too.
    for n, unknown in enumerate(("139 0000 000 9", "13900000009"), start=2):
        assert leader.get("/desk/search/", {"q": unknown}).status_code == 200
        assert looks.all().count() == n


def test_search_by_words_says_what_it_found_and_why_not(city: City, sign_in: SignIn) -> None:
    matter = city.incident(summary="电动车被盗", place="安阳路12号")
    officer, other = sign_in(city.officer), sign_in(city.other_officer)

    def asked(browser: Client, words: str, **more: str) -> str:
        answer = browser.get("/desk/search/", {"q": words, **more})
        assert answer.status_code == 200
        return text(answer)

    # Told by the numbers of the entries, at most: PostgreSQL leaves gaps.
    assert re.search("最新的[0-9]+条变更尚未建立索引", asked(officer, "电动车"))
    drain()
    page = asked(officer, "安阳路１２号")
    assert matter.number in page
    assert "尚未建立索引" not in page
    hidden = asked(other, "电动车")
    assert matter.number not in hidden
    assert "没有找到“电动车”" in hidden
    assert "只在您有权查看的范围内查找" in hidden
    assert "“车”过短" in asked(officer, "车")
    assert "您的角色不能按电话号码查询" in asked(officer, "13857712345")
    assert "翻页链接有误" in asked(officer, "电动车", cursor="x")
    for _n in range(50):
        city.incident(summary="电动车被盗")
    drain()
    first = asked(officer, "电动车被盗")
    assert matter.number not in first
    (cursor,) = re.findall(r"cursor=(\d+)", first)[:1]
    assert matter.number in asked(officer, "电动车被盗", cursor=cursor)


def test_who_may_search_nothing_is_told_so_and_led_to_what_there_is(
    city: City, sign_in: SignIn
) -> None:
    matter = city.incident()
    for asked in ("", matter.number, "13857712345"):
        page = text(sign_in(city.operator).get("/desk/search/", {"q": asked}))
        page = page[page.index('<div id="body">') :]
        assert "您的角色不查看事项，因此也不能查找事项" in page
        assert 'href="/desk/callbacks/"' in page[page.index("您的角色不查看") :]
        assert 'id="q"' not in page
