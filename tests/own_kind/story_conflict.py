"""Whatever hangs on a complaint of 陈立 is kept from him and his station as the complaint itself is.

Orders, what follows from an unhappy answer, what became one with it, messages, boards, changes of unit.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from anmin.callbacks import planning, undelivered
from anmin.callbacks.actions import next_callback, record_answer
from anmin.callbacks.dayboard import day_board
from anmin.callbacks.models import Callback, DeliveryCase, Status
from anmin.callbacks.recording import Said
from anmin.callbacks.remarks import about_matters
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, merging, policy
from anmin.matters.actor import Actor
from anmin.matters.models import Deadline, Matter
from anmin.matters.news import drain
from anmin.matters.parties import PartyFacts
from anmin.matters.party_actions import name_party
from anmin.matters.queries import matter_view
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role
from anmin.places.models import Unit
from tests.own_kind.story_citizen import lost
from tests.own_kind.story_complaint import (
    _language,  # noqa: F401 - a fixture
    accused,
    complaint,
    seen_by,
    someone,
)
from tests.personas import WANG, City

UNHAPPY = Said(satisfaction="dissatisfied", solved="no", text="陈立骂人", consent_contact=True)


def order(city: City, parent: Matter, **changes: object) -> Matter:
    return city.incident(
        kind="search_order",
        category="telephone_search",
        details={"where": "调取窗口监控"},
        summary="窗口态度冷淡",
        parent=parent,
        **{"actor": Actor.of(city.inspector), "area": city.wenhua, **changes},
    )


def name(city: City, matter: Matter, who: Account) -> None:
    name_party(matter_id=matter.pk, actor=Actor.of(city.inspector), party=accused(who))


def closed(matter: Matter, who: Account) -> None:
    actions.move(
        matter_id=matter.pk, code="close", actor=Actor.of(who), inputs={"finding": "已核查。"}
    )


@pytest.mark.parametrize("handed_on", [False, True])
@time_machine.travel(datetime(2026, 3, 10, 2, 30, tzinfo=UTC), tick=True)
def test_what_an_unhappy_answer_orders_goes_to_whom_it_is_not_about(
    city: City, handed_on: bool
) -> None:
    near = someone(city, "near", Role.ANALYST, city.jinhu)
    matter = complaint(city, actor=Actor.of(city.officer))
    if handed_on:  # too late for the other station: the answer is about the first
        actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), unit=city.yuhai)
    closed(matter, city.other_officer if handed_on else city.officer)
    name(city, matter, city.officer)
    drain([planning.NEWS])
    Callback.objects.update(status=Status.CALLING, not_before=timezone.now() - timedelta(hours=1))
    callback = next_callback(city.operator)
    assert callback is not None
    assert callback.unit == city.jinhu
    record_answer(callback_id=callback.pk, operator=city.operator, said=UNHAPPY, key="k")
    put_right = Matter.objects.get(kind="rectification")
    assert (put_right.unit, put_right.assignee) == (city.inspectorate, None)
    for who in (city.officer, city.duty_leader, near):
        assert not seen_by(who, put_right)
        with pytest.raises(NotAllowed):
            actions.reveal_contact(matter=put_right, actor=Actor.of(who), reason="联系")
    assert policy.in_scope(city.inspector, put_right)  # its words are others
    with pytest.raises(NotAllowed):
        actions.assign(matter_id=put_right.pk, actor=Actor.of(city.inspector), unit=city.jinhu)
    assert verify().sound


def test_what_became_one_is_about_the_same_people(city: City) -> None:
    inspector = Actor.of(city.inspector)
    first, second, last = (complaint(city, actor=Actor.of(city.officer)) for _ in range(3))
    for part, whole in ((first, second), (second, last)):
        merging.merge(matter_id=part.pk, into_id=whole.pk, actor=inspector, reason="同一件事")
    assert seen_by(city.officer, first)
    for named in (last, first):  # the one that goes on, or the one that is part of it
        name(city, named, city.officer)
        last.refresh_from_db()
        assert last.unit == city.inspectorate
        for matter in (first, second, last):
            assert not seen_by(city.officer, matter)
            assert not seen_by(city.duty_leader, matter)
            assert seen_by(city.inspector, matter)


def test_the_whole_leaves_where_its_part_turns_out_to_be_about_the_unit(city: City) -> None:
    part, whole = (complaint(city, actor=Actor.of(city.officer)) for _ in range(2))
    inspector = Actor.of(city.inspector)
    merging.merge(matter_id=part.pk, into_id=whole.pk, actor=inspector, reason="同一件事")
    actions.assign(matter_id=whole.pk, actor=inspector, account=city.officer)
    name(city, part, city.officer)
    whole.refresh_from_db()
    assert (whole.unit, whole.assignee) == (city.inspectorate, None)
    assert not seen_by(city.officer, whole)
    assert verify().sound


def test_orders_leave_with_the_matter_that_they_are_given_from(city: City) -> None:
    matter = complaint(city, actor=Actor.of(city.officer))
    given = order(city, matter, unit=city.jinhu)
    actions.assign(matter_id=given.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    assert seen_by(city.officer, given)
    name(city, matter, city.officer)
    given.refresh_from_db()
    assert (given.unit, given.assignee) == (city.inspectorate, None)
    assert not seen_by(city.officer, given)
    assert not seen_by(city.duty_leader, given)
    assert verify().sound


def test_a_change_of_unit_takes_matters_from_whom_they_are_now_about(city: City) -> None:
    matter = complaint(city, accused(city.officer), unit=city.yuhai)
    inspector, theirs = Actor.of(city.inspector), city.other_officer
    given = order(city, matter, unit=city.yuhai)
    for one in (matter, given):
        actions.assign(matter_id=one.pk, actor=inspector, unit=city.yuhai, account=theirs)
    other = complaint(city, PartyFacts("accused", unit=city.jinhu), unit=city.yuhai)
    actions.assign(matter_id=other.pk, actor=inspector, unit=city.yuhai, account=theirs)
    theirs.unit = city.jinhu  # who works on it goes to the station that one is about
    theirs.save()
    for one in (matter, given, other):
        one.refresh_from_db()
        assert (one.unit, one.assignee) == (city.yuhai, None)
    city.officer.unit = city.yuhai  # whom it is about comes to the station that has it
    city.officer.save()
    for one, unit in ((matter, city.inspectorate), (given, city.inspectorate), (other, city.yuhai)):
        one.refresh_from_db()
        assert one.unit == unit
    assert verify().sound


def test_a_link_leads_to_no_order_of_a_complaint_about_the_reader(city: City) -> None:
    incident = city.incident()
    given = order(city, complaint(city, accused(city.officer)))
    inspector = Actor.of(city.inspector)
    merging.link(matter_id=incident.pk, relation="related", other_id=given.pk, actor=inspector)
    assert [other for _code, other in matter_view(city.inspector, incident.number).links] == [given]
    theirs = matter_view(city.officer, incident.number)
    assert theirs.links == []
    assert given.number not in str([entry.payload for entry in theirs.entries])


@pytest.mark.parametrize("of", ["operator", "near", "unit"])
def test_a_board_shows_nobody_what_is_about_him_or_her(city: City, of: str) -> None:
    near = someone(city, "near", Role.ANALYST, city.jinhu)
    party, reader = {
        "operator": (accused(city.operator), city.operator),
        "near": (accused(city.officer), near),
        "unit": (PartyFacts("accused", unit=city.jinhu), near),
    }[of]
    matter = complaint(city, party, unit=city.yuhai)
    order(city, matter, unit=city.yuhai)
    for unit, found in ((city.yuhai, 2), (city.bureau, 2), (city.jinhu, 0)):
        mine, theirs = (day_board(viewer=who, unit=unit) for who in (city.inspector, reader))
        assert (mine.counts["came_in"], len(mine.came_in)) == (found, found)
        assert (theirs.counts["came_in"], list(theirs.came_in)) == (0, [])
    client = Client(headers={"Accept-Language": "en"})
    for who, sees in ((city.inspector, True), (reader, False)):
        client.force_login(who)
        for page in ("", "list.csv"):
            shown = client.get(f"/desk/day/{page}", {"unit": city.yuhai.code, "list": "came_in"})
            if page and who == city.operator:
                assert shown.status_code == 403  # whoever calls takes no files away
                continue
            assert shown.status_code == 200
            body = b"".join(shown) if shown.streaming else shown.content
            assert (matter.number in body.decode("utf-8-sig")) is sees, page


@time_machine.travel(datetime(2026, 3, 10, 2, 30, tzinfo=UTC), tick=False)
def test_a_late_complaint_about_a_station_is_on_the_board_of_whoever_has_it(city: City) -> None:
    matter = complaint(city, accused(city.officer))
    with time_machine.travel(datetime(2026, 5, 12, 2, 30, tzinfo=UTC), tick=False):
        owed = {
            unit.code: [one.number for one in day_board(viewer=city.inspector, unit=unit).owed]
            for unit in (city.bureau, city.inspectorate, city.jinhu)
        }
    assert owed == {
        city.bureau.code: [matter.number],
        city.inspectorate.code: [matter.number],
        city.jinhu.code: [],
    }


def _behind(figure: str, who: Account, unit: str) -> str:
    """The list of what counts for a unit."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(who)
    page = client.get(f"/desk/measures/{figure}/records/?part=rest&unit={unit}")
    assert page.status_code == 200
    return page.content.decode()


