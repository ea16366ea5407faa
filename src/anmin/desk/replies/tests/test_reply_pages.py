"""林晓 reads what citizens wrote that is no plain answer, and sees to what did not arrive."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.personas import WANG, City, SignIn

from anmin.callbacks import contacting, inbox
from anmin.callbacks.models import Answer, Callback, DeliveryCase, ReplyItem
from anmin.callbacks.reopening import withdraw
from anmin.callbacks.replies import take_replies
from anmin.callbacks.sealing import read_note
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned
from anmin.channels.actions import receive_reply
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role

LIST, NEXT, LOST = "/desk/replies/", "/desk/replies/next/", "/desk/undelivered/"
WORDS = "你们来得太晚了"


@pytest.fixture
def clock() -> object:
    """A Tuesday at ten in the morning."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def messaged(city: City, clock: time_machine.Traveller) -> Callback:
    callback = planned(city, category="noise")
    clock.move_to(callback.not_before)
    contacting.advance()
    Message.objects.update(status=Delivery.SENT, sent_at=timezone.now())
    return callback


def wrote(text: str = WORDS) -> ReplyItem:
    receive_reply(provider="t", provider_ref=text, sender=WANG.phone, text=text)
    take_replies()
    return ReplyItem.objects.latest("pk")


def shown(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def decide(browser: Client, item: ReplyItem, **given: object) -> object:
    return browser.post(f"{LIST}{item.pk}/", {"key": "k", **given})


def test_the_inbox_is_counted_in_the_navigation_and_worked_one_by_one(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    callback = messaged(city, clock)
    item = wrote()
    browser = sign_in(city.operator)
    page = shown(browser.get(LIST))
    assert '<b class="nav-count">1</b>' in page
    assert "内容不是所问的选项" in page
    assert WORDS not in page
    opened = browser.post(NEXT)
    assert opened.headers["Location"] == f"{LIST}{item.pk}/"
    page = shown(browser.get(f"{LIST}{item.pk}/"))
    assert WORDS in page
    assert callback.matter.number in page
    assert WANG.phone[3:] not in page
    assert AccessLog.objects.filter(action="read_reply").count() == 1
    [one] = inbox.candidates(item, city.operator)
    missing = decide(browser, item, decision="answer", about=one.message.pk)
    assert missing.status_code == 422  # type: ignore[attr-defined]
    assert "请选择答复" in shown(missing)
    assert not Answer.objects.exists()
    done = decide(browser, item, decision="answer", about=one.message.pk, choice=3)
    assert done.status_code == 303  # type: ignore[attr-defined]
    assert Answer.objects.get().satisfaction == "dissatisfied"
    assert "nav-count" not in shown(browser.get(LIST))
    assert "登记为答复" in shown(browser.get(f"{LIST}?view=decided"))
    again = decide(browser, item, decision="nothing", reason="误")
    assert again.status_code == 409  # type: ignore[attr-defined]


def test_the_number_is_shown_on_asking_and_logged(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    messaged(city, clock)
    item = wrote()
    page = shown(sign_in(city.operator).post(f"{LIST}{item.pk}/number/"))
    assert WANG.phone in page
    entry = AccessLog.objects.get(action="reveal_contact")
    assert (entry.account, entry.subject) == (city.operator, str(item.reply_id))


@pytest.mark.parametrize("who", ["duty_leader", "officer", "leader", "analyst", "admin"])
def test_the_inbox_is_not_for_others(
    city: City, sign_in: SignIn, clock: time_machine.Traveller, who: str
) -> None:
    messaged(city, clock)
    item = wrote()
    browser = sign_in(getattr(city, who))
    for address in (LIST, LOST, f"{LIST}{item.pk}/"):
        assert browser.get(address).status_code == 403
    for address in (NEXT, f"{LIST}{item.pk}/number/", f"{LOST}1/phone/", f"{LOST}1/settle/"):
        assert browser.post(address).status_code == 403
    assert decide(browser, item, decision="nothing", reason="误").status_code == 403  # type: ignore[attr-defined]
    item.refresh_from_db()
    assert item.decided_at is None


def test_about_the_own_unit_a_colleague_decides(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    messaged(city, clock)
    item = wrote()
    insider = Account.objects.create_user("insider", "x", role=Role.OPERATOR, unit=city.jinhu)
    browser = sign_in(insider)
    assert "可能涉及您本单位" in shown(browser.get(f"{LIST}{item.pk}/"))
    assert browser.post(NEXT).headers["Location"] == LIST
    [one] = inbox.candidates(item, insider)
    refused = decide(browser, item, decision="answer", about=one.message.pk, choice=1)
    assert refused.status_code in (403, 422)  # type: ignore[attr-defined]
    assert not Answer.objects.exists()


def test_what_did_not_arrive_is_phoned_instead_or_settled(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    first = messaged(city, clock)
    clock.shift(timedelta(minutes=1))
    Message.objects.update(status=Delivery.DEAD, last_error="SMS gateway answered 410")
    message = Message.objects.get()
    browser = sign_in(city.operator)
    page = shown(browser.get(LOST))
    assert first.matter.number in page
    assert "号码有误或已停用" in page
    assert WANG.phone[3:] not in page
    assert WANG.phone in shown(browser.post(f"{LOST}{message.pk}/number/"))
    empty = browser.post(f"{LOST}{message.pk}/settle/", {"key": "k", "reason": ""})
    assert empty.status_code == 422
    assert browser.post(f"{LOST}{message.pk}/phone/").status_code == 303
    first.refresh_from_db()
    assert (first.status, DeliveryCase.objects.get().by) == ("calling", city.operator)
    assert first.matter.number not in shown(browser.get(LOST))
    assert browser.post(f"{LOST}{message.pk}/phone/").status_code == 404


def test_whoever_calls_about_a_reply_has_its_words(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    callback = messaged(city, clock)
    item = wrote()
    browser = sign_in(city.operator)
    browser.post(NEXT)
    [one] = inbox.candidates(item, city.operator)
    done = decide(browser, item, decision="call", about=one.message.pk)
    assert done.status_code == 303  # type: ignore[attr-defined]
    attempt = callback.attempt_rows.get(outcome="wrote")
    assert read_note(attempt) == WORDS


def test_nobody_is_phoned_about_what_has_ended(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    callback = messaged(city, clock)
    Message.objects.update(status=Delivery.DEAD, last_error="SMS gateway answered 410")
    with transaction.atomic():
        withdraw(Callback.objects.get(pk=callback.pk), at=timezone.now())
    told = sign_in(city.operator).post(f"{LOST}{Message.objects.get().pk}/phone/")
    assert told.status_code == 409
    assert not DeliveryCase.objects.exists()
