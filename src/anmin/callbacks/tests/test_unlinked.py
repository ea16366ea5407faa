"""Whoever was defrauded is told to open no link: the callback is a call, never a message with one."""

from datetime import UTC, datetime

import pytest
import time_machine
from tests.personas import City

from anmin.callbacks.contacting import advance
from anmin.callbacks.models import Callback, Status
from anmin.callbacks.tests.scene import planned
from anmin.channels.models import Message


@pytest.mark.parametrize(("category", "messages"), [("fraud", 0), ("dispute", 1)])
def test_a_link_is_sent_about_no_fraud(city: City, category: str, messages: int) -> None:
    with time_machine.travel(datetime(2026, 3, 9, 2, 0, tzinfo=UTC), tick=False):
        callback = planned(city, category=category)
        assert (callback.status == Status.CALLING) == (category == "fraud")
        # One that was planned before, by another rule.
        Callback.objects.filter(pk=callback.pk).update(
            status=Status.PLANNED, not_before=callback.planned_at
        )
        advance()
    assert Message.objects.count() == messages
