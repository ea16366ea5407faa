"""王女士 has several matters and one telephone: each reply belongs to the question it answers."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import WANG, City

from anmin.callbacks import contacting, inbox
from anmin.callbacks.models import Answer, Callback, Decision, ReplyItem
from anmin.callbacks.replies import take_replies
from anmin.callbacks.tests.scene import planned, world
from anmin.channels.actions import receive_reply
from anmin.channels.conversation import expire
from anmin.channels.models import Message, Question
from anmin.channels.models import Status as Delivery
from anmin.channels.queries import body_of
from anmin.channels.subjects import still_wanted
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter, Reaction
from anmin.matters.reactions import ask_citizen, read_answer, send_waiting
from anmin.people.models import AccessLog

pytestmark = pytest.mark.usefixtures("clock")


def sent() -> None:
    """The gateway has taken over whatever waits."""
    Message.objects.filter(status=Delivery.QUEUED).update(
        status=Delivery.SENT, sent_at=timezone.now()
    )


def asked(city: City, clock: time_machine.Traveller, **changes: Any) -> Callback:
    """A callback about a noise whose message is out."""
    callback = planned(city, **{"category": "noise", **changes})
    clock.move_to(max(callback.not_before, timezone.now()))
    contacting.advance()
    sent()
    callback.refresh_from_db()
    return callback


_refs = iter(range(1, 1_000_000))


def reply(text: str, sender: str = WANG.phone, **told: str) -> None:
    ref = told.pop("ref", f"r{next(_refs)}")
    receive_reply(provider="test", provider_ref=ref, sender=sender, text=text, **told)
    take_replies()


def officer_asks(city: City, question: str = "车是什么颜色？") -> Matter:
    matter = city.incident()
    actor = Actor.of(city.officer)
    move(matter_id=matter.pk, code="arrive", actor=actor)
    return ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question=question)


def only_item() -> ReplyItem:
    return ReplyItem.objects.get()


def test_a_reply_to_an_officers_question_is_no_answer_to_an_older_callback(
    city: City, clock: time_machine.Traveller
) -> None:
    older = asked(city, clock)
    matter = officer_asks(city)
    assert Reaction.objects.get().sent_at is None  # the callback's question is open: it waits
    reply("1")
    older.refresh_from_db()
    assert older.status == "done"
    clock.shift(timedelta(minutes=11))
    assert send_waiting() == 1
    sent()
    assert "车是什么颜色" in body_of(Message.objects.latest("pk"))
    reply("3")
    reaction = Reaction.objects.get()
    assert (read_answer(reaction), reaction.via) == ("3", "sms")
    assert Answer.objects.get().satisfaction == "satisfied"
    matter.refresh_from_db()
    assert matter.state == "arrived"
    entry = Entry.objects.filter(matter=matter).latest("seq")
    assert (entry.action, entry.actor_role) == ("resume", "citizen")
    assert not ReplyItem.objects.exists()


def test_words_answer_an_officers_question_and_more_words_stand_beside_it(
    city: City, clock: time_machine.Traveller
) -> None:
    matter = officer_asks(city)
    sent()
    reply("红色的，后轮有锁")
    assert read_answer(Reaction.objects.get()) == "红色的，后轮有锁"
    clock.shift(timedelta(minutes=1))
    reply("还有一个蓝色的筐")
    item = only_item()
    assert item.why == "closed"
    [one] = inbox.candidates(item, city.operator)
    inbox.decide(
        item_id=item.pk, operator=city.operator, decision=Decision.WORDS, about=one.message.pk
    )
    said = [read_answer(one) for one in Reaction.objects.order_by("pk")]
    assert said == ["红色的，后轮有锁", "还有一个蓝色的筐"]
    assert Entry.objects.filter(matter=matter).latest("seq").action == "replied"


def test_a_question_that_was_answered_or_needs_no_answer_is_not_sent(city: City) -> None:
    waits, answered, settled = (officer_asks(city) for _n in range(3))
    Reaction.objects.filter(matter=answered).update(answered_at=timezone.now())
    actor = Actor.of(city.officer)
    move(matter_id=settled.pk, code="answer", actor=actor, inputs={"reply": "已处理。"})
    wanted = {
        one.matter_id: still_wanted(
            Message(key=f"reaction:{one.pk}", subject_ref=f"matter:{one.matter_id}")
        )
        for one in Reaction.objects.all()
    }
    assert wanted == {waits.pk: True, answered.pk: False, settled.pk: False}


def test_two_matters_of_one_telephone_are_asked_about_in_turn_and_both_answers_are_kept(
    city: City, clock: time_machine.Traveller
) -> None:
    first = planned(city, category="noise")
    clock.shift(timedelta(minutes=5))
    second = planned(city, category="dispute")
    clock.move_to(second.not_before)
    contacting.advance()
    assert Message.objects.count() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.not_before > second.not_before  # only the second looks again in a while
    sent()
    reply("3")
    first.refresh_from_db()
    assert first.status == "done"
    clock.shift(timedelta(minutes=31))
    assert contacting.advance() == 1
    sent()
    texts = [body_of(one) for one in Message.objects.filter(medium="sms").order_by("pk")]
    assert first.matter.number in texts[0]
    assert second.matter.number in texts[1]
    reply("1")
    answers = Answer.objects.order_by("pk").values_list("callback", "satisfaction")
    assert list(answers) == [(first.pk, "dissatisfied"), (second.pk, "satisfied")]
    assert not ReplyItem.objects.exists()


def test_who_waits_too_long_for_its_turn_is_phoned_in_time(
    city: City, clock: time_machine.Traveller
) -> None:
    asked(city, clock)
    second = planned(city, category="dispute")
    due = second.due_at
    for _look in range(60):
        second.refresh_from_db()
        if second.status == "calling":
            break
        clock.move_to(second.not_before)
        contacting.advance()
    assert second.status == "calling"
    assert second.not_before < due
    assert Message.objects.filter(medium="sms").count() == 1


def test_the_next_question_waits_until_nothing_is_said_any_more(
    city: City, clock: time_machine.Traveller
) -> None:
    asked(city, clock)
    reply("1")
    second = planned(city, category="dispute")
    Callback.objects.filter(pk=second.pk).update(not_before=timezone.now())
    clock.shift(timedelta(minutes=9))
    contacting.advance()
    assert Question.objects.count() == 1
    second.refresh_from_db()
    assert second.status == "planned"


def test_the_same_reply_under_another_number_is_not_an_answer_to_the_next_question(
    city: City, clock: time_machine.Traveller
) -> None:
    asked(city, clock)
    reply("3", ref="a")
    reply("3", ref="a")
    reply("3", ref="b")
    assert Answer.objects.count() == 1
    assert not ReplyItem.objects.exists()


def test_words_after_the_digit_reach_the_inbox_and_an_unhappy_one_is_put_right(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = asked(city, clock)
    reply("1")
    reply("其实他们来得太晚，我很不满意")
    item = only_item()
    assert (item.why, item.message) == ("closed", None)
    [one] = inbox.candidates(item, city.operator)
    assert (one.words.number, one.words.answerable) == (callback.matter.number, True)
    inbox.decide(
        item_id=item.pk,
        operator=city.operator,
        decision=Decision.ANSWER,
        about=one.message.pk,
        choice=3,
    )
    rows = Answer.objects.order_by("seq").values_list("seq", "satisfaction", "operator")
    assert list(rows) == [(1, "satisfied", None), (2, "dissatisfied", city.operator.pk)]
    assert Matter.objects.filter(kind="rectification").count() == 1
    item.refresh_from_db()
    assert (item.decided_by, item.decision, item.about) == (city.operator, "answer", one.message)


def test_words_with_the_digit_go_to_a_person_who_is_told_what_they_begin_with(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = asked(city, clock)
    reply("3，来得太晚了")
    assert not Answer.objects.exists()
    callback.refresh_from_db()
    assert callback.status == "calling"
    view = inbox.item_view(item_id=only_item().pk, reader=city.operator)
    assert (view.text, view.suggestion) == ("3，来得太晚了", 3)
    assert "*" in view.number
    assert AccessLog.objects.filter(action="read_reply", account=city.operator).count() == 1
    inbox.decide(
        item_id=view.item.pk,
        operator=city.operator,
        decision=Decision.ANSWER,
        about=view.candidates[0].message.pk,
        choice=3,
    )
    answer = Answer.objects.get()
    assert (answer.via, answer.satisfaction, answer.operator) == (
        "sms",
        "dissatisfied",
        city.operator,
    )


def test_a_digit_long_after_goes_to_a_person(city: City, clock: time_machine.Traveller) -> None:
    callback = asked(city, clock)
    clock.shift(timedelta(hours=49))
    assert expire() == 1
    reply("3")
    assert not Answer.objects.exists()
    assert only_item().why == "closed"
    callback.refresh_from_db()
    assert callback.closed_at is None


def test_a_digit_that_may_mean_an_earlier_question_goes_to_a_person(
    city: City, clock: time_machine.Traveller
) -> None:
    first = asked(city, clock)
    clock.shift(timedelta(hours=49))
    expire()
    second = asked(city, clock, category="dispute")
    assert second.status == "messaged"
    before = world()
    reply("3")
    assert world() == before
    item = only_item()
    assert item.why == "several"
    numbers = [one.words.number for one in inbox.candidates(item, city.operator)]
    assert numbers == [second.matter.number, first.matter.number]


def test_where_the_gateway_tells_which_message_is_answered_that_one_is_meant(
    city: City, clock: time_machine.Traveller
) -> None:
    first = asked(city, clock)
    clock.shift(timedelta(hours=49))
    expire()
    second = asked(city, clock, category="dispute")
    reply("3", about=f"callback:{first.pk}")
    assert Answer.objects.get().callback == first
    Message.objects.filter(key=f"callback:{first.pk}").update(sent_from="10691")
    Message.objects.filter(key=f"callback:{second.pk}").update(sent_from="10692")
    reply("1", sent_to="10692")
    assert Answer.objects.latest("pk").callback == second


def test_stop_with_words_stops_and_the_words_are_read(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = asked(city, clock)
    reply("退订，楼上还在吵")
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("closed", "2.11")
    assert only_item().why == "beside"
    assert not Question.objects.filter(closed_at=None).exists()
