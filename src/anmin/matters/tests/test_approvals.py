"""陈立 asks for more time; 吴敏, and nobody else, agrees or not. With a kind made for this test."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override
from tests.personas import City

from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters import actions, approvals, registry
from anmin.matters.actor import Actor
from anmin.matters.clock import Clock, Extension
from anmin.matters.fact_types import FactType, typed_facts
from anmin.matters.fact_words import in_the_words_of
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Stage, State, Text
from anmin.matters.kind import Details, Kind, fact
from anmin.matters.models import ApprovalRequest, Deadline, Entry, Matter
from anmin.matters.registry import kind_of
from anmin.matters.terms import term_list
from anmin.matters.verify import verify
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

WORKERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})


class RepairDetails(Details):
    """A lamp that is to be mended."""

    lamp: str = fact("Lamp", "", longest=40)
    tried: str = fact("What was tried", "", longest=200)
    spares: int | None = fact("Spare parts")
    done_by: str = fact("Mended by", "", longest=40)


def needs_spares(facts: MatterFacts) -> Text | None:
    return None if facts.details.get("spares") else "There are no spare parts."


REPAIR = Kind(
    code="repair",
    prefix="XL",
    label="Repair",
    details=RepairDetails,
    flow=Flow(
        "found",
        {
            "found": State(Stage.OPEN, "found"),
            "waiting": State(Stage.WAITING, "waits for parts"),
            "mended": State(Stage.DONE, "mended"),
        },
        (
            Move("wait", "found", "waiting", "wait for parts", WORKERS),
            Move("go_on", "waiting", "found", "go on", WORKERS, takes=("spares",)),
            Move(
                "longer",
                "found",
                "",
                "more time",
                WORKERS,
                needs=("tried",),
                extends="mend",
                approval=Approval(by=frozenset({Role.INSPECTOR, Role.DUTY_LEADER})),
            ),
            Move(
                "mend",
                "found",
                "mended",
                "mend",
                WORKERS,
                takes=("spares",),
                sets={"done_by": "own people"},
                guards=(needs_spares,),
            ),
        ),
    ),
    clocks=(
        Clock(
            "mend",
            "mended",
            "rectification.finish",
            frozenset({"mended"}),
            pauses=frozenset({"waiting"}),
            extension=Extension("rectification.finish"),
            promise=True,
        ),
    ),
    owner=responsible_unit,
    opened_by=WORKERS,
    asks=("lamp",),
)


@pytest.fixture
def lamp(city: City, monkeypatch: pytest.MonkeyPatch) -> Matter:
    """A lamp that 陈立 found two hours ago."""
    monkeypatch.setitem(registry._kinds, REPAIR.code, REPAIR)
    return city.incident(kind="repair", details={"lamp": "12"}, contact=None)


def asked(lamp: Matter, account: Account, **changes: Any) -> ApprovalRequest:
    given: dict[str, Any] = {
        "matter_id": lamp.pk,
        "code": "longer",
        "actor": Actor.of(account),
        "reason": "等配件",
        "inputs": {"tried": "换过灯泡"},
    }
    return approvals.ask(**{**given, **changes})


def world() -> tuple[object, ...]:
    """Everything a refused step must leave alone."""
    requests = ApprovalRequest.objects.order_by("pk").values_list("pk", "outcome", "decided_by")
    clocks = Deadline.objects.values_list("due_at", "extended")
    return Entry.objects.count(), list(requests), list(clocks)


def test_more_time_is_asked_for_and_given_by_somebody_else(city: City, lamp: Matter) -> None:
    before = Deadline.objects.get(matter=lamp)
    request = asked(lamp, city.officer)
    assert Deadline.objects.get(matter=lamp).due_at == before.due_at  # asking changes nothing
    assert [one.pk for one in approvals.waiting_for(city.inspector)] == [request.pk]
    assert not approvals.waiting_for(city.officer).exists()
    assert not approvals.waiting_for(city.other_officer).exists()

    actor = Actor.of(city.inspector)
    approvals.agree(request_id=request.pk, actor=actor, reason="配件确需订购")
    after = Deadline.objects.get(matter=lamp)
    assert after.due_at > before.due_at
    assert after.extended.startswith("rectification.finish@")
    request.refresh_from_db()
    assert (request.outcome, request.decided_by) == ("agreed", city.inspector)
    lamp.refresh_from_db()
    assert (lamp.state, lamp.details["tried"], lamp.due_at) == ("found", "换过灯泡", after.due_at)
    told = [(one.action, one.actor_label, one.note) for one in lamp.entries.order_by("seq")[1:]]
    assert told == [
        ("approval_asked", city.officer.username, "等配件"),
        ("longer", city.inspector.username, ""),  # why stands beside it, for the house
    ]
    assert lamp.entries.get(action="longer").payload["told"]["why"] == "配件确需订购"
    assert verify().sound
    with pytest.raises(Refusal) as refused:
        asked(lamp, city.officer)
    assert refused.value.code == "not_extended"
    with pytest.raises(Conflict):
        approvals.agree(request_id=request.pk, actor=actor, reason="again")


def test_the_step_cannot_be_taken_without_asking(city: City, lamp: Matter) -> None:
    for who in (city.officer, city.duty_leader):
        with pytest.raises(Refusal) as refused:
            actions.move(
                matter_id=lamp.pk, code="longer", actor=Actor.of(who), inputs={"tried": "x"}
            )
        assert refused.value.code == "approval"


def test_whoever_asked_does_not_agree_and_others_may_not(city: City, lamp: Matter) -> None:
    request = asked(lamp, city.duty_leader)
    assert approvals.waiting_for(city.inspector).get() == request
    assert not approvals.waiting_for(city.duty_leader).exists()  # who could agree, and asked
    before = world()
    for who in (city.duty_leader, city.officer, city.other_officer, city.analyst, city.operator):
        for decide in (approvals.agree, approvals.refuse):
            with pytest.raises(NotAllowed):
                decide(request_id=request.pk, actor=Actor.of(who), reason="ja")
    with pytest.raises(NotAllowed):
        approvals.withdraw(request_id=request.pk, actor=Actor.of(city.officer))
    with pytest.raises(Refusal) as refused:
        approvals.agree(request_id=request.pk, actor=Actor.of(city.inspector), reason=" ")
    assert refused.value.code == "missing"
    with pytest.raises(NotAllowed):
        asked(lamp, city.other_officer)
    with pytest.raises(Refusal) as again:
        asked(lamp, city.officer)
    assert again.value.code == "asked"
    assert world() == before


def test_what_cannot_be_done_is_not_asked_for(city: City, lamp: Matter) -> None:
    before = world()
    for inputs in ({}, {"tried": " "}, {"tried": "x", "lamp": "13"}):
        with pytest.raises(Refusal):
            asked(lamp, city.officer, inputs=inputs)
    with pytest.raises(Refusal):
        asked(lamp, city.officer, reason="")
    with pytest.raises(Refusal) as refused:
        asked(lamp, city.officer, code="mend")
    assert refused.value.code == "no_approval"
    assert world() == before


@pytest.mark.parametrize("outcome", ["refused", "withdrawn", "lapsed", "left behind"])
def test_a_request_that_comes_to_nothing_changes_nothing(
    city: City, lamp: Matter, outcome: str
) -> None:
    before = Deadline.objects.get(matter=lamp).due_at
    request = asked(lamp, city.officer, key="one")
    assert asked(lamp, city.officer, key="one") == request  # repeated, it is the same
    match outcome:
        case "refused":
            approvals.refuse(
                request_id=request.pk, actor=Actor.of(city.inspector), reason="配件有库存"
            )
        case "withdrawn":
            approvals.withdraw(request_id=request.pk, actor=Actor.of(city.officer))
        case "lapsed":
            assert approvals.lapse() == 0
            assert approvals.lapse(now=timezone.now() + timedelta(days=30)) == 1
        case "left behind":
            assert (
                approvals.waiting_count(city.inspector) == len(approvals.waiting_about(lamp)) == 1
            )
            mend(lamp, city, spares=1)
            assert (
                approvals.waiting_count(city.inspector) == len(approvals.waiting_about(lamp)) == 0
            )
            assert approvals.lapse() == 1
    request.refresh_from_db()
    assert request.outcome == ("lapsed" if outcome == "left behind" else outcome)
    assert Deadline.objects.get(matter=lamp).due_at == before
    assert not approvals.waiting_for(city.inspector).exists()
    if outcome != "left behind":
        assert asked(lamp, city.officer).pk != request.pk  # it may be asked for anew
    assert verify().sound


def mend(lamp: Matter, city: City, **inputs: Any) -> Matter:
    actor = Actor.of(city.officer)
    return actions.move(matter_id=lamp.pk, code="mend", actor=actor, inputs=inputs)


def test_guards_give_their_reason_and_a_step_sets_what_it_fixes(city: City, lamp: Matter) -> None:
    before = world()
    with pytest.raises(Refusal) as refused:
        mend(lamp, city)
    assert (refused.value.code, str(refused.value)) == ("guarded", "There are no spare parts.")
    with pytest.raises(Refusal) as unknown:
        mend(lamp, city, spares=1, tried="x")
    assert unknown.value.field == "tried"
    assert world() == before
    mended = mend(lamp, city, spares=1)
    assert (mended.details["done_by"], mended.details["spares"]) == ("own people", 1)


def test_opening_asks_what_the_kind_declares(city: City, lamp: Matter) -> None:
    with pytest.raises(Refusal) as missing:
        city.incident(kind="repair", contact=None)
    assert missing.value.field == "lamp"


def test_a_matter_whose_time_stands_still_owes_nothing(city: City, lamp: Matter) -> None:
    actor, due = Actor.of(city.officer), lamp.due_at
    waits = actions.move(matter_id=lamp.pk, code="wait", actor=actor)
    assert (waits.due_at, Deadline.objects.get(matter=lamp).paused_at is None) == (None, False)
    assert verify().sound
    later = timezone.now() + timedelta(days=3)
    back = actions.move(matter_id=lamp.pk, code="go_on", actor=actor, at=later)
    clock = Deadline.objects.get(matter=lamp)
    assert (clock.paused_at, clock.due_at) == (None, back.due_at)
    assert back.due_at is not None
    assert due is not None
    assert back.due_at > due
    assert clock.stood > 0
    assert verify().sound


def test_what_has_run_out_is_not_extended(city: City, lamp: Matter) -> None:
    Deadline.objects.filter(matter=lamp).update(due_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Refusal) as refused:
        asked(lamp, city.officer)
    assert refused.value.code == "run_out"


def test_what_is_asked_for_is_read_in_words() -> None:
    petition = kind_of("petition")
    facts = typed_facts(petition.details)
    with override("en"):
        told = in_the_words_of(facts["review_result"], "upheld")
        day = in_the_words_of(
            next(one for one in facts.values() if one.type is FactType.MOMENT),
            "2026-11-10T10:00:00+08:00",
        )
    assert told == str(term_list(facts["review_result"].terms)["upheld"].en)
    assert "T10" not in day
