"""王女士 answers by text message and gets her receipt the same way, where the house wants that."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import inbox
from anmin.callbacks.acknowledging import send_receipts
from anmin.callbacks.models import Answer, Decision, ReplyItem
from anmin.callbacks.replies import take_replies
from anmin.callbacks.tests.test_citizen import messaged, reply
from anmin.channels.models import Message, Question
from anmin.channels.models import Status as Delivery
from anmin.channels.queries import body_of
from anmin.evidence import receipts, roots
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Reaction
from anmin.matters.reactions import ask_citizen, read_answer

pytestmark = pytest.mark.django_db


def acknowledged() -> list[str]:
    return [body_of(one) for one in Message.objects.filter(template="receipt").order_by("pk")]


def test_a_reply_is_acknowledged_once_with_a_code_that_can_be_checked(
    city: City, clock: time_machine.Traveller, settings: Any
) -> None:
    settings.SMS_RECEIPTS = True
    messaged(city, clock)
    reply("1")
    take_replies()
    assert send_receipts() == 1
    assert send_receipts() == 0
    (body,) = acknowledged()
    code = receipts.code_of(Answer.objects.get())
    assert f"回执码{code}" in body
    assert "/receipt" in body
    root = roots.make()
    assert receipts.find(code).root == root
    # The receipt asks nothing: what she writes next is no answer to it.
    assert not Question.objects.filter(message__template="receipt").exists()


def test_without_the_setting_nothing_is_sent(city: City, clock: time_machine.Traveller) -> None:
    messaged(city, clock)
    reply("1")
    take_replies()
    assert send_receipts() == 0
    assert acknowledged() == []


def test_old_answers_are_not_acknowledged_when_it_is_switched_on(
    city: City, clock: time_machine.Traveller, settings: Any
) -> None:
    messaged(city, clock)
    reply("1")
    take_replies()
    clock.shift(timedelta(days=2))
    settings.SMS_RECEIPTS = True
    assert send_receipts() == 1
    assert acknowledged() == []


def test_a_receipt_keeps_the_quiet_hours(
    city: City, clock: time_machine.Traveller, settings: Any
) -> None:
    settings.SMS_RECEIPTS = True
    messaged(city, clock)
    clock.move_to("2026-11-10T15:00:00Z")  # 23:00 in China
    reply("1")
    take_replies()
    send_receipts()
    assert Message.objects.get(template="receipt").not_before.isoformat() > "2026-11-10T20:00"


def test_an_answer_to_an_officers_question_has_its_receipt_too(
    city: City, clock: time_machine.Traveller, settings: Any
) -> None:
    settings.SMS_RECEIPTS = True
    matter = city.incident()
    actor = Actor.of(city.officer)
    move(matter_id=matter.pk, code="arrive", actor=actor)
    ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question="车是什么颜色？")
    Message.objects.update(status=Delivery.SENT, sent_at=timezone.now())
    reply("红色的")
    take_replies()
    asked = Reaction.objects.get()
    assert (asked.via, read_answer(asked)) == ("sms", "红色的")
    assert send_receipts() == 1
    assert send_receipts() == 0
    (body,) = acknowledged()
    code = receipts.code_of(asked)
    assert f"回执码{code}" in body
    root = roots.make()
    assert receipts.find(code).root == root


def test_what_a_person_took_for_an_answer_has_its_receipt_too(
    city: City, clock: time_machine.Traveller, settings: Any
) -> None:
    settings.SMS_RECEIPTS = True
    messaged(city, clock)
    reply("都挺好的，就是慢了点")
    take_replies()
    item = ReplyItem.objects.get()
    [one] = inbox.candidates(item, city.operator)
    inbox.decide(
        item_id=item.pk,
        operator=city.operator,
        decision=Decision.ANSWER,
        about=one.message.pk,
        choice=2,
    )
    assert send_receipts() == 1
    (body,) = acknowledged()
    assert receipts.code_of(Answer.objects.get()) in body
