"""`anmin calendar`: the administrator brings the announcement of a new year."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.models import Callback
from anmin.callbacks.planning import NEWS
from anmin.config.tests.console import Run
from anmin.evidence.models import Record
from anmin.kernel.calendar import WorkingCalendar
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.matters.news import drain
from anmin.matters.reckoning import reckoner
from anmin.matters.tests.test_promises import ANNOUNCED
from anmin.matters.verify import verify

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.ANMIN_HOME = tmp_path / "home"
    settings.ANMIN_HOME.mkdir()
    settings.CALENDAR = WorkingCalendar(settings.ANMIN_HOME / "calendar")
    with time_machine.travel(datetime(2027, 1, 29, 10, tzinfo=BEIJING), tick=False):
        yield settings.ANMIN_HOME


def test_an_announcement_is_brought_once(city: City, run: Run, home: Path, tmp_path: Path) -> None:
    order = open_matter(
        kind="rectification", actor=Actor.of(city.inspector), category="noise", unit=city.jinhu
    )
    city.answered()
    drain([NEWS])
    second = Callback.objects.get()
    second.round, second.planned_at = 2, timezone.now()
    second.due_at = reckoner()("callback.second", timezone.now()).at
    second.save()
    assert f"{timezone.localtime(second.due_at):%m-%d %H:%M}" == "02-01 20:00"
    file = tmp_path / "2027.toml"
    file.write_text(ANNOUNCED, "utf-8")
    assert "not announced yet" in run("calendar", "show", "2027")[1]

    records = Record.objects.count()
    status, told, _error = run("calendar", "announce", str(file), "--by", "admin", "--json")
    assert status == 0
    assert (told["matters"], told["callbacks"]) == (1, 1)
    assert {"date": "2027-01-31", "kind": "makeup", "name": "春节"} in told["days"]
    second.refresh_from_db()
    assert f"{timezone.localtime(second.due_at):%m-%d %H:%M}" == "01-31 20:00"
    assert order.entries.latest("seq").actor == city.admin
    assert Record.objects.count() == records + 2  # the matter's entry, the callback
    assert verify().sound

    status, again, _error = run("calendar", "announce", str(file), "--json")
    assert (status, again["days"], again["matters"], again["callbacks"]) == (0, [], 0, 0)
    assert Record.objects.count() == records + 2
    told = run("calendar", "show", "2027", "--json")[1]
    assert told["announced"]
    assert told["days"][0] == {"date": "2027-01-01", "kind": "holiday", "name": "元旦"}


@pytest.mark.parametrize(
    ("name", "content", "by", "reason"),
    [
        ("next.toml", ANNOUNCED, "admin", "called by its year, like 2027.toml"),
        ("2027.toml", ANNOUNCED.replace("2027-02-05", "2027-02-09"), "admin", "must be a holiday"),
        ("2027.toml", ANNOUNCED, "officer", ""),
        ("2028.toml", ANNOUNCED, "admin", "does not belong to 2028"),
    ],
)
def test_what_is_refused_changes_nothing(
    city: City, run: Run, home: Path, tmp_path: Path, name: str, content: str, by: str, reason: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    order = open_matter(
        kind="rectification", actor=Actor.of(city.inspector), category="noise", unit=city.jinhu
    )
    who = getattr(city, by).username
    status, _told, error = run("calendar", "announce", str(tmp_path / name), "--by", who)
    assert status == 1
    assert reason in error
    assert not (home / "calendar").exists()
    assert order.entries.count() == 1


def test_a_process_that_lives_long_sees_what_another_one_brought(home: Path, settings: Any) -> None:
    assert reckoner()("rectification.finish", timezone.now()).provisional
    (home / "calendar").mkdir()
    broken = home / "calendar" / "2027.toml"
    broken.write_text("source = ", "utf-8")
    assert reckoner()("rectification.finish", timezone.now()).provisional  # goes on as before
    broken.write_text(ANNOUNCED, "utf-8")
    assert not reckoner()("rectification.finish", timezone.now()).provisional
