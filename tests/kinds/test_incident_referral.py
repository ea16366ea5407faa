"""What is not for the police: how whoever reported it was told so is on record (程序规定 61)."""

import pytest

from anmin.kernel.errors import Refusal
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from tests.personas import City


def test_a_referral_says_how_it_was_told(city: City) -> None:
    matter, leader = city.incident(category="other"), Actor.of(city.duty_leader)
    told = {"reply": "请向住建局提出。"}
    with pytest.raises(Refusal) as missing:
        move(matter_id=matter.pk, code="refer", actor=leader, inputs=told)
    assert missing.value.field == "referral"
    after = move(
        matter_id=matter.pk,
        code="refer",
        actor=leader,
        inputs={**told, "referral": "in_writing"},
    )
    assert (after.state, after.details["referral"]) == ("referred", "in_writing")
