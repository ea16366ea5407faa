"""林晓 works the queue at the desk: every call on one page, the officer nowhere on it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.callbacks import actions as calls
from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.planning import NEWS
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned, world
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import Account

NEXT = "/desk/callbacks/next/"
QUEUE = "/desk/callbacks/"
WORDS = "等了一个小时才来"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def fang(city: City) -> Account:
    """方敏, a second operator."""
    return Account.objects.create_user(
        "fangmin", "x", display_name="方敏", role="operator", unit=city.command
    )


def text(response: Any) -> str:
    return str(response.content.decode())


def page_of(callback: Callback, *rest: str) -> str:
    return "/".join(["/desk/callbacks", str(callback.pk), *rest, ""])


def key(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found
    return found.group(1)


def open_next(browser: Client) -> tuple[str, str]:
    """The next call: its address and its page."""
    answer = browser.post(NEXT)
    assert answer.status_code == 303
    return answer["Location"], text(browser.get(answer["Location"]))


def send(browser: Client, address: str, page: str, **given: Any) -> Any:
    return browser.post(address, {"outcome": "reached", "key": key(page), **given})


def test_the_queue_says_what_waits_and_what_is_next(city: City, sign_in: SignIn) -> None:
    first = planned(city)
    planned(city, category="noise")
    page = text(sign_in(city.operator).get(QUEUE))
    assert first.matter.number in page
    assert f'href="{page_of(first)}"' in page
    assert f'action="{NEXT}"' in page
    assert re.search(r"可拨打.*?stat-value\">1<", page, re.DOTALL)


def test_in_quiet_hours_the_queue_says_until_when(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    planned(city)
    browser = sign_in(city.operator)
    clock.move_to(TUESDAY + timedelta(hours=10, minutes=30))
    page = text(browser.get(QUEUE))
    assert "免打扰时段，暂停拨打" in page
    assert "08:00起可以继续" in page


def test_a_call_from_the_queue_to_the_next_one(city: City, sign_in: SignIn) -> None:
    planned(city)
    second = planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    assert "请问是王先生／女士吗" in page
    assert "确认是本人、对方方便之后再说：" in page
    assert page.index("解决了、部分解决了") < page.index("是满意、基本满意") < page.index("再见。")
    assert 'name="advice_given"' in page
    answer = send(
        browser, address, page, solved="yes", satisfaction="satisfied", advice_given=["doors"]
    )
    assert (answer.status_code, answer["Location"]) == (303, page_of(second))
    row = Answer.objects.get()
    assert (row.satisfaction, row.solved, row.advice_given) == ("satisfied", "yes", ["doors"])
    assert row.operator == city.operator
    shown = text(browser.get(answer["Location"]))
    assert "已登记：已解决 · 满意" in shown


def test_saving_with_a_pause_goes_back_to_the_queue(city: City, sign_in: SignIn) -> None:
    planned(city)
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    answer = send(browser, address, page, solved="yes", then="pause")
    assert answer["Location"] == QUEUE
    assert Callback.objects.filter(operator=city.operator).count() == 0


def test_nobody_answers_and_it_comes_back_later(city: City, sign_in: SignIn) -> None:
    callback = planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    answer = send(browser, address, page, outcome="no_answer", note="响铃十声")
    assert answer["Location"] == QUEUE
    callback.refresh_from_db()
    assert (callback.status, callback.attempts) == ("calling", 1)
    assert callback.not_before == timezone.now() + timedelta(hours=2)
    shown = text(browser.get(QUEUE))
    assert "无人接听" in shown
    assert "今天 12:00" in shown


def test_an_appointment_needs_its_moment(city: City, sign_in: SignIn) -> None:
    callback = planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    before = world()
    for moment in ("", "2026-11-10T23:30", "2026-11-09T10:00", "gestern"):
        refused = send(browser, address, page, outcome="appointment", next_try_at=moment)
        assert refused.status_code == 422
        assert 'href="#next_try_at-0"' in text(refused)
    assert world() == before
    send(browser, address, page, outcome="appointment", next_try_at="2026-11-10T15:30")
    callback.refresh_from_db()
    assert f"{timezone.localtime(callback.not_before):%H:%M}" == "15:30"


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({}, "satisfaction-0"),
        ({"satisfaction": "delighted"}, "satisfaction-0"),
        ({"solved": "yes", "outcome": "busy"}, "outcome-0"),
        ({"outcome": "vanished"}, "outcome-0"),
        ({"outcome": "message_sent"}, "outcome-0"),
        ({"solved": "no", "concerns": ["ufo"]}, "concerns-0"),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(
    city: City, sign_in: SignIn, given: dict[str, Any], target: str
) -> None:
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    before = world()
    refused = send(browser, address, page, text=WORDS, **given)
    assert refused.status_code == 422
    shown = text(refused)
    assert f'href="#{target}"' in shown
    assert f'id="{target}"' in shown
    assert WORDS in shown
    assert key(shown) == key(page)
    assert world() == before


def test_sent_twice_it_is_recorded_once(city: City, sign_in: SignIn) -> None:
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    for _twice in range(2):
        answer = send(browser, address, page, solved="yes", satisfaction="fairly")
        assert answer.status_code == 303
    assert Answer.objects.count() == Attempt.objects.count() == 1


def test_two_operators_never_have_the_same_call(city: City, sign_in: SignIn, fang: Account) -> None:
    first, second = planned(city), planned(city)
    lin, other = sign_in(city.operator), sign_in(fang)
    assert open_next(lin)[0] == page_of(first)
    assert open_next(other)[0] == page_of(second)
    refused = other.get(page_of(first))
    assert refused.status_code == 409
    assert other.post(page_of(first, "take")).status_code == 409
    first.refresh_from_db()
    assert first.operator == city.operator


def an_hour_passes(clock: time_machine.Traveller, *at_work: Client) -> None:
    """The call is nobody's any more; whoever reads other pages meanwhile stays signed in."""
    for _part in range(3):
        clock.shift(timedelta(minutes=20))
        for browser in at_work:
            assert browser.get("/desk/").status_code == 200


