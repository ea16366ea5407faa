"""周卫国 clears the day: nothing open without a reason and a new owner, and never changed after."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from django.utils import timezone, translation
from tests.personas import City

from anmin.callbacks import dayboard, draws, serving, signing, tasks
from anmin.callbacks.models import Callback, Carried, DayClosure, DayLeftOpen, Draw
from anmin.callbacks.remarks import about_matters
from anmin.callbacks.signing import Carry, close_day
from anmin.callbacks.tests.scene import planned
from anmin.channels.delivery import deliver_due
from anmin.channels.queries import inbox
from anmin.kernel.errors import Refusal
from anmin.matters.actions import assign, move
from anmin.matters.actor import Actor
from anmin.matters.models import Deadline, Matter
from anmin.matters.registry import all_kinds, kind_of
from anmin.people.actions import roster_duty
from anmin.people.models import Account
from anmin.people.roles import Role

pytestmark = pytest.mark.usefixtures("clock", "any_hour")
TODAY = date(2026, 11, 10)


def numbers(items: Any) -> set[str]:
    return {item.number for item in items}


def test_the_board_shows_what_is_owed(city: City) -> None:
    """Owed is what falls due by the end of the day, whenever it came in."""
    theft = city.incident()  # the same day
    answered = city.answered()
    fresh = city.incident(category="noise")  # 24 hours: due tomorrow at 10:00
    noise = city.incident(category="noise", opened_at=timezone.now() - timedelta(hours=23))
    old = city.incident(category="noise", opened_at=timezone.now() - timedelta(days=3))
    elsewhere = city.incident(
        area=city.yuhai_town, actor=Actor.of(city.other_officer), category="noise"
    )
    board = dayboard.day_board(viewer=city.duty_leader)
    assert (board.unit, board.date) == (city.jinhu, TODAY)
    assert numbers(board.came_in) == {theft.number, answered.number, fresh.number}
    # what came in yesterday and is due today, and what is long overdue, is owed too
    assert numbers(board.unanswered) == {theft.number, noise.number, old.number}
    assert board.owed == board.unanswered
    assert numbers(board.due_later) == {fresh.number}
    # due at 11:00, within two hours
    assert numbers(board.at_risk) == {noise.number}
    assert elsewhere.number not in repr(board)
    assert [item.late for item in board.owed] == [True, False, False]
    assert board.counts == {
        "came_in": 3,
        "answered": 1,
        "unhappy": 0,
        "due_later": 1,
        "rectifications": 0,
        "rectifications_late": 0,
        "late": 1,
        "at_risk": 1,
        "unanswered": 3,
        "met_late": 0,
        "gone_late": 0,
        "handed_on": 0,
        "callbacks_due": 0,
        "carried": 0,
        "carried_open": 0,
        "owed": 3,
    }
    assert not board.clear


def test_what_is_due_tomorrow_does_not_keep_today_from_being_signed(
    city: City, clock: time_machine.Traveller
) -> None:
    """A theft at 23:55 owes its answer by noon, and a noise call has its 24 hours."""
    clock.move_to(datetime.fromisoformat("2026-11-10 23:55+08:00"))
    now = timezone.now()
    theft = city.incident(opened_at=now)
    noise = city.incident(category="noise", opened_at=now)
    board = dayboard.board_of(city.jinhu, TODAY)
    assert (board.owed, board.clear, board.counts["owed"]) == ([], True, 0)
    assert [item.number for item in board.due_later] == [noise.number, theft.number]
    assert signing.open_keys(dayboard.DayRows(city.jinhu, TODAY)) == {}
    closure = close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader)
    assert (closure.counts["owed"], closure.counts["due_later"]) == (0, 2)

    clock.move_to(datetime.fromisoformat("2026-11-11 09:00+08:00"))
    tomorrow = dayboard.board_of(city.jinhu, TODAY + timedelta(days=1))
    assert [item.number for item in tomorrow.owed] == [theft.number, noise.number]
    assert signing.night_close(TODAY) == 0


@pytest.mark.parametrize(
    ("kind", "state", "awaited"),
    [
        ("incident", "asked", True),
        ("petition", "asked", True),
        ("suggestion", "asked", True),
        ("dispute", "agreed", False),  # both sides keep to it, or not
        ("petition", "unconfirmed", False),  # another body
        ("incident", "arrived", False),
    ],
)
def test_only_a_citizen_who_was_asked_is_said_to_be_awaited(
    city: City, kind: str, state: str, awaited: bool
) -> None:
    matter = city.incident()
    stage = kind_of(kind).flow.stage(state)
    Matter.objects.filter(pk=matter.pk).update(kind=kind, state=state, stage=stage)
    matter.refresh_from_db()
    said = about_matters([matter], TODAY)[matter.pk]
    assert ("等待群众回复，时限照计" in said) is awaited


def test_each_promise_that_is_owed_says_how_it_stands(
    city: City, clock: time_machine.Traveller
) -> None:
    """Overdue since yesterday, the citizen awaited, carried over, due at another hour, met late."""
    late, carried = city.incident(category="noise"), city.incident()
    asked = city.incident(category="noise")
    officer = Actor.of(city.officer)
    for code, inputs in (("arrive", {}), ("ask", {"question": "几点开始的？"})):
        move(matter_id=asked.pk, code=code, actor=officer, inputs=inputs)
    carry = {f"matter:{carried.pk}": Carry("等待鉴定", unit=city.jinhu)}
    close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader, carry=carry)
    clock.move_to(datetime.fromisoformat("2026-11-11 22:00+08:00"))
    evening = city.incident(opened_at=timezone.now())
    clock.move_to(datetime.fromisoformat("2026-11-12 09:00+08:00"))
    with translation.override("en"):
        board = dayboard.board_of(city.jinhu, TODAY + timedelta(days=2))
    assert {item.number: list(item.remarks) for item in board.owed} == {
        carried.number: [
            "overdue since November 10",
            "carried over on November 10: 等待鉴定",
        ],
        late.number: ["overdue since November 11"],
        asked.number: [
            "overdue since November 11",
            "waiting for the citizen; the clock keeps running",
        ],
        evening.number: [
            "Began at 22:00, after 18:00: due by 12:00 on November 12, because the same day left "
            "too little time."
        ],
    }
    move(matter_id=late.pk, code="answer", actor=officer, inputs={"reply": "已答复。"})
    move(matter_id=evening.pk, code="answer", actor=officer, inputs={"reply": "已答复。"})
    counts = dayboard.board_of(city.jinhu, TODAY + timedelta(days=2)).counts
    assert (counts["owed"], counts["met_late"]) == (2, 1)
    # it is the day on which it was met late, not the one on which it was due
    assert dayboard.board_of(city.jinhu, TODAY + timedelta(days=1)).counts["met_late"] == 0


def test_who_hands_an_overdue_matter_on_stays_late_with_it(city: City) -> None:
    """Whoever gets it owes it, and is told whose lateness it is; the first is not clean."""
    opened = timezone.now() - timedelta(days=2)
    first, second = (city.incident(category="noise", opened_at=opened) for _n in range(2))
    for matter in (first, second):
        assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), unit=city.yuhai)
    giver, taker = (dayboard.board_of(unit, TODAY) for unit in (city.jinhu, city.yuhai))
    assert (giver.counts["gone_late"], giver.counts["late"], giver.counts["owed"]) == (2, 0, 0)
    assert (taker.counts["gone_late"], taker.counts["late"], taker.counts["owed"]) == (0, 0, 2)
    with translation.override("en"):
        remarks = dayboard.board_of(city.yuhai, TODAY).owed[0].remarks
    assert "expired at Jinhu Station and counts against it" in remarks
    both = dayboard.board_of(city.bureau, TODAY).counts
    assert (both["late"], both["gone_late"]) == (2, 0)
    yuhai = Actor.of(city.other_officer)
    move(matter_id=first.pk, code="answer", actor=yuhai, inputs={"reply": "已答复。"})
    giver, taker = (dayboard.board_of(unit, TODAY) for unit in (city.jinhu, city.yuhai))
    assert (giver.counts["gone_late"], giver.counts["met_late"]) == (1, 1)
    assert (taker.counts["met_late"], taker.counts["answered"]) == (0, 0)


def test_the_board_of_who_hands_on_says_how_much(
    city: City, chief: Account, clock: time_machine.Traveller
) -> None:
    """A board that is clear because its matters were handed away says so, on that day only."""
    given, again, kept = (city.incident(category="noise") for _n in range(3))
    assign(matter_id=kept.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    for matter in (given, again):
        assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), unit=city.yuhai)
    assign(matter_id=again.pk, actor=Actor.of(chief), unit=city.jinhu)
    moved = city.incident(category="noise")
    assign(matter_id=moved.pk, actor=Actor.of(city.inspector), unit=city.yuhai)
    straight = city.incident(category="noise", area=city.yuhai_town)
    assert straight.unit == city.yuhai

    def handed_on(day: date) -> list[int]:
        boards = [dayboard.board_of(one, day) for one in (city.jinhu, city.yuhai, city.bureau)]
        return [board.counts["handed_on"] for board in boards]

    assert handed_on(TODAY) == [3, 1, 0]  # nothing has left the bureau
    assert (
        close_day(
            unit=city.jinhu,
            day=TODAY,
            by=city.duty_leader,
            carry={f"matter:{kept.pk}": Carry("明天", unit=city.jinhu)},
        ).counts["handed_on"]
        == 3
    )
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        assert handed_on(day) == [0, 0, 0]


def test_no_day_is_signed_from_before_the_unit_had_anything(
    city: City, chief: Account, clock: time_machine.Traveller
) -> None:
    first = TODAY - timedelta(days=3)
    city.answered(opened_at=timezone.now() - timedelta(days=3), category="noise")
    for day in (first - timedelta(days=1), date(2001, 1, 1), date(2026, 5, 20)):
        with pytest.raises(Refusal) as refused:
            close_day(unit=city.jinhu, day=day, by=city.duty_leader)
        assert refused.value.code == "too_old"
        with pytest.raises(Refusal):
            close_day(unit=city.yuhai, day=first, by=chief)
    assert not DayClosure.objects.exists()
    close_day(unit=city.jinhu, day=first, by=city.duty_leader)
    close_day(unit=city.yuhai, day=TODAY, by=chief)  # nothing yet, and today is today
    DayLeftOpen(unit=city.yuhai, date=first, noticed_at=timezone.now(), counts={}).save()
    close_day(unit=city.yuhai, day=first, by=chief)
    assert DayClosure.objects.count() == 3


def test_an_order_is_late_where_any_promise_of_it_ran_out(city: City) -> None:
    """The first contact was missed here and the finish there: both are late with it."""
    order = city.incident(kind="rectification", actor=Actor.of(city.inspector), unit=city.jinhu)
    long_ago = timezone.now() - timedelta(days=1)
    Deadline.objects.filter(matter=order, clock="first_contact").update(due_at=long_ago)
    assign(matter_id=order.pk, actor=Actor.of(city.inspector), unit=city.yuhai)
    assert dayboard.board_of(city.yuhai, TODAY).counts["rectifications_late"] == 0
    Deadline.objects.filter(matter=order, clock="finish").update(due_at=long_ago)
    Matter.objects.filter(pk=order.pk).update(due_at=long_ago)
    assert dayboard.board_of(city.yuhai, TODAY).counts["rectifications_late"] == 1
    assert dayboard.board_of(city.jinhu, TODAY).counts["gone_late"] == 1


def test_what_is_sealed_or_void_is_on_nobodys_board(
    city: City, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a list nor in a number, the promises that were met late among them."""
    late = city.incident(category="noise", opened_at=timezone.now() - timedelta(days=2))
    city.incident(category="noise", opened_at=timezone.now() - timedelta(days=3))
    move(
        matter_id=late.pk, code="answer", actor=Actor.of(city.officer), inputs={"reply": "已答复。"}
    )
    nowhere = city.incident()
    Matter.objects.filter(pk=nowhere.pk).update(unit=None)
    before = dayboard.board_of(city.bureau, TODAY)
    assert (before.counts["met_late"], before.counts["owed"]) == (1, 1)
    assert before.counts["without_unit"] == 1
    with monkeypatch.context() as patch:
        kinds = [SimpleNamespace(code=kind.code, seals=Role.INSPECTOR) for kind in all_kinds()]
        patch.setattr(dayboard, "all_kinds", lambda: kinds)
        sealed = dayboard.board_of(city.bureau, TODAY)
    assert not any(value for key, value in sealed.counts.items() if key != "callbacks_due")
    assert (sealed.owed, sealed.came_in, sealed.at_risk) == ([], [], [])
    Matter.objects.update(stage="void", closed_at=timezone.now())
    void = dayboard.board_of(city.bureau, TODAY)
    assert not any(value for key, value in void.counts.items() if key != "callbacks_due")
    assert void.owed == []


