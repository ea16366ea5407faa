"""What belongs to a complaint is kept from whom it is about: links, orders, calls, boards, files.

Run by ``test_own_kind`` as the story of the complaint itself.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from anmin.callbacks import amending, planning
from anmin.callbacks.actions import (
    Said,
    correct_answer,
    next_callback,
    queue,
    record_answer,
    record_attempt,
    take,
)
from anmin.callbacks.dayboard import day_board
from anmin.callbacks.lists import list_page
from anmin.callbacks.models import Answer, Callback, Status
from anmin.callbacks.queries import callback_line
from anmin.desk.notices.queries import notices_for, unread_count
from anmin.desk.notices.tasks import tell
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions, children, merging
from anmin.matters.actor import Actor
from anmin.matters.attachments import LABEL
from anmin.matters.news import drain
from anmin.matters.party_actions import name_party
from anmin.matters.queries import (
    matter_view,
)
from anmin.matters.verify import verify
from anmin.people.roles import Role
from tests.own_kind.story_complaint import (
    _language,  # noqa: F401 - a fixture
    accused,
    complaint,
    seen_by,
    someone,
)
from tests.personas import City


def test_a_link_does_not_lead_to_what_is_about_the_reader(city: City) -> None:
    incident, hidden = city.incident(), complaint(city, accused(city.officer))
    merging.link(
        matter_id=incident.pk,
        relation="related",
        other_id=hidden.pk,
        actor=Actor.of(city.inspector),
    )
    mine = matter_view(city.inspector, incident.number)
    assert [other for _relation, other in mine.links] == [hidden]
    for who in (city.officer, city.duty_leader):
        theirs = matter_view(who, incident.number)
        assert theirs.links == []
        assert hidden.number not in str([entry.payload for entry in theirs.entries])


def test_two_about_different_people_do_not_become_one(city: City) -> None:
    inspector = Actor.of(city.inspector)
    first, same, other = (
        complaint(city, accused(who)) for who in (city.officer, city.officer, city.other_officer)
    )
    with pytest.raises(Refusal) as told:
        merging.merge(matter_id=other.pk, into_id=first.pk, actor=inspector, reason="同一件事")
    assert told.value.field == "other"
    other.refresh_from_db()
    assert other.live
    merging.merge(matter_id=same.pk, into_id=first.pk, actor=inspector, reason="同一件事")
    same.refresh_from_db()
    assert not same.live
    assert verify().sound


def test_nobody_concerned_is_offered_or_notified(city: City) -> None:
    matter = complaint(city, actor=Actor.of(city.officer))
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    tell()
    assert unread_count(city.officer) == 1
    assert [one.matter for one in notices_for(city.officer)] == [matter]
    name_party(matter_id=matter.pk, actor=Actor.of(city.inspector), party=accused(city.officer))
    tell()
    assert unread_count(city.officer) == 0
    assert [one.matter for one in notices_for(city.officer)] == [None]
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.inspector)
    offered = {
        (number, text): client.get(
            "/desk/lookup/taker/",
            {"to": text},
            headers={"HX-Current-URL": f"http://testserver/desk/matters/{number}/"},
        ).content.decode()
        for number in (matter.number, complaint(city).number)
        for text in ("chenli", "hejun", "RA-JH", "RA-YH")
    }
    assert {key: bool(html) for key, html in offered.items()} == {
        (number, text): number != matter.number or text in ("hejun", "RA-YH")
        for number, text in offered
    }


def test_an_order_given_from_it_is_kept_from_them_too(city: City) -> None:
    near = someone(city, "near", Role.ANALYST, city.jinhu)
    other = someone(city, "other", Role.ANALYST, city.yuhai)
    matter = complaint(city, accused(city.officer))
    order = {
        "kind": "search_order",
        "category": "telephone_search",
        "actor": Actor.of(city.inspector),
        "details": {"where": "调取窗口监控"},
        "summary": "窗口态度冷淡",
        "parent": matter,
    }
    with pytest.raises(NotAllowed):
        city.incident(**order, area=city.wenhua, unit=city.jinhu)
    given = city.incident(**order, area=city.wenhua)
    assert given.unit == city.inspectorate
    assert not seen_by(near, given)
    assert not seen_by(city.officer, given)
    assert seen_by(other, given)
    assert seen_by(city.inspector, given)
    with pytest.raises(NotAllowed):
        actions.assign(matter_id=given.pk, actor=Actor.of(city.inspector), unit=city.jinhu)
    assert children.given_from(other, matter) == [given]
    assert children.given_from(near, matter) == []


@time_machine.travel(datetime(2026, 3, 10, 2, 30, tzinfo=UTC), tick=True)
def test_no_operator_calls_about_what_concerns_him_or_her(city: City) -> None:
    other = someone(city, "other", Role.OPERATOR, city.programme.unit)
    for who in (city.operator, city.officer):
        matter = complaint(city, accused(who), unit=city.yuhai)
        actions.move(
            matter_id=matter.pk,
            code="close",
            actor=Actor.of(city.other_officer),
            inputs={"finding": "已核查。"},
        )
    drain([planning.NEWS])
    Callback.objects.update(status=Status.CALLING, not_before=timezone.now() - timedelta(hours=1))
    about_operator, about_officer = Callback.objects.order_by("pk")
    now = timezone.now()
    assert list(queue(city.operator, now)) == [about_officer]
    assert list(queue(other, now)) == [about_operator, about_officer]
    assert [one.id for one in list_page(city.operator, Status.CALLING).lines] == [about_officer.pk]
    taken = next_callback(city.operator)
    assert taken == about_officer
    assert callback_line(about_operator.pk, other).id == about_operator.pk
    with pytest.raises(NotFound):
        callback_line(about_operator.pk, city.operator)


@time_machine.travel(datetime(2026, 3, 10, 2, 30, tzinfo=UTC), tick=True)
def test_whoever_is_concerned_since_the_call_puts_nothing_right(city: City) -> None:
    for _turn in range(2):
        matter = complaint(city, unit=city.yuhai)
        told = {"code": "close", "inputs": {"finding": "已核查。"}}
        actions.move(matter_id=matter.pk, actor=Actor.of(city.other_officer), **told)
    drain([planning.NEWS])
    Callback.objects.update(status=Status.CALLING, not_before=timezone.now() - timedelta(hours=1))
    first, second = Callback.objects.order_by("pk")
    operator, said = city.operator, Said(satisfaction="fairly", solved="yes")
    for one in (first, second):
        take(callback_id=one.pk, operator=operator)
        given = {"callback_id": one.pk, "operator": operator, "key": f"k{one.pk}"}
        if one == first:
            record_answer(**given, said=said)
        else:
            record_attempt(**given, outcome="no_answer")
    answer = Answer.objects.get()
    assert amending.saved(first.pk, operator) is not None
    for one in (first, second):
        name_party(matter_id=one.matter_id, actor=Actor.of(city.inspector), party=accused(operator))
    before = (list(Answer.objects.values()), list(Callback.objects.values()))
    assert amending.saved(first.pk, operator) is None
    for step in (
        lambda: correct_answer(answer_id=answer.pk, operator=operator, said=said, key="c"),
        lambda: amending.amend(answer_id=answer.pk, operator=operator, said=said, key="a"),
        lambda: amending.take_back(callback_id=second.pk, operator=operator, key="t"),
    ):
        with pytest.raises((NotFound, Conflict)):
            step()
    assert (list(Answer.objects.values()), list(Callback.objects.values())) == before


def test_it_is_on_no_board_of_those_whom_it_is_about(city: City) -> None:
    matter = complaint(city, actor=Actor.of(city.officer))
    board = day_board(viewer=city.duty_leader)
    assert board.counts["came_in"] == 1
    actions.move(
        matter_id=matter.pk,
        code="close",
        actor=Actor.of(city.officer),
        inputs={"finding": "已核查。"},
    )
    name_party(matter_id=matter.pk, actor=Actor.of(city.inspector), party=accused(city.officer))
    assert day_board(viewer=city.duty_leader).counts["came_in"] == 0
    assert (
        day_board(viewer=city.inspector).counts["came_in"] == 1
    )  # the bureau's, which looks into it


def test_files_are_as_near_as_the_matter(city: City) -> None:
    from anmin.files.subjects import subject_of

    colleague = someone(city, "colleague", Role.INSPECTOR, city.jinhu)
    matter = complaint(city, accused(city.officer))
    subject = subject_of(LABEL)
    subject.require_see(city.inspector, matter.number)
    for who in (city.officer, colleague):
        for door in (subject.require_see, subject.require_add):
            with pytest.raises((NotFound, NotAllowed)):
                door(who, matter.number)
