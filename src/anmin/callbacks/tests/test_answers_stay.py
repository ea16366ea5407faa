"""What was answered stays as it was; a correction stands beside it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import actions, queries
from anmin.callbacks.actions import Said
from anmin.callbacks.addresses import block_level
from anmin.callbacks.models import Answer, Attempt, Callback, Status
from anmin.callbacks.tests.scene import planned, world
from anmin.callbacks.tests.test_operator import GLAD
from anmin.kernel.errors import NotAllowed
from anmin.people.models import Account
from anmin.people.roles import Role

pytestmark = pytest.mark.usefixtures("clock")


def test_the_queue_is_counted(city: City) -> None:
    planned(city)
    planned(city)
    Callback.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    planned(city)
    planned(city, category="dispute")  # a message goes out first: it waits for no call
    assert queries.queue_counts(city.operator) == {"now": 3, "late": 2, "later": 0}


def test_a_correction_stands_beside_the_first_answer(city: City, other_operator: Account) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    first = actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=GLAD, key="k1"
    )
    right = Said(satisfaction="fairly", solved="partly")
    with pytest.raises(NotAllowed):
        actions.correct_answer(answer_id=first.pk, operator=other_operator, said=right, key="k2")
    for _twice in range(2):
        actions.correct_answer(answer_id=first.pk, operator=city.operator, said=right, key="k2")
    rows = list(Answer.objects.order_by("seq").values_list("seq", "satisfaction", "corrects"))
    assert rows == [(1, "satisfied", None), (2, "fairly", first.pk)]


def test_answers_and_attempts_cannot_be_rewritten(city: City) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    answer = actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=GLAD, key="k1"
    )
    before = world()
    answer.satisfaction = "dissatisfied"
    for rewrite in (
        answer.save,
        answer.delete,
        lambda: Answer.objects.update(satisfaction="dissatisfied"),
        lambda: Answer.objects.all().delete(),
        lambda: Answer.objects.bulk_update([answer], ["satisfaction"]),
        lambda: Attempt.objects.filter(callback=callback).delete(),
    ):
        with pytest.raises(TypeError):
            rewrite()
    assert world() == before


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("文化小区3幢502室", "文化小区"),
        ("安阳路12号附近", "安阳路"),
        ("虹桥路128弄3-5号", "虹桥路"),
        ("塘下镇三幢二单元", "塘下镇"),
        ("104国道与广场路交叉口", "104国道与广场路交叉口"),
        ("瑞安市人民医院", "瑞安市人民医院"),
        ("1234 PINE ST", "12XX PINE ST"),
        ("7 OAK AV", "XX OAK AV"),
        ("85XX BLOCK OF AURORA AV N", "85XX BLOCK OF AURORA AV N"),
    ],
)
def test_a_place_is_shown_without_its_house_number(place: str, shown: str) -> None:
    assert block_level(place) == shown


@pytest.mark.django_db(transaction=True)
def test_many_operators_at_once_share_the_queue(city: City) -> None:
    wanted = {planned(city).pk for _n in range(6)}
    people = [
        Account.objects.create_user(f"op{n}", "x", role=Role.OPERATOR, unit=city.command)
        for n in range(6)
    ]
    taken: list[int] = []
    gate = threading.Barrier(len(people))

    def work(person: Account) -> None:
        try:
            gate.wait()
            callback = actions.next_callback(person)
            if callback is not None:
                taken.append(callback.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert sorted(taken) == sorted(wanted)
    assert Callback.objects.filter(status=Status.CALLING, operator=None).count() == 0
