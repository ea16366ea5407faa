"""An unhappy answer becomes an order to put it right, then a second call; the first answer stays."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation
from tests.personas import WANG, City

from anmin.callbacks import actions, queries
from anmin.callbacks.citizen import answer_by_link, make_link, open_link
from anmin.callbacks.models import Answer, Callback
from anmin.callbacks.planning import NEWS
from anmin.callbacks.proof import unplanned
from anmin.callbacks.recording import Said
from anmin.callbacks.tests.scene import planned, rules, world
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters.actions import contact_for_message, move
from anmin.matters.actor import Actor
from anmin.matters.headlines import headlines
from anmin.matters.models import Deadline, Link, Matter
from anmin.matters.news import drain
from anmin.matters.queries import matter_view
from anmin.matters.verify import verify
from anmin.people.actions import roster_duty
from anmin.people.models import AccessLog

pytestmark = pytest.mark.usefixtures("clock")

UNHAPPY = Said(
    satisfaction="dissatisfied",
    solved="no",
    concerns=("slow_arrival", "not_explained"),
    text="等了一个小时才来，什么也没说清楚",
    consent_contact=True,
)
SILENT = Said(
    **{**{name: getattr(UNHAPPY, name) for name in UNHAPPY.__slots__}, "consent_contact": False}
)


def called(city: City, said: Said) -> Callback:
    callback = planned(city)
    assert actions.next_callback(city.operator) == callback
    actions.record_answer(callback_id=callback.pk, operator=city.operator, said=said, key="k1")
    callback.refresh_from_db()
    return callback


def order() -> Matter:
    return Matter.objects.get(kind="rectification")


def put_right(city: City, matter: Matter) -> None:
    leader = Actor.of(city.duty_leader)
    move(matter_id=matter.pk, code="contact", actor=leader, note="已电话联系王女士")
    move(
        matter_id=matter.pk,
        code="put_right",
        actor=leader,
        inputs={"measure": "当面说明情况并致歉", "explanation": "已向您说明处警经过。"},
    )
    drain([NEWS])


def test_with_consent_the_duty_leader_gets_words_and_contact(city: City) -> None:
    roster_duty(date=timezone.localdate(), unit=city.jinhu, account=city.duty_leader)
    callback = called(city, UNHAPPY)
    matter = order()
    assert (matter.state, matter.unit, matter.assignee) == ("ordered", city.jinhu, city.duty_leader)
    assert matter.details == {
        "concerns": ["slow_arrival", "not_explained"],
        "complaint": "等了一个小时才来，什么也没说清楚",
    }
    assert matter.summary == "回访不满意（到场慢、等候久；没有解释清楚）"
    assert matter.headline == matter.summary
    assert headlines([matter]) == {}
    with translation.override("en"):
        assert headlines([matter, callback.matter]) == {matter.pk: matter.headline}
        assert matter.headline == (
            "Dissatisfied in the callback (Slow to arrive, long wait; Nothing was explained clearly)"
        )
    assert (matter.category, matter.area) == ("theft", city.wenhua)
    assert contact_for_message(matter) == WANG
    deadlines = dict(Deadline.objects.filter(matter=matter).values_list("clock", "due_at"))
    # first contact the same day, put right within five working days (Tuesday to Tuesday)
    assert f"{timezone.localtime(deadlines['first_contact']):%m-%d %H:%M}" == "11-10 20:00"
    assert f"{timezone.localtime(deadlines['finish']):%m-%d %H:%M}" == "11-17 23:59"
    link = Link.objects.get(matter=matter)
    assert (link.relation, link.other, link.sealed) == ("cause", callback.matter, False)
    view = matter_view(city.duty_leader, callback.matter.number)
    assert [(relation, other.number) for relation, other in view.links] == [
        ("cause:back", matter.number)
    ]
    shown = queries.answers_about(city.duty_leader, callback.matter)
    assert [one.text for one in shown] == ["等了一个小时才来，什么也没说清楚"]


def test_without_consent_the_unit_learns_neither_who_nor_what(city: City) -> None:
    callback = called(city, SILENT)
    matter = order()
    assert matter.unit == city.jinhu
    assert matter.details == {"concerns": ["slow_arrival", "not_explained"]}
    assert (matter.category, matter.area, matter.place) == ("other", None, "")
    assert not contact_for_message(matter)
    for number in (callback.matter.number, matter.number):
        assert matter_view(city.duty_leader, number).links == []
    assert queries.answers_about(city.duty_leader, callback.matter) == []
    # nothing in the order's own history names the incident
    for entry in matter.entries.all():
        assert callback.matter.number not in str(entry.payload)
    # the inspectorate sees the link and, with a reason on record, the words
    seen = matter_view(city.inspector, matter.number).links
    assert [other.number for _relation, other in seen] == [callback.matter.number]
    assert queries.sealed_orders(city.inspector) == [(matter, callback.matter)]
    for person in (city.duty_leader, city.operator):
        with pytest.raises(NotAllowed):
            queries.sealed_orders(person)
    answer = Answer.objects.get()
    with pytest.raises(NotAllowed):
        actions.read_words(
            answer_id=answer.pk,
            matter_id=answer.callback.matter_id,
            reader=city.duty_leader,
            reason="想看看",
        )
    with pytest.raises(Refusal):
        actions.read_words(
            answer_id=answer.pk,
            matter_id=answer.callback.matter_id,
            reader=city.inspector,
            reason=" ",
        )
    assert not AccessLog.objects.exists()
    words = actions.read_words(
        answer_id=answer.pk,
        matter_id=answer.callback.matter_id,
        reader=city.inspector,
        reason="首次联系",
    )
    assert words == "等了一个小时才来，什么也没说清楚"
    assert AccessLog.objects.get().action == "read_answer"


def test_whose_complaint_it_was_is_not_told_by_silence(city: City) -> None:
    """No consent asked (a short reply) is no consent."""
    callback = planned(city)
    answer_by_link(
        open_link(make_link(callback, timezone.now())), Said(satisfaction="dissatisfied")
    )
    assert Link.objects.get().sealed


def test_not_solved_counts_as_unhappy_unless_the_rule_says_otherwise(city: City) -> None:
    with rules(unsolved_is_unhappy=0):
        called(city, Said(satisfaction="satisfied", solved="no"))
        assert not Matter.objects.filter(kind="rectification").exists()
    called(city, Said(satisfaction="satisfied", solved="no", consent_unsaid=True))
    assert order().unit == city.jinhu


@pytest.mark.parametrize(
    "said",
    [
        Said(satisfaction="satisfied", solved="yes"),
        Said(satisfaction="fairly", solved="partly"),
        Said(satisfaction="dont_know", solved="dont_know"),
        Said(satisfaction="refuse", solved="dont_know"),
    ],
)
def test_other_answers_order_nothing(city: City, said: Said) -> None:
    called(city, said)
    assert not Matter.objects.filter(kind="rectification").exists()


def test_put_right_then_called_again_and_the_first_answer_stays(
    city: City, clock: time_machine.Traveller
) -> None:
    first = called(city, UNHAPPY)
    before = Answer.objects.values().get()
    clock.shift(timedelta(hours=4))
    put_right(city, order())
    second = Callback.objects.get(round=2)
    assert (second.matter, second.script, second.status) == (first.matter, "second_call", "calling")
    # one working day after the order was done
    assert f"{timezone.localtime(second.due_at):%m-%d %H:%M}" == "11-11 20:00"
    assert actions.next_callback(city.operator) == second
    view = queries.callback_view(callback_id=second.pk, operator=city.operator)
    assert (view.round, view.number) == (2, first.matter.number)
    actions.record_answer(
        callback_id=second.pk,
        operator=city.operator,
        said=Said(satisfaction="satisfied", solved="yes"),
        key="k2",
    )
    assert Answer.objects.filter(callback=first).values().get() == before
    first.refresh_from_db()
    assert (first.status, first.disposition) == ("done", "1.1")
    assert verify().sound


def test_what_was_not_upheld_is_asked_about_with_words_of_its_own(city: City) -> None:
    called(city, UNHAPPY)
    matter, leader = order(), Actor.of(city.duty_leader)
    move(matter_id=matter.pk, code="contact", actor=leader, note="已电话联系王女士")
    told = {"finding": "监控显示十分钟内到场", "explanation": "已向您说明核查经过。"}
    move(matter_id=matter.pk, code="explain", actor=leader, inputs=told)
    drain([NEWS])
    second = Callback.objects.get(round=2)
    assert (second.script, second.script_version) == ("second_call_explained", 1)
    assert actions.next_callback(city.operator) == second
    with translation.override("zh-hans"):
        view = queries.callback_view(callback_id=second.pk, operator=city.operator)
    assert "未予认定" in view.opening[1]
    assert "整改" not in "".join(line for line in view.opening)


def test_an_order_that_was_sent_back_and_put_right_again_is_called_about_again(city: City) -> None:
    called(city, UNHAPPY)
    matter = order()
    put_right(city, matter)
    assert Callback.objects.get(round=2).open
    move(matter_id=matter.pk, code="return", actor=Actor.of(city.inspector), note="没有当面说明")
    move(
        matter_id=matter.pk,
        code="put_right",
        actor=Actor.of(city.duty_leader),
        inputs={"measure": "再次上门", "explanation": "已说明。"},
    )
    drain([NEWS])
    first, again = Callback.objects.filter(round=2).order_by("closing")
    assert (first.disposition, again.status) == ("4.80", "calling")


def test_what_is_not_upheld_and_explained_is_called_about_too(city: City) -> None:
    """Or whoever is rated could spare the citizen the second question by declining."""
    called(city, UNHAPPY)
    matter, actor = order(), Actor.of(city.duty_leader)
    move(matter_id=matter.pk, code="contact", actor=actor, note="已电话联系")
    told = {"finding": "出警及时", "explanation": "已说明。"}
    move(matter_id=matter.pk, code="explain", actor=actor, inputs=told)
    drain([NEWS])
    assert Callback.objects.get(round=2).status == "calling"


def test_unhappy_again_is_shown_to_the_inspectorate_and_orders_no_endless_chain(
    city: City,
) -> None:
    called(city, UNHAPPY)
    put_right(city, order())
    second = actions.next_callback(city.operator)
    assert second is not None
    actions.record_answer(callback_id=second.pk, operator=city.operator, said=UNHAPPY, key="k2")
    assert Matter.objects.filter(kind="rectification").count() == 1
    assert queries.still_unhappy(city.inspector) == [(order(), second.matter)]
    with pytest.raises(NotAllowed):
        queries.still_unhappy(city.duty_leader)
    back = {"matter_id": order().pk, "code": "return", "note": "请重新核查并当面说明"}
    move(actor=Actor.of(city.inspector), **back)
    assert queries.still_unhappy(city.inspector) == []


def test_who_is_content_at_last_is_nobody_s_concern_any_more(city: City) -> None:
    called(city, UNHAPPY)
    put_right(city, order())
    assert queries.still_unhappy(city.inspector) == []
    second = actions.next_callback(city.operator)
    assert second is not None
    glad = Said(satisfaction="fairly", solved="yes")
    actions.record_answer(callback_id=second.pk, operator=city.operator, said=glad, key="k2")
    assert queries.still_unhappy(city.inspector) == []


def test_a_correction_that_turns_out_unhappy_orders_what_the_answer_would_have(
    city: City,
) -> None:
    called(city, Said(satisfaction="satisfied", solved="yes"))
    answer = Answer.objects.get()
    for _twice in range(2):
        actions.correct_answer(answer_id=answer.pk, operator=city.operator, said=UNHAPPY, key="fix")
    assert order().details["concerns"] == ["slow_arrival", "not_explained"]
    put_right(city, order())
    assert Callback.objects.filter(round=2).count() == 1


def test_if_the_order_cannot_be_opened_nothing_is_recorded(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    before = world()

    def fails(**_facts: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("anmin.callbacks.unhappy.open_matter", fails)
    with pytest.raises(RuntimeError):
        actions.record_answer(
            callback_id=callback.pk, operator=city.operator, said=UNHAPPY, key="k"
        )
    assert world() == before


def test_units_see_no_list_of_who_is_called(city: City) -> None:
    callback = planned(city)
    assert [line.id for line in queries.list_callbacks(city.inspector)] == [callback.pk]
    assert [line.number for line in queries.list_callbacks(None)] == [callback.matter.number]
    for person in (city.duty_leader, city.officer):
        with pytest.raises(NotAllowed):
            queries.list_callbacks(person)


def test_a_second_call_that_was_passed_over_is_found(city: City) -> None:
    first = called(city, UNHAPPY)
    put_right(city, order())
    drain([NEWS])
    assert Callback.objects.filter(round=2).count() == 1
    assert list(unplanned()) == []
    with connection.cursor() as cursor:  # past the log, as somebody with the database would
        cursor.execute("DELETE FROM callbacks_callback WHERE round = 2")
    (one,) = unplanned()
    assert (one.matter_id, one.number) == (first.matter_id, first.matter.number)
