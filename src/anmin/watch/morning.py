"""Everything of the morning page that comes from the registry, asked for once per state of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from anmin.callbacks.measures import CONCERN
from anmin.measures.comparing import Change, Unusual, against_before, against_usual
from anmin.measures.manifest import Manifest
from anmin.measures.queries import Result, show, show_many
from anmin.measures.registry import MONTH, registry

if TYPE_CHECKING:
    from anmin.measures.queries import Filters

WEEKS = 4
"""Shares are of so many weeks: of one day they would be of too few."""
MONTHS = 6
TIMELY = ("answered_in_time", "put_right_in_time")
SAID = (
    "callback_coverage",
    "response_rate",
    "satisfaction",
    "satisfaction_weighted",
    "resolution_rate",
    "second_call_satisfaction",
)
UNKNOWN = "resolution_unknown"
"""The share that nobody knows of goes with the resolution rate."""


@dataclass(frozen=True, slots=True)
class MorningFigures:
    """The figures of one morning: of the day before, and of the four weeks that it ends."""

    day: date
    start: date
    incidents: Unusual
    changes: dict[str, Change]
    months: Result
    units: Result
    concerns: Sequence[Result]

    @property
    def any_result(self) -> Result:
        """One of them, for the cut-off and revision of all."""
        return self.months


def morning_figures(day: date, scope: Filters) -> MorningFigures:
    """The figures for the morning after ``day``. Raises as ``measures.queries.show_many``."""
    state = Manifest.read()
    units = scope.get("unit")
    return _figures(
        day,
        tuple(units) if isinstance(units, list) else None,
        state.cutoff if state else None,
        state.revision if state else 0,
    )


@lru_cache(maxsize=32)
def _figures(
    day: date, units: tuple[str, ...] | None, _cutoff: datetime | None, _revision: int
) -> MorningFigures:
    """As above; kept while the figures stay as they are, because many open the same page."""
    scope: Filters = {} if units is None else {"unit": list(units)}
    start = day - timedelta(days=7 * WEEKS - 1)
    concerns = [key for key in registry.indicators if key.startswith(CONCERN)]
    named = show_many(concerns, (), start, day, scope=scope).values()
    return MorningFigures(
        day=day,
        start=start,
        incidents=against_usual("incidents", day, ("category",), scope),
        changes=against_before([*TIMELY, *SAID, UNKNOWN], start, day, scope=scope),
        months=show("satisfaction", (MONTH,), first_month(day), day, scope=scope),
        units=show("answered_in_time", ("unit",), start, day, scope=scope),
        concerns=sorted(
            (one for one in named if one.total.suppressed or one.total.numerator),
            key=lambda one: -(one.total.value or 0),
        ),
    )


def first_month(day: date) -> date:
    """The first day of the line by month."""
    month = day.replace(day=1)
    for _month in range(MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    return month
