"""Bodies outside the police: what they own and see, what they owe, and how they are reminded."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.personas import Body, City, body, order_to

from anmin.callbacks.unhappy import head_unit
from anmin.channels.actions import receive_reply
from anmin.channels.models import Message
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import merging, policy, public, queries
from anmin.matters.actions import add_note, assign, move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.facts import MatterFacts
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Entry, Matter
from anmin.matters.owed import asked_by, asked_of_bodies, from_matter, owed_by
from anmin.matters.owning import Bodies, body_states, may_own, waits_for_body
from anmin.matters.registry import all_kinds, kind_of
from anmin.matters.reminding import remind_bodies
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import Account, Duty
from anmin.people.policy import can, capabilities_of, is_rated, unit_scope, works
from anmin.people.roles import Role
from anmin.places.actions import load_responsibilities, load_units
from anmin.places.models import OUTSIDE, Responsibility, Unit, UnitKind
from anmin.places.queries import top_unit_label, units_like

NOW = datetime.fromisoformat("2026-11-10 10:00+08:00")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def street(city: City) -> Body:
    return body()


@pytest.fixture
def order(city: City, street: Body) -> Matter:
    return order_to(street.unit, city.incident(), city.officer)


def step(order: Matter, code: str, by: Account, **inputs: Any) -> Matter:
    note = inputs.pop("note", "")
    return move(matter_id=order.pk, code=code, actor=Actor.of(by), note=note, inputs=inputs)


# --- whose a matter may be ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
def test_only_orders_are_owned_by_bodies(city: City, street: Body, kind: Any) -> None:
    wanted = {"body_order": (True, False), "listing_order": (True, True)}
    owns = (may_own(kind, street.unit.pk), may_own(kind, city.jinhu.pk))
    assert owns == wanted.get(kind.code, (False, True))


def test_no_way_gives_a_body_an_ordinary_matter(city: City, street: Body) -> None:
    matter = city.incident()
    for who in (city.duty_leader, city.inspector):
        with pytest.raises(NotAllowed, match="外单位"):
            assign(matter_id=matter.pk, actor=Actor.of(who), unit=street.unit)
    with pytest.raises(NotAllowed, match="外单位"):
        city.incident(unit=street.unit, actor=Actor.of(city.duty_leader))
    row = Observation(
        kind="incident",
        source="dispatch",
        external_id="1",
        category="theft",
        opened_at=timezone.now() - timedelta(hours=1),
        area_id=city.wenhua.pk,
        unit_id=street.unit.pk,
        summary="",
        place="",
        longitude=None,
        latitude=None,
        facts_at=timezone.now(),
        details={},
    )
    with pytest.raises(NotAllowed):
        observe_many([row], actor_label="import")
    assert not Matter.objects.filter(unit=street.unit).exists()


def test_an_order_goes_to_a_body_from_a_matter_alone(city: City, street: Body) -> None:
    matter = city.incident()
    with pytest.raises(NotAllowed, match="须交给外单位"):
        order_to(city.yuhai, matter, city.officer)
    with pytest.raises(Refusal, match="从事项页面"):
        open_matter(
            kind="body_order",
            actor=Actor.of(city.inspector),
            unit=street.unit,
            details={"task": "x"},
        )
    with pytest.raises(NotAllowed):  # the matter of another station
        order_to(street.unit, matter, city.other_officer)
    order = order_to(street.unit, matter, city.officer)
    assert (order.unit, order.parent, order.number[:2]) == (street.unit, matter, "XB")
    with pytest.raises(NotAllowed, match="须交给外单位"):
        assign(matter_id=order.pk, actor=Actor.of(city.duty_leader), unit=city.jinhu)
    other = body("WB-WY", "文化物业", "manager")
    assign(matter_id=order.pk, actor=Actor.of(city.duty_leader), unit=other.unit)
    assert owed_by(street.partner) == []
    assert [one.order for one in owed_by(other.partner)] == [order]
    assert verify().sound


def test_orders_to_bodies_are_not_merged(city: City, order: Matter, street: Body) -> None:
    other = order_to(street.unit, city.incident(), city.officer)
    assert not merging.may_merge(city.inspector, order)
    with pytest.raises(Refusal, match="不能合并"):
        merging.merge(
            matter_id=order.pk, into_id=other.pk, actor=Actor.of(city.inspector), reason="x"
        )


# --- units and accounts ---------------------------------------------------------------------------


def test_bodies_and_police_are_kept_apart(city: City, street: Body) -> None:
    assert set(OUTSIDE) < set(UnitKind)
    for wrong, field in (
        (Unit(code="X1", name="x", kind="town", parent=city.bureau), "parent"),
        (Unit(code="X2", name="x", kind="station", parent=street.unit), "parent"),
        (Unit(code="X3", name="x", kind="station", phone="13800001111"), "phone"),
        (Unit(code="X4", name="x", kind="town", phone="12"), "phone"),
        (Responsibility(area=city.wenhua, unit=street.unit), "unit"),
    ):
        with pytest.raises(ValidationError) as told:
            wrong.save()
        assert field in told.value.message_dict
    street.unit.kind = "station"
    with pytest.raises(ValidationError):
        street.unit.save()
    with pytest.raises(Refusal, match="不负责辖区"):
        load_responsibilities([{"area": city.wenhua.code, "kind": "", "unit": "WB-JH"}])
    row = {"code": "X5", "name": "x", "kind": "town", "parent": "RA", "area": ""}
    with pytest.raises(Refusal, match="互不隶属"):
        load_units([row])
    load_units([{**row, "parent": "", "phone": "138 0000 1111"}])
    assert Unit.objects.get(code="X5").phone == "+8613800001111"


def test_a_body_is_offered_for_nothing_else(city: City, street: Body) -> None:
    Unit.objects.create(code="AA", name="甲物业", kind="manager")
    assert units_like("锦湖") == [city.jinhu]
    assert top_unit_label() == "瑞安市公安局"


def test_a_partner_works_in_a_body_and_nobody_else_does(city: City, street: Body) -> None:
    partner = street.partner
    assert works(partner)
    assert not is_rated(partner)
    assert {one.value for one in capabilities_of(partner)} == {"work_orders"}
    assert unit_scope(partner).unit_ids == {street.unit.pk}
    for role in Role:
        person = Account(username="x", role=role, unit=street.unit)
        assert works(person) is (role == Role.PARTNER)
        if role != Role.PARTNER:
            with pytest.raises(ValidationError, match="外单位"):
                person.clean()
    for unit in (city.jinhu, None):
        assert not works(Account(username="x", role=Role.PARTNER, unit=unit))
    with pytest.raises(ValidationError, match="不排值班"):
        Duty(date=NOW.date(), unit=street.unit, account=city.duty_leader).full_clean()


# --- who sees what --------------------------------------------------------------------------------


def test_a_body_sees_its_orders_and_nothing_else(city: City, street: Body, order: Matter) -> None:
    other = body("WB-WY", "文化物业", "manager")
    parent = order.parent
    assert parent is not None
    assert list(queries.matters_for(street.partner)) == [order]
    assert list(queries.matters_for(other.partner)) == []
    assert policy.in_scope(street.partner, order)
    for hidden in (parent, order_to(other.unit, parent, city.officer)):
        assert not policy.in_scope(street.partner, hidden)
        with pytest.raises(NotFound):
            queries.find_matter(street.partner, hidden.number)
    with pytest.raises(NotAllowed):
        add_note(matter_id=order.pk, actor=Actor.of(street.partner), text="x")


def test_the_unit_that_asked_follows_it_and_no_other(city: City, order: Matter) -> None:
    for who, sees in (
        (city.officer, True),
        (city.duty_leader, True),
        (city.inspector, True),
        (city.programme, True),
        (city.other_officer, False),
        (city.admin, False),
        (city.operator, False),
    ):
        assert policy.in_scope(who, order) is sees
        assert asked_of_bodies(who).filter(pk=order.pk).exists() is sees
    assert order not in queries.matters_for(city.officer)
    assert queries.counts(city.officer)["live"] == 1  # the incident alone


# --- the life of an order -------------------------------------------------------------------------


def test_accepted_done_looked_at_sent_back_and_done(
    city: City, street: Body, order: Matter
) -> None:
    partner = street.partner
    step(order, "accept", partner)
    step(order, "progress", partner, note="已派工")
    step(order, "report", partner, report="路灯已修复")
    with pytest.raises(NotAllowed):
        step(order, "approve", partner, looked_on="2026-11-10", found="x", outcome="fixed")
    with pytest.raises(NotAllowed):
        step(order, "withdraw", partner, note="x")
    step(order, "send_back", city.officer, looked_on="2026-11-10", found="还有一盏不亮")
    step(order, "report", partner, report="已全部修复")
    step(order, "approve", city.officer, looked_on="2026-11-10", found="已亮", outcome="fixed")
    order.refresh_from_db()
    assert (order.state, order.due_at) == ("done", None)
    assert Entry.objects.filter(matter=order.parent, action="child_ended").count() == 1
    assert verify().sound


def test_not_theirs_goes_back_to_whoever_asked(city: City, street: Body, order: Matter) -> None:
    with pytest.raises(Refusal):
        step(order, "send_off", street.partner)
    step(order, "send_off", street.partner, not_theirs="属市政公司职责")
    order.refresh_from_db()
    [told] = asked_by(city.officer)
    assert (told.by_body, told.late, waits_for_body(order)) == (False, False, False)
    assert policy.moves_for(street.partner, order) == []
    step(order, "give_again", city.officer, note="该路段归街道", due_by="2026-11-20")
    [told] = owed_by(street.partner)
    assert told.by_body
    assert told.due_at is not None
    assert timezone.localtime(told.due_at).date().isoformat() == "2026-11-20"
    step(order, "send_off", street.partner, not_theirs="属市政公司职责")
    step(order, "let_go", city.officer)
    assert owed_by(street.partner) == []


def test_a_body_without_an_account_is_spoken_for(city: City, order: Matter) -> None:
    for code, inputs in (("accept", {}), ("report", {"report": "电话告知已修"})):
        step(order, code, city.officer, **inputs)
    assert [one.by_body for one in asked_by(city.officer)] == [False]


def test_a_listing_order_may_be_the_bodys(city: City, street: Body) -> None:
    task = {"body": "town", "body_name": "锦湖街道办事处", "remedy": "devices", "task": "装监控"}
    order = open_matter(
        kind="listing_order",
        actor=Actor.of(city.programme),
        unit=street.unit,
        summary="加装监控",
        details=task,
    )
    step(order, "begin", street.partner)
    step(order, "report", street.partner, report="已装12个")
    with pytest.raises(NotAllowed):
        step(order, "accept", street.partner, looked_on="2026-11-10", found="x", outcome="fixed")
    step(order, "accept", city.programme, looked_on="2026-11-10", found="已装", outcome="fixed")


def test_the_states_of_a_body_are_those_with_its_steps() -> None:
    assert body_states(kind_of("body_order")) == {"given", "under_way"}
    assert body_states(kind_of("listing_order")) == {"given", "under_way"}
    assert body_states(kind_of("incident")) == set()
    guard = kind_of("body_order").opens_if[1]
    day = MatterFacts("", "given", {"due_by": "2026-11-09"})
    assert guard(day) is not None
    assert [k.code for k in all_kinds() if k.bodies is Bodies.ALWAYS] == ["body_order"]


# --- who owes what, and reminders -----------------------------------------------------------------


def test_who_follows_the_matter_reads_which_body_owes_what(
    city: City, street: Body, clock: time_machine.Traveller
) -> None:
    matter = city.incident()
    order = order_to(
        street.unit, matter, city.officer, details={"task": "修路灯", "due_by": "2026-12-05"}
    )
    step(order, "accept", street.partner)
    [told] = public.face(matter).owed
    assert told.due_at is not None
    assert (told.body, told.late) == ("锦湖街道办事处", False)
    assert timezone.localtime(told.due_at).date().isoformat() == "2026-12-05"
    clock.move_to(NOW + timedelta(days=30))
    [told] = public.face(matter).owed
    assert told.late
    assert told.late_since is not None
    assert timezone.localtime(told.late_since).date().isoformat() == "2026-12-05"
    step(order, "report", street.partner, report="已修")
    assert public.face(matter).owed == []  # it waits for the police themselves
    assert [one.by_body for one in from_matter(matter)] == [False]


def test_a_body_is_reminded_before_and_once_when_late(
    city: City, street: Body, clock: time_machine.Traveller
) -> None:
    street.unit.phone = "13800001111"
    street.unit.save()
    order = order_to(
        street.unit, city.incident(), city.officer, details={"task": "x", "due_by": "2026-11-20"}
    )
    step(order, "accept", street.partner)
    assert remind_bodies() == 0
    clock.move_to(datetime.fromisoformat("2026-11-20 09:00+08:00"))
    assert [remind_bodies(), remind_bodies()] == [1, 0]
    clock.move_to(datetime.fromisoformat("2026-11-21 09:00+08:00"))
    assert [remind_bodies(), remind_bodies()] == [1, 0]
    clock.move_to(datetime.fromisoformat("2026-11-25 09:00+08:00"))
    assert remind_bodies() == 0
    told = Entry.objects.filter(matter=order, action="reminded").values_list("payload__told__late")
    assert list(told) == [(False,), (True,)]
    assert Message.objects.filter(template="body_reminder").count() == 2
    [line] = asked_by(city.officer)
    assert line.reminded_at == datetime.fromisoformat("2026-11-21 09:00+08:00")
    assert verify().sound


def test_who_wants_no_texts_is_not_said_to_have_got_one(
    city: City, street: Body, order: Matter, clock: time_machine.Traveller
) -> None:
    street.unit.phone = "13800001111"
    street.unit.save()
    receive_reply(provider="test", provider_ref="1", sender="13800001111", text="TD")
    clock.move_to(NOW + timedelta(days=30))
    assert remind_bodies() > 0
    said = Entry.objects.filter(matter=order, action="reminded")
    assert set(said.values_list("payload__told__texted", flat=True)) == {False}
    assert not Message.objects.filter(template="body_reminder").exists()


def test_nobody_is_reminded_of_what_waits_for_whoever_asked(
    city: City, street: Body, order: Matter, clock: time_machine.Traveller
) -> None:
    step(order, "send_off", street.partner, not_theirs="非本单位职责")
    clock.move_to(NOW + timedelta(days=30))
    assert remind_bodies() == 0
    assert not can(street.partner, policy.Capability.VIEW_MATTERS)


# --- what counts for the police, and what does not ------------------------------------------------


def test_what_a_body_does_is_in_no_figure_of_the_police(
    city: City, street: Body, clock: time_machine.Traveller, settings: Any, tmp_path: Any
) -> None:
    settings.ANMIN_HOME = tmp_path
    matter = city.incident()
    order = order_to(street.unit, matter, city.officer)
    step(order, "report", street.partner, report="已修")
    step(order, "approve", city.officer, looked_on="2026-11-10", found="已亮", outcome="fixed")
    task = {"body": "town", "body_name": "x", "remedy": "devices", "task": "x"}
    open_matter(
        kind="listing_order",
        actor=Actor.of(city.programme),
        unit=street.unit,
        summary="x",
        details=task,
    )
    refresh()
    assert not show("kept_in_time").total.denominator
    assert show("body_order_opened").total.numerator == 1
    own = {
        row.dimensions["unit"]: row.numerator for row in show("body_order_opened", ("unit",)).rows
    }
    tasks = {
        row.dimensions["unit"]: row.numerator
        for row in show("listing_order_opened", ("unit",)).rows
    }
    assert (own, "WB-JH" in tasks) == ({"WB-JH": 1}, False)


def test_the_bureau_stays_on_top_whatever_the_code_of_a_body(city: City) -> None:
    body("AA", "甲物业", "manager")
    assert head_unit() == city.bureau
