"""A station opens matters itself: each rate stands beside itself without them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.models import Answer, Callback, Status
from anmin.callbacks.planning import NEWS
from anmin.callbacks.tests.test_unhappy import put_right
from anmin.callbacks.unhappy import SYSTEM
from anmin.evidence.log import atomic
from anmin.matters.actions import move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bringing
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.measures.figures import Figure
from anmin.measures.lake import refresh
from anmin.measures.queries import Filters, show
from anmin.people.models import Account
from anmin.watch.events import tell_apart

pytestmark = pytest.mark.usefixtures("clock")
_numbers = count(1)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path


@pytest.fixture
def moments(clock: time_machine.Traveller) -> Iterator[datetime]:
    """So far apart that no two are about one event."""
    start = timezone.now() - timedelta(days=2)
    return (start + n * timedelta(minutes=31) for n in count())


def by_hand(city: City, who: Account, opened: datetime, **changes: Any) -> Matter:
    facts: dict[str, Any] = {"kind": "incident", "category": "noise", "area": city.wenhua}
    matter = open_matter(
        **{**facts, "unit": city.jinhu, **changes}, actor=Actor.of(who), opened_at=opened
    )
    actor = Actor.of(city.officer)
    return move(matter_id=matter.pk, code="answer", actor=actor, inputs={"reply": "已处理。"})


def by_file(city: City, who: Account, opened: datetime, source: str = "dispatch") -> Matter:
    number = f"E{next(_numbers)}"
    observe(city, who, opened, source, number)
    return Matter.objects.get(external_id=number)


def observe(city: City, who: Account, opened: datetime, source: str, number: str) -> None:
    one = Observation(
        source=source,
        external_id=number,
        kind="incident",
        category="noise",
        area_id=city.wenhua.pk,
        unit_id=city.jinhu.pk,
        summary="",
        place="",
        longitude=None,
        latitude=None,
        opened_at=opened,
        facts_at=timezone.now(),
        details={"answered_at": timezone.now().isoformat(), "reply": "已处理"},
    )
    by = Bringing(Actor.of(who), own_source=source.startswith("own-"))
    [done] = observe_many([one], by=by)
    assert done.matter_id, done


@atomic
def answered(matters: list[Matter], satisfied: int) -> None:
    """The citizens of these matters, the first so many satisfied."""
    drain([NEWS])
    for n, matter in enumerate(matters):
        callback = Callback.objects.get(matter=matter)
        callback.status, callback.exclusion, callback.claimed = Status.DONE, "", ""
        callback.disposition, callback.attempts = "1.1", 1
        callback.closed_at = timezone.now()
        callback.save()
        Answer(
            callback=callback,
            seq=1,
            at=timezone.now(),
            via="call",
            script="incident",
            script_version=1,
            satisfaction="satisfied" if n < satisfied else "dissatisfied",
            solved="yes",
            key=f"k{callback.pk}",
        ).save()


def figure(key: str, **narrow: Any) -> Figure:
    return show(key, **narrow).total


def parts(one: Figure | None) -> tuple[float | None, int | None]:
    assert one is not None
    return one.numerator, one.denominator


def test_friendly_matters_are_seen(city: City, moments: Iterator[datetime]) -> None:
    """Twenty citizens of the record, half of them satisfied; ten more whom 陈立 wrote in himself."""
    record = [by_file(city, city.operator, next(moments)) for _n in range(20)]
    friends = [by_hand(city, city.officer, next(moments)) for _n in range(10)]
    answered(record, 10)
    answered(friends, 10)
    refresh(full=True)
    for key in ("satisfaction", "resolution_rate", "response_rate", "answered_in_time"):
        found = figure(key)
        assert found.without is not None
        assert (found.denominator, found.without.denominator) == (30, 20)
    both = figure("satisfaction")
    assert (parts(both), parts(both.without)) == ((20, 30), (10, 20))
    assert both.without is not None
    assert both.without.bounds == (0.5, 0.5)
    assert parts(figure("opened_by_units")) == (10, 30)
    [unit] = show("satisfaction", ("unit",)).rows
    assert (parts(unit), parts(unit.without)) == ((20, 30), (10, 20))
    assert both.as_dict()["without"]["denominator"] == 20


def test_what_was_put_right_for_a_friend_is_seen(city: City, moments: Iterator[datetime]) -> None:
    """An order is planted as far as what it followed is."""
    record = by_file(city, city.operator, next(moments))
    friends = [by_hand(city, city.officer, next(moments)) for _n in range(2)]
    for cause in (record, *friends):
        order = open_matter(
            kind="rectification",
            actor=SYSTEM,
            category="noise",
            unit=city.jinhu,
            cause=cause,
        )
        if cause != record:
            put_right(city, order)
    refresh(full=True)
    found = figure("put_right_in_time")
    assert (parts(found), parts(found.without)) == ((2, 2), (0, 0))
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        refresh(full=True)
        found = figure("put_right_in_time")
        assert (parts(found), parts(found.without)) == ((2, 3), (0, 1))


def origins() -> dict[str, int]:
    refresh(full=True)
    return {
        row.dimensions["origin"]: int(row.numerator or 0)
        for row in show("incidents", ("origin",)).rows
    }


def test_who_brought_a_matter(city: City, moments: Iterator[datetime]) -> None:
    by_hand(city, city.duty_leader, next(moments))
    by_hand(city, city.duty_leader, next(moments), unit=city.jinhu, area=city.yuhai_town)
    city.incident(actor=Actor.system("dispatch"))
    by_file(city, city.operator, next(moments))
    own = by_file(city, city.duty_leader, next(moments))
    by_file(city, city.duty_leader, next(moments), source="own-RA-JH-1")
    assert origins() == {"unit": 4, "house": 1, "record": 1}
    # The record speaks of what the unit brought first: it is known to more than the unit.
    observe(city, city.operator, own.opened_at, "dispatch", str(own.external_id))
    assert origins() == {"unit": 3, "house": 1, "record": 2}


def test_further_calls_about_one_event_are_seen(city: City, moments: Iterator[datetime]) -> None:
    fight = [
        by_file(city, city.operator, timezone.now() - timedelta(minutes=60 - n)) for n in range(12)
    ]
    others = [by_file(city, city.operator, next(moments)) for _n in range(11)]
    answered([*fight, *others], 12)
    refresh(full=True)
    both = figure("satisfaction")
    assert (parts(both), parts(both.without)) == ((12, 23), (1, 12))
    tell_apart(account=city.analyst, matter_id=fight[1].pk, apart=True, reason="另一起")
    # Ten are left aside now: one less, at once.
    assert parts(figure("satisfaction").without) == (2, 13)
    filters: Filters = {"category": "theft"}
    assert show("satisfaction", filters=filters).total.denominator == 0
    timely = figure("answered_in_time")
    assert (timely.denominator, timely.without and timely.without.denominator) == (23, 13)


def test_what_would_tell_of_a_few_stays_hidden(city: City, moments: Iterator[datetime]) -> None:
    record = [by_file(city, city.operator, next(moments)) for _n in range(20)]
    friends = [by_hand(city, city.officer, next(moments)) for _n in range(3)]
    answered([*record, *friends], 12)
    refresh(full=True)
    both = figure("satisfaction")
    assert (both.denominator, both.suppressed) == (23, False)
    assert both.without is not None
    assert (both.without.suppressed, both.without.denominator) == (True, None)
    assert parts(figure("opened_by_units")) == (3, 23), "what an office did is never hidden"
