"""Who reads a reply that is no plain answer, and what they are shown."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation
from tests.personas import WANG, City

from anmin.callbacks import actions, contacting, inbox
from anmin.callbacks.models import Answer, Attempt, Decision, ReplyItem
from anmin.callbacks.recording import Said
from anmin.callbacks.replies import take_replies
from anmin.callbacks.tests.scene import planned, world
from anmin.callbacks.tests.test_conversation import asked, only_item, reply
from anmin.channels.models import Message
from anmin.channels.receiving import join_late_parts, receive_part
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.people.models import Account
from anmin.people.roles import Role

pytestmark = pytest.mark.usefixtures("clock")


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