def test_what_is_sealed_and_was_handed_on_late_is_on_no_board(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = city.incident(category="noise", opened_at=timezone.now() - timedelta(days=2))
    assign(matter_id=late.pk, actor=Actor.of(city.duty_leader), unit=city.yuhai)

    def seen() -> tuple[int, int]:
        counts = dayboard.board_of(city.jinhu, TODAY).counts
        return counts["gone_late"], counts["handed_on"]

    assert seen() == (1, 1)
    kinds = [SimpleNamespace(code=kind.code, seals=Role.INSPECTOR) for kind in all_kinds()]
    for where in (dayboard, serving):
        monkeypatch.setattr(where, "all_kinds", lambda: kinds)
    assert seen() == (0, 0)


def test_the_board_stays_quick(city: City, django_assert_max_num_queries: Any) -> None:
    for _n in range(12):
        city.incident()
    with django_assert_max_num_queries(23):
        dayboard.day_board(viewer=city.duty_leader)


def test_the_bureau_answers_for_callbacks_and_units_see_only_their_number(
    city: City, chief: Account
) -> None:
    callback = planned(city)
    station = dayboard.day_board(viewer=city.duty_leader)
    assert (station.counts["callbacks_due"], station.callbacks, station.owed) == (1, [], [])
    close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader)
    board = dayboard.day_board(viewer=chief)
    assert [item.key for item in board.owed] == [f"callback:{callback.pk}"]
    assert [unit.code for unit in board.unsigned_units] == []
    with pytest.raises(Refusal):
        close_day(unit=city.bureau, day=TODAY, by=chief)
    carry = {f"callback:{callback.pk}": Carry("三次无人接听，明早再打", unit=city.command)}
    close_day(unit=city.bureau, day=TODAY, by=chief, carry=carry)
    row = Carried.objects.get()
    assert (row.callback, row.matter, row.new_unit) == (callback, callback.matter, city.command)
    # the rated unit's matter was not touched, and the callback itself goes on as before
    assert Matter.objects.get(pk=callback.matter_id).version == 2
    assert Callback.objects.get(pk=callback.pk).status == "calling"


