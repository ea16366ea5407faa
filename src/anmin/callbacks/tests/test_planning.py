"""Every closed incident has exactly one callback, or one exclusion by rule that is counted."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation
from tests.personas import WANG, City

from anmin.callbacks import draws, planning, promises
from anmin.callbacks.models import Callback, Draw, Status
from anmin.callbacks.promises import why_called_by
from anmin.callbacks.resting import turned_to
from anmin.callbacks.sealing import blind
from anmin.callbacks.tests.scene import planned, rules
from anmin.channels.actions import opt_out
from anmin.evidence.log import atomic
from anmin.kernel import fair_draw
from anmin.matters import news
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Cursor
from anmin.matters.news import drain

pytestmark = pytest.mark.usefixtures("clock")


def local(callback: Callback, field: str) -> str:
    return f"{timezone.localtime(getattr(callback, field)):%m-%d %H:%M}"


def test_a_dispute_gets_a_message_first_and_a_day_to_be_called(city: City) -> None:
    callback = planned(city, category="dispute")
    assert (callback.status, callback.exclusion, callback.round) == ("planned", "", 1)
    assert local(callback, "not_before") == "11-10 16:00"
    assert local(callback, "due_at") == "11-11 10:00"
    assert (callback.script, callback.script_version) == ("incident", 3)
    assert callback.unit == city.jinhu


@pytest.mark.parametrize("category", ["theft", "burglary", "robbery"])
def test_victims_are_called_by_a_person_the_same_day(city: City, category: str) -> None:
    callback = planned(city, category=category)
    assert callback.status == "calling"
    assert local(callback, "not_before") == "11-10 10:00"
    assert local(callback, "due_at") == "11-10 20:00"  # nobody is called later that day


@pytest.mark.parametrize(
    ("category", "closed", "not_before", "due"),
    [
        ("theft", "18:00", "11-10 18:00", "11-10 20:00"),
        ("theft", "18:01", "11-10 18:01", "11-11 12:00"),
        ("theft", "19:59", "11-10 19:59", "11-11 12:00"),
        ("theft", "22:30", "11-11 08:00", "11-11 12:00"),
        ("dispute", "10:00", "11-10 16:00", "11-11 10:00"),
        ("dispute", "22:30", "11-11 08:00", "11-11 20:00"),
    ],
)
def test_a_callback_is_due_only_when_it_can_be_made(
    city: City,
    clock: time_machine.Traveller,
    category: str,
    closed: str,
    not_before: str,
    due: str,
) -> None:
    clock.move_to(datetime.fromisoformat(f"2026-11-10 {closed}+08:00"))
    callback = planned(city, category=category)
    assert (local(callback, "not_before"), local(callback, "due_at")) == (not_before, due)


def test_it_is_said_why_a_callback_is_due_then(city: City, clock: time_machine.Traveller) -> None:
    told = {}
    for closed in ("10:00", "19:59"):
        clock.move_to(datetime.fromisoformat(f"2026-11-10 {closed}+08:00"))
        with translation.override("en"):
            told[closed] = why_called_by(planned(city, category="theft"))
    assert told == {
        "10:00": "Due by 20:00, not 23:59: nobody is called in the quiet hours.",
        "19:59": "Began at 19:59, after 18:00: due by 12:00 on November 11, because the same day "
        "left too little time.",
    }
    clock.move_to(datetime.fromisoformat("2026-11-11 10:00+08:00"))
    assert why_called_by(planned(city, category="dispute")) == ""


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"category": "domestic"}, "sensitive"),
        ({"category": "sexual"}, "sensitive"),
        ({"details": {"minor_involved": True}}, "minor"),
        ({"details": {"in_progress": True}}, "in_progress"),
        ({"contact": None}, "no_contact"),
        ({"contact": ContactFacts("王秀英", "", "文化小区")}, "no_contact"),
        ({"category": "domestic", "contact": None}, "sensitive"),
        ({"details": {"minor_involved": False, "in_progress": False}}, ""),
    ],
)
def test_only_rules_exclude(city: City, changes: dict[str, Any], rule: str) -> None:
    callback = planned(city, actor=Actor.system("dispatch"), **changes)
    assert callback.exclusion == rule
    assert (callback.status == Status.EXCLUDED) == bool(rule)
    assert (callback.closed_at is not None) == bool(rule)


def test_whom_somebody_turned_to_is_told_from_who_only_waits(city: City) -> None:
    """What an import that is to be undone would take away from under somebody."""
    waits, tried, messaged, held, lapsed = (planned(city) for _n in range(5))
    now = timezone.now()
    with atomic():
        for one, changes in (
            (tried, {"status": Status.CALLING, "attempts": 1}),
            (messaged, {"status": Status.MESSAGED}),
            (held, {"operator": city.operator, "lease_until": now + timedelta(minutes=1)}),
            (lapsed, {"operator": city.operator, "lease_until": now}),
        ):
            Callback.objects.filter(pk=one.pk).update(**changes)
    followed = [(one.matter_id, one.pk) for one in (waits, tried, messaged, held, lapsed)]
    assert turned_to(followed) == {tried.matter_id, messaged.matter_id, held.matter_id}


def test_only_what_is_open_and_still_to_come_is_reckoned_anew(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, ended, past = (planned(city, category="noise") for _n in range(3))
    now, later = timezone.now(), timedelta(days=1)
    with atomic():
        Callback.objects.filter(pk=ended.pk).update(status=Status.CLOSED, closed_at=now)
        Callback.objects.filter(pk=past.pk).update(due_at=now)
    due = {one.pk: one.due_at for one in Callback.objects.all()}
    rules_of = frozenset({promises.due_rule("noise", 1)})
    monkeypatch.setattr(promises, "by_workdays", lambda: rules_of)
    monkeypatch.setattr(
        promises,
        "mover",
        lambda _before: lambda clock: SimpleNamespace(at=clock.due_at + later),
    )
    assert promises.reckon_again() == 1
    due[moved.pk] += later
    assert {one.pk: one.due_at for one in Callback.objects.all()} == due


def test_who_opted_out_is_not_called(city: City) -> None:
    opt_out(medium="sms", recipient=WANG.phone, via="call")
    assert planned(city, actor=Actor.system("dispatch")).exclusion == "opted_out"


def test_an_open_matter_is_not_planned(city: City) -> None:
    city.incident()
    drain([planning.NEWS])
    assert not Callback.objects.exists()


def export(city: City, count: int) -> list[Observation]:
    """Last night's incidents, as a dispatch system tells them; every third still open."""
    opened = timezone.now() - timedelta(hours=12)
    answered = (opened + timedelta(hours=1)).isoformat()
    return [
        Observation(
            source="dispatch",
            external_id=f"E{n}",
            kind="incident",
            category=("theft", "dispute", "domestic")[n % 3],
            area_id=city.wenhua.pk,
            unit_id=city.jinhu.pk,
            summary="",
            place="",
            longitude=None,
            latitude=None,
            opened_at=opened,
            facts_at=timezone.now(),
            details={} if n % 4 == 0 else {"answered_at": answered, "reply": "已处理"},
            contact=ContactFacts("王", f"+86138{n:08d}") if n % 5 else None,
        )
        for n in range(count)
    ]


