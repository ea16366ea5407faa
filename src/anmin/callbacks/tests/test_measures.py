"""The figures of the callbacks, against counts made by hand."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import actions, draws
from anmin.callbacks.actions import Said
from anmin.callbacks.in_the_lake import changed_callbacks
from anmin.callbacks.models import Answer, Callback, Draw
from anmin.callbacks.planning import NEWS
from anmin.callbacks.tests.scene import planned, rules
from anmin.matters.actions import add_note, move
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.measures.figures import Figure
from anmin.measures.lake import refresh
from anmin.measures.queries import show, show_many
from anmin.measures.registry import Cursor


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Callable[..., Figure]:
    """Refreshes a lake of the test's own, and tells the total of one indicator."""
    settings.ANMIN_HOME = tmp_path

    def total(key: str, **narrow: Any) -> Figure:
        return show(key, **narrow).total

    return total


def closed(count: int, numbers: Iterator[int], **fields: Any) -> list[Callback]:
    """Callbacks of the autumn that ended that way, with matters of their own."""
    opened = datetime(2026, 9, 1, 4, tzinfo=UTC)
    matters = Matter.objects.bulk_create(
        [
            Matter(
                number=f"JQ-{next(numbers)}",
                kind="incident",
                state="answered",
                stage="done",
                source="test",
                category="noise",
                opened_at=opened,
                closed_at=opened,
            )
            for _n in range(count)
        ]
    )
    common = {"script": "incident", "script_version": 1, "planned_at": opened, "closed_at": opened}
    return Callback.objects.bulk_create(
        [
            Callback(
                matter=matter, closing=1, not_before=opened, due_at=opened, **{**common, **fields}
            )
            for matter in matters
        ]
    )


def answers(callbacks: list[Callback], satisfaction: str, solved: str) -> None:
    Answer.objects.bulk_create(
        [
            Answer(
                callback=callback,
                seq=1,
                at=callback.closed_at,
                via="sms",
                script="incident",
                script_version=1,
                satisfaction=satisfaction,
                solved=solved,
                key="k",
            )
            for callback in callbacks
        ]
    )


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.django_db
def test_the_worked_example_of_the_domain(lake: Callable[..., Figure]) -> None:
    """21,882 sent; 7,781 replies: 6,554 / 731 / 496 → 35.56 %, 93.63 %, 88.93 %."""
    numbers = itertools.count()
    done = {"status": "done", "attempts": 1, "disposition": "1.1"}
    answers(closed(6554, numbers, **done), "satisfied", "yes")
    answers(closed(731, numbers, **done), "fairly", "partly")
    answers(closed(496, numbers, **done), "dissatisfied", "no")
    closed(14_000, numbers, status="closed", attempts=3, disposition="2.20")
    closed(101, numbers, status="closed", attempts=1, disposition="3.30")
    # neither the excluded nor those who reported nothing are in any of these figures
    closed(3000, numbers, status="excluded", exclusion="sensitive")
    closed(70, numbers, status="closed", attempts=1, disposition="4.70")
    refresh()

    response = lake("response_rate")
    assert (response.numerator, response.denominator) == (7781, 21_882)
    assert f"{response.value:.4f}" == "0.3556"
    merged = lake("satisfaction")
    assert (merged.numerator, merged.denominator) == (7285, 7781)
    assert f"{merged.value:.4f}" == "0.9363"
    # if every one of the 14,101 silent were dissatisfied, or satisfied
    assert merged.bounds == pytest.approx((7285 / 21_882, (7285 + 14_101) / 21_882))
    weighted = lake("satisfaction_weighted")
    assert f"{weighted.value:.4f}" == "0.8893"
    resolved = lake("resolution_rate")
    assert (resolved.numerator, resolved.denominator) == (6554, 21_882)
    assert lake("resolution_unknown").numerator == 14_101
    covered = lake("callback_coverage")
    assert (covered.numerator, covered.denominator) == (21_952, 21_952)
    excluded = show("callback_exclusions", by=["exclusion"])
    assert [(row.dimensions, row.value) for row in excluded.rows if row.value] == [
        ({"exclusion": "sensitive"}, 3000)
    ]
    ended = show("callback_dispositions", by=["disposition"])
    assert {row.dimensions["disposition"]: row.value for row in ended.rows if row.value} == {
        "1.1": 7781,
        "2.20": 14_000,
        "3.30": 101,
        "4.70": 70,
    }


