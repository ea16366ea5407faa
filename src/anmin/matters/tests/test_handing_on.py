"""A promise that was broken stays with the unit that had it, wherever the matter goes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.faces.dues import due_lines
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import each, queries
from anmin.matters.actions import assign, move
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bringing
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Deadline, Entry, Matter
from anmin.matters.promises import reckon_again
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import records, show
from anmin.people.models import Account
from anmin.people.queries import colleagues_like
from anmin.places.models import Unit

NOW = datetime.fromisoformat("2026-11-10 10:00+08:00")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def hand_on(city: City, matter: Matter, to: Unit, by: Any = None) -> None:
    assign(matter_id=matter.pk, actor=Actor.of(by or city.duty_leader), unit=to)


def due_in(city: City, hours: float, **changes: Any) -> Matter:
    """A noise call whose 24 hours end in so many hours, or ended that long ago."""
    opened = timezone.now() - timedelta(hours=24 - hours)
    return city.incident(category="noise", opened_at=opened, **changes)


def answers_for(matter: Matter) -> Unit | None:
    return Deadline.objects.get(matter=matter, clock="answer").held_by


@pytest.mark.parametrize(
    ("hours", "stays"), [(-1, True), (0, True), (1.99, True), (2, False), (20, False)]
)
def test_whoever_hands_on_too_late_answers_for_it(city: City, hours: float, stays: bool) -> None:
    matter = due_in(city, hours)
    hand_on(city, matter, city.yuhai)
    assert answers_for(matter) == (city.jinhu if stays else None)
    assert verify().sound


def test_it_stays_with_the_first_however_often_it_is_handed_on(
    city: City, clock: time_machine.Traveller
) -> None:
    matter = due_in(city, -1)
    hand_on(city, matter, city.yuhai)
    hand_on(city, matter, city.command, by=city.inspector)
    assert answers_for(matter) == city.jinhu
    in_time = due_in(city, 5)
    hand_on(city, in_time, city.yuhai)
    clock.shift(timedelta(hours=6))
    hand_on(city, in_time, city.command, by=city.inspector)
    assert answers_for(in_time) == city.yuhai
    assert verify().sound


def test_the_system_of_record_takes_nobodys_lateness_away(city: City) -> None:
    def say(unit: Unit) -> None:
        one = Observation(
            source="dispatch",
            external_id="E1",
            kind="incident",
            category="noise",
            area_id=None,
            unit_id=unit.pk,
            summary="",
            place="",
            longitude=None,
            latitude=None,
            opened_at=timezone.now() - timedelta(days=2),
            facts_at=timezone.now(),
            details={},
        )
        observe_many([one], by=Bringing(Actor.of(city.operator)))

    say(city.jinhu)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        say(city.yuhai)
    matter = Matter.objects.get(external_id="E1")
    assert (matter.unit, answers_for(matter)) == (city.yuhai, city.jinhu)
    assert verify().sound


def test_the_page_names_the_unit_only_where_another_one_missed_the_promise(city: City) -> None:
    late, in_time, kept, back = (due_in(city, hours) for hours in (-1, 5, 1, -1))
    for one in (late, in_time, kept, back):
        hand_on(city, one, city.yuhai)
    actor = Actor.of(city.other_officer)
    move(matter_id=kept.pk, code="answer", actor=actor, inputs={"reply": "已处理。"})
    hand_on(city, back, city.jinhu, by=city.inspector)
    told = []
    for one in (late, in_time, kept, back):
        one.refresh_from_db()
        (line,) = due_lines(one, list(Deadline.objects.filter(matter=one, clock="answer")))
        told.append(line.held_by)
    assert told == [city.jinhu.label, "", "", ""]
    assert [answers_for(one) for one in (kept, back)] == [city.jinhu, city.jinhu]


def test_figures_count_a_missed_promise_for_the_unit_that_missed_it(
    city: City, clock: time_machine.Traveller, tmp_path: Any, settings: Any
) -> None:
    settings.ANMIN_HOME = tmp_path
    late, kept, open_still = due_in(city, -1), due_in(city, 1), due_in(city, -2)
    own = due_in(city, -3, area=city.yuhai_town, actor=Actor.system("dispatch"))
    for matter in (late, kept, open_still):
        hand_on(city, matter, city.yuhai)
    yuhai = Actor.of(city.other_officer)
    for matter in (late, kept, own):
        move(matter_id=matter.pk, code="answer", actor=yuhai, inputs={"reply": "已答复。"})
    refresh()
    found = {
        row.dimensions["unit"]: (row.numerator, row.denominator)
        for row in show("answered_in_time", ("unit",)).rows
    }
    assert found == {"RA-JH": (0, 2), "RA-YH": (1, 2)}
    assert set(records("answered_in_time", {"unit": "RA-JH"}).keys) == {late.pk, open_still.pk}
    incidents = {row.dimensions["unit"]: row.numerator for row in show("incidents", ("unit",)).rows}
    assert incidents == {"RA-YH": 4}
    only = show("answered_in_time", scope={"unit": "RA-YH"}).total
    assert (only.numerator, only.denominator) == (1, 2)
    assert reckon_again() == 0


@pytest.mark.parametrize(
    ("waited", "stays"), [(0, False), (1.99, False), (2.01, True), (23, True), (72, True)]
)
def test_who_opens_for_another_unit_what_has_waited_answers_for_it(
    city: City, waited: float, stays: bool
) -> None:
    """Nobody makes another station late by telling it of days ago."""
    opened = timezone.now() - timedelta(hours=waited)
    wanted: dict[str, Any] = {"category": "noise", "opened_at": opened, "unit": city.yuhai}
    planted, own = city.incident(**wanted), city.incident(**{**wanted, "unit": city.jinhu})
    body = city.incident(**wanted, actor=Actor.system("dispatch"))
    assert [answers_for(one) for one in (planted, own, body)] == [
        city.jinhu if stays else None,
        None,
        None,
    ]
    assert verify().sound


@pytest.mark.parametrize("days", [31, 400, 9000])
def test_nobody_rated_opens_what_began_long_ago(city: City, days: int) -> None:
    opened = timezone.now() - timedelta(days=days)
    for actor in (city.duty_leader, city.officer):
        with pytest.raises(Refusal) as refused:
            city.incident(actor=Actor.of(actor), opened_at=opened)
        assert refused.value.field == "opened_at"
    assert not Entry.objects.exists()
    assert city.incident(actor=Actor.system("dispatch"), opened_at=opened).pk
    assert city.incident(opened_at=timezone.now() - timedelta(days=29)).pk


def test_nobody_hands_to_a_unit_without_people(city: City) -> None:
    """Not one, not several, not by opening it there; the inspectorate may, and so may the house."""
    empty = Unit.objects.create(code="RA-KO", name="空所", kind="station", parent=city.bureau)
    gone = Account.objects.create_user("gone", "x", role="officer", unit=empty)
    Account.objects.filter(pk=gone.pk).update(is_active=False)
    Account.objects.create_user("phones", "x", role="operator", unit=empty)  # works on no matters
    matters = [due_in(city, 5) for _n in range(3)]
    leader = Actor.of(city.duty_leader)
    before = [list(model.objects.order_by("pk").values()) for model in (Matter, Entry, Deadline)]
    with pytest.raises(NotAllowed) as refused:
        hand_on(city, matters[0], empty)
    assert refused.value.field == "unit"
    ids = [one.pk for one in matters]
    assert len(each.assign_many(matter_ids=ids, actor=leader, unit=empty)) == 3
    with pytest.raises(NotAllowed):
        due_in(city, 5, unit=empty)
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Matter, Entry, Deadline)
    ]
    hand_on(city, matters[0], empty, by=city.inspector)
    Account.objects.filter(pk=gone.pk).update(is_active=True)
    hand_on(city, matters[1], empty)
    assert due_in(city, 5, unit=empty).unit == empty
    below = Unit.objects.create(code="RA-JH-1", name="一队", kind="post", parent=city.jinhu)
    hand_on(city, matters[2], below)  # still on his own board
    assert verify().sound


def test_nobody_hands_to_a_unit_that_no_longer_works(city: City) -> None:
    matter = due_in(city, 5)
    Unit.objects.filter(pk=city.yuhai.pk).update(active=False)
    city.yuhai.refresh_from_db()
    before = list(Matter.objects.values()), Entry.objects.count()
    with pytest.raises(Refusal) as refused:
        hand_on(city, matter, city.yuhai, by=city.inspector)
    assert refused.value.field == "unit"
    assert (list(Matter.objects.values()), Entry.objects.count()) == before


def test_an_order_is_moved_by_the_inspectorate_only(city: City) -> None:
    order = city.incident(kind="rectification", actor=Actor.of(city.inspector), unit=city.jinhu)
    before = list(Entry.objects.values())
    with pytest.raises(NotAllowed) as refused:
        hand_on(city, order, city.yuhai)
    assert (refused.value.field, list(Entry.objects.values())) == ("unit", before)
    assign(matter_id=order.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    hand_on(city, order, city.yuhai, by=city.inspector)
    order.refresh_from_db()
    assert order.unit == city.yuhai


def test_what_was_withdrawn_is_handed_to_nobody(city: City) -> None:
    matter = city.incident()
    assert queries.matter_view(city.duty_leader, matter.number).may_assign
    move(matter_id=matter.pk, code="withdraw", actor=Actor.of(city.inspector), note="报错了")
    assert not queries.matter_view(city.inspector, matter.number).may_assign
    before = Entry.objects.count()
    for who in (city.inspector, city.duty_leader):
        with pytest.raises(NotAllowed):
            assign(matter_id=matter.pk, actor=Actor.of(who), account=city.officer)
    assert Entry.objects.count() == before


def test_whom_one_may_give_it_to_is_of_what_one_sees(city: City) -> None:
    other = city.other_officer
    assert colleagues_like(city.duty_leader, other.username) == []
    assert colleagues_like(city.inspector, other.username) == [other]