def test_an_import_is_planned_in_bulk(city: City, django_assert_max_num_queries: Any) -> None:
    observe_many(export(city, 240), actor_label="import")
    with django_assert_max_num_queries(36):  # however many incidents there are
        drain([planning.NEWS])
    counted = Counter(Callback.objects.values_list("status", "exclusion"))
    # 240 incidents, 180 of them answered; of those 60 domestic, and a fifth without a phone
    assert Callback.objects.count() == 180
    assert counted == {
        ("excluded", "sensitive"): 60,
        ("excluded", "no_contact"): 24,
        ("calling", ""): 48,
        ("planned", ""): 48,
    }


def test_a_crash_between_batches_neither_loses_nor_doubles_a_plan(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe_many(export(city, 90), actor_label="import")
    real, calls = planning.bulk.insert, []

    def dies_in_the_second_batch(*args: Any) -> None:
        calls.append(args)
        real(*args)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(planning.bulk, "insert", dies_in_the_second_batch)
    small = replace(news._subscriptions[planning.NEWS], batch=30)
    monkeypatch.setitem(news._subscriptions, planning.NEWS, small)
    with pytest.raises(KeyboardInterrupt):
        drain([planning.NEWS])
    assert 0 < Callback.objects.count() < 67
    monkeypatch.setattr(planning.bulk, "insert", real)
    drain([planning.NEWS])
    assert Callback.objects.count() == 67
    assert Cursor.objects.get(name=planning.NEWS).position > 0


def test_history_that_is_loaded_late_is_counted_but_not_called(city: City) -> None:
    rows = export(city, 4)[1:2]
    rows[0].details["answered_at"] = (timezone.now() - timedelta(days=181)).isoformat()
    rows[0].opened_at = timezone.now() - timedelta(days=182)
    observe_many(rows, actor_label="import")
    drain([planning.NEWS])
    assert Callback.objects.get().exclusion == "too_old"


def test_a_sample_is_drawn_at_night_from_a_frozen_frame(
    city: City, clock: time_machine.Traveller
) -> None:
    with rules(share=Decimal("0.3")):
        published = draws.open_draw(Draw.Purpose.CALLBACK, timezone.localdate())
        assert (published.seed, published.drawn_at) == ("", None)
        observe_many(export(city, 240), actor_label="import")
        drain([planning.NEWS])
        # thefts are called one by one all the same; disputes wait for the draw
        waiting = Callback.objects.filter(status=Status.PENDING)
        assert waiting.count() == 48
        assert set(waiting.values_list("matter__category", "draw")) == {("dispute", published.pk)}
        numbers = {f"{n}/1" for n in waiting.values_list("matter__number", flat=True)}

        assert draws.draw_before(timezone.localdate()) == 0
        clock.shift(timedelta(days=1))
        assert draws.draw_before(timezone.localdate()) == 1
        assert draws.draw_before(timezone.localdate()) == 0
        before = list(Draw.objects.values())
        assert draws.carry_out(published.pk) is False
        assert list(Draw.objects.values()) == before
    done = Draw.objects.get(pk=published.pk)
    assert (done.frame_count, done.selected) == (48, 15)
    assert done.seed_hash == published.seed_hash == fair_draw.seed_hash(done.seed)
    lines = {number: blind(done, number) for number in numbers}
    assert set(done.lines.values_list("line", flat=True)) == set(lines.values())
    assert done.frame_digest == fair_draw.frame_digest(f"{line},," for line in lines.values())
    drawn = fair_draw.draw(lines.values(), seed=done.seed, share=Decimal("0.3"))
    rows = Callback.objects.filter(draw=done).values_list("matter__number", "status", "exclusion")
    for number, status, exclusion in rows:
        expected = ("planned", "") if lines[f"{number}/1"] in drawn else ("excluded", "not_drawn")
        assert (status, exclusion) == expected


def test_moments_of_a_plan_are_kept_as_any_other_write_keeps_them(city: City) -> None:
    """In bulk as one by one: else two of one moment would be neither equal nor in order."""
    city.answered()
    news.drain()
    callback = Callback.objects.get()
    names = ("planned_at", "not_before", "due_at")

    def kept() -> tuple[object, ...]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(names)} FROM callbacks_callback WHERE id = %s",
                [callback.pk],
            )
            return tuple(cursor.fetchone())

    in_bulk = kept()
    Callback.objects.filter(pk=callback.pk).update(**{n: getattr(callback, n) for n in names})
    assert kept() == in_bulk
