"""吴敏 traces what led to a confirmed failing; 陈立, whom it concerns, and his station see nothing of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from anmin.matters import approvals, retention
from anmin.matters.actor import Actor
from anmin.matters.lapsing import lapse
from anmin.matters.models import Matter, Party
from anmin.matters.parties import PartyFacts, mark
from anmin.matters.party_actions import name_party
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.journeys import Desk
from tests.personas import City, SignIn

MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
FAILING = "接报后两小时未派人到场"


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with translation.override("zh-hans"), time_machine.travel(MONDAY, tick=False) as moving:
        yield moving


def traced(city: City, sign_in: SignIn) -> tuple[Desk, Matter]:
    desk = Desk(sign_in, city.inspector)
    matter = desk.open(
        "accountability",
        summary="出警迟缓",
        contact_name="",
        contact_phone="",
        unit=city.inspector.unit.code if city.inspector.unit else "",
        d_failing=FAILING,
        d_confirmed_by="callback",
    )
    name_party(
        matter_id=matter.pk,
        actor=Actor.of(city.inspector),
        party=PartyFacts("accused", account=city.officer),
        reason="当日值班",
    )
    matter.refresh_from_db()
    return desk, matter


def agreed(city: City, matter: Matter, code: str, **inputs: object) -> None:
    """A step that the inspectorate asks for and the head agrees to."""
    asked = approvals.ask(
        matter_id=matter.pk, code=code, actor=Actor.of(city.inspector), reason="提请", inputs=inputs
    )
    approvals.agree(request_id=asked.pk, actor=Actor.of(city.leader), reason="同意")
    matter.refresh_from_db()


def test_a_failing_is_decided_by_two_told_and_can_be_appealed(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    desk, matter = traced(city, sign_in)
    assert matter.number[:2] == "ZZ"
    desk.step(matter, "find", status=409, finding="属实", cause="staffing")  # nobody was heard
    desk.step(matter, "hear", statement="当晚只有一组警力。", heard_on="2026-03-09")
    desk.step(matter, "find", finding="警力不足，已超过最低配置。", cause="staffing")
    agreed(
        city,
        matter,
        "decide",
        consequence="arrangement",
        reasons="非个人原因。",
        prevents="周末夜班增加一组。",
    )
    assert matter.state == "decided"
    desk.step(matter, "tell", status=422, told_on="2026-03-08")
    traveller.shift(timedelta(days=3))
    desk.step(matter, "tell", told_on="2026-03-12")
    deadline = matter.deadlines.get(clock="appeal")
    assert f"{deadline.due_at.astimezone(UTC):%m-%d}" == "04-11"  # thirty days from 12 March
    traveller.shift(timedelta(days=31))
    assert lapse() == 1
    matter.refresh_from_db()
    assert matter.state == "closed"
    refresh(full=True)
    figure = show("accountability_rules_at_fault").rows[0]
    assert (figure.numerator, figure.denominator) == (1, 1)
    assert verify().sound


def test_whom_it_concerns_and_his_station_come_upon_nothing(city: City, sign_in: SignIn) -> None:
    _desk, matter = traced(city, sign_in)
    page = sign_in(city.analyst).get(f"/desk/matters/{matter.number}/").content.decode()
    assert (FAILING in page, "陈立" in page) == (False, False)
    for who in (city.officer, city.duty_leader, city.operator):
        client = sign_in(who)
        answer = client.get(f"/desk/matters/{matter.number}/")
        assert answer.status_code in (403, 404), who
        assert FAILING not in client.get("/desk/matters/?view=all").content.decode()
        found = client.get(f"/desk/search/?q={matter.number}").content.decode()
        assert f"/desk/matters/{matter.number}/" not in found


def test_what_is_left_of_a_party_is_marked_for_what_it_is_now(
    city: City, sign_in: SignIn, traveller: time_machine.Traveller
) -> None:
    """No citizen has a part any more; the mark still tells whether somebody altered the row."""
    desk, matter = traced(city, sign_in)
    desk.step(matter, "hear", statement="当晚只有一组警力。", heard_on="2026-03-09")
    agreed(city, matter, "clear", finding="不构成失职。")
    traveller.shift(timedelta(days=3 * 366 + 5))
    assert retention.anonymise_due() == 1
    row = Party.objects.get(matter=matter)
    left = (row.number, row.role, row.account_id, row.unit_id, None)
    assert bytes(row.mark) == mark(matter.number, *left)
    assert verify().sound
