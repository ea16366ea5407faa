"""林晓 works the queue: takes, calls, writes down; two operators never hold the same callback."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone, translation
from tests.personas import City

from anmin.callbacks import actions, queries, recording
from anmin.callbacks.actions import Said
from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.tests.scene import named_later, planned, rules, world
from anmin.channels.models import OptOut
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters.actions import assign
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role

pytestmark = pytest.mark.usefixtures("clock")

GLAD = Said(satisfaction="satisfied", solved="yes", advice_given=("doors", "ebike"))


def test_the_operator_sees_what_is_needed_and_nothing_of_who_served(city: City) -> None:
    assign(matter_id=city.incident().pk, actor=Actor.of(city.duty_leader), account=city.officer)
    callback = planned(city, place="文化小区3幢502室")
    city.operator.badge_number = "0901"
    taken = actions.next_callback(city.operator)
    assert taken is not None
    assert taken.pk == callback.pk
    with translation.override("zh-hans"):
        view = queries.callback_view(callback_id=taken.pk, operator=city.operator)
    assert (view.category, view.place, view.name) == ("盗窃", "文化小区", "王某")
    assert view.opening[0] == (
        "您好，这里是瑞安市公安局回访中心，工号0901。请问是王先生／女士吗？现在方便说话吗？"
    )
    assert "您2026年11月10日报警反映的“盗窃”一事" in view.opening[1]
    assert [question.code for question in view.questions] == [
        "solved",
        "satisfaction",
        "concerns",
        "text",
        "consent_contact",
    ]
    assert view.advice is not None
    assert view.advice.code == "theft"
    assert "请问是王秀英先生／女士吗？" in view.opening_to("王秀英")[0]
    assert "请问是王女士吗？" in view.opening_to("王女士")[0]
    assert view.opening_to(" ") == view.opening
    everything = repr(view)
    for hidden in (
        "linxiao",
        "陈立",
        "chenli",
        "周卫国",
        "锦湖派出所",
        "王秀英",
        "13857712345",
        "502",
        "3幢",
    ):
        assert hidden not in everything


def test_whoever_is_called_hears_that_the_call_is_recorded_where_it_is(
    city: City, settings: Any
) -> None:
    planned(city)
    taken = actions.next_callback(city.operator)
    assert taken is not None
    for where, told in (("", 2), ("https://calls.example/{reference}", 3)):
        settings.RECORDINGS = where
        with translation.override("zh-hans"):
            view = queries.callback_view(callback_id=taken.pk, operator=city.operator)
        assert len(view.opening) == told
        assert ("录音" in view.opening[-1]) is bool(where)
        assert "录音" not in view.opening[0]  # nothing before it is the right person


def test_the_phone_is_shown_only_to_who_holds_the_callback_and_is_logged(
    city: City, other_operator: Account
) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    for stranger, problem in (
        (other_operator, Conflict),
        (city.officer, NotAllowed),
        (city.leader, NotAllowed),
    ):
        with pytest.raises(problem):
            actions.reveal_phone(callback_id=callback.pk, operator=stranger)
    assert not AccessLog.objects.exists()
    facts = actions.reveal_phone(callback_id=callback.pk, operator=city.operator)
    assert facts == ContactFacts(name="王秀英", phone="+8613857712345")
    entry = AccessLog.objects.get()
    assert (entry.account, entry.action) == (city.operator, "reveal_contact")
    assert entry.subject == callback.matter.number


def test_in_quiet_hours_nobody_is_called_and_a_call_begun_before_is_ended(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    first, second = planned(city), planned(city)
    assert actions.next_callback(city.operator) == first
    clock.move_to(timezone.localtime().replace(hour=20, minute=1))
    before = world()
    assert actions.next_callback(other_operator) is None
    with pytest.raises(Conflict):
        actions.take(callback_id=second.pk, operator=other_operator)
    assert queries.queue_counts(other_operator) == {"now": 0, "late": 0, "later": 2}
    until = queries.quiet_until()
    assert until is not None
    assert timezone.localtime(until).hour == 8
    assert world() == before
    actions.record_answer(callback_id=first.pk, operator=city.operator, said=GLAD, key="a")
    clock.move_to(until)
    assert queries.quiet_until() is None
    assert actions.next_callback(other_operator) == second


def test_a_call_is_answered(city: City) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    answer = actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=GLAD, key="k1"
    )
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("done", "1.1")
    assert (callback.closed_at, callback.operator) == (timezone.now(), None)
    assert answer.advice_given == ["doors", "ebike"]
    assert (answer.script, answer.script_version, answer.via) == ("incident", 3, "call")
    row = Attempt.objects.get()
    assert (row.channel, row.outcome, row.operator) == ("call", "reached", city.operator)
    assert actions.next_callback(city.operator) is None


def test_recording_twice_with_the_same_key_changes_nothing(city: City) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    first = actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=GLAD, key="k1"
    )
    before = world()
    again = actions.record_answer(
        callback_id=callback.pk,
        operator=city.operator,
        said=Said(satisfaction="dissatisfied"),
        key="k1",
    )
    assert again == first
    assert world() == before
    with pytest.raises(Conflict):
        actions.record_answer(callback_id=callback.pk, operator=city.operator, said=GLAD, key="k2")
    assert world() == before


def test_nobody_there_then_again_and_again_until_it_ends(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city)
    for n, outcome in enumerate(("no_answer", "busy", "switched_off")):
        taken = actions.next_callback(city.operator)
        assert taken is not None
        for _twice in range(2):
            callback = actions.record_attempt(
                callback_id=taken.pk,
                operator=city.operator,
                outcome=outcome,
                key=f"try{n}",
                note="响铃十声",
            )
        assert actions.next_callback(city.operator) is None
        clock.move_to(callback.not_before)
    assert (callback.status, callback.disposition) == ("closed", "2.20")
    assert callback.closed_at is not None
    rows = list(Attempt.objects.order_by("seq").values_list("seq", "outcome"))
    assert rows == [(1, "no_answer"), (2, "busy"), (3, "switched_off")]
    attempts = Attempt.objects.order_by("seq")
    times = [timezone.localtime(at) for at in attempts.values_list("at", flat=True)]
    # twice on the first day, then on the next morning
    assert [f"{at:%d %H}" for at in times] == ["10 10", "10 12", "11 08"]


@pytest.mark.parametrize(
    ("outcome", "disposition"),
    [("refused", "2.11"), ("wrong_number", "3.30"), ("not_reporter", "4.70")],
)
def test_some_calls_end_it_at_once(city: City, outcome: str, disposition: str) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    callback = actions.record_attempt(
        callback_id=callback.pk, operator=city.operator, outcome=outcome, key="k"
    )
    assert (callback.status, callback.disposition) == ("closed", disposition)


def test_who_asks_on_the_phone_not_to_be_contacted_is_left_in_peace(city: City) -> None:
    callback, other = planned(city), planned(city, actor=Actor.system("dispatch"))
    actions.take(callback_id=callback.pk, operator=city.operator)
    actions.record_attempt(
        callback_id=callback.pk, operator=city.operator, outcome="opted_out", key="k"
    )
    callback.refresh_from_db()
    other.refresh_from_db()
    assert (callback.status, callback.disposition) == ("closed", "2.11")
    assert (other.status, other.exclusion) == ("excluded", "opted_out")
    assert OptOut.objects.count() == 1


def test_who_was_spoken_to_is_left_in_peace_and_nobody_else(
    city: City, other_operator: Account
) -> None:
    """The opt-out is that of the person on the phone, with all of their numbers."""
    zhang = ContactFacts("张某某", "+8613900000001", "", ("+8613900000001", "+8613900000002"))
    callback, dispatch = planned(city), Actor.system("dispatch")
    other = planned(city, actor=dispatch)
    theirs = planned(city, actor=dispatch, contact=ContactFacts("张某某", "+8613900000002"))
    for nobody in (ContactFacts("无名"), zhang):
        named_later(callback.matter, nobody)
    with rules(contacts_called=2):
        actions.take(callback_id=callback.pk, operator=city.operator)
        view = queries.callback_view(callback_id=callback.pk, operator=city.operator)
        assert view.people == ["王某 138****2345", "张某 139****0001 / 139****0002"]
        with pytest.raises(Conflict):
            actions.later_to_call(callback_id=callback.pk, operator=other_operator)
        later = actions.later_to_call(callback_id=callback.pk, operator=city.operator)
        assert [one.contact for one in later] == [
            ContactFacts("张某某", zhang.phone, more=zhang.more)
        ]
        before, given = world(), {"callback_id": callback.pk, "outcome": "opted_out", "key": "k"}
        for nobody_of_them in (None, -1, 2):
            with pytest.raises(Refusal) as refused:
                actions.record_attempt(**given, operator=city.operator, spoken_to=nobody_of_them)
            assert refused.value.field == "spoken_to"
        assert (world(), OptOut.objects.count()) == (before, 0)
        actions.record_attempt(**given, operator=city.operator, spoken_to=1)
    ring = django_settings.KEYRING
    stopped = {ring.blind_index(one, purpose="phone") for one in zhang.more}
    assert {bytes(one.recipient_index) for one in OptOut.objects.all()} == stopped
    for one in (callback, other, theirs):
        one.refresh_from_db()
    assert (callback.status, callback.disposition) == ("closed", "2.11")
    assert other.closed_at is None
    assert (theirs.status, theirs.exclusion) == ("excluded", "opted_out")


def test_what_was_read_before_another_attempt_of_the_same_standing_is_a_conflict(
    city: City,
) -> None:
    callback = planned(city)
    actions.take(callback_id=callback.pk, operator=city.operator)
    seen = Callback.objects.get(pk=callback.pk)
    attempt = {"callback_id": callback.pk, "operator": city.operator}
    actions.record_attempt(**attempt, outcome="busy", key="first")
    Callback.objects.filter(pk=callback.pk).update(status=seen.status)
    before = world()
    with pytest.raises(Conflict), transaction.atomic():
        recording.step(seen, channel="phone", outcome="busy", at=timezone.now(), key="second")
    assert world() == before


def test_an_appointment_is_kept_but_never_at_night(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    before = world()
    night, past = datetime(2026, 11, 10, 13, tzinfo=UTC), timezone.now() - timedelta(hours=1)
    for moment in (None, past, night):
        with pytest.raises(Refusal) as refused:
            actions.record_attempt(
                callback_id=callback.pk,
                operator=city.operator,
                outcome="appointment",
                key="k",
                next_try_at=moment,
            )
        assert refused.value.field == "next_try_at"
    assert world() == before
    evening = datetime(2026, 11, 10, 11, tzinfo=UTC)
    callback = actions.record_attempt(
        callback_id=callback.pk,
        operator=city.operator,
        outcome="appointment",
        key="k",
        next_try_at=evening,
    )
    assert callback.not_before == evening
    assert actions.next_callback(city.operator) is None
    clock.move_to(evening)
    assert actions.next_callback(city.operator) == callback


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said(), "satisfaction"),
        (Said(satisfaction="delighted"), "satisfaction"),
        (Said(solved="maybe"), "solved"),
        (Said(satisfaction="dissatisfied", concerns=("weather",)), "concerns"),
        (Said(satisfaction="satisfied", advice_given=("hotline",)), "advice_given"),
    ],
)
def test_an_impossible_answer_is_refused_and_changes_nothing(
    city: City, said: Said, field: str
) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    before = world()
    with pytest.raises(Refusal) as refused:
        actions.record_answer(callback_id=callback.pk, operator=city.operator, said=said, key="k")
    assert refused.value.field == field
    with pytest.raises(Refusal) as refused:
        actions.record_attempt(
            callback_id=callback.pk, operator=city.operator, outcome="message_sent", key="k"
        )
    assert refused.value.field == "outcome"
    assert world() == before


@pytest.mark.parametrize(
    "who", ["officer", "duty_leader", "leader", "analyst", "programme", "admin"]
)
def test_others_do_not_work_callbacks(city: City, who: str) -> None:
    callback, person = planned(city), getattr(city, who)
    before = world()
    for call in (
        lambda: actions.next_callback(person),
        lambda: actions.take(callback_id=callback.pk, operator=person),
        lambda: actions.release(callback_id=callback.pk, operator=person),
        lambda: actions.record_answer(callback_id=callback.pk, operator=person, said=GLAD, key="k"),
        lambda: actions.record_attempt(
            callback_id=callback.pk, operator=person, outcome="refused", key="k"
        ),
        lambda: queries.callback_view(callback_id=callback.pk, operator=person),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert world() == before


def test_nobody_asks_about_their_own_unit(city: City) -> None:
    callback = planned(city)
    insider = Account.objects.create_user("insider", "x", role=Role.OPERATOR, unit=city.jinhu)
    assert actions.next_callback(insider) is None
    with pytest.raises(Conflict):
        actions.take(callback_id=callback.pk, operator=insider)
    head = Account.objects.create_user("head", "x", role=Role.OPERATOR, unit=city.bureau)
    assert actions.next_callback(head) == callback


def test_due_first_and_what_is_held_comes_back(
    city: City, other_operator: Account, clock: time_machine.Traveller
) -> None:
    later, sooner = planned(city), planned(city)
    Callback.objects.filter(pk=sooner.pk).update(due_at=sooner.due_at - timedelta(hours=1))
    assert actions.next_callback(city.operator) == sooner
    assert actions.next_callback(city.operator) == sooner
    assert actions.next_callback(other_operator) == later
    actions.release(callback_id=later.pk, operator=other_operator)
    assert Callback.objects.get(pk=later.pk).operator is None
    with pytest.raises(Conflict):
        actions.take(callback_id=sooner.pk, operator=other_operator)
    # after half an hour without a word it returns to the queue; whoever takes it has it
    clock.shift(timedelta(minutes=31))
    assert actions.next_callback(other_operator) == sooner
    before = world()
    with pytest.raises(Conflict):
        actions.record_answer(callback_id=sooner.pk, operator=city.operator, said=GLAD, key="k")
    assert world() == before


def test_a_slow_operator_loses_nothing_while_nobody_else_took_it(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    clock.shift(timedelta(minutes=45))
    actions.record_answer(callback_id=callback.pk, operator=city.operator, said=GLAD, key="k")
    assert Answer.objects.count() == 1
