"""What a body outside the police reads has nobody's number in it, whichever step says so."""

import pytest
from tests.personas import Body, City, body, order_to

from anmin.callbacks.resting import has_callbacks
from anmin.kernel.errors import Refusal
from anmin.matters.actions import assign, move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.correcting import Right, correct
from anmin.matters.models import Matter

WORDS = "请联系王女士13857712345"


@pytest.fixture
def street(city: City) -> Body:
    return body()


@pytest.mark.parametrize("where", ["task", "summary", "place"])
def test_not_in_the_order(city: City, street: Body, where: str) -> None:
    given = {"details": {"task": WORDS}} if where == "task" else {where: WORDS}
    with pytest.raises(Refusal, match="请勿填写"):
        order_to(street.unit, city.incident(), city.officer, **given)


LOOKED = {"looked_on": "2026-11-10", "found": WORDS}


@pytest.mark.parametrize(
    ("before", "code", "note", "inputs"),
    [
        ("report", "send_back", "", LOOKED),
        ("report", "approve", "", LOOKED | {"outcome": "fixed"}),
        ("report", "withdraw", WORDS, {}),
        ("send_off", "give_again", WORDS, {}),
        ("send_off", "let_go", WORDS, {}),
    ],
)
def test_not_in_what_whoever_asked_says_to_it(
    city: City, street: Body, before: str, code: str, note: str, inputs: dict[str, str]
) -> None:
    order = order_to(street.unit, city.incident(), city.officer)
    said = {"report": "report", "send_off": "not_theirs"}[before]
    own = {said: f"已转告，{WORDS}"}  # the body's own words
    move(matter_id=order.pk, code=before, actor=Actor.of(street.partner), inputs=own)
    with pytest.raises(Refusal, match="请勿填写"):
        move(matter_id=order.pk, code=code, actor=Actor.of(city.officer), note=note, inputs=inputs)
    assert Matter.objects.get(pk=order.pk).version == 2


def test_not_in_a_place_that_is_put_right(city: City, street: Body) -> None:
    order = order_to(street.unit, city.incident(), city.officer)
    with pytest.raises(Refusal, match="请勿填写"):
        correct(
            matter_id=order.pk,
            actor=Actor.of(city.officer),
            right=Right(place=WORDS),
            reason="x",
            planned=has_callbacks,
        )


def test_not_in_a_task_that_is_handed_to_it(city: City, street: Body) -> None:
    task = {"body": "town", "body_name": "锦湖街道办事处", "remedy": "devices", "task": WORDS}
    order = open_matter(
        kind="listing_order",
        actor=Actor.of(city.programme),
        unit=city.jinhu,
        summary="加装监控",
        details=task,
    )
    with pytest.raises(Refusal, match="请勿填写"):
        assign(matter_id=order.pk, actor=Actor.of(city.inspector), unit=street.unit)
