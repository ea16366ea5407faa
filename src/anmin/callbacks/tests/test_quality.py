"""What is checked is drawn by chance; who asked first neither checks nor asks again."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import actions, draws, lists, quality
from anmin.callbacks.actions import Said
from anmin.callbacks.models import Answer, Callback, Draw, QualityCheck
from anmin.callbacks.scripts import checklist
from anmin.callbacks.tests.scene import planned, rules
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.models import Matter
from anmin.people.models import AccessLog, Account

pytestmark = pytest.mark.usefixtures("clock")
RECALL, CHECK = Draw.Purpose.RECALL, Draw.Purpose.CHECK


def answered(city: City, clock: time_machine.Traveller, count: int = 1) -> list[Callback]:
    """Callbacks that 林晓 got answers to yesterday, all of them drawn for both checks."""
    with rules(recall_share=Decimal(1), check_share=Decimal(1)):
        for purpose in (RECALL, CHECK):
            draws.open_draw(purpose, timezone.localdate())
    done = []
    for n in range(count):
        planned(city)
        callback = actions.next_callback(city.operator)
        assert callback is not None
        actions.record_answer(
            callback_id=callback.pk,
            operator=city.operator,
            said=Said(satisfaction="satisfied", solved="yes"),
            key=f"k{n}",
        )
        done.append(callback)
    clock.shift(timedelta(days=1))
    draws.draw_before(timezone.localdate())
    return done


def test_five_in_a_hundred_are_asked_again(city: City, clock: time_machine.Traveller) -> None:
    draw = draws.open_draw(RECALL, timezone.localdate())
    for n in range(21):
        planned(city)
        callback = actions.next_callback(city.operator)
        assert callback is not None
        actions.record_answer(
            callback_id=callback.pk,
            operator=city.operator,
            said=Said(satisfaction="satisfied"),
            key=f"k{n}",
        )
    clock.shift(timedelta(days=1))
    draws.draw_before(timezone.localdate())
    draw.refresh_from_db()
    assert (draw.frame_count, draw.selected) == (21, 2)
    assert QualityCheck.objects.count() == 2


def test_another_operator_asks_again_blind(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    (callback,) = answered(city, clock)
    before = Callback.objects.values().get()
    assert quality.take_check(account=city.operator, purpose=RECALL) is None
    check = quality.take_check(account=other_operator, purpose=RECALL)
    assert check is not None
    assert quality.take_check(account=other_operator, purpose=RECALL) == check
    assert quality.take_check(account=city.inspector, purpose=RECALL) is None
    view = quality.recall_view(check=check, operator=other_operator)
    assert (view.number, view.earlier) == (callback.matter.number, ())
    assert "satisfied" not in [question.code for question in view.questions]
    facts = quality.reveal_recall_phone(check=check, operator=other_operator)
    assert facts.phone == "+8613857712345"
    assert AccessLog.objects.get().account == other_operator
    with pytest.raises(Conflict):
        quality.reveal_recall_phone(check=check, operator=city.inspector)
    for _twice in range(2):
        check = quality.record_recall(
            check_id=check.pk,
            operator=other_operator,
            said=Said(satisfaction="dissatisfied", solved="yes"),
            key="again",
        )
    assert check.score == 0.5
    assert check.items == {"reached": True, "satisfaction": False, "solved": True}
    rows = list(Answer.objects.order_by("seq").values_list("seq", "via", "satisfaction"))
    assert rows == [(1, "call", "satisfied"), (2, "recall", "dissatisfied")]
    # the first answer counts, nothing is ordered, the callback stays as it was
    assert Callback.objects.values().get() == before
    assert not Matter.objects.filter(kind="rectification").exists()
    found = quality.agreement(QualityCheck.objects.filter(draw__purpose=RECALL))
    assert found == quality.Agreement(recalls=1, same_satisfaction=0, same_solved=1)


def test_nobody_is_asked_again_at_night(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    answered(city, clock)
    clock.shift(timedelta(hours=11))
    assert quality.take_check(account=other_operator, purpose=RECALL) is None


def test_a_call_is_checked_against_the_script(city: City, clock: time_machine.Traveller) -> None:
    answered(city, clock)
    with pytest.raises(NotAllowed):
        quality.take_check(account=city.operator, purpose=CHECK)
    check = quality.take_check(account=city.inspector, purpose=CHECK)
    assert check is not None
    items: dict[str, bool | None] = {item.code: True for item in checklist().item}
    items |= {"advice": None, "consent": None, "neutral": False}
    with pytest.raises(Refusal) as refused:
        quality.record_check(check_id=check.pk, checker=city.inspector, items={"neutral": True})
    assert refused.value.field == "advice"
    check.refresh_from_db()
    assert check.at is None
    check = quality.record_check(check_id=check.pk, checker=city.inspector, items=items)
    # 11 of the 15 points apply, 3 of them are lost
    assert check.score == pytest.approx(8 / 11)
    with pytest.raises(Conflict):
        quality.record_check(check_id=check.pk, checker=city.inspector, items=items)


def test_what_cannot_be_checked_is_counted_as_such(
    city: City, clock: time_machine.Traveller
) -> None:
    answered(city, clock)
    check = quality.take_check(account=city.inspector, purpose=CHECK)
    assert check is not None
    with pytest.raises(Refusal) as refused:
        quality.record_check(
            check_id=check.pk, checker=city.inspector, items={}, unchecked="too lazy"
        )
    assert refused.value.field == "unchecked"
    assert lists.not_to_be_checked(city.inspector) == 0
    check = quality.record_check(
        check_id=check.pk, checker=city.inspector, items={}, unchecked="no_recording"
    )
    assert (check.score, check.items["unchecked"]) == (None, "no_recording")
    assert lists.not_to_be_checked(city.inspector) == 1
    clock.shift(timedelta(days=91))
    assert lists.not_to_be_checked(city.inspector) == 0
    assert lists.not_to_be_checked(city.inspector, days=92) == 1
    clock.shift(timedelta(days=-91))
    assert [line.failed for line in lists.checked(city.inspector)] == [[]]


def test_only_recent_calls_are_checked(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    answered(city, clock)
    clock.shift(timedelta(days=14))  # with the day of the draw, fifteen
    assert quality.take_check(account=city.inspector, purpose=CHECK) is None
    assert quality.take_check(account=other_operator, purpose=RECALL) is None
    clock.shift(timedelta(days=-1))
    assert quality.take_check(account=city.inspector, purpose=CHECK) is not None


def test_a_recording_is_found_by_its_reference_and_hearing_it_is_logged(
    city: City, clock: time_machine.Traveller, settings: Any, tmp_path: Path
) -> None:
    (callback,) = answered(city, clock)
    number = callback.matter.number
    check = quality.take_check(account=city.inspector, purpose=CHECK)
    assert check is not None
    assert quality.recording(check=check, checker=city.inspector) is None
    settings.RECORDINGS = str(tmp_path)
    (tmp_path / "elsewhere.wav").write_bytes(b"x")
    for name in (f"{number}_20261109.wav", f"{number}_20261110.wav", f"{number}_20261110.txt"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / f"{number}9_20261110.wav").write_bytes(b"another's")
    (tmp_path / f"{number}_20261110x.wav").symlink_to("/etc/hostname")
    found = quality.recording(check=check, checker=city.inspector)
    assert found is not None
    assert found.file == tmp_path / f"{number}_20261110.wav"
    before = AccessLog.objects.count()
    for stranger in (city.operator, city.duty_leader):
        with pytest.raises(NotAllowed):
            quality.hear(checker=stranger)
    assert AccessLog.objects.count() == before
    assert quality.hear(checker=city.inspector) == found.file
    assert AccessLog.objects.latest("number").action == "hear_recording"

    settings.RECORDINGS = "https://calls.example/play?ref={reference}&by={badge}&on={day}"
    found = quality.recording(check=check, checker=city.inspector)
    assert found is not None
    who = city.operator.service_number
    assert found.address == f"https://calls.example/play?ref={number}&by={who}&on=2026-11-10"
    with pytest.raises(NotFound):
        quality.hear(checker=city.inspector)


def test_two_checkers_never_take_the_same(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    answered(city, clock, count=2)
    third = Account.objects.create_user("third", "x", role="operator", unit=city.command)
    one = quality.take_check(account=other_operator, purpose=RECALL)
    two = quality.take_check(account=third, purpose=RECALL)
    assert one is not None
    assert two is not None
    assert one.pk != two.pk
    with pytest.raises(Conflict):
        quality.record_recall(check_id=one.pk, operator=third, said=None, key="k")
    done = quality.record_recall(check_id=two.pk, operator=third, said=None, key="k")
    assert (done.items, done.score, done.answer) == ({"reached": False}, None, None)


def test_a_check_in_hand_is_none_of_who_comes_to_the_unit_it_is_about(
    city: City, clock: time_machine.Traveller, other_operator: Account
) -> None:
    """The conflict of interest is asked on every step, not when it is taken alone."""
    answered(city, clock)
    recall = quality.take_check(account=other_operator, purpose=RECALL)
    check = quality.take_check(account=city.inspector, purpose=CHECK)
    assert recall is not None
    assert check is not None
    for who in (other_operator, city.inspector):
        who.unit = city.jinhu
        who.save()
    before = (
        list(QualityCheck.objects.values()),
        Answer.objects.count(),
        AccessLog.objects.count(),
    )
    said = Said(satisfaction="satisfied")
    items: dict[str, bool | None] = {item.code: True for item in checklist().item}
    for step in (
        lambda: quality.recall_view(check=recall, operator=other_operator),
        lambda: quality.reveal_recall_phone(check=recall, operator=other_operator),
        lambda: quality.record_recall(
            check_id=recall.pk, operator=other_operator, said=said, key="k"
        ),
        lambda: quality.recording(check=check, checker=city.inspector),
        lambda: quality.record_check(check_id=check.pk, checker=city.inspector, items=items),
    ):
        with pytest.raises(NotAllowed):
            step()
    with pytest.raises(NotFound):
        quality.hear(checker=city.inspector)
    assert quality.take_check(account=other_operator, purpose=RECALL) is None
    assert (
        list(QualityCheck.objects.values()),
        Answer.objects.count(),
        AccessLog.objects.count(),
    ) == before
