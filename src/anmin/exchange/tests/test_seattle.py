"""A real export with its shipped profile: every figure agrees with a count by another tool."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from anmin.exchange.imports import import_file
from anmin.matters.models import Entry, Matter
from anmin.matters.verify import verify

SAMPLE = Path(__file__).parents[1] / "samples" / "seattle_911_sample.csv"
# Told by another column than the profile reads (the subgroup of the clearance), for the classes
# in which the two agree one to one.
BY_SUBGROUP = {
    "burglary": ("RESIDENTIAL BURGLARIES", "COMMERCIAL BURGLARIES"),
    "property_damage": ("PROPERTY DAMAGE",),
    "fraud": ("FRAUD CALLS",),
    "robbery": ("ROBBERY",),
    "missing_person": ("PERSONS - LOST, FOUND, MISSING",),
    "narcotics": ("NARCOTICS COMPLAINTS",),
    "dispute": ("THREATS, HARASSMENT",),
}


def ask(sql: str) -> list[tuple[Any, ...]]:
    """The same file, counted by DuckDB."""
    table = f"read_csv('{SAMPLE}', header=true, all_varchar=true)"
    return duckdb.sql(sql.replace("sample", table)).fetchall()


@pytest.fixture
def imported(db: None) -> None:
    result = import_file(SAMPLE, profile="seattle")
    assert result.counts() == {
        "read": 673, "created": 673, "updated": 0, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    assert result.rejects_file is None
    assert result.notes == {}


@pytest.mark.usefixtures("imported")
def test_every_row_is_one_incident_under_its_event_number() -> None:
    (counted,) = ask('select count(*), count(distinct "CAD Event Number") from sample')
    assert counted == (673, 673)
    numbers = {number for (number,) in ask('select "CAD Event Number" from sample')}
    matters = Matter.objects.filter(source="seattle_911", kind="incident", state="answered")
    assert set(matters.values_list("external_id", flat=True)) == numbers
    assert Entry.objects.count() == 673
    assert verify().sound


@pytest.mark.usefixtures("imported")
def test_every_moment_is_the_one_that_the_file_tells() -> None:
    told = {
        number: (arrived.replace(tzinfo=UTC), cleared.replace(tzinfo=UTC))
        for number, arrived, cleared in ask(
            """select "CAD Event Number",
            timezone('UTC', timezone('America/Los_Angeles',
                strptime("At Scene Time", '%m/%d/%Y %I:%M:%S %p'))),
            timezone('UTC', timezone('America/Los_Angeles',
                strptime("Event Clearance Date", '%m/%d/%Y %I:%M:%S %p'))) from sample"""
        )
    }
    assert min(told.values())[0] == datetime(2016, 3, 1, 8, 11, 18, tzinfo=UTC)
    for number, opened, details in Matter.objects.values_list(
        "external_id", "opened_at", "details"
    ):
        arrived, cleared = told[number]
        assert opened == arrived
        assert "received_at" not in details
        for name, at in zip(
            ("arrived_at", "cleared_at", "answered_at"), (opened, cleared, cleared), strict=True
        ):
            assert datetime.fromisoformat(details[name]) == at


@pytest.mark.usefixtures("imported")
def test_sectors_are_units_under_the_department() -> None:
    counted = dict(ask('select "District/Sector", count(*) from sample group by 1'))
    found = Counter(Matter.objects.values_list("unit__code", flat=True))
    assert found == {f"SPD-{sector}": count for sector, count in counted.items()}
    assert len(found) == 17
    parents = set(Matter.objects.values_list("unit__parent__code", "unit__kind"))
    assert parents == {("SPD", "station")}


@pytest.mark.usefixtures("imported")
def test_categories_count_up() -> None:
    found = Counter(Matter.objects.values_list("category", flat=True))
    assert found == {
        "suspicious": 112, "theft": 99, "traffic_accident": 91, "disturbance": 88, "welfare": 63,
        "traffic_other": 46, "burglary": 44, "assault": 25, "other": 25, "property_damage": 21,
        "dispute": 15, "fraud": 15, "narcotics": 10, "missing_person": 8, "robbery": 6,
        "sexual": 3, "noise": 2,
    }  # fmt: skip
    for code, groups in BY_SUBGROUP.items():
        wanted = ", ".join(f"'{group}'" for group in groups)
        (count,) = ask(
            f'select count(*) from sample where "Event Clearance SubGroup" in ({wanted})'
        )[0]
        assert found[code] == count
    thefts = ask(
        """select count(*) from sample where "Event Clearance SubGroup"
        in ('THEFT', 'CAR PROWL', 'AUTO THEFTS')
        or "Event Clearance Description" = 'AUTO THEFT AND RECOVERY'"""
    )
    assert thefts == [(99,)]
    rest = ask(
        """select count(*) from sample where "Event Clearance Group" in ('FALSE ALACAD', 'ARREST')"""
    )
    assert rest == [(25,)]


@pytest.mark.usefixtures("imported")
def test_coordinates_texts_and_who_is_never_called() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = {row["CAD Event Number"]: row for row in csv.DictReader(file)}
    for matter in Matter.objects.all():
        row = rows[matter.external_id or ""]
        assert (str(matter.longitude), str(matter.latitude)) == (row["Longitude"], row["Latitude"])
        assert matter.place == row["Hundred Block Location"]
        assert matter.summary == row["Initial Type Description"]
        assert matter.details["reply"] == row["Event Clearance Description"]
    minors = Matter.objects.filter(details__minor_involved=True)
    assert sorted(m.summary for m in minors) == ["CHILD - LURING", "MISSING - CHILD"]
    sexual = Matter.objects.filter(category="sexual")
    assert sorted(m.summary for m in sexual) == [
        "CHILD - LURING",
        "LEWD - (EXPOSING, FLASHING, URINATING IN PUB)",
        "SEX IN PUBLIC PLACE/VIEW (INCL MASTURBATION)",
    ]


@pytest.mark.usefixtures("imported")
def test_the_same_export_again_changes_nothing() -> None:
    before = list(Matter.objects.values_list("id", "version", "head"))
    again = import_file(SAMPLE, profile="seattle_911")
    assert again.counts() == {
        "read": 673, "created": 0, "updated": 0, "unchanged": 673, "rejected": 0,
    }  # fmt: skip
    assert list(Matter.objects.values_list("id", "version", "head")) == before
    assert Entry.objects.count() == 673
