"""王女士 answers by the link in the message, or by a short reply; each counts exactly once."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation
from django.utils.formats import date_format
from tests.personas import WANG, City

from anmin.callbacks import actions, contacting, replies
from anmin.callbacks.citizen import (
    UsedLink,
    answer_by_link,
    link_view,
    open_link,
)
from anmin.callbacks.models import Answer, AnswerLink, Attempt, Callback
from anmin.callbacks.recording import Said
from anmin.callbacks.replies import take_replies
from anmin.callbacks.tests.scene import planned, world
from anmin.channels.actions import cancel_message, receive_reply
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.channels.queries import body_of, latest_message
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Cursor

pytestmark = pytest.mark.usefixtures("clock")
SIX_HOURS = timedelta(hours=6)


def messaged(city: City, clock: time_machine.Traveller, **changes: Any) -> tuple[Callback, str]:
    """A callback about a noise whose message is out, and the token of its link."""
    callback = planned(city, **{"category": "noise", **changes})
    clock.move_to(callback.not_before)
    assert contacting.advance() == 1
    callback.refresh_from_db()
    text = body_of(latest_message(f"callback:{callback.pk}"))
    found = re.search(r"/a/([\w-]+)", text)
    assert found is not None
    Message.objects.update(status=Delivery.SENT, sent_at=timezone.now())
    return callback, found[1]


def reply(text: str, *, ref: str = "r1") -> None:
    receive_reply(provider="test", provider_ref=ref, sender=WANG.phone, text=text)


def test_the_message_goes_out_after_six_hours_and_once(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city, category="noise")
    assert contacting.advance() == 0
    clock.shift(SIX_HOURS)
    assert contacting.advance() == 1
    assert contacting.advance() == 0
    callback.refresh_from_db()
    assert (callback.status, callback.attempts) == ("messaged", 1)
    # due at 10:00; twelve hours after the message is night, so a person calls at 8:00
    assert f"{timezone.localtime(callback.not_before):%d %H:%M}" == "11 08:00"
    message = Message.objects.get()
    assert (message.key, message.question.expects) == (f"callback:{callback.pk}", "grade")
    text = body_of(message)
    assert text.startswith("【瑞安市公安局】")
    assert "11月10日" in text
    assert "王" not in text
    # the matter is named by its day, number and office; others may read that telephone
    assert callback.matter.number in text
    assert "锦湖派出所" in text
    assert "噪声" not in text
    assert "锦湖文化社区" not in text
    assert "3幢" not in text
    assert Attempt.objects.get().outcome == "message_sent"


def test_whoever_wants_english_is_written_to_in_english(
    city: City, clock: time_machine.Traveller
) -> None:
    callback, _token = messaged(city, clock, contact=WANG._replace(language="en"))
    message = latest_message(f"callback:{callback.pk}")
    assert (message.language, "How was it?" in body_of(message)) == ("en", True)


def test_nothing_happens_in_quiet_hours(city: City, clock: time_machine.Traveller) -> None:
    callback = planned(city, category="noise")
    clock.move_to(timezone.now().replace(hour=12, minute=1))  # 20:01
    before = world()
    assert contacting.advance() == 0
    assert world() == before
    clock.move_to(timezone.now().replace(hour=23, minute=59) + timedelta(minutes=1))  # 8:00
    assert contacting.advance() == 1
    callback.refresh_from_db()
    assert callback.status == "messaged"


@pytest.mark.parametrize("phone", ["+8657765812345", "+864008123456"])
def test_where_no_message_can_be_read_a_person_calls(
    city: City, clock: time_machine.Traveller, phone: str
) -> None:
    callback = planned(city, category="noise", contact=ContactFacts("王", phone))
    clock.shift(SIX_HOURS)
    assert contacting.advance() == 1
    callback.refresh_from_db()
    assert (callback.status, callback.attempts) == ("calling", 0)
    assert not Message.objects.exists()


def test_a_message_left_unanswered_is_followed_by_a_call(
    city: City, clock: time_machine.Traveller
) -> None:
    callback, _token = messaged(city, clock)
    assert actions.next_callback(city.operator) is None
    clock.move_to(callback.not_before)
    assert contacting.advance() == 1
    taken = actions.next_callback(city.operator)
    assert taken == callback
    assert callback.attempts == 1


def test_a_message_that_got_lost_was_no_attempt(city: City, clock: time_machine.Traveller) -> None:
    callback, _token = messaged(city, clock)
    Message.objects.update(status=Delivery.QUEUED)
    assert cancel_message(key=f"callback:{callback.pk}", reason="gateway")
    clock.move_to(callback.not_before)
    contacting.advance()
    callback.refresh_from_db()
    assert (callback.status, callback.attempts, callback.steps) == ("calling", 0, 2)
    outcomes = list(Attempt.objects.order_by("seq").values_list("outcome", flat=True))
    assert outcomes == ["message_sent", "message_failed"]


def test_the_link_shows_which_matter_it_is_and_neither_its_topic_nor_anybody(
    city: City, clock: time_machine.Traveller, django_assert_num_queries: Any
) -> None:
    callback, token = messaged(city, clock)
    number = callback.matter.number
    with django_assert_num_queries(3), translation.override("zh-hans"):
        view = link_view(open_link(token))
        assert number in view.opening[0]
        assert date_format(timezone.localdate(), "DATE_FORMAT") in view.opening[0]
    assert [question.code for question in view.questions][:2] == ["solved", "satisfaction"]
    for hidden in ("噪声", "王", "1385771", "文化小区", "陈立", "锦湖"):
        assert hidden not in repr(view)
    with translation.override("en"):
        opening = link_view(open_link(token)).opening[0]
    assert number in opening
    assert "Noise" not in opening


def test_she_answers_by_the_link_once(
    city: City, clock: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    callback, token = messaged(city, clock)
    said = Said(satisfaction="fairly", solved="yes", text="来得挺快的")
    opened = open_link(token)
    # A turn, two of the question, two of the transaction, seven of its evidence; on PostgreSQL two
    # more for the keys and the head.
    with django_assert_max_num_queries(17):
        answer_by_link(opened, said)
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("done", "1.1")
    answer = Answer.objects.get()
    assert (answer.via, answer.satisfaction, answer.operator) == ("link", "fairly", None)
    assert b"\xe6\x9d\xa5" not in bytes(answer.text)
    before = world()
    for call in (lambda: answer_by_link(opened, said), lambda: open_link(token)):
        with pytest.raises(UsedLink):
            call()
    assert world() == before
    assert actions.next_callback(city.operator) is None


def test_an_empty_answer_leaves_the_link_open(city: City, clock: time_machine.Traveller) -> None:
    _callback, token = messaged(city, clock)
    before = world()
    with pytest.raises(Refusal) as refused:
        answer_by_link(open_link(token), Said(text="只写了字"))
    assert refused.value.field == "satisfaction"
    assert world() == before
    answer_by_link(open_link(token), Said(satisfaction="satisfied"))
    assert Answer.objects.count() == 1


def test_unknown_and_expired_links(city: City, clock: time_machine.Traveller) -> None:
    _callback, token = messaged(city, clock)
    before = world()
    with pytest.raises(NotFound):
        answer_by_link(open_link("guess"), Said(satisfaction="satisfied"))
    clock.shift(timedelta(days=8))
    with pytest.raises(NotFound) as refused:
        answer_by_link(open_link(token), Said(satisfaction="satisfied"))
    assert not isinstance(refused.value, UsedLink)
    assert world() == before
    assert AnswerLink.objects.get().used_at is None
    assert token.encode() not in bytes(AnswerLink.objects.get().token_digest)


def test_who_answers_the_link_while_being_called_has_answered(
    city: City, clock: time_machine.Traveller
) -> None:
    callback, token = messaged(city, clock)
    clock.move_to(callback.not_before)
    contacting.advance()
    actions.next_callback(city.operator)
    answer_by_link(open_link(token), Said(satisfaction="satisfied"))
    before = world()
    with pytest.raises(actions.Conflict):
        actions.record_answer(
            callback_id=callback.pk,
            operator=city.operator,
            said=Said(satisfaction="dissatisfied"),
            key="k",
        )
    assert world() == before


def test_an_answer_is_still_welcome_after_the_calls_were_given_up(
    city: City, clock: time_machine.Traveller
) -> None:
    callback, token = messaged(city, clock)
    for n in range(2):
        callback.refresh_from_db()
        clock.move_to(callback.not_before)
        contacting.advance()
        actions.next_callback(city.operator)
        actions.record_attempt(
            callback_id=callback.pk, operator=city.operator, outcome="no_answer", key=f"k{n}"
        )
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("closed", "2.20")
    answer_by_link(open_link(token), Said(satisfaction="satisfied", solved="yes"))
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("done", "1.1")


@pytest.mark.parametrize(
    ("text", "satisfaction"), [("1", "satisfied"), ("２", "fairly"), ("不满意", "dissatisfied")]
)
def test_she_replies_with_a_digit(
    city: City, clock: time_machine.Traveller, text: str, satisfaction: str
) -> None:
    callback, token = messaged(city, clock)
    reply(text)
    assert take_replies() == 1
    assert take_replies() == 0
    answer = Answer.objects.get()
    assert (answer.via, answer.satisfaction, answer.solved) == ("sms", satisfaction, "")
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("done", "1.2")
    with pytest.raises(UsedLink):
        link_view(open_link(token))
    # a second reply, and the same again from the gateway, change nothing
    before = world()
    reply("3", ref="r2")
    reply("3", ref="r2")
    assert take_replies() == 1
    assert world() == before


def test_longer_words_go_to_a_person(city: City, clock: time_machine.Traveller) -> None:
    callback, _token = messaged(city, clock)
    reply("你们来得太晚了，东西也没找回来")
    take_replies()
    taken = actions.next_callback(city.operator)
    assert taken == callback
    from anmin.callbacks.queries import callback_view

    view = callback_view(callback_id=callback.pk, operator=city.operator)
    assert [one.note for one in view.earlier] == ["", "你们来得太晚了，东西也没找回来"]


def test_stop_ends_everything_for_this_phone(city: City, clock: time_machine.Traveller) -> None:
    asked, token = messaged(city, clock)
    waiting, named = planned(city, actor=Actor.system("dispatch")), planned(city)
    reply("退订")
    take_replies()
    for one in (asked, waiting, named):
        one.refresh_from_db()
    # who was asked has refused, and counts against the response rate
    assert (asked.status, asked.disposition, asked.exclusion) == ("closed", "2.11", "")
    assert (waiting.status, waiting.exclusion) == ("excluded", "opted_out")
    # whom only the unit has named may be a friend of its: somebody else looks first
    assert (named.status, named.exclusion, named.claimed) == ("claimed", "", "opted_out")
    assert named.closed_at is None
    told = planned(city, category="noise", actor=Actor.system("dispatch"))
    assert told.exclusion == "opted_out"
    # a citizen who changes her mind may still use the link
    assert link_view(open_link(token)).opening


def test_a_reply_about_nothing_is_passed_over(city: City) -> None:
    reply("1")
    assert take_replies() == 1
    assert not Answer.objects.exists()


def test_a_crash_while_taking_replies_counts_each_once(
    city: City, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    messaged(city, clock)
    reply("3")
    real = replies._take_in

    def dies(found: Any) -> None:
        real(found)
        raise KeyboardInterrupt

    monkeypatch.setattr(replies, "_take_in", dies)
    before = world()
    with pytest.raises(KeyboardInterrupt):
        take_replies()
    assert world() == before
    assert not Cursor.objects.filter(name=replies.REPLIES, position__gt=0).exists()
    monkeypatch.setattr(replies, "_take_in", real)
    assert take_replies() == 1
    assert Answer.objects.count() == 1
