"""陈立 opens what may be here already, links it and gives codes; 吴敏 makes one of two."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.personas import City

from anmin.channels.models import Message
from anmin.matters import follow
from anmin.matters.models import Entry, Link, Matter


def browser(account: Any, language: str = "zh-hans") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(account)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def opening(**changes: str) -> dict[str, str]:
    return {
        "key": "a" * 32,
        "category": "theft",
        "summary": "电动车被盗",
        "place": "文化小区3幢楼下",
        "area": "锦湖文化社区 (330381003099)",
        "opened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        **changes,
    }


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh-hans", "可能已有相同事项"), ("en", "This may already be on record")],
)
def test_what_may_be_here_already_is_shown_before_it_is_opened_again(
    city: City, language: str, told: str
) -> None:
    known = city.incident()
    officer = browser(city.officer, language)
    shown = officer.post("/desk/matters/new/", opening())
    content = shown.content.decode()
    assert (shown.status_code, told in content, known.number in content) == (409, True, True)
    assert "电动车被盗" in content  # what was typed stays
    assert Matter.objects.count() == 1
    done = [officer.post("/desk/matters/new/", opening(anyway="1")) for _turn in range(2)]
    assert {one.status_code for one in done} == {303}
    assert Matter.objects.count() == 2
    again = officer.post("/desk/matters/new/", opening())  # the same form, sent once more
    assert again.status_code == 303
    assert Matter.objects.count() == 2


def test_what_another_unit_has_is_not_shown(city: City) -> None:
    city.incident(unit=city.yuhai)
    officer = browser(city.officer)
    assert officer.post("/desk/matters/new/", opening()).status_code == 303


def test_two_matters_are_linked_made_one_and_parted(city: City) -> None:
    main, other = city.incident(), city.incident()
    there = f"/desk/matters/{other.number}/"
    officer, inspector = browser(city.officer), browser(city.inspector)
    shown = page(officer, there)
    assert ("与另一事项关联" in shown, "并入另一事项" in shown) == (True, False)
    told = officer.post(f"{there}link/", {"relation": "duplicate", "other": f" {main.number} "})
    assert told.status_code == 303
    assert "疑似同一事件" in page(officer, f"/desk/matters/{main.number}/")
    form = {"other": main.number, "reason": "同一起"}
    before = Entry.objects.count()
    assert officer.post(f"{there}merge/", form).status_code == 403
    assert Entry.objects.count() == before
    assert inspector.post(f"{there}merge/", form).status_code == 303
    shown = page(inspector, there)
    assert ("已并入另一事项" in shown, "恢复单独办理" in shown) == (True, True)
    assert "包含" in page(inspector, f"/desk/matters/{main.number}/")
    # beside the answer it is said how many read it; not beside what is asked of one alone
    there_too = page(officer, f"/desk/matters/{main.number}/")
    assert there_too.count("此事有2人反映，答复原文每人都能看到") == 1
    assert "人反映，答复原文" not in page(officer, there)
    assert officer.post(f"{there}part/", {"reason": "不是"}).status_code == 403
    assert inspector.post(f"{there}part/", {"reason": "不是"}).status_code == 303
    other.refresh_from_db()
    assert other.state == "received"


@pytest.mark.parametrize("form", [{}, {"other": "JQ-1"}, {"other": "foreign"}, {"other": "same"}])
def test_a_number_that_leads_nowhere_is_refused(city: City, form: dict[str, str]) -> None:
    mine = city.incident()
    foreign = city.incident(area=city.yuhai_town, unit=city.yuhai)
    named = {"foreign": foreign.number, "same": mine.number}
    sent = {"relation": "related"} | {name: named.get(one, one) for name, one in form.items()}
    officer = browser(city.officer)
    answer = officer.post(f"/desk/matters/{mine.number}/link/", sent)
    assert answer.status_code in (400, 422)
    assert not Link.objects.exists()


def test_a_code_goes_to_the_citizens_phone_or_is_shown_once(city: City) -> None:
    matter, nobody = city.incident(), city.incident(contact=None)
    officer = browser(city.officer)
    assert officer.post(f"/desk/matters/{matter.number}/code/").status_code == 303
    assert Message.objects.filter(subject_ref=f"matter:{matter.number}").count() == 1
    before = Entry.objects.count()
    assert officer.post(f"/desk/matters/{nobody.number}/code/").status_code == 403
    assert Entry.objects.count() == before
    inspector = browser(city.inspector)
    shown = inspector.post(f"/desk/matters/{nobody.number}/code/").content.decode()
    code = re.search(r'class="code-once">([2-9A-Z]{6})<', shown)
    assert code
    assert follow.followed(nobody.number, code[1], asked_from="a") == nobody
    assert code[1] not in page(officer, f"/desk/matters/{nobody.number}/")
    assert browser(city.operator).post(f"/desk/matters/{matter.number}/code/").status_code == 403


def test_nothing_waits_for_a_word_and_says_so(city: City) -> None:
    assert "没有待您审批的事项" in page(browser(city.inspector), "/desk/matters/requests/")
    matter = city.incident()
    answer = browser(city.inspector).post(
        f"/desk/matters/{matter.number}/requests/1/", {"word": "agree", "reason": "x"}
    )
    assert answer.status_code == 404
