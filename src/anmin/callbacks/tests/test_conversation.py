"""王女士 has several matters and one telephone: each reply belongs to the question it answers."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation
from tests.personas import WANG, City

from anmin.callbacks import actions, contacting, inbox
from anmin.callbacks.models import Answer, Attempt, Callback, Decision, ReplyItem
from anmin.callbacks.recording import Said
from anmin.callbacks.replies import take_replies
from anmin.callbacks.tests.scene import planned, world
from anmin.channels.actions import receive_reply
from anmin.channels.conversation import expire
from anmin.channels.models import Message, Question
from anmin.channels.models import Status as Delivery
from anmin.channels.queries import body_of
from anmin.channels.receiving import join_late_parts, receive_part
from anmin.channels.subjects import still_wanted
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter, Reaction
from anmin.matters.reactions import ask_citizen, read_answer, send_waiting
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role

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
    sent()
    reply("3")
    first.refresh_from_db()
    assert first.status == "done"
    clock.shift(timedelta(minutes=31))
    assert contacting.advance() == 1
    sent()
    texts = [body_of(one) for one in Message.objects.filter(medium="sms").order_by("pk")]
    assert "噪声" in texts[0]
    assert "纠纷" in texts[1]
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


def test_a_reply_from_a_number_that_nobody_asked(city: City) -> None:
    reply("你们是谁？", sender="13900001111")
    item = only_item()
    assert item.why == "unknown"
    assert inbox.candidates(item, city.operator) == []
    with pytest.raises(Refusal) as refused:
        inbox.decide(item_id=item.pk, operator=city.operator, decision=Decision.NOTHING)
    assert refused.value.field == "reason"
    inbox.decide(item_id=item.pk, operator=city.operator, decision=Decision.NOTHING, reason="误发")
    with pytest.raises(Conflict):
        inbox.decide(item_id=item.pk, operator=city.operator, decision=Decision.STOP, reason="退订")


def test_nobody_attributes_a_reply_to_a_matter_that_was_not_asked_about(
    city: City, clock: time_machine.Traveller
) -> None:
    asked(city, clock)
    reply("来得太晚")
    other = Message.objects.exclude(subject_ref="").first()
    assert other is not None
    stranger = planned(city, category="dispute")
    item, before = only_item(), world()
    for about in (None, other.pk + 1000, stranger.pk + 1000):
        with pytest.raises(Refusal):
            inbox.decide(
                item_id=item.pk,
                operator=city.operator,
                decision=Decision.ANSWER,
                about=about,
                choice=1,
            )
    assert world() == before
    item.refresh_from_db()
    assert item.decided_at is None


def test_nobody_decides_about_the_own_unit(city: City, clock: time_machine.Traveller) -> None:
    asked(city, clock)
    reply("来得太晚")
    item, before = only_item(), world()
    insider = Account.objects.create_user("insider", "x", role=Role.OPERATOR, unit=city.jinhu)
    assert inbox.next_item(insider) is None
    [one] = inbox.candidates(item, insider)
    for person in (insider, city.officer, city.duty_leader, city.leader):
        with pytest.raises(NotAllowed):
            inbox.decide(
                item_id=item.pk,
                operator=person,
                decision=Decision.ANSWER,
                about=one.message.pk,
                choice=1,
            )
    assert world() == before
    assert inbox.next_item(city.operator) == item


def test_a_call_in_hand_is_not_taken_away_by_a_text(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = asked(city, clock)
    clock.move_to(callback.not_before)
    contacting.advance()
    assert actions.next_callback(city.operator) == callback
    reply("我在上班，晚上再打")
    callback.refresh_from_db()
    assert callback.operator == city.operator
    assert Attempt.objects.latest("pk").outcome == "wrote"
    assert only_item().why == "not_answer"


def test_words_that_stood_on_the_page_of_the_call_need_nobody_else(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = asked(city, clock)
    reply("来得太晚了")
    clock.shift(timedelta(minutes=1))
    assert actions.next_callback(city.operator) == callback
    clock.shift(timedelta(minutes=1))
    reply("喂？")
    actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=Said(satisfaction="fairly"), key="k"
    )
    items = ReplyItem.objects.order_by("pk").values_list("decision", "decided_by")
    assert list(items) == [("read", city.operator.pk), ("", None)]


def test_a_long_reply_in_parts_is_read_as_one(city: City, clock: time_machine.Traveller) -> None:
    asked(city, clock)
    parts = {"provider": "test", "sender": WANG.phone, "whole": "7", "parts": 2}
    assert receive_part(provider_ref="b", part=2, text="楼上还在吵", **parts) is None
    take_replies()
    assert not ReplyItem.objects.exists()
    for _twice in range(2):
        whole = receive_part(provider_ref="a", part=1, text="3，来得太晚，", **parts)
    take_replies()
    assert whole is not None
    assert not Answer.objects.exists()
    view = inbox.item_view(item_id=only_item().pk, reader=city.operator)
    assert view.text == "3，来得太晚，楼上还在吵"


def test_a_part_whose_other_half_never_came_is_read_all_the_same(
    city: City, clock: time_machine.Traveller
) -> None:
    asked(city, clock)
    parts = {"provider": "test", "sender": WANG.phone, "whole": "7", "parts": 2}
    receive_part(provider_ref="a", part=1, text="来得太晚，", **parts)
    assert join_late_parts() == 0
    clock.shift(timedelta(minutes=11))
    assert join_late_parts() == 1
    assert join_late_parts() == 0
    take_replies()
    view = inbox.item_view(item_id=only_item().pk, reader=city.operator)
    assert view.text == "来得太晚，[…]"


def test_a_secret_link_is_named_and_not_shown_to_whoever_reads_a_reply() -> None:
    sent = "回复1满意 2基本满意 3不满意，或点 https://anmin.example/a/Ab-3_x 。退订回TD"
    with translation.override("zh-hans"):
        assert inbox.without_link(sent) == "回复1满意 2基本满意 3不满意，或点[链接]。退订回TD"
    assert inbox.without_link("没有链接：1 2 3") == "没有链接：1 2 3"
