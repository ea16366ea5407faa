"""Promises over a Spring Festival that nobody had announced yet."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone
from tests.personas import City

from anmin.desk.notices.models import Notice
from anmin.desk.notices.tasks import tell
from anmin.kernel.calendar import WorkingCalendar
from anmin.kernel.tests.announcements import announcement
from anmin.matters import messages
from anmin.matters.actions import move, open_matter
from anmin.matters.actor import Actor
from anmin.matters.models import Deadline, Matter
from anmin.matters.promises import judged_before, reckon_again
from anmin.matters.verify import verify

BEIJING = ZoneInfo("Asia/Shanghai")
ANNOUNCED = announcement(
    "国务院办公厅关于2027年部分节假日安排的通知",
    ("元旦", "2027-01-01", "2027-01-03"),
    ("春节", "2027-02-05", "2027-02-12", "2027-01-31"),
    ("清明节", "2027-04-05", "2027-04-05"),
    ("劳动节", "2027-05-01", "2027-05-05"),
    ("端午节", "2027-06-09", "2027-06-09"),
    ("中秋节", "2027-09-15", "2027-09-15"),
    ("国庆节", "2027-10-01", "2027-10-07"),
)


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of announcements, in late January 2027; no file is there yet."""
    monkeypatch.setattr(django_settings, "CALENDAR", WorkingCalendar(tmp_path))
    with time_machine.travel(datetime(2027, 1, 28, 10, tzinfo=BEIJING), tick=False):
        yield tmp_path


def ordered(city: City) -> tuple[Matter, Deadline]:
    order = open_matter(
        kind="rectification", actor=Actor.of(city.inspector), category="noise", unit=city.jinhu
    )
    return order, Deadline.objects.get(matter=order, clock="finish")


def day(deadline: Deadline) -> str:
    deadline.refresh_from_db()
    return f"{deadline.due_at.astimezone(BEIJING):%m-%d}"


def test_an_announcement_moves_the_deadline_and_the_timeline_says_so(
    city: City, calendar: Path
) -> None:
    order, finish = ordered(city)
    assert finish.provisional
    assert day(finish) == "02-04"  # 29 January, 1 to 4 February
    assert reckon_again() == 0

    (calendar / "2027.toml").write_text(ANNOUNCED, "utf-8")  # Sunday the 31st is worked
    assert reckon_again(actor=Actor.of(city.admin)) == 1
    assert day(finish) == "02-03"
    assert not finish.provisional
    order.refresh_from_db()
    assert order.due_at is not None
    last = order.entries.latest("seq")
    assert (last.action, last.actor, last.to_state) == ("reckon", city.admin, "ordered")
    assert last.payload["told"] == {"moved": ["finish"]}
    tell()
    notice = Notice.objects.get(kind="deadline", account=city.duty_leader)
    assert notice.matter == order
    assert reckon_again() == 0
    tell()
    assert Notice.objects.filter(kind="deadline", account=city.duty_leader).count() == 1
    assert verify().sound


def test_what_only_became_sure_is_an_entry_that_tells_nobody(city: City, calendar: Path) -> None:
    order, finish = ordered(city)
    (calendar / "2027.toml").write_text(ANNOUNCED.replace("workdays = [2027-01-31]", ""), "utf-8")
    assert reckon_again() == 1
    assert (day(finish), finish.provisional) == ("02-04", False)
    assert order.entries.latest("seq").actor_label == "calendar"
    tell()
    assert not Notice.objects.filter(kind="deadline").exists()


def test_what_was_met_or_missed_stays_as_it_was_judged(city: City, calendar: Path) -> None:
    missed, missed_by = ordered(city)
    met, met_by = ordered(city)
    move(matter_id=met.pk, code="contact", actor=Actor.of(city.duty_leader), note="电话")
    move(
        matter_id=met.pk,
        code="put_right",
        actor=Actor.of(city.duty_leader),
        inputs={"measure": "已清理", "explanation": "已说明"},
    )
    with time_machine.travel(datetime(2027, 2, 5, 9, tzinfo=BEIJING), tick=False):
        (calendar / "2027.toml").write_text(
            ANNOUNCED.replace("from = 2027-02-05", "from = 2027-02-02"), "utf-8"
        )
        entries = missed.entries.count(), met.entries.count()
        assert reckon_again() == 0
        assert (day(missed_by), day(met_by)) == ("02-04", "02-04")
        assert (missed.entries.count(), met.entries.count()) == entries
        for one in (missed_by, met_by):
            due = judged_before(one)
            assert due is not None
            assert f"{due.at:%m-%d}" == "02-16"


