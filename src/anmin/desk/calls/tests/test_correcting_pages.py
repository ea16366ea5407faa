"""What was written down wrongly is put right from the pages: a call just saved, a matter's facts."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from tests.personas import WANG, City, SignIn

from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.recording import counting
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned, world
from anmin.desk.calls.tests.test_callback_pages import key, open_next, page_of, send, text
from anmin.matters.actions import contact_for_message
from anmin.matters.models import Entry
from anmin.people.models import AccessLog

WORDS = "民警很快就到了"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def saved_call(city: City, sign_in: SignIn, **said: str) -> tuple[Any, Callback, str]:
    """林晓 has saved a call; the page she comes to."""
    callback = planned(city)
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    answer = send(browser, address, page, **said)
    assert answer.status_code == 303
    return browser, callback, text(browser.get(answer["Location"]))


def test_a_call_just_saved_is_put_right_with_what_was_said_in_the_form(
    city: City, sign_in: SignIn
) -> None:
    browser, callback, page = saved_call(
        city, sign_in, solved="yes", satisfaction="dissatisfied", text=WORDS, consent_contact="no"
    )
    first = Answer.objects.get()
    address = f"/desk/callbacks/answers/{first.pk}/correct/"
    assert f'href="{address}"' in page
    assert "10:02前可以更正" in page
    form = text(browser.get(address))
    assert WORDS in form
    assert re.search(r'value="dissatisfied" checked', form)
    assert 'name="instead" value="yes"' in form
    given = {"key": key(form), "instead": "yes", "solved": "yes", "satisfaction": "satisfied"}
    sent = browser.post(address, {**given, "text": WORDS})
    assert sent.status_code == 303
    assert counting(callback).satisfaction == "satisfied"
    assert "已登记：已解决 · 满意" in text(browser.get(sent["Location"]))


def test_sent_too_late_it_is_said_and_then_kept_beside_the_first(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    browser, callback, _page = saved_call(city, sign_in, solved="yes", satisfaction="satisfied")
    first = Answer.objects.get()
    address = f"/desk/callbacks/answers/{first.pk}/correct/"
    form = text(browser.get(address))
    clock.shift(timedelta(minutes=3))
    before = world()
    given = {"key": key(form), "instead": "yes", "solved": "no", "consent_contact": "no"}
    late = browser.post(address, given)
    assert late.status_code == 409
    assert world() == before
    assert "更正误登的时限已过" in text(late)
    assert 'name="instead"' not in text(late)
    given.pop("instead")
    assert browser.post(address, given).status_code == 303
    assert counting(callback) == first
    assert "更正这次通话" not in text(browser.get("/desk/callbacks/"))


def test_a_wrong_outcome_is_taken_back_and_the_call_is_open_again(
    city: City, sign_in: SignIn
) -> None:
    callback = planned(city)
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    answer = browser.post(address, {"outcome": "refused", "key": key(page), "note": "赶时间"})
    shown = text(browser.get(answer["Location"]))
    undo = page_of(callback, "undo")
    assert f'action="{undo}"' in shown
    back = browser.post(undo, {"key": key(shown.split(undo, 1)[1])})
    assert (back.status_code, back["Location"]) == (303, page_of(callback))
    form = text(browser.get(back["Location"]))
    assert re.search(r'value="refused"\s+checked', form)
    assert "赶时间" in form
    assert list(Attempt.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "refused",
        "taken_back",
    ]


def test_a_name_that_was_shown_stays_open_after_a_refused_save(city: City, sign_in: SignIn) -> None:
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    shown = text(browser.post(f"{address}phone/", {"outcome": "reached", "key": key(page)}))
    assert WANG.name in shown
    assert 'name="revealed" value="yes" form="call"' in shown
    refused = browser.post(address, {"outcome": "reached", "key": key(page), "revealed": "yes"})
    assert refused.status_code == 422
    assert WANG.name in text(refused)
    assert AccessLog.objects.filter(action="reveal_contact").count() == 2
    folded = browser.post(address, {"outcome": "reached", "key": key(page)})
    assert WANG.name not in text(folded)


def test_facts_are_put_right_on_the_page_of_the_matter(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    address = f"/desk/matters/{matter.number}/"
    browser = sign_in(city.inspector)
    page = text(browser.get(address))
    assert f'action="{address}correct/"' in page
    form = page.split(f'action="{address}correct/"', 1)[1]
    given = {
        "key": key(form),
        "version": str(matter.version),
        "category": "noise",
        "place": "瑞湖路88号",
        "contact_phone": "13957754321",
    }
    refused = browser.post(f"{address}correct/", given)
    assert refused.status_code == 422
    assert Entry.objects.filter(action="correct").count() == 0
    done = browser.post(f"{address}correct/", {**given, "note": "报警人来电更正"})
    assert done.status_code == 303
    story = text(browser.get(address)).split('id="story-title"', 1)[1]
    for words in ("已更正", "盗窃", "噪声扰民", "文化小区3幢楼下", "瑞湖路88号", "报警人来电更正"):
        assert words in story
    assert "已更正；原联系方式封存" in story
    assert "3957754321" not in story
    assert contact_for_message(matter).phone == "+8613957754321"


def test_a_unit_is_offered_no_category(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    address = f"/desk/matters/{matter.number}/"
    browser = sign_in(city.officer)
    form = text(browser.get(address)).split(f'action="{address}correct/"', 1)[1].split("</form>")[0]
    assert 'name="category"' not in form
    assert 'name="place"' in form
    assert 'name="contact_phone"' in form
    programme = text(sign_in(city.programme).get(address))
    form = programme.split(f'action="{address}correct/"', 1)[1].split("</form>")[0]
    assert 'name="contact_phone"' not in form
    assert 'name="category"' in form
