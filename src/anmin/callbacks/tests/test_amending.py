"""林晓 presses the wrong key, sees it, and puts it right before anybody has built on it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import actions, amending, lists, queries
from anmin.callbacks.actions import Said
from anmin.callbacks.in_the_lake import callbacks_in_the_lake
from anmin.callbacks.models import Answer, Attempt, Callback, DayClosure
from anmin.callbacks.planning import NEWS
from anmin.callbacks.recording import counting
from anmin.callbacks.tests.scene import planned, rules, world
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import Account

pytestmark = pytest.mark.usefixtures("clock")

GLAD = Said(satisfaction="satisfied", solved="yes", text="民警很快就到了")
UNHAPPY = Said(
    satisfaction="dissatisfied", solved="no", concerns=("slow_arrival",), consent_contact=True
)


def said(city: City, what: Said) -> Answer:
    callback = planned(city)
    actions.next_callback(city.operator)
    return actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=what, key="k1"
    )


def in_lake(callback: Callback) -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(callbacks_in_the_lake(connection.vendor))
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    (row,) = [one for one in rows if one["id"] == callback.pk]
    return row["satisfaction"], row["solved"], row["disposition"]


def test_what_is_put_right_in_time_counts_and_both_stay(
    city: City, clock: time_machine.Traveller
) -> None:
    first = said(city, Said(satisfaction="satisfied"))
    assert in_lake(first.callback) == ("satisfied", "", "1.2")
    seen = amending.saved(first.callback_id, city.operator)
    assert seen is not None
    assert (seen.answer_id, seen.until) == (first.pk, first.at + timedelta(minutes=2))
    clock.shift(timedelta(seconds=90))
    right = Said(satisfaction="fairly", solved="partly")
    for _twice in range(2):
        row = amending.amend(answer_id=first.pk, operator=city.operator, said=right, key="k2")
    rows = list(Answer.objects.order_by("seq").values_list("seq", "satisfaction", "counts_instead"))
    assert rows == [(1, "satisfied", False), (2, "fairly", True)]
    assert counting(first.callback) == row
    assert in_lake(first.callback) == ("fairly", "partly", "1.1")
    assert list(Attempt.objects.order_by("seq").values_list("outcome", flat=True)) == [
        "reached",
        "amended",
    ]
    shown = queries.answers_about(city.inspector, first.callback.matter)
    assert [(one.corrects, one.instead) for one in shown] == [(False, False), (True, True)]
    # once more, still within the two minutes of the first saving
    again = Said(satisfaction="dont_know", solved="partly")
    amending.amend(answer_id=row.pk, operator=city.operator, said=again, key="k3")
    assert in_lake(first.callback) == ("dont_know", "partly", "1.1")
    clock.shift(timedelta(seconds=31))
    assert amending.saved(first.callback_id, city.operator) is None


def test_the_form_opens_with_what_was_said_for_its_writer_only(city: City) -> None:
    first = said(city, GLAD)
    own = lists.recorded(first.pk, city.operator)
    assert (own.text, own.instead) == ("民警很快就到了", True)
    others = lists.recorded(first.pk, city.inspector)
    assert (others.text, others.instead) == ("", False)


def test_too_late_or_by_somebody_else_nothing_changes(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    first = said(city, GLAD)
    before = world()
    with pytest.raises(NotAllowed):
        amending.amend(answer_id=first.pk, operator=other_operator, said=UNHAPPY, key="k2")
    with pytest.raises(NotAllowed):
        amending.amend(answer_id=first.pk, operator=city.officer, said=UNHAPPY, key="k2")
    assert amending.saved(first.callback_id, other_operator) is None
    clock.shift(timedelta(seconds=121))
    with pytest.raises(Conflict) as refused:
        amending.amend(answer_id=first.pk, operator=city.operator, said=UNHAPPY, key="k2")
    assert refused.value.code == amending.OVER
    assert world() == before
    with rules(undo=5):
        amending.amend(answer_id=first.pk, operator=city.operator, said=UNHAPPY, key="k2")
    assert in_lake(first.callback)[0] == "dissatisfied"


def test_after_the_day_is_signed_it_stands(city: City) -> None:
    first = said(city, GLAD)
    unit = first.callback.unit
    assert unit is not None
    other = {"closed_at": timezone.now(), "counts": {}, "previous": b"", "hash": b""}
    signed = DayClosure(unit=unit, date=timezone.localdate(), closed_by=city.duty_leader, **other)
    signed.save()
    before = world()
    with pytest.raises(Conflict):
        amending.amend(answer_id=first.pk, operator=city.operator, said=UNHAPPY, key="k2")
    assert world() == before


def test_an_order_given_by_mistake_is_withdrawn_and_the_right_one_given(city: City) -> None:
    first = said(city, UNHAPPY)
    (order,) = Matter.objects.filter(kind="rectification")
    glad = amending.amend(answer_id=first.pk, operator=city.operator, said=GLAD, key="k2")
    order.refresh_from_db()
    assert order.state == "withdrawn"
    assert lists.ordered_after(glad) is None
    amending.amend(answer_id=glad.pk, operator=city.operator, said=UNHAPPY, key="k3")
    states = Matter.objects.filter(kind="rectification").order_by("pk")
    assert list(states.values_list("state", flat=True)) == ["withdrawn", "ordered"]
    found = lists.ordered_after(counting(first.callback))
    assert found is not None
    assert found.unit


def test_consent_given_by_mistake_does_not_stay_with_the_unit(city: City) -> None:
    first = said(city, UNHAPPY)
    silent = Said(
        satisfaction="dissatisfied", solved="no", concerns=("slow_arrival",), consent_contact=False
    )
    amending.amend(answer_id=first.pk, operator=city.operator, said=silent, key="k2")
    told, sealed = Matter.objects.filter(kind="rectification").order_by("pk")
    assert (told.state, sealed.state, sealed.area) == ("withdrawn", "ordered", None)


def test_the_same_order_is_not_given_twice(city: City) -> None:
    first = said(city, UNHAPPY)
    milder = Said(
        satisfaction="fairly", solved="no", concerns=("slow_arrival",), consent_contact=True
    )
    amending.amend(answer_id=first.pk, operator=city.operator, said=milder, key="k2")
    assert [one.state for one in Matter.objects.filter(kind="rectification")] == ["ordered"]
    assert lists.ordered_after(counting(first.callback)) is not None


def test_what_somebody_acts_on_is_not_taken_away_from_them(city: City) -> None:
    first = said(city, UNHAPPY)
    (order,) = Matter.objects.filter(kind="rectification")
    move(matter_id=order.pk, code="contact", actor=Actor.of(city.duty_leader), note="已电话联系")
    before = world()
    with pytest.raises(Conflict):
        amending.amend(answer_id=first.pk, operator=city.operator, said=GLAD, key="k2")
    assert world() == before


def test_an_impossible_correction_is_refused(city: City) -> None:
    first = said(city, GLAD)
    before = world()
    for wrong in (Said(), Said(satisfaction="dissatisfied")):
        with pytest.raises(Refusal):
            amending.amend(answer_id=first.pk, operator=city.operator, said=wrong, key="k2")
    assert world() == before


def test_a_second_call_that_was_a_slip_is_nobodys_concern(city: City) -> None:
    first = said(city, UNHAPPY)
    (order,) = Matter.objects.filter(kind="rectification")
    leader = Actor.of(city.duty_leader)
    move(matter_id=order.pk, code="contact", actor=leader, note="已电话联系")
    done = {"measure": "更换门锁", "explanation": "已上门说明"}
    move(matter_id=order.pk, code="put_right", actor=leader, inputs=done)
    drain([NEWS])
    second = actions.next_callback(city.operator)
    assert second is not None
    assert second.round == 2
    slip = actions.record_answer(
        callback_id=second.pk, operator=city.operator, said=UNHAPPY, key="s"
    )
    assert queries.still_unhappy(city.inspector) == [(order, first.callback.matter)]
    amending.amend(answer_id=slip.pk, operator=city.operator, said=GLAD, key="s2")
    assert queries.still_unhappy(city.inspector) == []


def test_a_call_without_an_answer_is_taken_back_and_uses_up_no_attempt(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city)
    waiting = planned(city)
    actions.take(callback_id=callback.pk, operator=city.operator)
    actions.record_attempt(
        callback_id=callback.pk, operator=city.operator, outcome="refused", key="k", note="说错了"
    )
    assert actions.next_callback(city.operator) == waiting
    clock.shift(timedelta(seconds=30))
    for _twice in range(2):
        amending.take_back(callback_id=callback.pk, operator=city.operator, key="undo")
    callback.refresh_from_db()
    waiting.refresh_from_db()
    assert (callback.status, callback.disposition, callback.attempts) == ("calling", "", 0)
    assert (callback.closed_at, callback.operator, waiting.operator) == (None, city.operator, None)
    assert amending.slip(callback.pk) == ("refused", "说错了")
    assert amending.saved(callback.pk, city.operator) is None
    actions.record_answer(callback_id=callback.pk, operator=city.operator, said=GLAD, key="k2")
    assert in_lake(callback) == ("satisfied", "yes", "1.1")
    outcomes = Attempt.objects.filter(callback=callback).order_by("seq")
    assert list(outcomes.values_list("outcome", flat=True)) == ["refused", "taken_back", "reached"]


def test_a_slip_taken_back_does_not_count_among_the_tries(city: City) -> None:
    callback = planned(city)
    for n in range(4):
        actions.take(callback_id=callback.pk, operator=city.operator)
        actions.record_attempt(
            callback_id=callback.pk, operator=city.operator, outcome="no_answer", key=f"a{n}"
        )
        amending.take_back(callback_id=callback.pk, operator=city.operator, key=f"u{n}")
    callback = actions.record_attempt(
        callback_id=callback.pk, operator=city.operator, outcome="busy", key="b"
    )
    assert (callback.attempts, callback.status) == (1, "calling")
    assert callback.not_before - timezone.now() < timedelta(hours=3)


def test_what_holds_for_every_matter_or_is_not_ones_own_is_not_taken_back(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    stopped, other = planned(city), planned(city, contact=ContactFacts("李国强", "+8613957754321"))
    actions.take(callback_id=other.pk, operator=city.operator)
    actions.record_attempt(
        callback_id=other.pk, operator=city.operator, outcome="no_answer", key="k1"
    )
    actions.take(callback_id=stopped.pk, operator=city.operator)
    actions.record_attempt(
        callback_id=stopped.pk, operator=city.operator, outcome="opted_out", key="k2"
    )
    before = world()
    for who, callback in ((city.operator, stopped), (other_operator, other)):
        with pytest.raises(Conflict):
            amending.take_back(callback_id=callback.pk, operator=who, key="u")
    clock.shift(timedelta(minutes=3))
    with pytest.raises(Conflict):
        amending.take_back(callback_id=other.pk, operator=city.operator, key="u")
    assert world() == before
