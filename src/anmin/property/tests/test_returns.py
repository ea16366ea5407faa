"""What goes back goes to its owner: title clear, photographed, valued, agreed to, never to one of us."""

from datetime import date, timedelta
from typing import Any

import pytest

from anmin.files.models import File
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions as matters
from anmin.matters import approvals
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.people.models import AccessLog
from anmin.property import actions, events, owner_secrets
from anmin.property.actions import Receiver
from anmin.property.decisions import decide
from anmin.property.models import Handover, OwnerSecret, ReturnEvent
from anmin.property.tasks import forget_receivers
from anmin.property.tests.scene import Rooms
from anmin.property.titles import title_of
from anmin.registers.queries import holder_of, odd_items


def test_a_thing_goes_back_to_whom_it_was_stolen_from(at: Rooms) -> None:
    item = at.kept()
    loss = at.owned(item)
    decision = at.agreed(item, ground=loss.number)
    row = at.returned(item)
    item.refresh_from_db()
    assert (item.state, holder_of(item), item.ended_at) == ("returned", None, row.at)
    assert (row.sort, row.value, row.relation) == ("e_bike", 2600, "owner")
    decision.refresh_from_db()
    assert decision.used_at is not None
    assert b"\xe7\x8e\x8b" not in bytes(row.receiver)
    assert actions.receiver_of(item_id=item.pk, by=at.city.duty_leader) == "王秀英"
    with pytest.raises(NotAllowed):  # the head sees the item, and no contact of a citizen
        actions.receiver_of(item_id=item.pk, by=at.city.leader)
    entry = AccessLog.objects.order_by("number").last()
    assert entry is not None
    assert (entry.action, entry.subject) == ("print_return", item.number)
    assert list(odd_items()) == []


@pytest.mark.parametrize("missing", ["photo", "value", "title", "store"])
def test_what_is_not_photographed_valued_owned_and_in_store_is_not_asked_for(
    at: Rooms, missing: str
) -> None:
    facts = {"value": None, "value_source": ""} if missing == "value" else {}
    item = at.entered(facts=facts) if missing == "store" else at.kept(facts=facts)
    number = at.lost().number if missing == "title" else at.owned(item).number
    if missing == "photo":
        File.objects.all().delete()
    with pytest.raises(Refusal):
        at.asked(item, ground=number)
    assert item.decisions.count() == 0


def test_return_is_the_county_heads_word_alone(at: Rooms) -> None:
    item = at.kept()
    asked = at.asked(item, ground=at.owned(item).number)
    for who in (at.city.duty_leader, at.city.officer, at.keeper, at.city.inspector, at.partner):
        with pytest.raises(NotAllowed):
            decide(decision_id=asked.pk, by=who, agree=True, answer="")
    with pytest.raises(Conflict):
        at.returned(item)
    asked.refresh_from_db()
    assert (asked.agreed, Handover.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    "receiver",
    [
        Receiver("陈立", "owner"),  # seized it and asked for the return
        Receiver(" 周洁 ", "owner"),  # keeps it
        Receiver("郑局", "entrusted"),  # decided on it
        Receiver("陈 立", "owner"),
        Receiver("陈\u200b立", "owner"),
        Receiver("", "owner"),
        Receiver("王秀英", "colleague"),
        Receiver("王" * 81, "owner"),
    ],
)
def test_nobody_of_the_police_collects_it(at: Rooms, receiver: Receiver) -> None:
    item = at.kept()
    at.agreed(item, ground=at.owned(item).number)
    with pytest.raises(Refusal):
        at.returned(item, receiver=receiver)
    item.refresh_from_db()
    assert (item.state, Handover.objects.count()) == ("kept", 0)


def test_the_keeper_hands_it_over_and_nobody_else(at: Rooms) -> None:
    item = at.kept()
    at.agreed(item, ground=at.owned(item).number)
    for who in (at.city.officer, at.city.leader, at.partner, at.city.duty_leader):
        with pytest.raises(NotAllowed):
            at.returned(item, by=who)
    first = at.returned(item)
    assert at.returned(item) == first
    with pytest.raises(Conflict):
        at.returned(item, by=at.city.officer)
    assert Handover.objects.count() == 1


def test_while_somebody_else_claims_it_it_stays(at: Rooms) -> None:
    item = at.kept()
    loss = at.owned(item)
    at.agreed(item, ground=loss.number)
    claim = at.claim(item)
    assert not title_of(item).clear
    with pytest.raises(Conflict):
        at.returned(item)
    officer = Actor.of(at.city.officer)
    claim = matters.move(matter_id=claim.pk, code="take_up", actor=officer)
    matters.move(
        matter_id=claim.pk,
        code="withdraw",
        actor=Actor.of(at.city.inspector),
        note="认领人来电撤回",
    )
    assert title_of(item).clear
    assert at.returned(item).value == 2600


def test_nobody_agrees_to_a_return_once_somebody_else_claims_it(at: Rooms) -> None:
    item = at.kept()
    asked = at.asked(item, ground=at.owned(item).number)
    at.claim(item)
    with pytest.raises(Conflict):
        decide(decision_id=asked.pk, by=at.city.leader, agree=True, answer="")


