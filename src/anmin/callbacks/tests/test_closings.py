"""周卫国 opens a matter again and closes it once more: each closing has its own callback."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import actions, contacting
from anmin.callbacks.citizen import answer_by_link, make_link, open_link
from anmin.callbacks.dispositions import WITHDRAWN
from anmin.callbacks.in_the_lake import callbacks_in_the_lake, changed_callbacks
from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.planning import NEWS
from anmin.callbacks.proof import unplanned
from anmin.callbacks.recording import Said
from anmin.callbacks.tests.scene import planned, world
from anmin.channels.actions import deliver_due
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.ledger import Change, append
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import Account

pytestmark = pytest.mark.usefixtures("clock")
SIX_HOURS = timedelta(hours=6)
GLAD = Said(satisfaction="satisfied", solved="yes")
UNHAPPY = Said(satisfaction="dissatisfied", solved="no", consent_unsaid=True)


def reopen(city: City, callback: Callback, *, news: bool = True) -> None:
    move(
        matter_id=callback.matter_id,
        code="reopen",
        actor=Actor.of(city.inspector),
        note="补充处理",
    )
    if news:
        drain([NEWS])


def close_again(city: City, callback: Callback) -> Callback:
    move(
        matter_id=callback.matter_id,
        code="answer",
        actor=Actor.of(city.duty_leader),
        inputs={"reply": "已补充处理。"},
    )
    drain([NEWS])
    found: Callback = Callback.objects.filter(matter=callback.matter_id).latest("closing")
    return found


def call(city: City, callback: Callback, said: Said) -> None:
    assert actions.next_callback(city.operator) == callback
    actions.record_answer(
        callback_id=callback.pk, operator=city.operator, said=said, key=f"call {callback.pk}"
    )


def test_a_second_closing_is_called_back_about_again_and_both_answers_stay(city: City) -> None:
    first = planned(city)
    call(city, first, UNHAPPY)
    reopen(city, first)
    second = close_again(city, first)
    assert (second.round, second.status) == (1, "calling")
    assert second.pk != first.pk
    assert second.closing > first.closing
    call(city, second, GLAD)
    said = Answer.objects.order_by("pk").values_list("callback", "satisfaction")
    assert list(said) == [(first.pk, "dissatisfied"), (second.pk, "satisfied")]
    first.refresh_from_db()
    assert (first.status, first.disposition) == ("done", "1.1")
    drain([NEWS])
    assert Callback.objects.filter(round=1).count() == 2
    assert verify().sound


def test_a_matter_opened_again_before_its_message_gets_none(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city, category="noise")
    reopen(city, callback)
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("closed", "4.80")
    assert callback.withdrawn_at == callback.closed_at == timezone.now()
    assert Attempt.objects.get().outcome == "reopened"
    clock.shift(SIX_HOURS)
    assert contacting.advance() == 0
    assert not Message.objects.exists()
    second = close_again(city, callback)
    clock.move_to(second.not_before)
    assert contacting.advance() == 1
    assert Message.objects.get().key == f"callback:{second.pk}"


def test_it_gets_none_either_while_the_news_has_not_been_read(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city, category="noise")
    clock.shift(SIX_HOURS)
    reopen(city, callback, news=False)
    assert contacting.advance() == 1
    assert not Message.objects.exists()
    callback.refresh_from_db()
    assert callback.disposition == "4.80"
    drain([NEWS])
    assert Callback.objects.count() == 1


def test_a_message_still_in_the_outbox_is_taken_back(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city, category="noise")
    clock.shift(SIX_HOURS)
    assert contacting.advance() == 1
    reopen(city, callback)
    assert Message.objects.get().status == Delivery.CANCELLED


def test_a_message_in_the_outbox_does_not_go_out_while_the_news_waits(
    city: City, clock: time_machine.Traveller
) -> None:
    callback = planned(city, category="noise")
    clock.shift(SIX_HOURS)
    assert contacting.advance() == 1
    reopen(city, callback, news=False)
    deliver_due()
    assert Message.objects.get().status == Delivery.CANCELLED


def test_closed_opened_and_closed_within_one_batch_asks_once(city: City) -> None:
    matter = city.answered(category="noise")
    actor = Actor.of(city.duty_leader)
    for _turn in range(2):
        reopening = Actor.of(city.inspector)
        move(matter_id=matter.pk, code="reopen", actor=reopening, note="补充处理")
        move(matter_id=matter.pk, code="answer", actor=actor, inputs={"reply": "已处理。"})
    drain([NEWS])
    rows = Callback.objects.order_by("closing").values_list("status", "disposition")
    assert list(rows) == [("closed", "4.80"), ("closed", "4.80"), ("planned", "")]


def test_a_call_in_hand_is_finished_and_what_is_said_is_kept(city: City) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    reopen(city, callback)
    callback.refresh_from_db()
    assert (callback.status, callback.operator) == ("calling", city.operator)
    assert callback.withdrawn_at is not None
    actions.record_answer(callback_id=callback.pk, operator=city.operator, said=UNHAPPY, key="k")
    callback.refresh_from_db()
    assert (callback.status, callback.disposition) == ("done", "1.1")


@pytest.mark.parametrize("how", ["attempt", "release", "lease"])
def test_a_call_in_hand_that_brought_nothing_ends_withdrawn(
    city: City, clock: time_machine.Traveller, other_operator: Account, how: str
) -> None:
    callback = planned(city)
    actions.next_callback(city.operator)
    reopen(city, callback)
    if how == "attempt":
        actions.record_attempt(
            callback_id=callback.pk, operator=city.operator, outcome="no_answer", key="k"
        )
    elif how == "release":
        actions.release(callback_id=callback.pk, operator=city.operator)
    else:
        clock.shift(timedelta(minutes=31))
        assert actions.next_callback(other_operator) is None
        assert contacting.advance() == 1
    callback.refresh_from_db()
    assert (callback.status, callback.disposition, callback.operator) == ("closed", "4.80", None)


def test_nobody_takes_a_call_about_a_matter_that_was_just_opened_again(city: City) -> None:
    callback = planned(city)
    reopen(city, callback, news=False)
    assert actions.next_callback(city.operator) is None
    callback.refresh_from_db()
    assert callback.disposition == "4.80"
    before = world()
    with pytest.raises(Conflict):
        actions.take(callback_id=callback.pk, operator=city.operator)
    assert world() == before


def test_an_answer_by_the_link_of_a_withdrawn_callback_belongs_to_that_closing(
    city: City, clock: time_machine.Traveller
) -> None:
    first = planned(city, category="noise")
    token = make_link(first, timezone.now())
    reopen(city, first)
    second = close_again(city, first)
    answer_by_link(open_link(token), Said(satisfaction="dissatisfied"))
    assert Answer.objects.get().callback == first
    second.refresh_from_db()
    assert second.status == "planned"


def counting() -> list[tuple[str, bool]]:
    """What the lake gets: the first answer of each callback, and whether it counts."""
    with connection.cursor() as cursor:
        cursor.execute(f"{callbacks_in_the_lake(connection.vendor)} ORDER BY c.closing")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [(row["satisfaction"] or "", bool(row["counts"])) for row in rows]


def test_closing_again_gains_nothing(city: City) -> None:
    """The first answer counts; what is said later stands beside it."""
    first = planned(city)
    call(city, first, UNHAPPY)
    second = first
    for _turn in range(2):
        reopen(city, first)
        second = close_again(city, second)
        call(city, second, GLAD)
    assert counting() == [("dissatisfied", True), ("satisfied", False), ("satisfied", False)]


def test_opening_again_before_the_call_does_not_escape_it(city: City) -> None:
    first = planned(city)
    reopen(city, first)
    second = close_again(city, first)
    call(city, second, UNHAPPY)
    assert counting() == [("", False), ("dissatisfied", True)]
    assert Matter.objects.filter(kind="rectification").count() == 1


def ended_otherwise(city: City, matter_id: int) -> None:
    """Ended in a state that is not followed up by itself; no step of a report leads there again."""
    matter = Matter.objects.get(pk=matter_id)
    now = timezone.now()
    change = Change("withdraw", "withdrawn", columns={"closed_at": now})
    with atomic():
        append(matter, change, actor=Actor.of(city.inspector), at=now)


@pytest.mark.parametrize("together", [False, True])
def test_ending_otherwise_after_opening_again_does_not_escape_it_either(
    city: City, together: bool
) -> None:
    """Read in one batch of news or in two; a callback taken away by hand is found."""
    matter = city.answered()
    if not together:
        drain([NEWS])
    move(matter_id=matter.pk, code="reopen", actor=Actor.of(city.inspector), note="补充")
    ended_otherwise(city, matter.pk)
    drain([NEWS])
    first, second = Callback.objects.order_by("closing")
    assert (first.disposition, second.open, second.round) == (WITHDRAWN, True, 1)
    assert list(unplanned()) == []
    with connection.cursor() as cursor:  # past the log, as somebody with the database would
        cursor.execute("DELETE FROM callbacks_callback WHERE id = %s", [second.pk])
    [one] = unplanned()
    assert (one.matter_id, one.number) == (matter.pk, matter.number)


def test_what_ended_otherwise_from_the_first_is_owed_no_call(city: City) -> None:
    ended_otherwise(city, city.incident().pk)
    drain([NEWS])
    assert not Callback.objects.exists()
    assert list(unplanned()) == []


def test_opening_again_during_the_last_call_does_not_make_it_count_as_not_reached(
    city: City, clock: time_machine.Traveller
) -> None:
    first = planned(city)
    for n in range(2):
        actions.next_callback(city.operator)
        actions.record_attempt(
            callback_id=first.pk, operator=city.operator, outcome="no_answer", key=f"k{n}"
        )
        first.refresh_from_db()
        clock.move_to(first.not_before)
    actions.next_callback(city.operator)
    reopen(city, first)
    actions.record_attempt(
        callback_id=first.pk, operator=city.operator, outcome="no_answer", key="last"
    )
    call(city, close_again(city, first), UNHAPPY)
    assert counting() == [("", False), ("dissatisfied", True)]


def test_what_was_first_withdrawn_counts_once_it_is_answered(city: City) -> None:
    first = planned(city, category="noise")
    token = make_link(first, timezone.now())
    reopen(city, first)
    second = close_again(city, first)
    answer_by_link(open_link(make_link(second, timezone.now())), Said(satisfaction="satisfied"))
    assert counting() == [("", False), ("satisfied", True)]
    position = changed_callbacks(None)[1]
    answer_by_link(open_link(token), Said(satisfaction="dissatisfied"))
    assert counting() == [("dissatisfied", True), ("satisfied", False)]
    changes, _position = changed_callbacks(position)
    assert changes is not None
    told = {row["pk"] for rows in changes for row in rows if "pk" in row}
    assert told >= {first.pk, second.pk}  # the lake looks at the second again, too


def test_the_figures_of_a_dozen_matters(city: City, settings: Any, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path
    for n in range(12):
        first = planned(city)
        call(city, first, UNHAPPY if n < 3 else GLAD)
        reopen(city, first)
        call(city, close_again(city, first), GLAD)
    refresh()
    found = {
        key: (show(key).total.numerator, show(key).total.denominator)
        for key in ("satisfaction", "response_rate", "callback_coverage", "reclosed_satisfaction")
    }
    assert found == {
        "satisfaction": (9, 12),
        "response_rate": (12, 12),
        "callback_coverage": (12, 12),
        "reclosed_satisfaction": (12, 12),
    }