def test_no_deadline_names_the_station_to_whom_the_history_does_not(city: City) -> None:
    """It ran out at the station that it is about: who may not know whom, is not told by that."""
    reader = someone(city, "reader", Role.ANALYST, city.yuhai)
    matter = complaint(city, actor=Actor.of(city.officer))
    assert matter.unit == city.jinhu
    with time_machine.travel(datetime(2027, 5, 12, 2, 30, tzinfo=UTC), tick=True):
        name(city, matter, city.officer)
        held = {}
        for who in (city.inspector, reader):
            view = matter_view(who, matter.number)
            clocks = [one.payload.get("clocks", {}) for one in view.entries]
            held[who.role] = (
                {one.held_by for one in view.deadlines} - {None},
                {clock.get("held_by") for one in clocks for clock in one.values()} - {None},
            )
        matter.refresh_from_db()
        (clock,) = Deadline.objects.filter(matter=matter)
        assert about_matters([matter], timezone.localdate())[matter.pk] == [
            one
            for one in about_matters([matter], timezone.localdate())[matter.pk]
            if city.jinhu.label not in one
        ]
        refresh(full=True)
        found = {
            who.role: matter.number in _behind("complaint_in_time", who, city.jinhu.code)
            for who in (city.inspector, reader)
        }
    assert found == {Role.INSPECTOR: True, Role.ANALYST: False}
    assert clock.held_by == city.jinhu
    assert held == {
        Role.INSPECTOR: ({city.jinhu}, {city.jinhu.pk}),
        Role.ANALYST: (set(), set()),
    }


