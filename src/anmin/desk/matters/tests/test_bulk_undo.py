"""What was done to several matters at once is undone, where it told nobody and ended nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from tests.personas import City, SignIn

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.ledger import Replay, deadlines_of, running_clocks
from anmin.matters.models import Entry, Matter

BULK = "/desk/matters/bulk/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def rows() -> list[tuple[Any, ...]]:
    """All that a matter says of itself, without how often it was written."""
    columns = ("pk", "state", "stage", "unit", "assignee", "due_at", "closed_at")
    known = Matter.objects.order_by("pk")
    facts = [{name: told for name, told in one.details.items() if told} for one in known]
    clocks = [running_clocks(deadlines_of(one.pk)) for one in known]
    return list(zip(known.values_list(*columns), facts, clocks, strict=True))


def whole() -> None:
    """Each row is what its history says."""
    for matter in Matter.objects.all():
        told = Replay.of(Entry.objects.filter(matter=matter).order_by("seq"))
        assert told.intact
        assert told.matches(matter, running_clocks(deadlines_of(matter.pk)))


def test_a_step_is_undone_where_nothing_followed(city: City, sign_in: SignIn) -> None:
    ids = [city.incident(key=f"k{n}").pk for n in range(3)]
    before, browser = rows(), sign_in(city.officer)
    done = text(browser.post(BULK, {"matter": ids, "do": "incident.dispatch", "key": "one"}))
    assert 'name="do" value="undo"' in done
    assert "5分钟内" in done
    actions.add_note(matter_id=ids[2], actor=Actor.of(city.duty_leader), text="已到小区门口")
    answer = text(browser.post(BULK, {"do": "undo", "key": "one"}))
    assert "2件事项已恢复原状" in answer
    assert Matter.objects.get(pk=ids[2]).number in answer
    assert rows()[:2] == before[:2]
    assert Matter.objects.get(pk=ids[2]).state == "dispatched"
    count = Entry.objects.count()
    assert "2件事项已恢复原状" in text(browser.post(BULK, {"do": "undo", "key": "one"}))
    assert Entry.objects.count() == count
    whole()


def test_a_hand_over_to_another_unit_is_undone_by_whoever_did_it_alone(
    city: City, sign_in: SignIn
) -> None:
    ids = [city.incident(key=f"k{n}").pk for n in range(2)]
    before, leader = rows(), sign_in(city.duty_leader)
    given = {"matter": ids, "do": "assign", "key": "two", "to": "玉海派出所 (RA-YH)"}
    assert 'value="undo"' in text(leader.post(BULK, given))
    handed = rows()
    assert set(Matter.objects.values_list("unit", flat=True)) == {city.yuhai.pk}
    assert sign_in(city.officer).post(BULK, {"do": "undo", "key": "two"}).status_code == 404
    assert rows() == handed
    sign_in(city.duty_leader).post(BULK, {"do": "undo", "key": "two"})
    assert rows() == before
    whole()


def test_what_told_the_citizen_or_is_long_ago_stays(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    ids = [city.incident(key=f"k{n}").pk for n in range(2)]
    browser = sign_in(city.officer)
    given = {"matter": ids, "do": "incident.dispatch", "key": "three"}
    browser.post(BULK, given)
    clock.shift(timedelta(minutes=6))
    kept = rows()
    assert "已超过可撤销的时限" in text(browser.post(BULK, {"do": "undo", "key": "three"}))
    assert rows() == kept
    answered = {"matter": ids, "do": "incident.answer", "key": "four", "reply": "已处理。"}
    done = text(browser.post(BULK, answered))
    assert 'value="undo"' not in done
    assert "不能撤销" in done
    kept = rows()
    browser.post(BULK, {"do": "undo", "key": "four"})
    assert rows() == kept