def test_a_corrected_announcement_moves_what_the_first_one_set(city: City, calendar: Path) -> None:
    (calendar / "2027.toml").write_text(ANNOUNCED, "utf-8")
    before = WorkingCalendar(calendar)
    assert before.day(date(2027, 1, 31)).kind == "makeup"  # read now, before it is replaced
    _order, finish = ordered(city)
    assert (day(finish), finish.provisional) == ("02-03", False)
    (calendar / "2027.toml").write_text(ANNOUNCED.replace("workdays = [2027-01-31]", ""), "utf-8")
    assert reckon_again(before=before) == 1
    assert day(finish) == "02-04"
    assert reckon_again(before=before) == 0


def test_the_last_days_of_december_move_although_their_year_was_announced(
    city: City, calendar: Path
) -> None:
    with time_machine.travel(datetime(2026, 12, 24, 10, tzinfo=BEIJING), tick=False):
        _order, finish = ordered(city)
        assert (day(finish), finish.provisional) == ("12-31", False)
        (calendar / "2027.toml").write_text(
            ANNOUNCED.replace("from = 2027-01-01", "from = 2026-12-31"), "utf-8"
        )
        assert reckon_again() == 1
        assert day(finish) == "01-04"


def test_a_rule_that_was_replaced_since_moves_nothing(city: City, calendar: Path) -> None:
    _order, finish = ordered(city)
    set_by_another = finish.due_at.replace(day=25)
    Deadline.objects.filter(pk=finish.pk).update(due_at=set_by_another)
    (calendar / "2027.toml").write_text(ANNOUNCED, "utf-8")
    assert reckon_again() == 1  # sure now, but where that rule put it
    finish.refresh_from_db()
    assert (finish.due_at, finish.provisional) == (set_by_another, False)


def test_many_wait_and_none_is_forgotten(city: City, calendar: Path) -> None:
    deadlines = [ordered(city)[1] for _ in range(5)]
    (calendar / "2027.toml").write_text(ANNOUNCED, "utf-8")
    assert [reckon_again(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert {day(one) for one in deadlines} == {"02-03"}


def test_the_holidays_of_the_year_after_next_move_what_is_due_then(
    city: City, calendar: Path
) -> None:
    with time_machine.travel(datetime(2028, 12, 28, 10, tzinfo=BEIJING), tick=False):
        _order, finish = ordered(city)
    assert (day(finish), finish.due_at.year) == ("01-05", 2029)
    announced = announcement(
        "国务院办公厅关于2029年部分节假日安排的通知",
        ("元旦", "2029-01-01", "2029-01-03"),
        ("春节", "2029-02-12", "2029-02-19"),
        ("清明节", "2029-04-04", "2029-04-05"),
        ("劳动节", "2029-05-01", "2029-05-05"),
        ("端午节", "2029-06-16", "2029-06-16"),
        ("中秋节", "2029-09-22", "2029-09-22"),
        ("国庆节", "2029-10-01", "2029-10-07"),
    )
    (calendar / "2029.toml").write_text(announced, "utf-8")
    assert reckon_again() == 1
    assert day(finish) == "01-09"  # 29 December, 4, 5, 8 and 9 January


def test_the_citizen_is_told_of_what_runs_and_not_of_what_stands_still(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter, now = city.incident(), timezone.now()
    first, then = (Deadline(clock=f"c{n}", due_at=now + timedelta(days=n)) for n in (1, 2))
    monkeypatch.setattr(messages, "deadlines_of", lambda _pk: [first, then])
    assert messages.promised_now(matter) is first
    first.paused_at = now
    assert messages.promised_now(matter) is then
