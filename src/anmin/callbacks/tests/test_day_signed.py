"""A day is signed off once, by whom it is for, and never changed after."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import dayboard
from anmin.callbacks.models import Carried, DayClosure
from anmin.callbacks.signing import Carry, close_day
from anmin.callbacks.tests.scene import world
from anmin.callbacks.tests.test_day import TODAY, numbers
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters.models import Entry
from anmin.matters.verify import verify
from anmin.people.models import Account

pytestmark = pytest.mark.usefixtures("clock", "any_hour")


def test_a_day_is_not_signed_while_something_is_open(city: City) -> None:
    matter = city.incident()
    key = f"matter:{matter.pk}"
    before = world(), Entry.objects.count()
    good = Carry("夜班继续调取监控", account=city.duty_leader)
    for carry, field in (
        ({}, "carry"),
        ({"matter:0": good}, "carry"),
        ({key: Carry("", account=city.duty_leader)}, "reason"),
        ({key: Carry("长" * 301, account=city.duty_leader)}, "reason"),
        ({key: Carry("夜班继续")}, "owner"),
    ):
        with pytest.raises(Refusal) as refused:
            close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader, carry=carry)
        assert refused.value.field == field
    assert (world(), Entry.objects.count()) == before
    assert not DayClosure.objects.exists()

    closure = close_day(
        unit=city.jinhu, day=TODAY, by=city.duty_leader, carry={key: good}, note="交班清楚"
    )
    assert closure.counts["owed"] == 1
    row = Carried.objects.get()
    assert (row.matter, row.reason) == (matter, "夜班继续调取监控")
    assert (row.new_unit, row.new_account) == (city.jinhu, city.duty_leader)
    matter.refresh_from_db()
    assert matter.assignee == city.duty_leader
    last = matter.entries.order_by("-seq").first()
    assert last is not None
    assert (last.action, last.note, last.actor) == ("assign", "夜班继续调取监控", city.duty_leader)
    board = dayboard.day_board(viewer=city.duty_leader)
    assert board.closure == closure
    assert [one.matter for one in board.carried] == [matter]
    assert board.clear
    assert verify().sound


def test_carried_to_whoever_has_it_already_is_still_told(city: City) -> None:
    matter = city.incident()
    carry = {f"matter:{matter.pk}": Carry("等待鉴定", unit=city.jinhu)}
    close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader, carry=carry)
    last = matter.entries.order_by("-seq").first()
    assert last is not None
    assert (last.action, last.note) == ("note", "等待鉴定")


def test_the_same_reason_again_is_in_the_signed_day_and_not_once_more_in_the_history(
    city: City, clock: time_machine.Traveller
) -> None:
    matter = city.incident()
    for reason in ("等待鉴定", "等待鉴定", " 等待鉴定 ", "鉴定已出，明日答复", "等待鉴定"):
        day = timezone.localdate()
        carry = {f"matter:{matter.pk}": Carry(reason, account=city.duty_leader)}
        close_day(unit=city.jinhu, day=day, by=city.duty_leader, carry=carry)
        clock.shift(timedelta(days=1))
    assert Carried.objects.filter(matter=matter).count() == 5
    told = matter.entries.order_by("seq").values_list("action", "note")
    assert list(told)[1:] == [
        ("assign", "等待鉴定"),
        ("note", "鉴定已出，明日答复"),
        ("note", "等待鉴定"),
    ]
    assert verify().sound


def test_carried_to_another_unit_it_is_that_units_debt_tomorrow(
    city: City, clock: time_machine.Traveller
) -> None:
    matter = city.incident()
    carry = {f"matter:{matter.pk}": Carry("案发地属玉海", unit=city.yuhai)}
    close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader, carry=carry)
    clock.shift(timedelta(days=1))
    tomorrow = TODAY + timedelta(days=1)
    assert numbers(dayboard.board_of(city.yuhai, tomorrow).owed) == {matter.number}
    assert dayboard.board_of(city.jinhu, tomorrow).clear


def test_a_signed_day_cannot_be_changed(city: City) -> None:
    closure = close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader)
    city.incident()  # comes in after the signature, and is owed tomorrow
    with pytest.raises(Conflict):
        close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader)
    closure.note = "改"
    for change in (
        closure.save,
        closure.delete,
        lambda: DayClosure.objects.update(note="改"),
        lambda: DayClosure.objects.all().delete(),
    ):
        with pytest.raises(TypeError):
            change()
    assert DayClosure.objects.get().note == ""


def test_what_comes_in_after_the_signature_is_owed_on_the_next_day(
    city: City, clock: time_machine.Traveller
) -> None:
    close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader)
    clock.shift(timedelta(hours=10))
    matter = city.incident(opened_at=timezone.now())
    clock.shift(timedelta(days=1))
    assert numbers(dayboard.board_of(city.jinhu, TODAY + timedelta(days=1)).owed) == {matter.number}


@pytest.mark.parametrize("who", ["officer", "operator", "inspector", "leader", "admin"])
def test_only_a_duty_leader_signs(city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        close_day(unit=city.jinhu, day=TODAY, by=getattr(city, who))
    assert not DayClosure.objects.exists()


def test_a_duty_leader_signs_for_the_own_unit_and_those_below(city: City, chief: Account) -> None:
    for unit in (city.yuhai, city.bureau):
        with pytest.raises(NotAllowed):
            close_day(unit=unit, day=TODAY, by=city.duty_leader)
    assert close_day(unit=city.yuhai, day=TODAY, by=chief).closed_by == chief
    with pytest.raises(Refusal) as refused:
        close_day(unit=city.jinhu, day=TODAY + timedelta(days=1), by=chief)
    assert refused.value.field == "day"


def test_nobody_looks_at_another_units_day(city: City) -> None:
    for person, unit in ((city.duty_leader, city.yuhai), (city.officer, city.bureau)):
        with pytest.raises(NotAllowed):
            dayboard.day_board(viewer=person, unit=unit)
    assert dayboard.day_board(viewer=city.leader).unit == city.bureau
    assert dayboard.day_board(viewer=city.inspector, unit=city.yuhai).unit == city.yuhai