@pytest.mark.usefixtures("clock")
def test_an_unhappy_answer_and_what_followed_are_counted_once_each(
    city: City, clock: time_machine.Traveller, lake: Callable[..., Figure]
) -> None:
    def call(said: Said, key: str) -> None:
        callback = actions.next_callback(city.operator)
        assert callback is not None
        actions.record_answer(callback_id=callback.pk, operator=city.operator, said=said, key=key)

    for n in range(12):
        planned(city)
        unhappy = n < 3
        unhappily = Said("dissatisfied", "no", consent_unsaid=True)
        call(unhappily if unhappy else Said("satisfied", "yes"), f"k{n}")
    planned(city)  # to be called today, nobody has yet: not due, so in no denominator
    leader = Actor.of(city.duty_leader)
    orders = Matter.objects.filter(kind="rectification").order_by("pk")
    for matter in orders[:2]:
        # nobody agreed to be named
        inspector = Actor.of(city.inspector)
        move(matter_id=matter.pk, code="contact", actor=inspector, note="已联系")
        move(
            matter_id=matter.pk,
            code="put_right",
            actor=leader,
            inputs={"measure": "致歉", "explanation": "已说明"},
        )
    drain([NEWS])
    second = Callback.objects.filter(round=2).order_by("pk")
    actions.take(callback_id=second[0].pk, operator=city.operator)
    actions.record_answer(
        callback_id=second[0].pk,
        operator=city.operator,
        said=Said("satisfied", "yes"),
        key="second",
    )
    clock.shift(timedelta(hours=1))
    refresh()
    assert lake("satisfaction").numerator == 9
    assert lake("satisfaction").denominator == 12
    assert lake("response_rate").denominator == 12
    put_right = lake("put_right_in_time")
    assert (put_right.numerator, put_right.denominator) == (2, 2)
    # one second reply is a small cell: hidden from everybody
    assert lake("second_call_satisfaction").suppressed
    by_unit = show("callback_coverage", by=["unit"]).rows
    assert [(row.dimensions["unit"], row.numerator) for row in by_unit] == [("RA-JH", 12)]
    # eight days later the third order is late, and the callback nobody made was owed
    clock.shift(timedelta(days=8))
    refresh()
    put_right = lake("put_right_in_time")
    assert (put_right.numerator, put_right.denominator) == (2, 3)
    covered = lake("callback_coverage")
    assert (covered.numerator, covered.denominator) == (12, 13)
    later = show_many(["satisfaction"], start=timezone.localdate())["satisfaction"].total
    assert later.denominator == 0


def named(cursor: Cursor) -> set[int]:
    """The callbacks that are read again after this cursor."""
    changes, _after = changed_callbacks(cursor)
    assert changes is not None
    keys = (key for query in changes for row in cast("Any", query) for key in row.values())
    return set(keys)


@pytest.mark.usefixtures("clock")
def test_only_callbacks_that_changed_are_read_again(city: City) -> None:
    changes, cursor = changed_callbacks(None)
    assert changes is None
    assert changed_callbacks(cursor) == ((), cursor)
    one, other = planned(city), planned(city)
    assert named(cursor) == {one.pk, other.pk}
    _changes, cursor = changed_callbacks(cursor)
    taken = actions.next_callback(city.operator)
    assert taken is not None
    assert named(cursor) == set()
    actions.record_attempt(
        callback_id=taken.pk, operator=city.operator, outcome="no_answer", key="k"
    )
    assert named(cursor) == {taken.pk}
    add_note(matter_id=other.matter_id, actor=Actor.of(city.duty_leader), text="again")
    assert named(cursor) == {one.pk, other.pk}


@pytest.mark.usefixtures("clock")
def test_a_draw_changes_its_frame(city: City, clock: time_machine.Traveller) -> None:
    planned(city)
    with rules(share=Decimal("0.5")):
        draws.open_draw(Draw.Purpose.CALLBACK, timezone.localdate())
        waiting = planned(city, category="noise")
        _changes, cursor = changed_callbacks(None)
        clock.shift(timedelta(days=1))
        assert draws.draw_before(timezone.localdate()) == 1
    assert named(cursor) == {waiting.pk}
    _changes, after = changed_callbacks(cursor)
    assert changed_callbacks(after) == ((), after)
