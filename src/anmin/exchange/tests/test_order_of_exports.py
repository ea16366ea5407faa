"""Which of several exports has the last word, and what several rows about one event tell."""

import csv
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.exchange import undoing
from anmin.exchange.imports import ImportResult, import_file
from anmin.exchange.models import ImportRun
from anmin.exchange.tests.conftest import make_profile
from anmin.matters.models import Contact, Deadline, Entry, Matter
from anmin.matters.verify import verify

pytestmark = pytest.mark.django_db
PROFILE = """
name = "corr"
title = "h"
optional = ["summary", "updated_at", "arrived_at", "cleared_at"]
[time]
zone = "UTC"
formats = ["%Y-%m-%d %H:%M:%S"]
[columns]
external_id = "Event Number"
received_at = "Received"
arrived_at = "Arrived"
cleared_at = "Cleared"
updated_at = "Changed"
summary = "Type"
[category]
default = "other"
"""
HEAD = ("Event Number", "Received", "Arrived", "Cleared", "Type")
DAY = "2024-03-04 "


def at(clock: str) -> str:
    return f"{DAY}{clock}:00" if clock else ""


def row(number: str, arrived: str = "", cleared: str = "", kind: str = "Theft") -> tuple[str, ...]:
    return number, at("10:00"), at(arrived), at(cleared), kind


