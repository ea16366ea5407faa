"""林晓 works the inbox of replies: whose turn it is, what may be meant, and the second answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import inbox
from anmin.callbacks.models import Answer, Decision, ReplyItem
from anmin.callbacks.tests.scene import world
from anmin.callbacks.tests.test_conversation import asked, only_item, reply
from anmin.channels.conversation import expire
from anmin.channels.models import Message
from anmin.kernel.errors import NotAllowed
from anmin.matters.models import Matter
from anmin.people.models import AccessLog, Account

pytestmark = pytest.mark.usefixtures("clock")


def test_a_question_that_went_out_after_the_reply_is_not_what_it_answers(
    city: City, clock: time_machine.Traveller
) -> None:
    first = asked(city, clock)
    clock.shift(timedelta(hours=49))
    expire()
    reply("来得太晚")
    clock.shift(timedelta(hours=1))
    asked(city, clock, category="dispute")
    [one] = inbox.candidates(only_item(), city.operator)
    assert one.words.number == first.matter.number


def test_only_who_has_a_reply_in_hand_gives_it_back(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    asked(city, clock)
    reply("来得太晚")
    item = only_item()
    assert inbox.next_item(city.operator) == item
    inbox.release(item_id=item.pk, operator=other_operator)
    assert inbox.next_item(other_operator) is None
    inbox.release(item_id=item.pk, operator=city.operator)
    assert inbox.next_item(other_operator) == item


def test_a_second_unhappy_answer_orders_nothing_twice(
    city: City, clock: time_machine.Traveller
) -> None:
    asked(city, clock)
    reply("3")
    assert Matter.objects.filter(kind="rectification").count() == 1
    clock.shift(timedelta(minutes=1))
    reply("真的太差了")
    item = only_item()
    [one] = inbox.candidates(item, city.operator)
    inbox.decide(
        item_id=item.pk,
        operator=city.operator,
        decision=Decision.ANSWER,
        about=one.message.pk,
        choice=3,
    )
    assert list(Answer.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert Matter.objects.filter(kind="rectification").count() == 1


@pytest.mark.parametrize("decided", [False, True])
def test_the_pages_of_the_inbox_hold_each_reply_once(
    city: City, monkeypatch: pytest.MonkeyPatch, decided: bool
) -> None:
    """Also where several came, or were decided, in the same moment."""
    monkeypatch.setattr(inbox, "PAGE", 2)
    for number in range(5):
        reply(f"你们是谁 {number}", sender=f"1390000111{number}")
    if decided:
        ReplyItem.objects.update(
            decided_at=timezone.now(), decided_by=city.operator, decision=Decision.NOTHING
        )
    seen: list[int] = []
    after = 0
    while found := inbox.list_items(city.operator, decided=decided, after=after):
        shown = found[: inbox.PAGE]
        seen += [one.pk for one in shown]
        after = seen[-1]
        if len(found) <= inbox.PAGE:
            break
    assert seen == sorted(ReplyItem.objects.values_list("pk", flat=True), reverse=decided)


def test_nobody_else_opens_the_number_of_a_reply(city: City, clock: time_machine.Traveller) -> None:
    asked(city, clock)
    reply("来得太晚")
    item, before = only_item(), world()
    for person in (city.officer, city.duty_leader, city.leader, city.analyst, city.admin):
        with pytest.raises(NotAllowed):
            inbox.reveal_number(item_id=item.pk, reader=person)
        with pytest.raises(NotAllowed):
            inbox.item_view(item_id=item.pk, reader=person)
    assert not AccessLog.objects.filter(action__in=("read_reply", "reveal_contact")).exists()
    assert world() == before


def test_a_number_that_another_question_may_have_been_sent_from_tells_nothing(
    city: City, clock: time_machine.Traveller
) -> None:
    """Of the earlier message nobody knows from which number it went out: it may be this one."""
    asked(city, clock)
    clock.shift(timedelta(hours=49))
    expire()
    second = asked(city, clock, category="dispute")
    Message.objects.filter(key=f"callback:{second.pk}").update(sent_from="10692")
    before = world()
    reply("3", sent_to="10692")
    assert world() == before
    assert only_item().why == "several"