def test_what_a_station_carried_over_does_not_keep_the_bureau_from_signing(
    city: City, chief: Account
) -> None:
    matter = city.incident()
    assert dayboard.board_of(city.bureau, TODAY).counts["owed"] == 1
    assert [unit.code for unit in dayboard.board_of(city.bureau, TODAY).unsigned_units] == ["RA-JH"]
    carry = {f"matter:{matter.pk}": Carry("等待鉴定", unit=city.jinhu)}
    close_day(unit=city.jinhu, day=TODAY, by=city.duty_leader, carry=carry)
    assert dayboard.board_of(city.bureau, TODAY).clear
    assert close_day(unit=city.bureau, day=TODAY, by=chief).counts["owed"] == 0


def test_the_night_puts_unsigned_days_on_record_and_tells_the_duty_leader(
    city: City, chief: Account
) -> None:
    city.incident()
    close_day(
        unit=city.bureau,
        day=TODAY,
        by=chief,
        carry={f"matter:{Matter.objects.get().pk}": Carry("转锦湖所", unit=city.jinhu)},
    )
    roster_duty(date=TODAY, unit=city.jinhu, account=city.duty_leader)
    assert signing.night_close(TODAY) == 1
    assert signing.night_close(TODAY) == 0
    row = DayLeftOpen.objects.get()
    assert (row.unit, row.date, row.counts["owed"]) == (city.jinhu, TODAY, 1)
    deliver_due()
    assert [message.template for message in inbox("zhouweiguo")] == ["day_left_open"]
    # signing late is possible; that the day stood unsigned stays on record
    board = dayboard.board_of(city.jinhu, TODAY)
    assert board.left_open == row
    close_day(
        unit=city.jinhu,
        day=TODAY,
        by=city.duty_leader,
        carry={item.key: Carry("补签", unit=city.jinhu) for item in board.owed},
    )
    assert DayLeftOpen.objects.count() == 1


