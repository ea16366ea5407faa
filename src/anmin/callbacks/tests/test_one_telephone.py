"""One telephone, many questions and replies in any order: no reply is lost, none is misattributed.

What citizens can do is drawn at random: messages go out, time passes, digits, words, STOP and
repetitions come back, operators call. After each step every reply is somewhere, and every answer
that came by message is about a question that had gone out to that telephone before.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.personas import WANG, City

from anmin.callbacks import actions, contacting
from anmin.callbacks.models import Answer, Attempt, Callback, ReplyItem
from anmin.callbacks.planning import NEWS
from anmin.callbacks.recording import Said
from anmin.callbacks.replies import take_replies
from anmin.channels.actions import receive_reply
from anmin.channels.conversation import expire
from anmin.channels.models import Match, Message, OptOut, Question, Reply, ReplyKind
from anmin.channels.models import Status as Delivery
from anmin.evidence.log import atomic
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Reaction
from anmin.matters.news import drain
from anmin.matters.reactions import ask_citizen, send_waiting

MONDAY = datetime(2026, 11, 9, 1, tzinfo=UTC)  # 9:00 in China
TEXTS = ("1", "2", "3", "不满意", "来得太晚了", "3，来得太晚了", "好的", "退订，还在吵", "恢复")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("noise"), st.just(0)),
        st.tuples(st.just("dispute"), st.just(0)),
        st.tuples(st.just("officer"), st.just(0)),
        st.tuples(st.just("reply"), st.integers(0, len(TEXTS) - 1)),
        st.tuples(st.just("repeat"), st.just(0)),
        st.tuples(st.just("call"), st.just(0)),
        st.tuples(st.just("reopen"), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from((1, 11, 40, 400, 1500, 3000))),
    ),
    max_size=14,
)


class RolledBackError(Exception):
    """Ends one story and takes everything in it back."""


class Telephone:
    """王女士's telephone, and everybody who turns to it."""

    def __init__(self, city: City, clock: time_machine.Traveller) -> None:
        self.city, self.clock, self.refs = city, clock, 0
        self.last: tuple[str, str] | None = None

    def do(self, what: str, value: int) -> None:
        match what:
            case "noise" | "dispute":
                self.city.answered(category=what)
            case "officer":
                matter = self.city.incident()
                actor = Actor.of(self.city.officer)
                move(matter_id=matter.pk, code="arrive", actor=actor)
                ask_citizen(matter_id=matter.pk, code="ask", actor=actor, question="几点？")
            case "reply":
                self.refs += 1
                self.last = (f"r{self.refs}", TEXTS[value])
                self.receive()
            case "repeat" if self.last:
                self.receive()
            case "call":
                taken = actions.next_callback(self.city.operator)
                if taken is not None:
                    actions.record_answer(
                        callback_id=taken.pk,
                        operator=self.city.operator,
                        said=Said(satisfaction="fairly"),
                        key=f"call {taken.pk}",
                    )
            case "reopen":
                row = Callback.objects.filter(
                    matter__state="answered", round=1, matter__kind="incident"
                ).first()
                if row is not None:
                    inspector = Actor.of(self.city.inspector)
                    move(matter_id=row.matter_id, code="reopen", actor=inspector, note="补充")
            case "wait":
                self.clock.shift(timedelta(minutes=value))
        self.work()

    def receive(self) -> None:
        assert self.last is not None
        ref, text = self.last
        receive_reply(provider="t", provider_ref=ref, sender=WANG.phone, text=text)

    def work(self) -> None:
        """What the worker does by itself."""
        drain([NEWS])
        take_replies()
        expire()
        contacting.advance()
        send_waiting()
        for message in Message.objects.filter(status=Delivery.QUEUED, medium="sms"):
            opted = OptOut.objects.filter(recipient_index=message.recipient_index).exists()
            if not opted:
                message.status, message.sent_at = Delivery.SENT, timezone.now()
                message.save()


def check() -> None:
    """What must hold after every step."""
    assert Question.objects.filter(closed_at=None).count() <= 1
    for reply in Reply.objects.all():
        key = f"reply:{reply.pk}"
        places = [
            Answer.objects.filter(key=key).exists(),
            Attempt.objects.filter(key=key).exists(),
            Reaction.objects.filter(via="sms", answered_at=reply.received_at).exists(),
            ReplyItem.objects.filter(reply=reply).exists(),
            reply.kind in (ReplyKind.STOP, ReplyKind.START) and not reply.words,
            reply.match == Match.REPEATED,
        ]
        assert any(places), (reply.kind, reply.match)
    for answer in Answer.objects.filter(via="sms"):
        reply = Reply.objects.get(pk=int(answer.key.removeprefix("reply:")))
        assert reply.question is not None
        message = reply.question.message
        assert message.subject_ref == f"callback:{answer.callback_id}"
        assert message.sent_at is not None
        assert message.sent_at <= reply.received_at
        assert reply.question.closed_at is None or reply.question.closed_at >= reply.received_at
        assert (reply.kind, reply.choice is not None) == (ReplyKind.ANSWER, True)
    assert not Answer.objects.filter(via="sms", satisfaction="", solved="").exists()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=steps)
def test_no_reply_is_lost_and_none_is_attributed_to_what_was_not_asked(
    city: City, story: list[tuple[str, int]]
) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        phone = Telephone(city, clock)
        with suppress(RolledBackError), atomic():
            for what, value in story:
                phone.do(what, value)
                check()
            raise RolledBackError


def test_the_story_of_the_theft_and_the_noise(city: City) -> None:
    """The instance that this room was mended for, told by the same telephone."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        phone = Telephone(city, clock)
        story: list[tuple[str, Any]] = [
            ("noise", 0), ("wait", 400), ("reply", 4), ("officer", 0), ("reply", 2),
            ("wait", 40), ("wait", 40), ("reply", 2), ("reply", 4),
        ]  # fmt: skip
        for what, value in story:
            phone.do(what, value)
            check()
        assert Answer.objects.get().satisfaction == "dissatisfied"
        assert Reaction.objects.get(answered_at__isnull=False).via == "sms"
        assert ReplyItem.objects.count() == 2
