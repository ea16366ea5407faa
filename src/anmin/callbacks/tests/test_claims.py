"""Whoever is rated keeps nobody from being called: what only their unit says is confirmed first."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import WANG, City

from anmin.callbacks import claims
from anmin.callbacks.actions import take
from anmin.callbacks.lists import open_counts
from anmin.callbacks.models import Callback, ClaimDecision
from anmin.callbacks.planning import NEWS
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned, world
from anmin.channels.actions import opt_out
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bringing
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import Account

pytestmark = pytest.mark.usefixtures("clock")

CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"category": "domestic"}, "sensitive"),
    ({"details": {"minor_involved": True}}, "minor"),
    ({"details": {"in_progress": True}}, "in_progress"),
    ({"contact": None}, "no_contact"),
]


@pytest.mark.parametrize(("changes", "code"), CLAIMS)
def test_what_only_the_unit_says_excludes_nobody_until_it_is_confirmed(
    city: City, changes: dict[str, Any], code: str
) -> None:
    callback = planned(city, **changes)
    assert (callback.status, callback.exclusion, callback.claimed) == ("claimed", "", code)
    assert callback.closed_at is None
    assert open_counts(city.inspector)["claimed"] == 1
    assert list(claims.page(city.inspector)) == [callback]
    claims.decide(callback_id=callback.pk, by=city.inspector, holds=True, reason="已查阅接警录音")
    callback.refresh_from_db()
    assert (callback.status, callback.exclusion) == ("excluded", code)
    assert callback.closed_at == timezone.now()
    decision = ClaimDecision.objects.get()
    assert (decision.by, decision.code, decision.holds) == (city.inspector, code, True)


def test_a_contact_who_wants_no_calls_is_the_units_word_too(city: City) -> None:
    opt_out(medium="sms", recipient=WANG.phone, via="call")
    named = planned(city)
    assert (named.status, named.exclusion, named.claimed) == ("claimed", "", "opted_out")
    claims.decide(callback_id=named.pk, by=city.inspector, holds=True, reason="本人确认")
    named.refresh_from_db()
    assert (named.status, named.exclusion) == ("excluded", "opted_out")
    told = planned(city, actor=Actor.system("dispatch"))
    assert (told.status, told.exclusion, told.claimed) == ("excluded", "opted_out", "")


def test_whom_the_record_names_too_is_not_the_units_word_alone(city: City) -> None:
    opt_out(medium="sms", recipient=WANG.phone, via="call")
    unit, record = Bringing(Actor.of(city.duty_leader)), Bringing(Actor.of(city.operator))
    own = by_file(city, "E1", unit).callbacks.get()
    assert (own.status, own.claimed) == ("claimed", "opted_out")
    told = by_file(city, "E2", record).callbacks.get()
    assert (told.status, told.exclusion) == ("excluded", "opted_out")


def test_what_is_not_confirmed_is_called(city: City) -> None:
    callback = planned(city, details={"minor_involved": True})
    claims.decide(callback_id=callback.pk, by=city.inspector, holds=False, reason="当事人均成年")
    callback.refresh_from_db()
    assert (callback.status, callback.exclusion, callback.closed_at) == ("calling", "", None)
    assert take(callback_id=callback.pk, operator=city.operator).operator == city.operator


def test_what_is_decided_at_night_is_called_in_the_morning(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city, details={"minor_involved": True})
    clock.move_to(TUESDAY.replace(hour=14), tick=False)  # 22:00
    claims.decide(callback_id=callback.pk, by=city.inspector, holds=False, reason="当事人均成年")
    callback.refresh_from_db()
    begins = timezone.localtime(callback.not_before)
    assert f"{begins:%d %H:%M}" == "11 08:00"


def test_one_claim_after_the_other_and_a_later_closing_keeps_the_decisions(city: City) -> None:
    callback = planned(city, category="domestic", details={"in_progress": True})
    claims.decide(callback_id=callback.pk, by=city.inspector, holds=False, reason="邻里纠纷")
    callback.refresh_from_db()
    assert (callback.status, callback.claimed) == ("claimed", "in_progress")
    claims.decide(callback_id=callback.pk, by=city.inspector, holds=True, reason="已立案")
    inspector = Actor.of(city.inspector)
    move(matter_id=callback.matter_id, code="reopen", actor=inspector, note="重新办理")
    again = {"matter_id": callback.matter_id, "code": "answer", "actor": Actor.of(city.officer)}
    move(**again, inputs={"reply": "已再次处理。"})
    drain([NEWS])
    last = Callback.objects.order_by("closing").last()
    assert last is not None
    assert (last.pk != callback.pk, last.status) == (True, "excluded")
    assert last.exclusion == "in_progress"


def test_nobody_who_is_rated_decides_nor_anybody_about_the_own_unit(city: City) -> None:
    callback = planned(city, details={"minor_involved": True})
    near = Account.objects.create_user("neidu", "x", role="inspector", unit=city.jinhu)
    before = world()
    for who in (city.duty_leader, city.officer, city.operator, city.leader, city.admin, near):
        with pytest.raises(NotAllowed):
            claims.decide(callback_id=callback.pk, by=who, holds=True, reason="x")
    with pytest.raises(Refusal, match=r"\w"):
        claims.decide(callback_id=callback.pk, by=city.inspector, holds=True, reason=" ")
    assert world() == before
    assert not ClaimDecision.objects.exists()
    claims.decide(callback_id=callback.pk, by=city.inspector, holds=True, reason="x")
    with pytest.raises(Conflict):
        claims.decide(callback_id=callback.pk, by=city.inspector, holds=False, reason="x")


def by_file(city: City, number: str, by: Bringing, **facts: Any) -> Matter:
    """One answered incident as a file tells of it."""
    details = {
        "answered_at": timezone.now().isoformat(),
        "reply": "已处理",
        **facts.pop("details", {}),
    }
    one = Observation(
        source="dispatch",
        external_id=number,
        kind="incident",
        category=facts.pop("category", "dispute"),
        area_id=city.wenhua.pk,
        unit_id=city.jinhu.pk,
        summary="",
        place="",
        longitude=None,
        latitude=None,
        opened_at=timezone.now(),
        facts_at=timezone.now(),
        details=details,
        contact=facts.pop("contact", WANG),
    )
    assert observe_many([one], by=by)[0].matter_id
    drain([NEWS])
    return Matter.objects.get(external_id=number)


@pytest.mark.parametrize(("changes", "code"), CLAIMS)
def test_a_units_file_excludes_nobody_either(
    city: City, changes: dict[str, Any], code: str
) -> None:
    unit, record = Bringing(Actor.of(city.duty_leader)), Bringing(Actor.of(city.operator))
    own = by_file(city, "E1", unit, **changes).callbacks.get()
    assert (own.status, own.exclusion, own.claimed) == ("claimed", "", code)
    told = by_file(city, "E2", record, **changes).callbacks.get()
    assert (told.status, told.exclusion, told.claimed) == ("excluded", code, "")
