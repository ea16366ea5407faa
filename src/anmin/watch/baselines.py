"""This week against what the weeks before lead one to expect, place by place.

With three years on record by the improved method of Farrington, else against the last weeks: as a
comparison of two counts given their sum, with the scatter that all series show from week to week.
By chance alone as many series are above their limit as the page says; the limits of EARS, made for
normal counts with a known spread, gave three to seven times as many.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from anmin.measures.registry import DAY
from anmin.stats.arguments import Floats
from anmin.stats.scatter import CHANCE, Scatter, from_part_to_part, upper_limits
from anmin.stats.seasonal import Control, farrington
from anmin.watch.events import events
from anmin.watch.periods import Period, rule

KEY = "incidents"
WEEK, YEAR = 7, 52
AROUND = 3
"""Weeks taken before and after the same week of each year, and left out before now."""
PERIODS = 10
"""Parts of the year with a level of their own."""
FEWEST_YEARS, MOST_YEARS = 3, 5
BASELINE, LAG = 7, 2
"""Weeks that a week is held against where years are lacking, and those just before it left out."""
LATELY = 8
"""Weeks that say what a week on record looks like."""


@dataclass(frozen=True, slots=True)
class Week:
    """One place and category in the last whole week."""

    place: str
    category: str
    observed: int
    expected: float | None
    upper: float | None
    alarm: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Every series with enough records; alarms first.

    ``method`` is ``farrington``, ``recent`` or empty where too few weeks are on record;
    ``weeks`` are on record, ``years`` looked back over by Farrington. ``quiet`` series had too
    few records to be judged.
    """

    week: Period
    method: str
    weeks: int
    years: int
    rows: list[Week]
    quiet: int
    scatter: Scatter
    level: float
    cutoff: datetime
    revision: int

    @property
    def alarms(self) -> list[Week]:
        """The series above their limit."""
        return [row for row in self.rows if row.alarm]


@dataclass(frozen=True, slots=True)
class Line:
    """One series over the weeks that can be judged: each week's last day, and three numbers."""

    until: list[date]
    observed: list[int]
    expected: list[float | None]
    upper: list[float | None]


@dataclass(frozen=True, slots=True)
class _Table:
    """Counts of series by whole weeks, the last one newest."""

    keys: list[tuple[str, str]]
    counts: Floats
    ends: list[date]
    cutoff: datetime
    revision: int


def judged(today: date, level: str) -> Judged:
    """The last whole week of every series, by places of a level (``town``, ``area``).

    Raises as `measures.queries.tally`.
    """
    table = _weekly(today, level)
    weeks = table.counts.shape[1]
    years = _years(weeks)
    method = "farrington" if years else "recent" if weeks > BASELINE + LAG else ""
    enough = table.counts.sum(axis=1) >= rule("watch.series_from").number
    rows: list[Week] = []
    scatter = CHANCE if years or not method else scatter_of(table.counts[enough])
    if method and enough.any():
        kept = [key for key, keep in zip(table.keys, enough, strict=True) if keep]
        expected, upper, alarm = limits_of(table.counts[enough], weeks - 1, years, scatter)
        rows = [
            Week(
                place,
                category,
                int(table.counts[enough][i, -1]),
                _known(expected[i, -1]),
                _known(upper[i, -1]),
                bool(alarm[i, -1]),
            )
            for i, (place, category) in enumerate(kept)
        ]
    last = table.ends[-1]
    return Judged(
        week=Period(last - timedelta(days=WEEK - 1), last),
        method=method,
        weeks=weeks,
        years=years,
        rows=sorted(rows, key=lambda row: (not row.alarm, -_excess(row), row.place, row.category)),
        quiet=int((~enough).sum()),
        scatter=scatter,
        level=rule("watch.alarm_level").share,
        cutoff=table.cutoff,
        revision=table.revision,
    )


def line(today: date, level: str, place: str, category: str) -> Line:
    """One series week by week, with what was expected and the limit; nothing where none is known.

    Raises as `measures.queries.tally`.
    """
    table = _weekly(today, level)
    weeks = table.counts.shape[1]
    years = _years(weeks)
    if (place, category) not in table.keys or (not years and weeks <= BASELINE + LAG):
        return Line([], [], [], [])
    first = max(BASELINE + LAG, weeks - YEAR)
    if years:
        first = max(years * YEAR + AROUND + 1, weeks - YEAR)
    row = table.counts[[table.keys.index((place, category))]]
    enough = table.counts.sum(axis=1) >= rule("watch.series_from").number
    scatter = CHANCE if years else scatter_of(table.counts[enough])
    expected, upper, _alarm = limits_of(row, first, years, scatter)
    return Line(
        until=table.ends[first:],
        observed=[int(count) for count in row[0, first:]],
        expected=[_known(number) for number in expected[0]],
        upper=[_known(number) for number in upper[0]],
    )


def _years(weeks: int) -> int:
    """Years that Farrington's method can look back over; 0 where they are too few."""
    years = min(MOST_YEARS, (weeks - AROUND - 2) // YEAR)
    return years if years >= FEWEST_YEARS else 0


def scatter_of(counts: Floats) -> Scatter:
    """How much the series scatter from week to week, the last weeks left out."""
    return from_part_to_part([counts[:, : -1 - LAG]])


def limits_of(
    counts: Floats, first: int, years: int, scatter: Scatter
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Expected, upper limit and alarm from week ``first`` on."""
    level = rule("watch.alarm_level").share
    if years:
        control = Control(
            b=years, w=AROUND, no_periods=PERIODS, alpha=level, threshold_method="muan"
        )
        found = farrington(counts, range(first, counts.shape[1]), control=control)
        return found.expected, found.upperbound, found.alarm
    sums = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    until = np.arange(first, counts.shape[1]) - LAG
    before = sums[:, until] - sums[:, until - BASELINE]
    upper = upper_limits(before, 1 / (BASELINE + 1), scatter, level)
    return before / BASELINE, upper, counts[:, first:] > upper


def _weekly(today: date, level: str) -> _Table:
    """Every series in whole weeks that end yesterday, as far back as they are on record."""
    last = today - timedelta(days=1)
    most = rule("watch.series_weeks").number
    start = last - timedelta(days=WEEK * most - 1)
    seen = events((level, "category", DAY), start, last)
    sums: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(most))
    for (place, category, day), cell in seen.cells.items():
        if place and category:
            at = (date.fromisoformat(day) - start).days // WEEK
            sums[place, category][at] += cell.numerator
    keys = sorted(sums)
    counts = np.array([sums[key] for key in keys]) if keys else np.zeros((0, most))
    known = _on_record(counts.sum(axis=0))
    ends = [last - timedelta(days=WEEK * n) for n in range(most)][::-1]
    return _Table(keys, counts[:, most - known :], ends[most - known :], seen.cutoff, seen.revision)


def _on_record(totals: Floats) -> int:
    """How many of the last weeks are on record without a gap, by rule ``watch.on_record``.

    Held against the last weeks or the last year, whichever is less: a busy season is no standard.
    """
    usual = min(totals[-LATELY:].mean(), totals[-YEAR:].mean())
    needed = rule("watch.on_record").share * usual
    below = np.flatnonzero(totals < needed)
    return max(len(totals) - (int(below[-1]) + 1 if below.size else 0), 1)


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _excess(row: Week) -> float:
    return row.observed - row.upper if row.upper is not None else -np.inf
