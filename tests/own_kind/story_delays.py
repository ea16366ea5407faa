"""A promise that will not be kept is told of before, and stays broken."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from anmin.channels.queries import body_of
from anmin.matters import actions, approvals, messages, public
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.models import (
    Deadline,
    Matter,
)
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.own_kind.lost import asked, lost, sent, taken
from tests.personas import City

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def test_a_delay_is_told_once_before_the_promise_breaks_and_never_at_night(city: City) -> None:
    matter = lost(city)
    clock = Deadline.objects.get(matter=matter, clock="search")
    for due in (3, 9, 15, 21):
        due_at = datetime.combine(timezone.localdate() + timedelta(days=9), datetime.min.time())
        Deadline.objects.filter(pk=clock.pk).update(
            due_at=(due_at + timedelta(hours=due)).replace(tzinfo=ZONE)
        )
        clock.refresh_from_db()
        before = told_at(matter, clock.due_at)
        assert before is not None
        assert 8 <= before.astimezone(ZONE).hour < 20
        assert before < clock.due_at


def told_at(matter: Matter, due: datetime) -> datetime | None:
    """When a job that runs every five minutes would tell of the delay, without doing it."""
    moment = due - timedelta(hours=16)
    while moment < due:
        if messages.due_for_word(moment).filter(matter=matter).exists():
            return moment
        moment += timedelta(minutes=5)
    return None


def test_the_delay_is_on_record_and_the_next_promise_is_told_of_again(city: City) -> None:
    matter = lost(city)
    clock = Deadline.objects.get(matter=matter, clock="search")
    noon = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    noon = (noon + timedelta(hours=12)).replace(tzinfo=ZONE)
    Deadline.objects.filter(pk=clock.pk).update(due_at=noon + timedelta(hours=1))
    Matter.objects.update(due_at=noon + timedelta(hours=1))
    assert messages.tell_delays(now=noon - timedelta(hours=14)) == 0  # night
    assert messages.tell_delays(now=noon) == 1
    assert messages.tell_delays(now=noon + timedelta(minutes=5)) == 0
    assert str(matter.number) in body_of(sent(matter)[-1])
    matter.refresh_from_db()
    assert str(public.face(matter).story[-1].title) == "办理时间将超过承诺"
    done = lost(city)
    Deadline.objects.filter(matter=done).update(due_at=noon + timedelta(hours=1))
    taken(done, "give_up", city.officer, answer="未找到。")
    assert messages.tell_delays(now=noon) == 0  # it is over
    observed = lost(city)
    Deadline.objects.filter(matter=observed).update(due_at=noon + timedelta(hours=1))
    following = Matter.objects.filter(pk=observed.pk)
    following.update(due_at=noon + timedelta(hours=1), facts_at=timezone.now())
    assert messages.tell_delays(now=noon) == 0  # a system of record may know better
    following.update(facts_at=None)
    assert messages.tell_delays(now=noon) == 1


def test_after_more_time_the_next_delay_is_told_of_again(city: City) -> None:
    matter = lost(city)
    noon = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    noon = (noon + timedelta(hours=12)).replace(tzinfo=ZONE)
    due = noon + timedelta(hours=1)
    Deadline.objects.filter(matter=matter, clock="search").update(due_at=due)
    Matter.objects.update(due_at=due)
    assert messages.tell_delays(now=noon) == 1
    request = asked(matter, city.officer)
    with time_machine.travel(noon + timedelta(minutes=10)):
        approvals.agree(request_id=request.pk, actor=Actor.of(city.inspector), reason="同意")
    Deadline.objects.filter(matter=matter, clock="search").update(due_at=due + timedelta(hours=1))
    Matter.objects.update(due_at=due + timedelta(hours=1))
    assert messages.tell_delays(now=noon + timedelta(minutes=20)) == 1


def test_a_pause_before_the_word_hides_no_promise_that_is_not_kept(city: City) -> None:
    matter = taken(lost(city), "find", city.officer, shelf="A3")
    clock = Deadline.objects.get(matter=matter, clock="search")
    noon = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
    noon = (noon + timedelta(hours=12)).replace(tzinfo=ZONE)
    Deadline.objects.filter(pk=clock.pk).update(due_at=noon + timedelta(hours=1))
    paused = taken(matter, "examine", city.officer)
    clock.refresh_from_db()
    assert (clock.paused_at is not None, paused.due_at) == (True, None)
    assert messages.tell_delays(now=noon - timedelta(hours=14)) == 0  # night
    assert messages.tell_delays(now=noon) == 1
    assert messages.tell_delays(now=noon + timedelta(minutes=5)) == 0
    assert f"{noon + timedelta(hours=1):%H:%M}" in body_of(
        sent(matter)[-1]
    )  # the hour that was said
    taken(paused, "back", city.officer)
    assert messages.tell_delays(now=noon + timedelta(minutes=10)) == 0  # once
    assert verify().sound


def test_a_broken_promise_stays_broken_whatever_starts_it_anew(city: City) -> None:
    matter = lost(city)
    late = timezone.now() + timedelta(days=40)
    actions.move(
        matter_id=matter.pk,
        code="give_up",
        actor=Actor.of(city.officer),
        inputs={"answer": "未找到。"},
        at=late,
    )
    actions.move(
        matter_id=matter.pk, code="look_again", actor=CITIZEN, note="再找", at=late + timedelta(1)
    )
    clock = Deadline.objects.get(matter=matter, clock="search")
    assert (clock.missed, clock.met_at) == (1, None)
    taken(matter, "give_up", city.officer, answer="仍未找到。")
    kept = lost(city)
    taken(kept, "give_up", city.officer, answer="未找到。")
    actions.move(matter_id=kept.pk, code="look_again", actor=CITIZEN, note="再找")
    taken(kept, "give_up", city.officer, answer="仍未找到。")
    refresh(full=True)
    (figure,) = show("kept_in_time").rows
    assert (figure.numerator, figure.denominator) == (1, 2)
    assert verify().sound
