"""林晓 presses “next” twice in the same moment: she holds one call, and one check, never two."""

from typing import Any

import pytest
from django.utils import timezone
from tests.at_once import PRESSES, at_once
from tests.personas import City

from anmin.callbacks import actions, quality
from anmin.callbacks.models import Callback, Draw, QualityCheck
from anmin.callbacks.recording import Said
from anmin.callbacks.tests.scene import planned, world
from anmin.kernel.errors import Conflict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


def test_one_operator_who_asks_many_times_at_once_holds_one_call(city: City) -> None:
    for _ in range(PRESSES):
        planned(city)
    got = at_once(lambda: actions.next_callback(city.operator))
    assert len(got) == PRESSES
    assert len({one.pk for one in got}) == 1
    assert Callback.objects.filter(operator=city.operator).count() == 1


def test_taking_particular_calls_at_once_takes_one(city: City) -> None:
    wanted = [planned(city).pk for _ in range(PRESSES)]
    ids = iter(wanted)
    got = at_once(lambda: actions.take(callback_id=next(ids), operator=city.operator))
    assert sum(isinstance(one, Conflict) for one in got) == PRESSES - 1
    assert Callback.objects.filter(operator=city.operator).count() == 1


def test_one_in_hand_another_cannot_be_taken(city: City) -> None:
    first, second = planned(city), planned(city)
    assert actions.next_callback(city.operator) == first
    before = world()
    with pytest.raises(Conflict, match=first.matter.number):
        actions.take(callback_id=second.pk, operator=city.operator)
    assert world() == before
    assert actions.take(callback_id=first.pk, operator=city.operator) == first
    actions.release(callback_id=first.pk, operator=city.operator)
    assert actions.take(callback_id=second.pk, operator=city.operator) == second


@pytest.mark.parametrize("purpose", [Draw.Purpose.RECALL, Draw.Purpose.CHECK])
def test_checks_are_taken_one_at_a_time(
    city: City, purpose: Draw.Purpose, other_operator: Any
) -> None:
    draw = Draw.objects.create(
        purpose=purpose,
        day=timezone.localdate(),
        population="",
        share=1,
        seed_sealed=b"",
        seed_hash="",
        published_at=timezone.now(),
    )
    for n in range(PRESSES):
        callback = planned(city)
        actions.next_callback(other_operator)
        actions.record_answer(
            callback_id=callback.pk,
            operator=other_operator,
            said=Said(satisfaction="satisfied"),
            key=f"k{n}",
        )
        QualityCheck.objects.create(draw=draw, callback=callback)
    got = at_once(lambda: quality.take_check(account=city.inspector, purpose=purpose))
    assert len({one.pk for one in got}) == 1
    assert QualityCheck.objects.filter(checker=city.inspector).count() == 1
