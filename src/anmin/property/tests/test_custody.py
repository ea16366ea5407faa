"""Whoever works on a case keeps nothing of it; the keeper has it in time, or it shows that it is late."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.property import actions, clocks, policy
from anmin.property.decisions import decide
from anmin.property.models import Decision
from anmin.property.tests.scene import Rooms, key
from anmin.registers.holders import person, store
from anmin.registers.models import Item, Step
from anmin.registers.queries import holder_of, odd_items
from anmin.registers.stores import end_keeper, name_keeper


def test_what_was_seized_goes_to_the_keeper_within_the_day_and_night(at: Rooms) -> None:
    item = at.entered()
    assert (item.number[:3], item.state, holder_of(item)) == ("CW-", "seized", person("chenli"))
    assert item.details["valued_on"] == timezone.localdate(item.entered_at).isoformat()
    custody = clocks.custody(item)
    assert custody.due - item.entered_at == timedelta(hours=24)
    assert not custody.late()
    assert custody.late(item.entered_at + timedelta(hours=24, seconds=1))
    item = at.step(item, "keep", store="JH-1")
    assert (item.state, holder_of(item)) == ("kept", store("JH-1"))
    custody = clocks.custody(item)
    assert custody.met_at is not None
    assert not custody.late(item.entered_at + timedelta(days=9))


def test_what_came_late_stays_late(at: Rooms) -> None:
    item = at.entered(seized_at=timezone.now() - timedelta(hours=30))
    assert clocks.custody(item).late()
    assert item.details["keep_by"] < clocks.late_before(timezone.now())
    assert clocks.custody(at.step(item, "keep", store="JH-1")).late()


def test_what_was_seized_before_the_rule_goes_by_todays(at: Rooms) -> None:
    item = at.entered(seized_at=timezone.now() - timedelta(days=365 * 12))
    assert clocks.custody(item).due - item.entered_at == timedelta(hours=24)


@pytest.mark.parametrize("who", ["officer", "duty_leader", "other_officer", "inspector", "leader"])
def test_nobody_but_a_keeper_takes_it_in(at: Rooms, who: str) -> None:
    item = at.entered()
    with pytest.raises((NotAllowed, NotFound)):
        at.step(item, "keep", getattr(at.city, who), store="JH-1")
    assert (Step.objects.count(), holder_of(item)) == (1, person("chenli"))


def test_a_keeper_whose_time_is_over_keeps_nothing(at: Rooms) -> None:
    item = at.entered()
    end_keeper(code="JH-1", account=at.keeper, by=at.city.duty_leader)
    with pytest.raises(NotAllowed):
        at.step(item, "keep", store="JH-1")


def test_a_keeper_who_worked_on_the_case_keeps_nothing_of_it(at: Rooms) -> None:
    item = at.entered()
    Account.objects.filter(pk=at.city.officer.pk).update(role=Role.CLERK)
    clerk = Account.objects.get(pk=at.city.officer.pk)
    name_keeper(code="JH-1", account=clerk, by=at.city.duty_leader)
    with pytest.raises(NotAllowed):
        at.step(item, "keep", clerk, store="JH-1")


def test_who_enters_is_of_the_unit_and_so_is_who_seized(at: Rooms) -> None:
    for changes in (
        {"by": at.keeper},
        {"by": at.city.other_officer},
        {"investigator": at.city.other_officer},
        {"investigator": at.keeper},
        {"facts": {"value_source": ""}},
        {"facts": {"sort": ""}},
        {"facts": {"kept_at": "2026-01-01T00:00:00Z"}},
        {"seized_at": timezone.now() + timedelta(hours=1)},
    ):
        with pytest.raises(Refusal):
            at.entered(**changes)
    assert not Item.objects.exists()


def test_it_is_seen_by_its_unit_those_who_keep_it_and_those_above(at: Rooms) -> None:
    item = at.entered()
    seen = {
        name
        for name in ("officer", "other_officer", "duty_leader", "inspector", "leader", "analyst")
        if policy.visible(getattr(at.city, name)).exists()
    }
    assert seen == {"officer", "duty_leader", "inspector", "leader"}
    assert policy.find(at.keeper, item.number) == item
    with pytest.raises(NotFound):
        policy.find(at.city.other_officer, item.number)


def test_it_goes_out_with_a_second_persons_word_and_comes_back(at: Rooms) -> None:
    item = at.kept()
    with pytest.raises(Conflict):
        at.step(item, "take_out", note="鉴定")
    asked = at.asked(item, "take_out", by=at.partner, reason="送检")
    for who in (at.partner, at.city.officer, at.keeper, at.city.other_officer):
        with pytest.raises(Refusal):
            decide(decision_id=asked.pk, by=who, agree=True, answer="")
    decide(decision_id=asked.pk, by=at.city.duty_leader, agree=True, answer="")
    item = at.step(item, "take_out", note="送检")
    assert (item.state, holder_of(item)) == ("out", person("liqiang"))
    with pytest.raises(NotAllowed):
        at.step(item, "bring_back", at.partner, store="JH-1")
    item = at.step(item, "bring_back", store="JH-1")
    assert (item.state, holder_of(item)) == ("kept", store("JH-1"))
    with pytest.raises(Conflict):
        at.step(item, "take_out", note="再送检")
    assert list(odd_items()) == []


def test_a_request_is_refused_with_the_reason_and_asked_again(at: Rooms) -> None:
    item = at.kept()
    asked = at.asked(item, "destroy", reason="违禁品")
    with pytest.raises(Conflict):
        at.asked(item, "take_out")
    with pytest.raises(Refusal):
        decide(decision_id=asked.pk, by=at.city.leader, agree=False, answer=" ")
    decide(decision_id=asked.pk, by=at.city.leader, agree=False, answer="先鉴定")
    with pytest.raises(Conflict):
        decide(decision_id=asked.pk, by=at.city.leader, agree=True, answer="")
    with pytest.raises(Conflict):
        at.step(item, "destroy")
    assert at.agreed(item, "destroy", reason="已鉴定").agreed
    assert at.step(item, "destroy").state == "destroyed"
    assert Decision.objects.filter(used_at=None, agreed=True).count() == 0


def test_an_administrative_item_waits_half_a_year_and_three_months_more(at: Rooms) -> None:
    with time_machine.travel("2026-01-10T02:00:00Z", tick=False):
        item = at.kept()
        with pytest.raises(Conflict):
            at.asked(item, "treasury")
        item = at.step(
            item,
            "announce",
            at.city.officer,
            facts={"noticed_on": date(2026, 1, 10), "notice": "本局网站公告"},
        )
        assert clocks.unclaimed_from(item) == date(2026, 7, 10)
        with pytest.raises(Conflict):
            at.step(
                item,
                "announce",
                at.city.officer,
                facts={"noticed_on": date(2026, 1, 10), "notice": "再公告"},
            )
    with time_machine.travel("2026-07-10T10:00:00Z", tick=False):
        assert not clocks.over(item)
        with pytest.raises(Conflict):
            at.asked(item, "treasury")
        at.agreed(item, "extend", reason="失主在外地")
        item = at.step(item, "extend", at.city.officer)
        assert clocks.unclaimed_from(item) == date(2026, 10, 10)
        with pytest.raises(Conflict):
            at.asked(item, "extend")
    with time_machine.travel("2026-10-12T02:00:00Z", tick=False):
        assert clocks.over(item)
        at.agreed(item, "treasury", reason="期满无人认领")
        item = at.step(item, "treasury")
        assert (item.state, holder_of(item)) == ("treasury", None)


def test_what_has_nothing_to_do_with_a_criminal_case_is_released_and_announced(at: Rooms) -> None:
    """刑事案件程序规定 233: three days, and six months for an owner whom nobody knows; never three more."""
    with time_machine.travel("2026-03-04T02:00:00Z", tick=False):
        item = at.kept(facts={"procedure": "criminal"})
        told = {"noticed_on": date(2026, 3, 4), "notice": "电话通知"}
        item = at.step(item, "announce", at.city.officer, facts=told)
        found = {"unrelated_on": date(2026, 3, 4), "unrelated_why": "与本案无关，持有人合法所有"}
        for facts in (
            {**found, "unrelated_on": date(2026, 3, 5)},
            {**found, "unrelated_on": date(2026, 3, 1)},
            {"unrelated_on": date(2026, 3, 4)},
            {**found, "release_by": date(2027, 1, 1)} | {"extended": True},
        ):
            with pytest.raises(Refusal):
                at.step(item, "unrelated", at.city.officer, facts=facts)
        item = at.step(item, "unrelated", at.city.officer, facts=found)
        # Wednesday 4 March and three days: Saturday 7 March, so Monday 9 March.
        assert item.details["release_by"] == "2026-03-09"
        with pytest.raises(Conflict):
            at.step(item, "unrelated", at.city.officer, facts=found)
        item = at.step(item, "announce", at.city.officer, facts={**told, "notice": "公告认领"})
        assert clocks.unclaimed_from(item) == date(2026, 9, 4)
        for sort in ("treasury", "extend"):
            with pytest.raises(Conflict):
                at.asked(item, sort)
    with time_machine.travel("2026-09-07T02:00:00Z", tick=False):
        assert clocks.over(item)
        with pytest.raises(Conflict):
            at.asked(item, "extend")
        at.agreed(item, "treasury", reason="公告期满无人认领")
        assert at.step(item, "treasury").state == "treasury"


def test_the_time_to_the_keeper_begins_later_where_the_law_says_so(at: Rooms) -> None:
    """行政案件程序规定 190: taken far off, from coming back; after a pressing examination, from its end."""
    back = timezone.now() - timedelta(hours=3)
    seized = timezone.now() - timedelta(hours=40)
    later = {"custody_ground": "far", "custody_from": back}
    item = at.entered(seized_at=seized, facts=later, note="外省取回，张所长同意")
    assert clocks.custody(item).due - back == timedelta(hours=24)
    assert not clocks.custody(item).late()
    assert not clocks.custody(at.step(item, "keep", store="JH-1")).late()
    for facts, note in (
        (later, ""),
        ({"custody_ground": "far"}, "同意"),
        ({"custody_from": back}, "同意"),
        ({**later, "custody_from": seized - timedelta(hours=1)}, "同意"),
        ({**later, "custody_from": timezone.now() + timedelta(hours=1)}, "同意"),
        ({**later, "custody_ground": "busy"}, "同意"),
    ):
        with pytest.raises(Refusal):
            at.entered(seized_at=seized, facts=facts, note=note)
    assert Item.objects.count() == 1


def test_an_item_of_a_criminal_case_goes_with_the_case(at: Rooms) -> None:
    item = at.kept(facts={"procedure": "criminal"})
    item = at.step(
        item,
        "announce",
        at.city.officer,
        facts={"noticed_on": timezone.localdate(), "notice": "电话通知"},
    )
    assert clocks.unclaimed_from(item) is None
    for sort in ("treasury", "extend"):
        with pytest.raises(Conflict):
            at.asked(item, sort)
    at.agreed(item, "with_case", reason="移送审查起诉")
    assert at.step(item, "with_case").state == "with_case"


@pytest.mark.parametrize(
    "given",
    [
        {"code": "announce", "facts": {"noticed_on": "2999-01-01", "notice": "x"}},
        {"code": "announce", "facts": {"noticed_on": "2001-01-01", "notice": "x"}},
        {"code": "announce", "facts": {"notice": "x"}},
        {"code": "value", "facts": {"value": 10, "value_source": "market"}},
        {"code": "describe", "facts": {"brand": "绿源"}},
        {"code": "describe", "facts": {"procedure": "criminal"}, "note": "x"},
        {"code": "keep", "store": ""},
        {"code": "keep", "store": "NONE"},
        {"code": "return"},
        {"code": "extend"},
    ],
)
def test_what_is_missing_or_wrong_changes_nothing(at: Rooms, given: dict[str, Any]) -> None:
    item = at.entered()
    by = at.keeper if given["code"] == "keep" else at.city.officer
    with pytest.raises(Refusal):
        at.step(item, given.pop("code"), by, **given)
    item.refresh_from_db()
    assert (item.version, Step.objects.count()) == (1, 1)


def test_it_is_described_and_valued_anew_with_the_old_beside_it(at: Rooms) -> None:
    item = at.kept()
    item = at.step(
        item, "describe", at.city.officer, facts={"brand": "爱玛"}, note="清洗后看清品牌"
    )
    value = {"value": 2100, "value_source": "certified", "valued_on": timezone.localdate()}
    item = at.step(item, "value", at.city.officer, facts=value)
    assert (item.details["brand"], item.details["value"]) == ("爱玛", 2100)
    told = [one.facts for one in Step.objects.filter(item=item).order_by("seq")]
    assert (told[0]["brand"], told[2], told[3]["value"]) == ("雅迪", {"brand": "爱玛"}, 2100)
    assert list(odd_items()) == []


def test_entering_twice_with_one_key_is_entering_once(at: Rooms) -> None:
    found = actions.Found(
        {"sort": "cash", "title": "现金", "procedure": "criminal"},
        at.city.jinhu,
        at.city.officer,
        timezone.now(),
    )
    same = key()
    first = actions.enter(found, by=at.city.officer, key=same)
    assert actions.enter(found, by=at.city.officer, key=same) == first
    assert Item.objects.count() == 1
