"""A rectification promised over a Spring Festival that nobody had announced yet."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as django_settings
from tests.personas import City

from anmin.kernel.calendar import WorkingCalendar
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.matters.models import Deadline
from anmin.matters.promises import reckon_again
from anmin.matters.verify import verify

BEIJING = ZoneInfo("Asia/Shanghai")


def test_an_announcement_moves_the_deadline_and_the_timeline_says_so(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = WorkingCalendar()
    monkeypatch.setattr(django_settings, "CALENDAR", calendar)
    with time_machine.travel(datetime(2027, 1, 28, 10, tzinfo=BEIJING), tick=False):
        order = open_matter(
            kind="rectification",
            actor=Actor.of(city.inspector),
            category="noise",
            unit=city.jinhu,
        )
        finish = Deadline.objects.get(matter=order, clock="finish")
        assert finish.provisional
        before = finish.due_at
        assert reckon_again() == 0

        class Announced(WorkingCalendar):
            """The same calendar, with 2027 announced and two more days off in early February."""

            def add_working_days(self, start, n, *, tz):  # type: ignore[no-untyped-def]
                due = super().add_working_days(start, n + 2, tz=tz)
                return type(due)(due.at, False, due.skipped)

        monkeypatch.setattr(django_settings, "CALENDAR", Announced())
        assert reckon_again() == 1
        finish.refresh_from_db()
        order.refresh_from_db()
        assert finish.due_at > before
        assert not finish.provisional
        last = order.entries.latest("seq")
        assert (last.action, last.actor_label, last.to_state) == ("reckon", "calendar", "ordered")
        assert set(last.payload) == {"clocks"}
        assert reckon_again() == 0
    assert verify().sound