def test_a_claim_that_two_people_granted_shows_the_owner(at: Rooms) -> None:
    item = at.kept()
    claim = at.claim(item)
    with pytest.raises(Conflict):
        at.asked(item, ground=claim.number)
    claim = granted(at, claim)
    assert claim.state == "granted"
    at.agreed(item, ground=claim.number)
    assert at.returned(item).decision.ground == claim


def granted(at: Rooms, claim: Matter) -> Matter:
    """Taken up, checked and granted, with the head's word."""
    officer = Actor.of(at.city.officer)
    claim = matters.move(matter_id=claim.pk, code="take_up", actor=officer)
    words = {"finding": "贴纸、划痕一致", "reply": "请带身份证件领取。"}
    request = approvals.ask(
        matter_id=claim.pk, code="grant", actor=officer, inputs=words, reason="特征一致"
    )
    head = Actor.of(at.city.duty_leader)
    return approvals.agree(request_id=request.pk, actor=head, reason="同意")


def test_two_owners_are_none(at: Rooms) -> None:
    item = at.kept()
    loss = at.owned(item)
    at.owned(item, at.lost(summary="雅迪电动车被偷"))
    assert title_of(item).disputed
    with pytest.raises(Conflict):
        at.asked(item, ground=loss.number)


def test_what_only_the_owner_knows_is_sealed_and_opened_on_record(at: Rooms) -> None:
    item = at.kept()
    said = {"question": "车座下有什么？", "answer": "蓝色贴纸"}
    first = owner_secrets.add_secret(item_id=item.pk, by=at.city.officer, **said)
    assert owner_secrets.add_secret(item_id=item.pk, by=at.city.officer, **said) == first
    assert "贴纸".encode() not in bytes(first.sealed)
    for who in (at.keeper, at.city.other_officer, at.city.inspector):
        with pytest.raises((NotAllowed, NotFound)):
            owner_secrets.open_secrets(item_id=item.pk, by=who, reason="看看")
        with pytest.raises((NotAllowed, NotFound)):
            owner_secrets.add_secret(item_id=item.pk, by=who, **said)
    with pytest.raises(Refusal):
        owner_secrets.open_secrets(item_id=item.pk, by=at.city.officer, reason=" ")
    found = owner_secrets.open_secrets(item_id=item.pk, by=at.city.leader, reason="核对认领")
    assert [tuple(one) for one in found] == [("车座下有什么？", "蓝色贴纸")]
    entry = AccessLog.objects.order_by("number").last()
    assert entry is not None
    assert (entry.action, entry.reason) == ("open_secrets", "核对认领")


def test_what_only_the_owner_knows_goes_with_the_item(at: Rooms) -> None:
    item = at.kept()
    owner_secrets.add_secret(
        item_id=item.pk, by=at.city.officer, question="几把钥匙？", answer="两把"
    )
    at.agreed(item, ground=at.owned(item).number)
    at.returned(item)
    assert [bytes(one.sealed) for one in OwnerSecret.objects.all()] == [b""]


def test_a_receivers_name_goes_after_its_time(at: Rooms) -> None:
    item = at.kept()
    at.agreed(item, ground=at.owned(item).number)
    row = at.returned(item)
    assert actions.forget_receivers(row.at + timedelta(days=3652)) == 0
    assert actions.forget_receivers(row.at + timedelta(days=3654)) == 1
    assert forget_receivers() == 0
    assert actions.receiver_of(item_id=item.pk, by=at.keeper) == ""


def test_a_return_event_counts_what_went_back_by_class(at: Rooms) -> None:
    event = event_of(at)
    for sort, value in (("car", 90000), ("e_bike", 2600), ("e_bike", 1800), ("cash", 51200)):
        item = at.kept(facts={"sort": sort, "title": sort, "value": value, "serials": []})
        at.agreed(item, ground=at.owned(item, at.lost()).number)
        at.returned(item, event=event)
    found = events.totals(event)
    assert [(one.sort.code, one.number, one.value) for one in found] == [
        ("cash", 1, 51200),
        ("car", 1, 90000),
        ("e_bike", 2, 4400),
    ]
    assert events.overall(found) == (4, 145600)
    assert len(events.handovers_of(event)) == 4
    assert events.event_of(at.city.leader, "2026-11-16") == event


def event_of(at: Rooms, **changes: Any) -> ReturnEvent:
    given: dict[str, Any] = {
        "code": "2026-11-16",
        "title_zh": "赃物大返还",
        "title_en": "Stolen goods go back",
        "day": date(2026, 11, 16),
        "place": "玉海广场",
        "unit": at.city.jinhu,
        "by": at.city.officer,
    }
    return events.open_event(**{**given, **changes})


def test_an_event_is_opened_once_by_its_unit(at: Rooms) -> None:
    event = event_of(at)
    assert event_of(at) == event
    for changes in (
        {"by": at.city.duty_leader},
        {"by": at.keeper, "code": "other"},
        {"unit": at.city.yuhai, "code": "other"},
        {"place": " ", "code": "other"},
    ):
        with pytest.raises(Refusal):
            event_of(at, **changes)
    assert ReturnEvent.objects.count() == 1
    with pytest.raises(NotAllowed):
        events.events(at.city.analyst)
    with pytest.raises(NotFound):
        events.event_of(at.city.officer, "never")
