"""吴敏 sees on her first page what waits for the inspectorate alone; others do not."""

from typing import Any

import pytest
import time_machine
from tests.personas import City, SignIn

from anmin.callbacks.actions import next_callback, record_answer
from anmin.callbacks.planning import NEWS
from anmin.callbacks.recording import Said
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned
from anmin.desk.day.views import home
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain


@pytest.fixture(autouse=True)
def clock() -> Any:
    """An hour at which people may be called."""
    with time_machine.travel(TUESDAY) as traveller:
        yield traveller


def first_page(sign_in: SignIn, account: Any) -> str:
    return str(sign_in(account).get("/desk/").content.decode())


def test_the_inspectorate_finds_whom_only_it_may_turn_to(city: City, sign_in: SignIn) -> None:
    named, unnamed = planned(city), planned(city)
    for callback in (named, unnamed):
        taken = next_callback(city.operator)
        assert taken == callback
        said = Said(satisfaction="dissatisfied", consent_contact=callback == named)
        record_answer(callback_id=callback.pk, operator=city.operator, said=said, key=str(taken.pk))
    first, second = Matter.objects.filter(kind="rectification").order_by("pk")
    page = first_page(sign_in, city.inspector)
    waiting = page.split('id="sealed"', 1)[1].split("</section>", 1)[0]
    assert second.number in waiting
    assert first.number not in waiting
    assert '<span class="count">1</span>' in waiting
    for account in (city.duty_leader, city.leader):
        assert 'id="sealed"' not in first_page(sign_in, account)

    step = {"matter_id": second.pk, "code": "contact", "note": "已电话听取意见。"}
    actions.move(actor=Actor.of(city.inspector), **step)
    assert 'id="sealed"' not in first_page(sign_in, city.inspector)


def test_the_inspectorate_finds_what_putting_right_did_not_settle(
    city: City, sign_in: SignIn
) -> None:
    callback = planned(city)
    unhappy = Said(satisfaction="dissatisfied", consent_contact=True)
    for key in ("first", "second"):
        taken = next_callback(city.operator)
        assert taken is not None
        assert taken.matter == callback.matter
        record_answer(callback_id=taken.pk, operator=city.operator, said=unhappy, key=key)
        if key == "first":
            order = Matter.objects.get(kind="rectification")
            words = {"measure": "已当面致歉。", "explanation": "已向您说明经过。"}
            for code, more in (("contact", {"note": "已联系"}), ("put_right", {"inputs": words})):
                actions.move(
                    matter_id=order.pk, code=code, actor=Actor.of(city.duty_leader), **more
                )
            drain([NEWS])
            assert 'id="unhappy"' not in first_page(sign_in, city.inspector)
    page = first_page(sign_in, city.inspector)
    assert order.number in page.split('id="unhappy"', 1)[1].split("</section>", 1)[0]
    assert 'id="unhappy"' not in first_page(sign_in, city.duty_leader)


def test_a_long_list_is_cut_and_can_be_seen_whole(
    city: City, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "NEXT", 1)
    for callback in (planned(city), planned(city)):
        next_callback(city.operator)
        said = Said(satisfaction="dissatisfied", consent_contact=False)
        record_answer(callback_id=callback.pk, operator=city.operator, said=said, key="k")
    first, second = Matter.objects.filter(kind="rectification").order_by("due_at", "pk")
    page = first_page(sign_in, city.inspector).split('id="sealed"', 1)[1].split("</section>", 1)[0]
    assert (first.number in page, second.number in page) == (True, False)
    assert 'href="?all=sealed#sealed"' in page
    whole = sign_in(city.inspector).get("/desk/?all=sealed").content.decode()
    whole = whole.split('id="sealed"', 1)[1].split("</section>", 1)[0]
    assert first.number in whole
    assert second.number in whole
    assert "?all=" not in whole
