"""What hangs on a complaint about somebody is on no list, in no number and in no order of his or hers."""

import pytest
from django.test import Client
from django.utils import timezone

from anmin.callbacks import inbox, planning, recording, undelivered, unhappy
from anmin.callbacks.dayboard import day_board
from anmin.callbacks.models import Callback
from anmin.callbacks.replies import take_replies
from anmin.channels import conversation
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.channels.receiving import receive_reply
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import actions, conflict, holding, policy
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.matters.parties import PartyFacts
from anmin.matters.registry import rectifying_kind
from anmin.matters.verify import verify
from anmin.people.models import Account
from anmin.people.roles import Role
from tests.own_kind.story_citizen import lost
from tests.own_kind.story_complaint import (
    _language,  # noqa: F401 - a fixture
    accused,
    complaint,
    someone,
)
from tests.own_kind.story_conflict import UNHAPPY, closed, name
from tests.personas import WANG, City


def test_an_unhappy_answer_counts_although_everybody_who_could_put_it_right_is_concerned(
    city: City,
) -> None:
    matter = complaint(city, PartyFacts("accused", unit=city.bureau))
    closed(matter, city.inspector)
    drain([planning.NEWS])
    head = someone(city, "head", Role.OFFICER, city.bureau)
    name(city, matter, head)
    Account.objects.filter(pk=head.pk).update(unit=city.inspectorate)  # checks himself now
    callback = Callback.objects.get(matter=matter)
    with pytest.raises(Refusal) as refused:
        policy.free_unit(rectifying_kind(), conflict.about(matter), city.jinhu)
    assert refused.value.code == "concerned"
    with atomic():
        row = recording.answer(callback, UNHAPPY, via="sms", at=timezone.now(), key="k")
    assert (row.satisfaction, unhappy.order_of(row)) == ("dissatisfied", None)
    assert not Matter.objects.filter(kind="rectification").exists()
    assert "上级机关" in matter.entries.latest("seq").note
    with atomic():
        assert unhappy.order_rectification(callback, row) is None  # said once
    assert matter.entries.filter(action="note").count() == 1
    assert verify().sound


def test_a_board_says_what_is_on_none_whether_there_is_any_or_not(city: City) -> None:
    before = day_board(viewer=city.duty_leader).left_out
    complaint(city, accused(city.duty_leader))
    board = day_board(viewer=city.duty_leader)
    assert (board.left_out, board.counts["owed"]) == (before, 0)
    page = Client(headers={"Accept-Language": "zh-hans"})
    page.force_login(city.duty_leader)
    shown = page.get("/desk/day/").content.decode()
    assert all(kind in shown for kind in ("举报", "投诉民警"))


def test_replies_about_a_reader_are_neither_counted_nor_listed_for_him_or_her(city: City) -> None:
    other = someone(city, "other", Role.OPERATOR, city.programme.unit)
    complaint(city, accused(city.operator), unit=city.yuhai, contact=WANG)
    for one in Matter.objects.all():
        actions.give_follow_code(matter_id=one.pk, actor=Actor.of(city.inspector))
    about = Message.objects.filter(
        subject_ref__contains=Matter.objects.get(kind="complaint").number
    )
    Message.objects.update(status=Delivery.SENT, sent_at=timezone.now())
    question = conversation.open_question(about.get(), "words")
    conversation.end_question_of(question.message_id, "over")
    receive_reply(provider="test", provider_ref="r1", sender=WANG.phone, text="他骂我了")
    take_replies()
    assert (inbox.waiting_count(other), len(inbox.list_items(other))) == (1, 1)
    assert (inbox.waiting_count(city.operator), inbox.list_items(city.operator)) == (0, [])
    assert inbox.next_item(city.operator) is None
    [item] = inbox.list_items(other)
    assert inbox.reveal_number(item_id=item.pk, reader=other) == WANG.phone
    with pytest.raises(NotFound):
        inbox.reveal_number(item_id=item.pk, reader=city.operator)
    with pytest.raises(NotFound):
        inbox.decide(item_id=item.pk, operator=city.operator, decision="nothing", reason="x")


def test_a_page_of_what_was_lost_goes_on_after_what_the_reader_may_not_see(city: City) -> None:
    other = someone(city, "other", Role.OPERATOR, city.programme.unit)
    first = lost(city)
    about = complaint(city, accused(city.operator), unit=city.yuhai, contact=WANG)
    for _turn in range(3):
        actions.give_follow_code(matter_id=about.pk, actor=Actor.of(city.inspector))
    Message.objects.update(status=Delivery.DEAD)
    pages = {}
    for who in (city.operator, other):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(undelivered, "PAGE", 1)
            pages[who.username] = [one.words.number for one in undelivered.lines(who)]
    assert pages == {"linxiao": [first.number], "other": [about.number, about.number]}


def test_a_hold_is_not_listed_to_whom_its_matter_is_about(city: City) -> None:
    other = someone(city, "other", Role.INSPECTOR, city.programme.unit)
    about = complaint(city, accused(city.inspector), unit=city.yuhai, actor=Actor.of(other))
    held = holding.hold(matter_id=about.pk, by=other, reason="复议期间")
    assert (holding.held(other), holding.held(city.inspector)) == ([held], [])