def test_what_was_typed_outlives_a_lost_call(
    city: City, sign_in: SignIn, fang: Account, clock: time_machine.Traveller
) -> None:
    callback = planned(city)
    lin, other = sign_in(city.operator), sign_in(fang)
    address, page = open_next(lin)
    an_hour_passes(clock, lin, other)
    assert open_next(other)[0] == address
    lost = send(lin, address, page, solved="no", concerns=["slow_arrival"], text=WORDS)
    assert lost.status_code == 409
    shown = text(lost)
    assert WORDS in shown
    assert "到场慢" in shown
    assert not Answer.objects.exists()
    calls.release(callback_id=callback.pk, operator=fang)
    kept = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', shown))
    again = lin.post(page_of(callback, "take"), kept)
    assert again.status_code == 200
    assert WORDS in text(again)
    assert key(text(again)) == key(page)
    assert re.search(r'value="slow_arrival" checked', text(again))


def test_a_lease_that_ran_out_alone_loses_nothing(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    an_hour_passes(clock, browser)
    assert send(browser, address, page, solved="yes").status_code == 303
    assert Answer.objects.count() == 1


def test_lists_meet_page_by_page_and_count_what_was_left_out(city: City, sign_in: SignIn) -> None:
    rows = [planned(city) for _n in range(55)]
    left_out = planned(
        city, details={"minor_involved": True}, actor=Actor.system("dispatch"), source="dispatch"
    )
    assert left_out.status == "excluded"
    browser = sign_in(city.analyst)
    first = text(browser.get(f"{QUEUE}?view=calling"))
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = text(browser.get(QUEUE + older.group(1).replace("&amp;", "&")))
    numbers = [row.matter.number for row in rows]
    seen = [[n for n in numbers if n in page] for page in (first, second)]
    assert [len(part) for part in seen] == [50, 5]
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert numbers[0] in text(browser.get(QUEUE + newer.group(1).replace("&amp;", "&")))
    excluded = text(browser.get(f"{QUEUE}?view=excluded"))
    assert left_out.matter.number in excluded
    assert re.search(r"涉及未成年人</dt>\s*<dd>1<", excluded)
    assert browser.get(f"{QUEUE}?view=calling&cursor=xx").status_code == 400


def test_pages_ask_few_questions(
    city: City, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for _n in range(12):
        planned(city)
    browser = sign_in(city.operator)
    address, _page = open_next(browser)
    for where in (QUEUE, address):
        with django_assert_max_num_queries(14):  # two of them count the replies that wait
            assert browser.get(where).status_code == 200


# --- unhappy ------------------------------------------------------------------------------------


def test_an_unhappy_call_is_not_saved_before_consent_is_asked(city: City, sign_in: SignIn) -> None:
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    before = world()
    given = {"solved": "no", "satisfaction": "dissatisfied", "concerns": ["attitude"]}
    refused = send(browser, address, page, **given)
    assert refused.status_code == 422
    assert "请征询群众是否同意由承办单位联系" in text(refused)
    assert 'id="consent_contact-error"' in text(refused)
    assert world() == before
    # a happy one is not asked, and saves
    assert send(browser, address, page, solved="yes", satisfaction="satisfied").status_code == 303


@pytest.mark.parametrize("consent", ["yes", "no", "none"])
def test_unhappy_put_right_and_called_again(
    city: City, sign_in: SignIn, consent: str, clock: time_machine.Traveller
) -> None:
    callback = planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    saved = send(
        browser,
        address,
        page,
        solved="no",
        satisfaction="dissatisfied",
        concerns=["slow_arrival"],
        text=WORDS,
        consent_contact=consent,
    )
    told = text(browser.get(saved["Location"]))
    assert ("锦湖派出所" in told) == (consent == "yes")
    assert ("督察部门" in told) == (consent != "yes")
    order = Matter.objects.get(kind="rectification")
    assert order.number not in told
    actor = Actor.of(city.duty_leader)
    first = actor if consent == "yes" else Actor.of(city.inspector)
    move(matter_id=order.pk, code="contact", actor=first, note="已联系")
    move(
        matter_id=order.pk,
        code="put_right",
        actor=actor,
        inputs={"measure": "当面致歉", "explanation": "已说明。"},
    )
    drain([NEWS])
    second = Callback.objects.get(matter=callback.matter, round=2)
    clock.move_to(second.not_before + timedelta(minutes=1))
    address, page = open_next(browser)
    assert address == page_of(second)
    assert "整改" in page
    send(browser, address, page, solved="yes", satisfaction="fairly")
    given = list(Answer.objects.order_by("pk").values_list("satisfaction", "callback__round"))
    assert given == [("dissatisfied", 1), ("fairly", 2)]


def test_a_call_in_hand_is_told_that_the_matter_was_opened_again(
    city: City, sign_in: SignIn, fang: Account
) -> None:
    callback = planned(city)
    browser = sign_in(city.operator)
    address, _page = open_next(browser)
    standing = f"{address}standing/"
    assert "withdrawn" not in text(browser.get(standing))
    reopen = {"matter_id": callback.matter_id, "code": "reopen", "note": "补充处理"}
    move(actor=Actor.of(city.inspector), **reopen)
    told = "本次回访已撤回"
    assert told in text(browser.get(standing))
    assert told in text(browser.get(address))
    assert told not in text(sign_in(fang).get(standing))
