"""Where items stand: the rules of statuses, what is counted, forecast, proved, and reminded of."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.campaign import actions, nudges, queries
from anmin.campaign.attachments import LABEL
from anmin.campaign.curves import curve_of
from anmin.campaign.description import Aim, Item, Proof
from anmin.campaign.evaluation import Readings, readings
from anmin.campaign.models import Nudge, Verdict
from anmin.campaign.status import Forecast, Limits, Proved, Reading, Status, status_of
from anmin.campaign.tests.scene import changed, in_force
from anmin.files.actions import keep
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.measures.lake import refresh
from anmin.property.tests.scene import picture

LIMITS = Limits(edge=0.1, near=timedelta(days=14))
FIRST, LAST = date(2026, 11, 1), date(2027, 3, 31)


def _item(**facts: Any) -> Item:
    usual = {"code": "B1", "activity": "a", "title": "t", "lead": "RA-JH"}
    return Item(**{**usual, "start": FIRST, "end": LAST, **facts})


def _counted(value: float, ahead: tuple[float, float] | None, *, is_count: bool = True) -> Reading:
    forecast = Forecast(sum(ahead) / 2, *ahead, 1.0, 6) if ahead else None
    return Reading(value, value, None, None, None, False, is_count, ((1.0, 1),), forecast)


COUNT = {"proof": Proof.EVIDENCE, "measure": "matter_incident", "target": 100.0}
SHARE = {"proof": Proof.INDICATOR, "measure": "answered_in_time", "target": 0.9}
MIDDLE, OVER, BEFORE = date(2027, 1, 1), date(2027, 4, 1), date(2026, 10, 1)
CASES = [
    ({"dropped": "x"}, MIDDLE, None, Status.DROPPED),
    ({}, MIDDLE, None, Status.OPEN),
    (COUNT, BEFORE, _counted(0, None), Status.NOT_STARTED),
    (COUNT, MIDDLE, None, Status.EARLY),
    (COUNT, MIDDLE, _counted(3, None), Status.EARLY),
    (COUNT, MIDDLE, _counted(60, (90, 130)), Status.ON_TRACK),
    (COUNT, MIDDLE, _counted(60, (70, 99)), Status.AT_RISK),  # beyond the interval
    (COUNT, MIDDLE, _counted(60, (70, 102)), Status.AT_RISK),  # in its last tenth: above 98.8
    (COUNT, MIDDLE, _counted(60, (70, 104)), Status.ON_TRACK),  # 100.6
    (COUNT, MIDDLE, _counted(100, (110, 150)), Status.DONE),
    (COUNT, OVER, _counted(99, None), Status.LATE),
    ({**COUNT, "aim": Aim.AT_MOST}, MIDDLE, _counted(101, (110, 150)), Status.LATE),
    ({**COUNT, "aim": Aim.AT_MOST}, MIDDLE, _counted(50, (80, 120)), Status.ON_TRACK),
    ({**COUNT, "aim": Aim.AT_MOST}, MIDDLE, _counted(50, (101, 120)), Status.AT_RISK),
    ({**COUNT, "aim": Aim.AT_MOST}, OVER, _counted(50, None), Status.DONE),
    (SHARE, MIDDLE, _counted(0.95, (0.91, 0.97), is_count=False), Status.ON_TRACK),
    (SHARE, MIDDLE, _counted(0.8, (0.7, 0.85), is_count=False), Status.AT_RISK),
    (SHARE, OVER, _counted(0.9, None, is_count=False), Status.DONE),
    (SHARE, OVER, _counted(0.89, None, is_count=False), Status.LATE),
]


def test_the_rules_of_statuses() -> None:
    for facts, day, reading, status in CASES:
        assert status_of(_item(**facts), day, reading, Proved(), LIMITS) is status, facts
    milestone = _item(proof=Proof.MILESTONE)
    for day, proved, status in (
        (BEFORE, Proved(), Status.NOT_STARTED),
        (MIDDLE, Proved(), Status.ON_TRACK),
        (date(2027, 3, 20), Proved(), Status.AT_RISK),
        (date(2027, 3, 20), Proved(submitted=True), Status.ON_TRACK),
        (OVER, Proved(submitted=True), Status.LATE),
        (OVER, Proved(True, True), Status.DONE),
    ):
        assert status_of(milestone, day, None, proved, LIMITS) is status


# --- counted from the lake ----------------------------------------------------------------------


@pytest.fixture
def december(city: City) -> Any:
    """Six weeks in, at noon of a Tuesday; two thefts a week at Jinhu, the last weeks ago none."""
    with time_machine.travel("2026-12-15T04:00:00Z", tick=False) as clock:
        in_force(city, changed(("target = 40", "target = 12")))
        now = timezone.now()
        for days in (60, 42, 41, 35, 34, 28, 27, 21, 20, 14, 13, 7, 6, 1):  # one before it began
            clock.move_to(now - timedelta(days=days))
            city.incident()
        clock.move_to(now)
        city.incident(category="fire_rescue")  # of another category
        refresh()
        yield clock


@pytest.mark.django_db(transaction=True)
def test_an_item_is_counted_forecast_and_kept_by_the_revision(december: Any, city: City) -> None:
    found = queries.board(city.officer, "p1")
    first = found.lines[0]
    read = first.reading
    assert read is not None
    assert (read.value, read.is_count, read.hidden) == (13, True, False)
    # 1 November is a Sunday: weeks of the programme begin on Sundays; the last one is not whole.
    assert [n for _x, n in read.weeks] == [2, 2, 2, 2, 2, 2, 1]
    assert read.forecast is not None
    assert (read.forecast.weeks, read.forecast.scatter) == (6, 1.0)
    assert read.forecast.low > 13
    assert first.status is Status.DONE
    assert [one.status for one in found.lines[2:]] == [Status.ON_TRACK, Status.OPEN]
    assert found.unnamed == 1
    curve = curve_of(found, first)
    assert [one.value for one in curve.counted] == [2, 4, 6, 8, 10, 12, 13]
    assert curve.ahead[-1].day == LAST
    assert curve.ahead[-1].low == read.forecast.low
    # Kept beside the lake, sealed: a number that somebody else writes there is no result.
    path = next(path for path in _lake().glob("programme-*.json"))
    seal, _line, told = path.read_bytes().partition(b"\n")
    assert b'"value":13' in told
    path.write_bytes(seal + b"\n" + told.replace(b'"value":13', b'"value":99'))
    assert _again(found).get("B1") == read


def _lake() -> Any:
    from anmin.measures.manifest import lake_folder

    return lake_folder()


def _again(found: queries.Board) -> Readings:
    told = readings("p1", found.version.number, found.programme)
    assert told is not None
    return told


@pytest.mark.django_db(transaction=True)
def test_the_leading_unit_is_reminded_at_most_weekly_and_what_is_mended_clears(
    december: Any, city: City
) -> None:
    version = queries.all_in_force()[0]
    assert nudges.remind(version) == 0
    december.move_to("2026-12-20T04:00:00Z")
    refresh()
    assert nudges.remind(version) == 1  # B3 is to be proved by the end of the year
    assert [(one.item, one.why, one.unit) for one in Nudge.objects.all()] == [
        ("B3", "still", city.jinhu)
    ]
    assert (queries.waiting_count(city.officer), queries.waiting_count(city.other_officer)) == (
        1,
        0,
    )
    december.shift(timedelta(days=2))
    refresh()
    assert nudges.remind(version) == 0
    row = _document(city)
    actions.submit(key="p1.B3", file_id=row, note="", by=city.officer)
    assert queries.waiting_count(city.officer) == 0


# --- proved by a second person ------------------------------------------------------------------


def _document(city: City, key: str = "p1.B3") -> int:
    row = keep(
        label=LABEL,
        key=key,
        name="规范.jpg",
        chunks=[picture()],
        by=city.officer,
        request=f"r{key}",
    )
    return row.pk


@pytest.mark.django_db
def test_a_milestone_is_proved_by_a_second_person_of_another_unit(city: City) -> None:
    in_force(city)
    with pytest.raises(NotAllowed):
        keep(label=LABEL, key="p1.B3", name="x", chunks=[], by=city.other_officer, request="x")
    with pytest.raises(NotAllowed):  # B1 is counted, and nothing is brought for it
        keep(label=LABEL, key="p1.B1", name="x", chunks=[], by=city.officer, request="x")
    file = _document(city)
    for by in (city.other_officer, city.leader, city.programme):
        with pytest.raises(NotAllowed):
            actions.submit(key="p1.B3", file_id=file, note="", by=by)
    with pytest.raises(NotFound):
        actions.submit(key="p1.B3", file_id=file + 1, note="", by=city.officer)
    brought = actions.submit(key="p1.B3", file_id=file, note="已印发", by=city.officer)
    assert actions.submit(key="p1.B3", file_id=file, note="", by=city.officer) == brought
    for by in (city.officer, city.duty_leader, city.other_officer, city.analyst, city.admin):
        with pytest.raises(NotAllowed):
            actions.judge(key="p1.B3", seq=1, keep=True, reason="", by=by)
    assert _status(city) is not Status.DONE
    actions.judge(key="p1.B3", seq=1, keep=False, reason="缺印章", by=city.inspector)
    again = actions.submit(key="p1.B3", file_id=_document(city), note="", by=city.duty_leader)
    assert again.seq == 2
    assert queries.waiting_count(city.inspector) == 1
    actions.judge(key="p1.B3", seq=2, keep=True, reason="", by=city.inspector)
    assert _status(city) is Status.DONE
    with pytest.raises(Conflict):
        actions.judge(key="p1.B3", seq=2, keep=False, reason="x", by=city.leader)
    with pytest.raises(Conflict):
        actions.submit(key="p1.B3", file_id=_document(city), note="", by=city.officer)
    verdicts = [one.verdict for one in queries.milestones(city.officer, "p1.B3")]
    assert verdicts == [Verdict.APPROVED, Verdict.RETURNED]


def _status(city: City) -> Status:
    return queries.line(city.officer, "p1.B3")[1].status
