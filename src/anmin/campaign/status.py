"""Where an item stands: derived from what was counted and the day, never stored. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from anmin.campaign.description import Aim, Item, Proof


class Status(StrEnum):
    """Where an item stands, the most pressing first."""

    LATE = "late"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    EARLY = "early"
    NOT_STARTED = "not_started"
    DONE = "done"
    OPEN = "open"
    DROPPED = "dropped"


LABELS = {
    Status.LATE: _("Late"),
    Status.AT_RISK: _("At risk"),
    Status.ON_TRACK: _("On track"),
    Status.EARLY: _("Under way, too early to tell"),
    Status.NOT_STARTED: _("Not started"),
    Status.DONE: _("Done"),
    Status.OPEN: _("Open: not bound yet by the bureau"),
    Status.DROPPED: _("Dropped"),
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """The value at the end: its middle, its interval, how much it scatters, by how many whole weeks."""

    middle: float
    low: float
    high: float
    scatter: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was counted for an item: the value, and by weeks from its first day.

    ``weeks`` are (cases that count, cases) of each week so far, the last one perhaps not whole;
    empty where small cells stay hidden. ``hidden``: too few to show.
    """

    value: float | None
    numerator: float | None
    denominator: int | None
    low: float | None
    high: float | None
    hidden: bool
    is_count: bool
    weeks: tuple[tuple[float, int], ...]
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rules say: how near the edge is at risk, and how near the end a milestone is."""

    edge: float
    near: timedelta


@dataclass(frozen=True, slots=True)
class Proved:
    """How far the proof of a milestone is."""

    submitted: bool = False
    approved: bool = False


def status_of(
    item: Item, today: date, reading: Reading | None, proved: Proved, limits: Limits
) -> Status:
    """Where an item stands on a day."""
    if item.dropped:
        return Status.DROPPED
    if item.proof is Proof.OPEN:
        return Status.OPEN
    if item.proof is Proof.MILESTONE:
        return _of_milestone(item, today, proved, limits)
    return _of_counted(item, today, reading, limits)


def _of_milestone(item: Item, today: date, proved: Proved, limits: Limits) -> Status:
    if proved.approved:
        return Status.DONE
    if today > item.end:
        return Status.LATE
    if today < item.start:
        return Status.NOT_STARTED
    if not proved.submitted and item.end - today <= limits.near:
        return Status.AT_RISK
    return Status.ON_TRACK


def _of_counted(item: Item, today: date, reading: Reading | None, limits: Limits) -> Status:
    over = today > item.end
    met = reading is not None and reading.value is not None and is_met(item, reading.value)
    grown = reading is not None and reading.is_count
    # A count only grows: what it has reached it keeps, and what it has passed it never loses.
    if grown and item.aim is Aim.AT_LEAST and met:
        return Status.DONE
    if over:
        return Status.DONE if met else Status.LATE
    if today < item.start:
        return Status.NOT_STARTED
    if grown and item.aim is Aim.AT_MOST and not met:
        return Status.LATE
    if reading is None or reading.forecast is None:
        return Status.EARLY
    return Status.AT_RISK if is_at_risk(item, reading.forecast, limits.edge) else Status.ON_TRACK


def is_met(item: Item, value: float) -> bool:
    """Whether a value is on the good side of its target."""
    assert item.target is not None
    return value >= item.target if item.aim is Aim.AT_LEAST else value <= item.target


def is_at_risk(item: Item, forecast: Forecast, edge: float) -> bool:
    """Whether the target lies beyond the interval, or in the last part of it.

    ``edge`` is the share of the width that counts as its edge.
    """
    assert item.target is not None
    margin = edge * (forecast.high - forecast.low)
    if item.aim is Aim.AT_LEAST:
        return item.target > forecast.high - margin
    return item.target < forecast.low + margin