def test_no_undelivered_message_about_a_reader_is_opened_by_him_or_her(city: City) -> None:
    other = someone(city, "other", Role.OPERATOR, city.programme.unit)
    matter = complaint(city, accused(city.operator), unit=city.yuhai)
    given = order(city, matter, unit=city.yuhai)
    for one in (matter, given):
        actions.give_follow_code(matter_id=one.pk, actor=Actor.of(city.inspector))
    Message.objects.update(status=Delivery.DEAD, last_error="the gateway answered 422")
    lost_ones = list(Message.objects.filter(medium="sms"))
    assert {one.subject_ref for one in lost_ones} == {
        f"matter:{one.number}" for one in (matter, given)
    }
    assert (undelivered.lines(city.operator), undelivered.count(city.operator)) == ([], 0)
    seen = undelivered.lines(other)
    assert {one.words.number for one in seen} == {matter.number, given.number}
    assert undelivered.count(other) == 2
    for message in lost_ones:
        for attempt in (
            lambda pk=message.pk: undelivered.reveal_number(message_id=pk, reader=city.operator),
            lambda pk=message.pk: undelivered.phone_instead(message_id=pk, by=city.operator),
            lambda pk=message.pk: undelivered.settle(message_id=pk, by=city.operator, reason="x"),
        ):
            with pytest.raises(NotFound):
                attempt()
    assert not AccessLog.objects.filter(action="reveal_contact").exists()
    assert not DeliveryCase.objects.exists()
    assert undelivered.reveal_number(message_id=lost_ones[0].pk, reader=other) == WANG.phone


