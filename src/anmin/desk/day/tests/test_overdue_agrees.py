"""What is overdue is the same number on every page that somebody opens in the same minute."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.callbacks.actions import next_callback, record_answer
from anmin.callbacks.dayboard import day_board
from anmin.callbacks.models import Callback
from anmin.callbacks.recording import Said
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned
from anmin.matters.models import Matter


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def tile(browser: Client, page: str, label: str) -> int:
    """The number under a label."""
    shown = browser.get(page).content.decode()
    found = re.search(
        rf'stat-label">\s*{label}\s*<.*?stat-value">\s*(?:<a[^>]*>)?\s*(\d+)', shown, re.DOTALL
    )
    assert found, (page, label)
    return int(found[1])


def test_callbacks_overdue(city: City, sign_in: SignIn, clock: time_machine.Traveller) -> None:
    for _n in range(3):
        planned(city)
    now = timezone.now()
    late = Callback.objects.order_by("pk")
    late.update(due_at=now - timedelta(hours=1))
    # one is taken, one is not to be called before later, one may be called now
    taken, rests, _free = late
    Callback.objects.filter(pk=rests.pk).update(not_before=now + timedelta(hours=1))
    assert next_callback(city.operator) == taken
    for account, page in (
        (city.operator, "/desk/"),
        (city.operator, "/desk/callbacks/"),
        (city.leader, "/desk/morning/"),
    ):
        assert tile(sign_in(account), page, "回访逾期") == 3, page
    clock.move_to(TUESDAY + timedelta(hours=12))  # quiet hours
    assert tile(sign_in(city.operator), "/desk/", "回访逾期") == 3


def test_what_waits_for_the_inspectorate_is_overdue_on_no_page_of_the_unit(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    for consent in (True, False):
        planned(city)
        taken = next_callback(city.operator)
        assert taken is not None
        said = Said(satisfaction="dissatisfied", consent_contact=consent)
        record_answer(callback_id=taken.pk, operator=city.operator, said=said, key=str(consent))
    own, waits = Matter.objects.filter(kind="rectification").order_by("pk")
    clock.move_to(TUESDAY + timedelta(days=9))
    unit = sign_in(city.duty_leader)
    assert day_board(viewer=city.duty_leader).counts["rectifications_late"] == 1
    assert tile(unit, "/desk/morning/", "整改逾期") == 1
    assert tile(unit, "/desk/", "已逾期") == day_board(viewer=city.duty_leader).counts["late"] == 1
    for page in ("/desk/", "/desk/matters/?view=live"):
        rows = {
            number: re.search(rf"<tr[^>]*>(?:(?!</tr>).)*{number}.*?</tr>", shown, re.DOTALL)
            for shown in [unit.get(page).content.decode()]
            for number in (own.number, waits.number)
        }
        assert "tone-late" in str(rows[own.number] and rows[own.number][0])
        assert "tone-late" not in str(rows[waits.number] and rows[waits.number][0])
        assert rows[waits.number]
    # the bureau owes it
    assert tile(sign_in(city.leader), "/desk/morning/", "整改逾期") == 2


def test_the_board_asks_few_questions(
    city: City, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for _n in range(12):
        city.incident()
    for account in (city.duty_leader, city.inspector, city.operator):
        browser = sign_in(account)
        browser.get("/desk/day/")
        with django_assert_max_num_queries(35):
            assert browser.get("/desk/day/").status_code == 200
