"""The dispatch system sends its events again and again; what people did here stays done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.personas import City

from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Contact, Deadline, Entry, Matter
from anmin.matters.verify import verify
from anmin.places.models import Responsibility

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def observation(city: City, number: str = "E1", **changes: object) -> Observation:
    facts = {
        "source": "cad",
        "external_id": number,
        "kind": "incident",
        "category": "noise",
        "area_id": city.wenhua.pk,
        "unit_id": city.jinhu.pk,
        "summary": "夜间施工",
        "place": "文化路",
        "longitude": 120.65,
        "latitude": 27.78,
        "opened_at": START,
        "facts_at": START,
        "details": {"received_at": START.isoformat()},
        "reply": "",
        "contact": ContactFacts(phone="+8613857712345"),
    }
    return Observation(**{**facts, **changes})  # type: ignore[arg-type]


def outcomes(*batch: Observation) -> list[str]:
    return [one.outcome for one in observe_many(batch, actor_label="import:cad")]


def answered(one: Observation, hours: int = 2) -> Observation:
    at = START + timedelta(hours=hours)
    details = {**one.details, "answered_at": at.isoformat()}
    return replace(one, details=details, reply="已劝停", facts_at=at)


def test_an_event_comes_in_once_however_often_it_is_sent(city: City) -> None:
    assert outcomes(observation(city), observation(city, "E2")) == ["created", "created"]
    assert outcomes(observation(city), observation(city, "E2")) == ["unchanged", "unchanged"]
    matter = Matter.objects.get(external_id="E1")
    assert (matter.state, matter.unit, matter.version) == ("received", city.jinhu, 1)
    assert matter.due_at is not None
    assert Entry.objects.count() == 2
    assert Contact.objects.count() == 2
    assert verify().sound


def test_moments_are_kept_as_any_other_write_keeps_them(city: City) -> None:
    """In bulk as one by one: else two rows of one moment would not be equal, nor in order."""
    one = observation(city)
    outcomes(one)
    brought = Matter.objects.get()
    with connection.cursor() as cursor:
        columns = "opened_at, facts_at", "matters_matter", "id"
        sql = f"SELECT {columns[0]} FROM {columns[1]} WHERE {columns[2]} = %s"
        cursor.execute(sql, [brought.pk])
        in_bulk = cursor.fetchone()
        Matter.objects.filter(pk=brought.pk).update(
            opened_at=brought.opened_at, facts_at=brought.facts_at
        )
        cursor.execute(sql, [brought.pk])
        assert cursor.fetchone() == in_bulk


def test_an_event_without_a_unit_goes_to_whoever_answers_in_its_area(city: City) -> None:
    outcomes(
        observation(city, "E1", unit_id=None),
        observation(city, "E2", unit_id=None, area_id=city.yuhai_town.pk),
        observation(city, "E3", unit_id=None, area_id=None),
    )
    units = dict(Matter.objects.values_list("external_id", "unit__code"))
    assert units == {"E1": "RA-JH", "E2": "RA-YH", "E3": None}
    Responsibility.objects.create(area=city.wenhua, unit=city.yuhai)
    outcomes(observation(city, "E4", unit_id=None), observation(city, "E1", unit_id=None))
    units = dict(Matter.objects.values_list("external_id", "unit__code"))
    assert (units["E4"], units["E1"]) == ("RA-YH", "RA-JH")
    assert verify().sound


def test_later_facts_add_one_entry_with_only_what_changed(city: City) -> None:
    first = observation(city)
    outcomes(first)
    assert outcomes(answered(first)) == ["updated"]
    matter = Matter.objects.get()
    assert (matter.state, matter.stage, matter.version) == ("answered", "done", 2)
    assert matter.closed_at == START + timedelta(hours=2)
    assert Deadline.objects.get().met_at == START + timedelta(hours=2)
    last = Entry.objects.latest("seq")
    assert set(last.payload["details"]) == {"answered_at", "reply"}
    assert set(last.payload["set"]) == {"closed_at"}
    assert outcomes(answered(first)) == ["unchanged"]
    assert verify().sound


def test_an_older_export_never_overwrites_newer_facts(city: City) -> None:
    first = observation(city)
    newer = answered(replace(first, summary="施工噪声"))
    assert outcomes(newer) == ["created"]
    assert outcomes(first) == ["older"]
    matter = Matter.objects.get()
    assert (matter.summary, matter.state, matter.version) == ("施工噪声", "answered", 1)
    assert verify().sound


def test_the_same_facts_confirmed_later_still_beat_what_lay_between(city: City) -> None:
    first = observation(city)
    outcomes(first)
    confirmed = replace(first, facts_at=START + timedelta(hours=5))
    assert outcomes(confirmed) == ["unchanged"]
    between = replace(first, summary="误报", facts_at=START + timedelta(hours=1))
    assert outcomes(between) == ["older"]
    assert Matter.objects.get().summary == "夜间施工"


def test_blanks_never_erase(city: City) -> None:
    outcomes(answered(observation(city)))
    blank = observation(
        city,
        summary="",
        place="",
        longitude=None,
        latitude=None,
        contact=None,
        details={},
        facts_at=START + timedelta(hours=9),
    )
    outcomes(blank)
    matter = Matter.objects.get()
    assert (matter.summary, matter.place, matter.longitude) == ("夜间施工", "文化路", 120.65)
    assert matter.details["reply"] == "已劝停"
    assert Contact.objects.count() == 1
    assert verify().sound


def test_work_done_here_survives_the_next_export(city: City) -> None:
    first = observation(city)
    outcomes(first)
    matter = Matter.objects.get()
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), unit=city.yuhai)
    later = replace(
        first,
        place="文化路12号",
        facts_at=START + timedelta(hours=1),
    )
    assert outcomes(later) == ["updated"]
    matter.refresh_from_db()
    assert (matter.unit, matter.place) == (city.yuhai, "文化路12号")
    moved = replace(later, unit_id=city.command.pk, facts_at=START + timedelta(hours=2))
    assert outcomes(moved) == ["updated"]
    matter.refresh_from_db()
    assert matter.unit == city.command
    assert verify().sound


def test_what_people_answered_here_is_not_reopened_by_an_export(city: City) -> None:
    first = observation(city)
    outcomes(first)
    matter = Matter.objects.get()
    actions.move(
        matter_id=matter.pk,
        code="answer",
        actor=Actor.of(city.officer),
        inputs={"reply": "已劝停"},
    )
    arrived = {**first.details, "arrived_at": (START + timedelta(minutes=9)).isoformat()}
    assert outcomes(replace(first, details=arrived, facts_at=START + timedelta(hours=1))) == [
        "updated"
    ]
    matter.refresh_from_db()
    assert matter.state == "answered"
    assert matter.details["arrived_at"]
    assert verify().sound


def test_one_event_twice_in_a_batch_is_taken_in_the_order_of_its_facts(city: City) -> None:
    first = observation(city)
    assert outcomes(answered(first), first, observation(city, "E2")) == [
        "updated",
        "created",
        "created",
    ]
    assert Matter.objects.get(external_id="E1").state == "answered"
    assert verify().sound


def test_a_row_whose_details_do_not_fit_is_refused_alone(city: City) -> None:
    bad = observation(city, "E3", details={"call_type": "x" * 900})
    results = observe_many([observation(city), bad], actor_label="import:cad")
    assert [one.outcome for one in results] == ["created", "refused"]
    assert results[1].reason
    assert results[0].matter_id == Matter.objects.get().pk
    assert verify().sound


FACTS = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["E1", "E2", "E3"]),
        "summary": st.sampled_from(["a", "b", ""]),
        "category": st.sampled_from(["noise", "theft"]),
        "hours": st.integers(0, 4),
        "answered": st.booleans(),
    }
)


@pytest.mark.django_db(transaction=False)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(FACTS, max_size=12), st.integers(1, 5))
def test_any_stream_of_exports_keeps_history_and_rows_in_step(
    city: City, stream: list[dict], size: int
) -> None:
    def read(facts: dict) -> Observation:
        one = observation(
            city,
            facts["number"],
            summary=facts["summary"],
            category=facts["category"],
            facts_at=START + timedelta(hours=facts["hours"]),
        )
        return answered(one, facts["hours"]) if facts["answered"] else one

    for model in (Deadline, Contact, Entry, Matter):
        model.objects.all().delete()
    batch = [read(facts) for facts in stream]
    for at in range(0, len(batch), size):
        observe_many(batch[at : at + size], actor_label="import:cad")
    assert verify().sound
    assert Matter.objects.count() == len({one.external_id for one in batch})
    latest = {}
    for one in sorted(batch, key=lambda one: one.facts_at):
        latest[one.external_id] = one.facts_at
    for matter in Matter.objects.all():
        assert matter.facts_at == latest[matter.external_id]
    before = Entry.objects.count()
    for at in range(0, len(batch), size):
        observe_many(batch[at : at + size], actor_label="import:cad")
    again = Entry.objects.count()
    for at in range(0, len(batch), size):
        observe_many(batch[at : at + size], actor_label="import:cad")
    assert Entry.objects.count() == again >= before
    assert verify().sound
