"""What was answered, corrected, checked and asked again, at the desk."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.callbacks import actions as calls
from anmin.callbacks import draws
from anmin.callbacks.models import Answer, Callback, Draw, QualityCheck
from anmin.callbacks.scripts import checklist
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned, rules, world
from anmin.desk.calls.tests.test_callback_pages import QUEUE, WORDS, key, open_next, send, text
from anmin.matters.models import Matter
from anmin.people.models import AccessLog, Account


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


def unhappy(city: City, *, consent: bool) -> Answer:
    callback = planned(city)
    calls.next_callback(city.operator)
    said = calls.Said(
        satisfaction="dissatisfied",
        solved="no",
        concerns=("attitude",),
        text=WORDS,
        consent_contact=consent,
    )
    return calls.record_answer(
        callback_id=callback.pk, operator=city.operator, said=said, key=f"k{callback.pk}"
    )


def test_words_are_read_with_a_reason_only(city: City, sign_in: SignIn) -> None:
    answer = unhappy(city, consent=False)
    number = answer.callback.matter.number
    browser = sign_in(city.inspector)
    page = text(browser.get(f"/desk/matters/{number}/answers/"))
    assert "不满意" in page
    assert "态度" in page
    assert WORDS not in page
    words = f"/desk/matters/{number}/answers/{answer.pk}/words/"
    assert browser.post(words, {"reason": " "}).status_code == 422
    assert not AccessLog.objects.exists()
    assert WORDS in text(browser.post(words, {"reason": "首次联系"}))
    assert WORDS in text(browser.post(words, {"reason": "复核"}, headers={"HX-Request": "true"}))
    assert [(e.action, e.reason) for e in AccessLog.objects.order_by("pk")] == [
        ("read_answer", "首次联系"),
        ("read_answer", "复核"),
    ]


@pytest.mark.parametrize("consent", [True, False])
def test_the_unit_reads_what_was_agreed_to_be_passed_on(
    city: City, sign_in: SignIn, consent: bool
) -> None:
    answer = unhappy(city, consent=consent)
    number = answer.callback.matter.number
    page = text(sign_in(city.duty_leader).get(f"/desk/matters/{number}/answers/"))
    assert (WORDS in page) == consent
    assert ("不满意" in page) == consent
    assert sign_in(city.officer).get(f"/desk/matters/{number}/answers/").status_code == 403
    words = f"/desk/matters/{number}/answers/{answer.pk}/words/"
    assert sign_in(city.duty_leader).post(words, {"reason": "想看看"}).status_code != 200 or consent
    assert not AccessLog.objects.exists()


def test_answers_stand_on_the_matters_page_for_those_who_may_see_them(
    city: City, sign_in: SignIn
) -> None:
    answer = unhappy(city, consent=False)
    address = f"/desk/matters/{answer.callback.matter.number}/"
    link = f"{address}answers/"
    # the link names no more than who follows it may read there
    for account, words in ((city.inspector, True), (city.leader, False)):
        page = text(sign_in(account).get(address))
        assert link in page
        assert ("查看答复和原话" in page, "查看全部答复" in page) == (words, not words)
    assert link not in text(sign_in(city.officer).get(address))


def test_a_slip_is_corrected_beside_the_first_answer(
    city: City, sign_in: SignIn, fang: Account
) -> None:
    planned(city)
    browser = sign_in(city.operator)
    address, page = open_next(browser)
    send(browser, address, page, solved="yes", satisfaction="satisfied")
    first = Answer.objects.get()
    correct = f"/desk/callbacks/answers/{first.pk}/correct/"
    assert correct in text(browser.get(QUEUE))
    before = world()
    assert sign_in(fang).get(correct).status_code == 403
    assert sign_in(fang).post(correct, {"key": "x", "solved": "no"}).status_code == 403
    assert world() == before
    form = text(browser.get(correct))
    assert re.search(r'value="satisfied" checked', form)
    answer = browser.post(
        correct,
        {
            "key": key(form),
            "solved": "no",
            "satisfaction": "dissatisfied",
            "consent_contact": "none",
        },
    )
    assert answer.status_code == 303
    assert list(Answer.objects.order_by("seq").values_list("satisfaction", "corrects")) == [
        ("satisfied", None),
        ("dissatisfied", first.pk),
    ]
    assert Matter.objects.filter(kind="rectification").count() == 1


# --- checks -------------------------------------------------------------------------------------


@pytest.fixture
def drawn(city: City, clock: time_machine.Traveller) -> Callback:
    """A call of 林晓 that chance picked for both checks."""
    with rules(recall_share=Decimal(1), check_share=Decimal(1)):
        for purpose in (Draw.Purpose.RECALL, Draw.Purpose.CHECK):
            draws.open_draw(purpose, timezone.localdate())
    callback = planned(city)
    calls.next_callback(city.operator)
    calls.record_answer(
        callback_id=callback.pk,
        operator=city.operator,
        said=calls.Said(satisfaction="satisfied", solved="yes"),
        key="k",
    )
    clock.shift(timedelta(days=1))
    draws.draw_before(timezone.localdate())
    return callback


def test_a_call_is_checked_against_the_script(city: City, sign_in: SignIn, drawn: Callback) -> None:
    assert sign_in(city.operator).get("/desk/callbacks/checks/").status_code == 403
    browser = sign_in(city.inspector)
    assert "/desk/callbacks/checks/next/" in text(browser.get("/desk/callbacks/checks/"))
    page = text(browser.get("/desk/callbacks/checks/next/"))
    assert drawn.matter.number in page
    found = re.search(r'name="check" value="(\d+)"', page)
    assert found
    codes = [item.code for item in checklist().item]
    given = {"key": key(page), "check": found.group(1), **dict.fromkeys(codes, "met")}
    refused = browser.post("/desk/callbacks/checks/next/", {**given, "neutral": ""})
    assert refused.status_code == 422
    assert QualityCheck.objects.filter(score__isnull=False).count() == 0
    done = browser.post("/desk/callbacks/checks/next/", {**given, "neutral": "not_met"})
    assert done.status_code == 303
    weights = {item.code: item.weight for item in checklist().item}
    check = QualityCheck.objects.get(draw__purpose="check")
    assert check.score == pytest.approx(1 - weights["neutral"] / sum(weights.values()))
    listed = text(browser.get("/desk/callbacks/checks/"))
    assert "不引导、不索要好评" in listed


def test_asked_again_by_somebody_who_does_not_know_the_answer(
    city: City, sign_in: SignIn, fang: Account, drawn: Callback
) -> None:
    assert drawn.matter.number not in text(sign_in(city.operator).get("/desk/callbacks/again/"))
    browser = sign_in(fang)
    page = text(browser.get("/desk/callbacks/again/"))
    assert drawn.matter.number in page
    assert " checked" not in page.split('name="satisfaction"', 1)[1].split("</fieldset>")[
        0
    ].replace('value="" checked', "")
    found = re.search(r'name="check" value="(\d+)"', page)
    assert found
    given = {"check": found.group(1), "solved": "yes", "satisfaction": "fairly"}
    for _twice in range(2):
        answer = send(browser, "/desk/callbacks/again/", page, **given)
        assert answer.status_code == 303
    rows = list(Answer.objects.order_by("seq").values_list("via", "satisfaction"))
    assert rows == [("call", "satisfied"), ("recall", "fairly")]
