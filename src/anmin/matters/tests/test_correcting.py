"""What was written down wrongly is put right by an entry with its reason, by whoever may."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.personas import WANG, City

from anmin.callbacks.models import Callback
from anmin.callbacks.planning import NEWS
from anmin.callbacks.resting import has_callbacks
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import contacts
from anmin.matters.actions import contact_for_message, contacts_to_call
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.correcting import Right, correct
from anmin.matters.models import Contact, Entry, LaterContact, Matter
from anmin.matters.news import drain
from anmin.matters.tests.test_intake import START, observation, outcomes
from anmin.matters.verify import verify
from anmin.people.models import Account

LI = ContactFacts(name="李国强", phone="+8613957754321")


def put_right(matter: Matter, by: Account, **right: Any) -> Matter:
    said = right.pop("reason", "报警人更正")
    return correct(
        matter_id=matter.pk,
        actor=Actor.of(by),
        right=Right(**right),
        reason=said,
        planned=has_callbacks,
    )


def world() -> tuple[object, ...]:
    """Everything that a refused correction must leave alone."""
    return (
        list(Matter.objects.order_by("pk").values_list()),
        list(Entry.objects.order_by("pk").values_list("pk")),
        list(Contact.objects.order_by("pk").values_list()),
        list(LaterContact.objects.order_by("pk").values_list()),
    )


def test_a_place_is_put_right_and_the_history_keeps_both(city: City) -> None:
    matter = city.incident()
    put_right(matter, city.officer, place="瑞湖路88号", reason="报警人说错了门牌")
    matter.refresh_from_db()
    assert matter.place == "瑞湖路88号"
    entry = Entry.objects.order_by("-seq")[0]
    assert (entry.action, entry.note, entry.public) == ("correct", "报警人说错了门牌", False)
    assert entry.payload["set"] == {"place": "瑞湖路88号"}
    assert verify().mismatches == 0


def test_what_a_citizen_brought_gets_a_line_for_lists(city: City) -> None:
    matter = city.incident(summary="")
    put_right(matter, city.officer, summary="  路灯 三次报修未修 ", reason="列表中没有摘要")
    matter.refresh_from_db()
    assert matter.headline == "路灯 三次报修未修"
    assert Entry.objects.order_by("-seq")[0].payload["set"] == {"summary": "路灯 三次报修未修"}
    with pytest.raises(Refusal) as refused:
        put_right(matter, city.officer, summary="路灯 三次报修未修")
    assert refused.value.code == "same"
    assert verify().mismatches == 0


def test_the_area_takes_its_point_on_the_map_along(city: City) -> None:
    matter = city.incident(longitude=120.6, latitude=27.8)
    put_right(matter, city.inspector, area=city.yuhai_town)
    matter.refresh_from_db()
    assert (matter.area, matter.longitude, matter.latitude) == (city.yuhai_town, None, None)
    assert matter.unit == city.jinhu  # a correction hands nothing over
    assert verify().mismatches == 0


def test_a_category_sets_the_deadlines_that_still_run(city: City) -> None:
    matter = city.incident(category="noise")
    before = matter.deadlines.get(clock="answer").due_at
    put_right(matter, city.inspector, category="theft")
    matter.refresh_from_db()
    after = matter.deadlines.get(clock="answer")
    assert matter.category == "theft"
    assert after.rule == "incident.answer.same_day"
    assert after.due_at < before
    assert matter.due_at == min(matter.deadlines.values_list("due_at", flat=True))
    assert verify().mismatches == 0


def test_what_fell_due_stays_as_it_was_judged(city: City) -> None:
    matter = city.incident(opened_at=timezone.now() - timedelta(days=3))
    due = {one.clock: one.due_at for one in matter.deadlines.all()}
    assert due["answer"] < timezone.now()
    put_right(matter, city.inspector, category="noise")
    assert matter.deadlines.get(clock="answer").due_at == due["answer"]


def test_a_unit_changes_no_category_and_no_place_of_another(city: City) -> None:
    matter = city.incident(category="noise")
    before = world()
    for right, field in (({"category": "theft"}, "category"), ({"area": city.yuhai_town}, "area")):
        for person in (city.officer, city.duty_leader):
            with pytest.raises(NotAllowed) as refused:
                put_right(matter, person, **right)
            assert refused.value.field == field
    for person in (city.analyst, city.operator, city.other_officer, city.leader):
        with pytest.raises(NotAllowed):
            put_right(matter, person, place="x")
    assert world() == before


def test_nothing_is_corrected_without_a_reason_a_difference_or_the_newest_version(
    city: City,
) -> None:
    matter = city.incident()
    before = world()
    for right, problem in (
        ({"place": "新地址", "reason": " "}, Refusal),
        ({}, Refusal),
        ({"place": matter.place, "category": "theft", "contact": WANG}, Refusal),
        ({"category": "weather"}, NotFound),
    ):
        with pytest.raises(problem):
            put_right(matter, city.inspector, **right)
    with pytest.raises(Conflict):
        correct(
            matter_id=matter.pk,
            actor=Actor.of(city.inspector),
            right=Right(place="新地址"),
            reason="x",
            planned=has_callbacks,
            version=matter.version + 1,
        )
    assert world() == before


def test_the_same_form_twice_is_one_entry(city: City) -> None:
    matter = city.incident()
    for _twice in range(2):
        correct(
            matter_id=matter.pk,
            actor=Actor.of(city.officer),
            right=Right(place="瑞湖路88号"),
            reason="x",
            planned=has_callbacks,
            key="once",
        )
    assert Entry.objects.filter(matter=matter, action="correct").count() == 1


def test_who_has_no_number_is_not_called(city: City) -> None:
    nobody = city.incident(contact=ContactFacts(WANG.name, "", WANG.address))
    assert contact_for_message(nobody).name == WANG.name
    assert contacts_to_call(nobody) == []


def test_a_wrong_number_is_replaced_sealed_and_found_by_the_new_one_only(city: City) -> None:
    matter = city.incident()
    put_right(matter, city.officer, contact=ContactFacts(phone=LI.phone))
    matter.refresh_from_db()
    right = ContactFacts(WANG.name, LI.phone, WANG.address)
    assert contact_for_message(matter) == right
    assert [one.contact for one in contacts_to_call(matter)] == [right]
    found = [
        list(contacts.matters_of_phones(contacts.phone_indexes(one)))
        for one in (LI.phone, WANG.phone)
    ]
    assert found == [[matter.pk], []]
    kept = LaterContact.objects.get()
    assert kept.standing == "wrong"
    assert contacts.unseal(kept, number=matter.number) == WANG
    entry = Entry.objects.order_by("-seq")[0]
    assert LI.phone not in str(entry.payload)
    assert entry.payload["told"]["contact"] == bytes(Contact.objects.get().fingerprint).hex()


def test_who_may_not_see_a_contact_does_not_put_it_right(city: City) -> None:
    matter = city.incident()
    before = world()
    with pytest.raises(NotAllowed):
        put_right(matter, city.programme, contact=LI)
    assert world() == before


def test_once_somebody_is_to_be_called_a_unit_changes_nothing(city: City) -> None:
    matter = city.answered()
    before = world()
    for right in ({"contact": LI}, {"place": "新地址"}):  # answered: the plan is on its way
        with pytest.raises(NotAllowed):
            put_right(matter, city.officer, **right)
    drain([NEWS])
    for right in ({"contact": LI}, {"place": "新地址"}):
        with pytest.raises(NotAllowed):
            put_right(matter, city.duty_leader, **right)
    assert world() == before
    put_right(matter, city.inspector, contact=LI)
    assert contact_for_message(matter).phone == LI.phone


def test_a_unit_s_word_is_not_called_beside_a_number_that_somebody_else_named(city: City) -> None:
    matter = city.incident(actor=Actor.system("cad"))
    put_right(matter, city.officer, contact=LI)
    assert [one.contact.phone for one in contacts_to_call(matter)] == [WANG.phone]
    assert LaterContact.objects.get().standing == LaterContact.UNIT
    assert Entry.objects.order_by("-seq")[0].payload["told"].keys() == {"later_contact"}


def test_whom_a_rule_excludes_after_a_correction_is_not_called(city: City) -> None:
    matter = city.answered(category="noise")
    drain([NEWS])
    callback = Callback.objects.get()
    assert callback.open
    put_right(matter, city.inspector, category="domestic", reason="实为家庭暴力")
    drain([NEWS])
    callback.refresh_from_db()
    assert (callback.status, callback.exclusion) == ("excluded", "sensitive")
    assert callback.closed_at is not None
    put_right(matter, city.inspector, category="noise", reason="核实后仍为噪音")
    drain([NEWS])
    callback.refresh_from_db()
    assert (callback.status, callback.exclusion, callback.closed_at) == ("calling", "", None)


def test_a_number_that_was_missing_leads_to_a_call(city: City) -> None:
    matter = city.answered(contact=None, actor=Actor.system("cad"))
    drain([NEWS])
    callback = Callback.objects.get()
    assert callback.exclusion == "no_contact"
    put_right(matter, city.inspector, contact=LI)
    drain([NEWS])
    callback.refresh_from_db()
    assert (callback.status, callback.exclusion) == ("calling", "")


def test_the_record_that_repeats_a_wrong_number_does_not_bring_it_back(city: City) -> None:
    one = observation(city)
    assert outcomes(one) == ["created"]
    matter = Matter.objects.get()
    put_right(matter, city.inspector, contact=LI, place="文化路北段")
    later = replace(one, summary="夜间施工扰民", facts_at=START + timedelta(hours=1))
    assert outcomes(later) == ["updated"]
    matter.refresh_from_db()
    assert (matter.summary, matter.place) == ("夜间施工扰民", "文化路北段")
    assert [found.contact.phone for found in contacts_to_call(matter)] == [LI.phone]
    assert verify().mismatches == 0


def test_where_the_record_says_it_was_no_unit_moves_it_by_hand(city: City) -> None:
    assert outcomes(observation(city), observation(city, "E2", place="")) == ["created", "created"]
    matter, blank = Matter.objects.order_by("external_id")
    before = world()
    for right, field in (({"place": "别处"}, "place"), ({"area": city.town}, "area")):
        for person in (city.officer, city.duty_leader):
            with pytest.raises(NotAllowed) as refused:
                put_right(matter, person, **right)
            assert refused.value.field == field
    with pytest.raises(NotAllowed):  # its point on the map is known
        put_right(blank, city.officer, place="别处")
    assert world() == before
    put_right(matter, city.inspector, place="别处")
    assert Matter.objects.get(pk=matter.pk).place == "别处"