def test_a_message_about_the_own_unit_or_about_nothing_known_is_not_opened(city: City) -> None:
    station = someone(city, "station", Role.OPERATOR, city.jinhu)
    lost(city)
    Message.objects.update(status=Delivery.DEAD)
    message = Message.objects.get(medium="sms")
    assert [one.own for one in undelivered.lines(station)] == [True]
    with pytest.raises(NotAllowed):
        undelivered.reveal_number(message_id=message.pk, reader=station)
    Message.objects.update(subject_ref="nobody_knows:1")
    assert undelivered.lines(city.operator) == []
    with pytest.raises(NotFound):
        undelivered.reveal_number(message_id=message.pk, reader=city.operator)
    assert not AccessLog.objects.filter(action="reveal_contact").exists()


def test_who_may_not_know_whom_it_is_about_is_not_told_by_a_refusal(city: City) -> None:
    leader = someone(city, "leader", Role.DUTY_LEADER, city.yuhai)
    matter = complaint(city, accused(city.officer), unit=city.yuhai)
    said = {}
    for who in (city.inspector, leader):
        with pytest.raises(NotAllowed) as told:
            actions.assign(matter_id=matter.pk, actor=Actor.of(who), unit=city.jinhu)
        said[who.username] = (str(told.value), told.value.code)
    assert said == {
        "wumin": ("该事项涉及锦湖派出所或其人员，应由其他单位办理。", "concerned"),
        "leader": ("不能交由锦湖派出所办理，请选择其他单位。", "not_here"),
    }
    matter.refresh_from_db()
    assert matter.unit == city.yuhai


def test_sending_the_form_again_does_not_tell_where_it_went(city: City) -> None:
    again = {"actor": Actor.of(city.officer), "key": "a" * 32}
    matter = complaint(city, **again)
    assert complaint(city, **again) == matter
    name(city, matter, city.officer)
    with pytest.raises(Conflict) as told:
        complaint(city, **again)
    assert city.inspectorate.label not in str(told.value)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.officer)
    sent = {"key": "a" * 32, "category": "conduct", "area": city.wenhua.pk, "subject": "态度冷淡"}
    shown = client.post("/desk/matters/new/?kind=complaint", {**sent, "anyway": "1"}, follow=True)
    for secret in (matter.number, Unit.objects.get(pk=city.inspectorate.pk).label):
        assert secret not in shown.content.decode()
    assert Matter.objects.count() == 1


def test_where_all_are_concerned_a_change_of_unit_at_least_takes_it_from_them(city: City) -> None:
    matter = complaint(city, PartyFacts("accused", unit=city.bureau))
    inspector = city.inspector
    actions.assign(matter_id=matter.pk, actor=Actor.of(inspector), account=inspector)
    accused_one = someone(city, "head", Role.OFFICER, city.bureau)
    name_party(matter_id=matter.pk, actor=Actor.of(inspector), party=accused(accused_one))
    accused_one.unit = city.inspectorate
    accused_one.save()
    matter.refresh_from_db()
    assert matter.assignee is None
    assert not policy.in_scope(inspector, matter)
    with pytest.raises(Refusal):
        actions.assign(matter_id=matter.pk, actor=Actor.of(inspector), account=inspector)
