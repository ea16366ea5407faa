"""A promise that was broken stays with the unit that had it, wherever the matter goes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.matters.actions import assign, move
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bringing
from anmin.matters.intake import Observation, observe_many
from anmin.matters.measures import MATTERS
from anmin.matters.models import Deadline, Matter
from anmin.matters.promises import reckon_again
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import records, show
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


def test_figures_count_a_missed_promise_for_the_unit_that_missed_it(
    city: City, clock: time_machine.Traveller, tmp_path: Any, settings: Any
) -> None:
    late, kept, open_still = due_in(city, -1), due_in(city, 1), due_in(city, -2)
    own = due_in(city, -3, unit=city.yuhai, area=city.yuhai_town)
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
    assert "due_unit" in MATTERS.columns
    assert reckon_again() == 0
