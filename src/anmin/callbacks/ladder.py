"""When the house may turn to a citizen, and with what: message first, then a person calls.

Pure: no database. Moments are aware; hours of the day are local to ``Pace.zone``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from anmin.kernel.hours import Hours

_DAY = timedelta(days=1)


class Step(StrEnum):
    """What happens next."""

    MESSAGE = "message"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Pace:
    """The rules of the ladder in force on one day. ``attempts`` counts the message too."""

    zone: tzinfo
    quiet_from: time
    quiet_until: time
    message_after: timedelta
    message_within: timedelta
    call_after: timedelta
    retry_after: timedelta
    attempts: int
    attempts_per_day: int


def rule(key: str) -> Any:
    """The rule ``callback.<key>`` in force today."""
    return settings.RULES.get(f"callback.{key}", timezone.localdate())


def pace() -> Pace:
    """The rules of the ladder in force today."""
    return Pace(
        zone=timezone.get_default_timezone(),
        quiet_from=rule("quiet_from").clock,
        quiet_until=rule("quiet_until").clock,
        message_after=rule("message_after").duration,
        message_within=rule("message_within").duration,
        call_after=rule("call_after").duration,
        retry_after=rule("retry_after").duration,
        attempts=rule("attempts").value,
        attempts_per_day=rule("attempts_per_day").value,
    )


def permitted(moment: datetime, pace: Pace) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    return _hours(pace.quiet_until, pace.quiet_from).first(moment, pace.zone)


@cache
def _hours(opens: time, closes: time) -> Hours:
    return Hours(opens, closes)


def quiet_until(moment: datetime, pace: Pace) -> datetime | None:
    """When the quiet hours end that the moment falls into; nothing outside of them."""
    end = permitted(moment, pace)
    return end if end != moment else None


def first_step(
    closed_at: datetime, *, now: datetime, by_hand: bool, pace: Pace
) -> tuple[Step, datetime]:
    """How a callback begins. ``by_hand``: called one by one, without a message before.

    A message that would come too long after closing is a nuisance, so a person calls instead.
    """
    if by_hand or now - closed_at > pace.message_within:
        return Step.CALL, permitted(closed_at, pace)
    return Step.MESSAGE, permitted(max(closed_at + pace.message_after, now), pace)


def call_after_message(sent_at: datetime, *, due_at: datetime, pace: Pace) -> datetime:
    """When a person calls because the message stays unanswered.

    After ``call_after``; if that would be past the deadline, in the middle of the time left.
    """
    planned = permitted(sent_at + pace.call_after, pace)
    if planned < due_at:
        return planned
    return permitted(sent_at + max(due_at - sent_at, timedelta()) / 2, pace)


def next_call(calls: Sequence[datetime], *, used: int, pace: Pace) -> datetime | None:
    """When to call again after ``calls`` (oldest first); nothing when no attempt is left.

    ``used`` counts every attempt so far, the message included. Calls are spread: a pause after
    each, and only so many on one day.
    """
    if used >= pace.attempts:
        return None
    again = permitted(calls[-1] + pace.retry_after, pace)
    day = again.astimezone(pace.zone).date()
    today = sum(call.astimezone(pace.zone).date() == day for call in calls)
    if today >= pace.attempts_per_day:
        again = permitted(datetime.combine(day + _DAY, time.min, pace.zone), pace)
    return again
