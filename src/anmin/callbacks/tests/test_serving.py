"""周卫国 hands a matter on just before it is closed: the callback is about the station that served."""

from datetime import datetime, timedelta

import pytest
import time_machine
from tests.personas import City

from anmin.callbacks.actions import take
from anmin.callbacks.models import Callback
from anmin.callbacks.planning import NEWS
from anmin.callbacks.serving import Held, who_served
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.matters.actions import assign, move
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import Account
from anmin.places.models import Unit

pytestmark = pytest.mark.usefixtures("clock")
HOUR = timedelta(hours=1)


@pytest.fixture
def yuhai_leader(city: City) -> Account:
    return Account.objects.create_user("yhld", "x", role="duty_leader", unit=city.yuhai)


def handed(matter: Matter, by: Account | None, unit: Unit) -> None:
    actor = Actor.of(by) if by else Actor.system("dispatch")
    assign(matter_id=matter.pk, actor=actor, unit=unit)


def closed(matter: Matter, by: Account) -> Callback:
    move(matter_id=matter.pk, code="answer", actor=Actor.of(by), inputs={"reply": "已处理。"})
    drain([NEWS])
    return Callback.objects.get(matter=matter, round=1)


@pytest.mark.parametrize(("left", "unit"), [(HOUR, "jinhu"), (2 * HOUR, "yuhai")])
def test_who_gets_a_matter_just_before_its_end_did_not_serve(
    city: City, clock: time_machine.Traveller, left: timedelta, unit: str
) -> None:
    matter = city.incident()
    clock.shift(3 * HOUR)
    handed(matter, city.duty_leader, city.yuhai)
    clock.shift(left)
    callback = closed(matter, city.other_officer)
    assert callback.unit == getattr(city, unit)
    matter.refresh_from_db()
    assert matter.unit == city.yuhai
    assert take(callback_id=callback.pk, operator=city.operator).operator == city.operator


def test_a_chain_of_late_hand_overs_leads_back_to_who_began_it(
    city: City, clock: time_machine.Traveller, yuhai_leader: Account
) -> None:
    matter = city.incident()
    clock.shift(3 * HOUR)
    handed(matter, city.duty_leader, city.yuhai)
    chief = _chief(city)
    handed(matter, yuhai_leader, city.bureau)
    assert closed(matter, chief).unit == city.jinhu


def _chief(city: City) -> Account:
    return Account.objects.create_user("wangju", "x", role="duty_leader", unit=city.bureau)


@pytest.mark.parametrize("by", ["inspector", ""])
def test_where_it_is_put_right_by_others_it_counts_at_once(
    city: City, clock: time_machine.Traveller, by: str
) -> None:
    matter = city.incident()
    clock.shift(3 * HOUR)
    handed(matter, getattr(city, by) if by else None, city.yuhai)
    assert closed(matter, city.other_officer).unit == city.yuhai


def test_a_second_closing_is_about_who_served_then(
    city: City, clock: time_machine.Traveller
) -> None:
    matter = city.incident()
    handed(matter, city.duty_leader, city.yuhai)
    assert closed(matter, city.other_officer).unit == city.jinhu
    clock.shift(3 * HOUR)
    move(matter_id=matter.pk, code="reopen", actor=Actor.of(city.inspector), note="补充")
    again = {"matter_id": matter.pk, "code": "answer", "actor": Actor.of(city.other_officer)}
    move(**again, inputs={"reply": "已补充。"})  # type: ignore[arg-type]
    drain([NEWS])
    assert Callback.objects.filter(matter=matter).latest("closing").unit == city.yuhai


def at(hours: float) -> datetime:
    return TUESDAY + hours * HOUR


@pytest.mark.parametrize(
    ("held", "unit"),
    [
        ([(0, 1, True)], 1),
        ([(0, 1, True), (9, 2, True)], 1),
        ([(0, 1, True), (9, 2, False)], 2),
        ([(0, 1, True), (8, 2, True)], 2),
        ([(0, 1, True), (8.5, 2, False), (9, 3, True)], 2),
        ([(0, 1, True), (8.5, 2, True), (9, 1, True)], 1),
        ([(0, None, True), (9, 2, True)], 2),
        ([(0, 1, True), (11, 2, True)], 1),
        ([], None),
    ],
)
def test_who_served(held: list[tuple[float, int | None, bool]], unit: int | None) -> None:
    """Closed at hour ten by the tenth entry; two hours are the least."""
    spells = [Held(int(hour), at(hour), who, rated) for hour, who, rated in held]
    found = who_served(spells, closing=10, closed_at=at(10), least=2 * HOUR)
    assert found == unit
