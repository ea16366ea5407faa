"""Interviewers who press at the same moment."""

import threading

import pytest
from django.db import connection, connections
from tests.at_once import at_once
from tests.personas import City

from anmin.people.models import Account
from anmin.surveys import fieldwork
from anmin.surveys.models import Case, Return
from anmin.surveys.tests.scene import FULL, in_field

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.django_db(transaction=True)
def test_interviewers_who_press_at_the_same_moment_get_different_people(city: City) -> None:
    wave = in_field(city)
    people = [
        Account.objects.create_user(f"op{n}", "x", role="operator", unit=city.command)
        for n in range(4)
    ]
    taken: list[int] = []
    gate = threading.Barrier(len(people))

    def work(person: Account) -> None:
        try:
            gate.wait()
            for turn in range(2):
                case = fieldwork.next_case(person, wave.pk)
                assert case is not None
                taken.append(case.pk)
                fieldwork.record_answers(
                    case_id=case.pk, operator=person, given=FULL, key=f"{person.pk}/{turn}"
                )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert len(taken) == len(set(taken)) == 8
    assert Return.objects.filter(counts=True).count() == 8
    assert Case.objects.filter(operator__isnull=False).count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_interviewer_who_asks_many_times_at_once_holds_one_case(city: City) -> None:
    wave = in_field(city)
    got = at_once(lambda: fieldwork.next_case(city.operator, wave.pk))
    assert len({case.pk for case in got}) == 1
    assert Case.objects.filter(operator=city.operator).count() == 1
