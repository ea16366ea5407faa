"""A promise by a day that the matter names, one that is given up, and one that ends with its matter."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone

from anmin.callbacks.dayboard import day_board
from anmin.matters import public
from anmin.matters.actor import Actor
from anmin.matters.models import Deadline, Matter
from anmin.matters.undoing import missed_promises
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from tests.own_kind.lost import taken
from tests.personas import City

TOWN = ZoneInfo("Asia/Shanghai")


def asked_for(city: City, **details: object) -> Matter:
    return city.incident(
        kind="counter_service",
        category="residence_paper",
        details=details,
        actor=Actor.of(city.officer),
    )


def promise(matter: Matter) -> Deadline:
    return Deadline.objects.get(matter=matter, clock="promised")


def page(city: City, matter: Matter) -> str:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.duty_leader)
    return client.get(f"/desk/matters/{matter.number}/").content.decode()


def test_a_day_that_the_matter_names_is_its_deadline_everywhere(city: City) -> None:
    today = timezone.localdate()
    matter = asked_for(city, promised_on=today + timedelta(days=3))
    row = promise(matter)
    assert row.due_at.astimezone(TOWN).date() == today + timedelta(days=3)
    assert (row.named_at, matter.due_at) == (row.due_at, row.due_at)
    moved = taken(matter, "fix_day", city.officer, promised_on=today + timedelta(days=1))
    assert moved.due_at == promise(matter).due_at == row.due_at - timedelta(days=2)
    assert "The day in the facts" in page(city, matter)
    seen = public.face(matter).promise
    assert seen is not None
    assert seen.due_at == moved.due_at
    assert verify().sound


def test_a_promise_that_is_given_up_is_broken_on_the_page_and_in_every_figure(city: City) -> None:
    kept, given_up, off = (asked_for(city) for _turn in range(3))
    taken(given_up, "disappoint", city.officer, note="系统停机")
    for one in (kept, given_up):
        one.refresh_from_db()
        taken(one, "do", city.officer, result="证件")
    taken(off, "mistaken", city.inspector)
    assert [promise(one).ended for one in (kept, given_up, off)] == ["", "given_up", "over"]
    refresh(full=True)
    for key in ("kept_in_time", "counter_service_in_time"):
        (figure,) = show(key).rows
        assert (figure.numerator, figure.denominator) == (1, 2), key
    assert "given up" in page(city, given_up)
    assert "ended, nothing further due" in page(city, off)
    assert "in time" in page(city, kept)
    assert missed_promises([kept.pk, given_up.pk, off.pk]) == {given_up.pk}
    counts = day_board(viewer=city.duty_leader).counts
    assert (counts["given_up"], counts["met_late"]) == (1, 0)
    seen = public.face(given_up).promise
    assert seen is not None
    assert seen.ended == "given_up"
    assert verify().sound


def test_what_is_over_before_its_day_owes_nothing_and_what_was_late_stays_late(city: City) -> None:
    off = asked_for(city)
    Deadline.objects.filter(matter=off).update(due_at=datetime(2020, 1, 1, tzinfo=TOWN))
    taken(off, "mistaken", city.inspector)
    refresh(full=True)
    assert show("kept_in_time").total.denominator == 0  # withdrawn ones never count
    assert missed_promises([off.pk]) == {off.pk}
