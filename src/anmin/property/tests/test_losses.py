"""A reported loss is found by its serial, and by what it says of the thing; a person decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.personas import WANG

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters import actions as matters
from anmin.matters import word_index
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.property.erasing import erase_words, still_decided
from anmin.property.losses import POINTS, candidates, decide_loss
from anmin.property.models import Decision, Loss
from anmin.property.tests.scene import Rooms


def found(at: Rooms, item: Any) -> list[tuple[str, list[str]]]:
    return [(one.matter.number, one.reasons) for one in candidates(at.city.officer, item)]


def test_losses_are_ranked_with_their_reasons(at: Rooms) -> None:
    item = at.kept()
    near = at.lost()
    brand = earlier(at.lost(summary="停在楼下的雅迪不见了", place="安阳路"), days=60)
    at.lost(summary="手机被偷", place="公交车上")
    earlier(at.lost(summary="雅迪电动车被盗"), days=800)  # longer ago than is looked at
    at.lost(summary="雅迪电动车被砸", category="property_damage")
    assert found(at, item) == [
        (near.number, ["sort", "brand", "colour", "community", "near"]),
        (brand.number, ["brand", "community"]),
    ]
    first = candidates(at.city.officer, item)[0]
    assert first.score == sum(POINTS[one] for one in first.reasons)


def earlier(loss: Matter, *, days: int) -> Matter:
    """The same, as an export brings it from so many days ago."""
    Matter.objects.filter(pk=loss.pk).update(opened_at=timezone.now() - timedelta(days=days))
    return loss


def test_a_serial_in_a_note_weighs_most(at: Rooms) -> None:
    item = at.kept()
    at.lost()
    plain = at.lost(summary="车没了", place="菜场门口")
    matters.add_note(matter_id=plain.pk, actor=Actor.of(at.city.officer), text="车架号 YD20260077")
    drain([word_index.NEWS])
    ranked = candidates(at.city.officer, item)
    assert (ranked[0].matter.number, ranked[0].reasons[0]) == (plain.number, "serial")


def test_only_losses_that_one_may_see_are_looked_through(at: Rooms) -> None:
    item = at.kept()
    at.lost(area=at.city.yuhai_town)
    assert found(at, item) == []
    for who in (at.keeper, at.city.inspector, at.city.leader):
        with pytest.raises(NotAllowed):
            candidates(who, item)


def test_a_person_decides_once_and_the_other_losses_stay(at: Rooms) -> None:
    item, loss, other = at.kept(), at.lost(), at.lost(summary="蓝色电动车被盗")
    given: dict[str, Any] = {"item_id": item.pk, "number": loss.number, "by": at.city.officer}
    row = decide_loss(**given, holds=False, reason="车架号不符")
    assert decide_loss(**given, holds=False, reason="再说一次") == row
    with pytest.raises(Conflict):
        decide_loss(**given, holds=True, reason="其实是")
    ranked = candidates(at.city.officer, item)
    assert [(one.matter, one.decided) for one in ranked] == [(loss, row), (other, None)]
    assert not Message.objects.filter(template="found").exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"number": "JQ-2026-0000000-X"}, NotFound),
        ({"reason": " "}, Refusal),
        ({"reason": "x" * 1001}, Refusal),
    ],
)
def test_what_is_refused_decides_nothing(
    at: Rooms, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    item, loss = at.kept(), at.lost()
    given: dict[str, Any] = {
        "item_id": item.pk,
        "number": loss.number,
        "by": at.city.officer,
        "holds": True,
        "reason": "一致",
    }
    with pytest.raises(refusal):
        decide_loss(**{**given, **changes})
    for who in (at.keeper, at.city.other_officer, at.city.leader):
        with pytest.raises((NotAllowed, NotFound)):
            decide_loss(**{**given, "by": who})
    assert not Loss.objects.exists()


def test_the_owner_is_told_that_something_was_found_and_nothing_else(at: Rooms) -> None:
    item, loss = at.kept(), at.lost(contact=WANG)
    row = decide_loss(
        item_id=item.pk,
        number=loss.number,
        by=at.city.officer,
        holds=True,
        reason="车架号一致",
        tell=True,
    )
    assert row.told_at == row.decided_at
    message = Message.objects.get(template="found")
    text = body_of(message)
    assert loss.number in text
    for secret in ("雅迪", "YD20260077", "蓝", "王", item.number):
        assert secret not in text


def test_whom_no_message_reaches_is_not_said_to_be_told(at: Rooms) -> None:
    item = at.kept()
    loss = at.lost(contact=None)
    row = decide_loss(
        item_id=item.pk,
        number=loss.number,
        by=at.city.officer,
        holds=True,
        reason="一致",
        tell=True,
    )
    assert (row.holds, row.told_at, Message.objects.filter(template="found").count()) == (
        True,
        None,
        0,
    )


def test_reasons_go_with_the_matter_and_what_is_to_go_back_keeps_it(at: Rooms) -> None:
    item = at.kept()
    loss = at.owned(item)
    asked = at.asked(item, ground=loss.number, reason="已与王秀英核对")
    assert still_decided([loss.pk]) == {loss.pk}
    Decision.objects.filter(pk=asked.pk).update(agreed=True, used_at=timezone.now())
    assert still_decided([loss.pk]) == set()
    with atomic():
        erase_words([loss.pk])
    assert (Loss.objects.get().reason, Loss.objects.get().holds) == ("", True)
    assert Decision.objects.get(pk=asked.pk).reason == ""


def test_of_a_thing_that_is_gone_no_loss_is_decided(at: Rooms) -> None:
    item, other = at.kept(), at.lost(summary="蓝色电动车被盗")
    at.owned(item)
    at.agreed(item, ground=Loss.objects.get(item=item).matter.number)
    at.returned(item)
    with pytest.raises(Conflict):
        decide_loss(
            item_id=item.pk, number=other.number, by=at.city.officer, holds=False, reason="不是"
        )


def test_nobody_writes_to_whoever_reported_what_is_sensitive(
    at: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = at.kept()
    loss = at.lost(contact=WANG)
    assert loss.topic is not None
    sensitive = loss.topic.model_copy(update={"sensitive": True})
    monkeypatch.setattr(Matter, "topic", sensitive)
    row = decide_loss(
        item_id=item.pk,
        number=loss.number,
        by=at.city.officer,
        holds=True,
        reason="车架号一致",
        tell=True,
    )
    assert row.told_at is None