class Files:
    """Exports laid down one after the other, each a minute younger than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
        self.number = 0

    def write(self, *rows: Sequence[str], head: Sequence[str] = HEAD) -> Path:
        self.number += 1
        path = self.folder / f"{self.number}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        os.utime(path, (self.made + 60 * self.number,) * 2)
        return path

    def take(self, path: Path, toml: str = PROFILE, **options: Any) -> ImportResult:
        return import_file(path, profile=make_profile(toml), **options)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def known(number: str) -> tuple[str, str]:
    """Type, and arrival and clearing as clock times."""
    one = Matter.objects.get(external_id=number)
    told = [one.details.get(name, "")[11:16] for name in ("arrived_at", "cleared_at")]
    return one.summary, "-".join(told)


def listed(result: ImportResult) -> list[str]:
    if result.rejects_file is None:
        return []
    rows = list(csv.reader(result.rejects_file.open(encoding="utf-8-sig", newline="")))[1:]
    return [one[-1] for one in rows]


def test_the_later_export_wins_whatever_it_says(files: Files) -> None:
    first = files.write(row("C1", cleared="10:40"), row("C2"))
    second = files.write(row("C1", cleared="10:20", kind="Robbery"), row("C2", kind="Robbery"))
    third = files.write(row("C1", cleared="10:40"), row("C2"))
    assert first.read_bytes() == third.read_bytes()
    files.take(first)
    assert files.take(second).updated == 2
    assert (known("C1"), known("C2")) == (("Robbery", "-10:20"), ("Robbery", "-"))
    assert files.take(third).updated == 2
    assert (known("C1"), known("C2")) == (("Theft", "-10:40"), ("Theft", "-"))
    assert files.take(third).counts() == {
        "read": 2, "created": 0, "updated": 0, "unchanged": 2, "rejected": 0,
    }  # fmt: skip
    assert verify().sound


def test_an_earlier_export_is_not_applied_but_counted_and_listed(files: Files) -> None:
    first = files.write(row("C1"), row("C2"), row("C3"))
    second = files.write(row("C1", kind="Robbery"), row("C2"))
    files.take(second)
    result = files.take(first)
    assert result.counts() == {
        "read": 3, "created": 1, "updated": 0, "unchanged": 2, "rejected": 0,
    }  # fmt: skip
    assert result.notes == {"not_applied": 1}
    assert listed(result) == ["没有采用：较晚的导出文件对警情C1已另有说法。"]
    assert known("C1") == ("Robbery", "-")
    assert ImportRun.objects.first().notes == {"not_applied": 1}  # type: ignore[union-attr]


@pytest.mark.parametrize(("days", "wins"), [((1, 2), True), ((2, 1), False), ((1, 1), True)])
def test_what_is_said_of_a_files_moment_outweighs_its_date(
    files: Files, days: tuple[int, int], wins: bool
) -> None:
    for day, kind in zip(days, ("Theft", "Robbery"), strict=True):
        path = files.write(row("C1", kind=kind))
        result = files.take(path, as_of=datetime(2026, 3, day, tzinfo=UTC))
    assert known("C1")[0] == ("Robbery" if wins else "Theft")
    assert result.notes.get("not_applied", 0) == (0 if wins else 1)


def test_a_file_from_tomorrow_is_of_now(files: Files) -> None:
    path = files.write(row("C1"))
    os.utime(path, (4e9, 4e9))
    files.take(path)
    assert (Matter.objects.get().facts_at or datetime.max) <= datetime.now(UTC)
    assert files.take(files.write(row("C1", kind="Robbery"))).notes == {"not_applied": 1}


def test_a_column_of_changes_outweighs_the_order_of_files(files: Files) -> None:
    head = (*HEAD, "Changed")
    newer = files.write((*row("C1", kind="Robbery"), at("12:00")), head=head)
    older = files.write((*row("C1"), at("11:00")), head=head)
    equal = files.write((*row("C1", kind="Fraud"), at("12:00")), head=head)
    files.take(newer)
    assert files.take(older).notes == {"not_applied": 1}
    assert files.take(equal).updated == 1
    assert known("C1")[0] == "Fraud"


@pytest.mark.parametrize("batch", [1, 2, 2000])
def test_versions_of_a_record_in_one_file_come_in_in_their_order(files: Files, batch: int) -> None:
    head = (*HEAD, "Changed")
    rows = [
        (*row("C1", arrived="10:30", kind="Robbery"), at("12:00")),
        (*row("C1", arrived="10:10"), at("11:00")),
        (*row("C1", arrived="10:20", kind="Fraud"), at("13:00")),
    ]
    path = files.write(*rows, head=head)
    files.take(path, batch=batch)
    assert known("C1") == ("Fraud", "10:20-")
    before = Entry.objects.count()
    assert files.take(path, batch=batch).updated == 0
    assert Entry.objects.count() == before


UNITS = (
    ("900001", at("10:00"), at("10:04"), at("10:20"), "Fire"),
    ("900001", at("10:00"), at("10:19"), at("11:30"), "Fire"),
)


@pytest.mark.parametrize("between", [0, 3])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("batch", [1, 2, 2000])
def test_first_arrival_and_last_clearing_of_several_units(
    files: Files, turned: bool, batch: int, between: int
) -> None:
    one, other = UNITS[:: -1 if turned else 1]
    path = files.write(one, *(row(f"X{n}") for n in range(between)), other)
    result = files.take(path, batch=batch)
    assert (result.created, result.updated) == (1 + between, 1)
    assert known("900001") == ("Fire", "10:04-11:30")
    before = Entry.objects.count()
    again = files.take(path, batch=batch)
    assert (again.unchanged, again.updated) == (2 + between, 0)
    assert Entry.objects.count() == before
    # What a later export says of the first unit is not mixed with what this one said.
    corrected = files.write(
        ("900001", at("10:00"), at("10:07"), at("10:20"), "Fire"),
        *(row(f"X{n}") for n in range(between)),
        UNITS[1],
    )
    files.take(corrected, batch=batch)
    assert known("900001") == ("Fire", "10:07-11:30")
    assert verify().sound


def test_joined_rows_are_counted(files: Files) -> None:
    result = files.take(files.write(*UNITS, UNITS[1]))
    assert result.counts() == {
        "read": 3, "created": 1, "updated": 1, "unchanged": 1, "rejected": 0,
    }  # fmt: skip
    assert result.notes == {"rows_joined": 1}
    assert Matter.objects.get().version == 1


@pytest.mark.parametrize(
    ("rule", "arrived"),
    [("earliest", "10:04"), ("latest", "10:19"), ("first_row", "10:19"), ("last_row", "10:04")],
)
@pytest.mark.parametrize("batch", [1, 2000])
def test_the_profile_says_otherwise(files: Files, rule: str, arrived: str, batch: int) -> None:
    path = files.write(UNITS[1], row("X"), UNITS[0])
    files.take(path, f'{PROFILE}\n[moments]\narrived_at = "{rule}"', batch=batch)
    assert known("900001")[1] == f"{arrived}-11:30"


def test_the_opening_is_that_of_the_first_report(files: Files) -> None:
    late = ("900001", at("10:09"), at("10:19"), at("11:30"), "Fire")
    files.take(files.write(late, UNITS[0]))
    one = Matter.objects.get()
    assert one.opened_at == datetime(2024, 3, 4, 10, tzinfo=UTC)
    assert one.details["received_at"] == "2024-03-04T10:00:00Z"


def test_two_reporters_stay_two_reports(files: Files) -> None:
    head = (*HEAD, "Phone")
    toml = PROFILE.replace("[category]", 'contact_phone = "Phone"\n[category]')
    rows = [(*one, f"1385771000{n}") for n, one in enumerate(UNITS)]
    path = files.write(*rows, head=head)
    files.take(path, toml)
    assert known("900001") == ("Fire", "10:04-11:30")
    assert Entry.objects.count() == 2
    assert files.take(path, toml).unchanged == 2
    assert Entry.objects.count() == 2


def test_the_same_file_with_a_better_profile_is_read_anew(files: Files) -> None:
    path = files.write(("C1", at("10:00"), at("10:05"), at("11:00"), "Theft"))
    wrong = PROFILE.replace('arrived_at = "Arrived"', 'arrived_at = "Received"')
    files.take(path, wrong)
    assert known("C1")[1] == "10:00-11:00"
    assert files.take(path).updated == 1
    assert known("C1")[1] == "10:05-11:00"


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2", "E3"]),
        st.sampled_from(["", "10:03", "10:05", "10:09"]),
        st.sampled_from(["", "10:20", "10:40"]),
        st.sampled_from(["Theft", "Robbery"]),
    ),
    max_size=5,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports=st.lists(ROWS, min_size=1, max_size=3), batch=st.sampled_from([1, 2, 3, 2000]))
def test_any_stream_of_exports_ends_with_what_the_last_said(
    tmp_path: Path, exports: list[list[tuple[str, ...]]], batch: int
) -> None:
    for model in (Deadline, Contact, Entry, Matter, ImportRun):
        model.objects.all().delete()
    files = Files(tmp_path)
    if batch < 2000:
        # Rows in two batches: a blank in the first lets stand what an export before had told.
        exports = [
            [(no, start or "10:03", end or "10:20", kind) for no, start, end, kind in rows]
            for rows in exports
        ]
    paths = [files.write(*(row(*one) for one in rows)) for rows in exports]
    for path in paths:
        files.take(path, batch=batch)
    for number, told in _expected(exports).items():
        assert known(number) == told
    before = Entry.objects.count()
    assert files.take(paths[-1], batch=batch).updated == 0
    assert Entry.objects.count() == before
    assert verify().sound


def _expected(exports: list[list[tuple[str, ...]]]) -> dict[str, tuple[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for rows in exports:
        for number in {one[0] for one in rows}:
            mine = [one for one in rows if one[0] == number]
            fresh = {
                "arrived": min((one[1] for one in mine if one[1]), default=""),
                "cleared": max((one[2] for one in mine if one[2]), default=""),
                "kind": mine[-1][3],
            }
            told = found.setdefault(number, {})
            told.update({name: text for name, text in fresh.items() if text})
    return {
        number: (told["kind"], f"{told.get('arrived', '')}-{told.get('cleared', '')}")
        for number, told in found.items()
    }


def test_undoing_brings_back_what_the_export_before_said(files: Files) -> None:
    first, second = files.write(row("C1")), files.write(row("C1", kind="Robbery"))
    files.take(first)
    files.take(second)
    newest = ImportRun.objects.order_by("-pk")[0]
    undoing.carry_out(undoing.start(newest.pk, actor=None))
    assert known("C1") == ("Theft", "-")
    assert files.take(second).updated == 1
    assert known("C1") == ("Robbery", "-")