def test_signed_days_are_chained(city: City, chief: Account) -> None:
    for unit in (city.jinhu, city.yuhai):
        city.incident(
            unit=unit,
            opened_at=timezone.now() - timedelta(days=2),
            category="noise",
            actor=Actor.system("dispatch"),
        )
    Matter.objects.update(closed_at=timezone.now(), due_at=None)
    for days in (2, 1, 0):
        close_day(unit=city.jinhu, day=TODAY - timedelta(days=days), by=city.duty_leader)
        close_day(unit=city.yuhai, day=TODAY - timedelta(days=days), by=chief)
    assert signing.broken_days() == []
    second = DayClosure.objects.filter(unit=city.jinhu).order_by("pk")[1]
    rows = QuerySet(DayClosure).filter(pk=second.pk)  # as somebody at the database would
    rows.update(counts={**second.counts, "owed": 7})
    assert signing.broken_days() == [second]
    rows.update(counts=second.counts)
    assert signing.broken_days() == []


def test_the_night_job_draws_publishes_and_notes_in_one_go(
    city: City, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=15))  # after midnight
    assert tasks.night() == 1  # 锦湖 did not sign
    days = {(draw.purpose, draw.day) for draw in draws.published()[0]}
    today, tomorrow = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    assert days == {(purpose, day) for purpose in ("recall", "check") for day in (today, tomorrow)}
    assert all(draw.seed == "" and len(draw.seed_hash) == 64 for draw in draws.published()[0])
    clock.shift(timedelta(days=1))
    assert tasks.night() == 3  # two draws, one unsigned day
    assert tasks.night() == 0
    assert Draw.objects.filter(drawn_at__isnull=False).count() == 2
