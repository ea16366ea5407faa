"""Every place and category against an earlier period: what is a signal, what chance may explain."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from anmin.measures.queries import ALL, Filters, Tally
from anmin.measures.registry import DAY
from anmin.stats.arguments import Floats
from anmin.stats.multiplicity import Comparisons, Verdict, compare_many
from anmin.watch.events import events
from anmin.watch.periods import Period, on_one_revision, on_record, rule

KEY = "incidents"


class Base(StrEnum):
    """What a period is compared with."""

    YEAR = "year"
    """The same dates of the year before."""
    BEFORE = "before"
    """As many days just before."""


@dataclass(frozen=True, slots=True)
class Row:
    """One place and category: both counts, the ratio of their rates, and whether it is a signal.

    ``this`` and ``last`` are events, ``calls`` the records of both periods: several calls about
    one thing count once. ``ratio`` is None where nothing was counted before, ``high`` where there
    is no upper limit. ``low``, ``high`` and ``p`` allow for the scatter: ``scatter`` is the
    variance over that of pure chance. ``p_pure`` is what p would be of pure chance. ``q`` is the
    share of false signals one accepts by calling this one a signal.
    """

    place: str
    category: str
    this: int
    last: int
    calls: tuple[int, int]
    ratio: float | None
    low: float | None
    high: float | None
    p: float
    p_pure: float
    scatter: float
    q: float
    verdict: str

    @property
    def rise(self) -> bool:
        """Whether there is more now than before."""
        return self.ratio is None or self.ratio > 1


@dataclass(frozen=True, slots=True)
class Compared:
    """All rows of one comparison, signals first; ``fdr`` is controlled over all of them.

    ``whole`` says whether the earlier period is on record everywhere. If not, ``rows`` holds only
    the places that have records of it themselves. ``scatter`` is that of a typical row,
    ``scatter_known`` whether there were counts enough to tell it; else it is taken as 1.
    """

    base: Base
    now: Period
    earlier: Period
    whole: bool
    rows: list[Row]
    scatter: float
    scatter_known: bool
    fdr: float
    level: float
    cutoff: datetime
    revision: int

    @property
    def repeats(self) -> int:
        """Records of both periods that count with another one, as likely calls about one event."""
        return sum(sum(row.calls) - row.this - row.last for row in self.rows)

    @property
    def signals(self) -> list[Row]:
        """The rows that are signals."""
        return [row for row in self.rows if row.verdict == SIGNAL]


FEWEST_DAYS = 28
WEEK = 7
MANY = 100
"""Rows whose pairs tell by themselves how counts scatter; with fewer, their weeks are asked too."""
SIGNAL = Verdict.SIGNAL.value


def usual(today: date) -> tuple[Period, Base]:
    """What to compare unless told: as many days as the rule says with the year before.

    Where that is not on record, with the time just before; where that is not either, fewer days.
    """
    days = rule("watch.compare_days").number
    now = lately(today, days)
    if on_record(now.year_before(), now):
        return now, Base.YEAR
    while days > FEWEST_DAYS and not on_record(now.just_before(), now):
        days //= 2
        now = lately(today, days)
    return now, Base.BEFORE


def lately(today: date, days: int) -> Period:
    """So many days up to today."""
    return Period(today - timedelta(days=days - 1), today)


def compared(now: Period, base: Base, level: str, filters: Filters | None = None) -> Compared:
    """Every place of a level (a dimension: ``town``, ``area``) and category, now and earlier.

    Raises as `measures.queries.tally`; ``Conflict`` while the figures change again and again.
    """
    earlier = now.year_before() if base is Base.YEAR else now.just_before()
    by = (level, "category")

    def work() -> tuple[tuple[Tally, Tally, bool], set[int]]:
        this = events(by, now.start, now.end, filters or {})
        last = events(by, earlier.start, earlier.end, filters or {})
        whole = on_record(earlier, now)
        return (this, last, whole), {this.revision, last.revision}

    this, last, whole = on_one_revision(work)
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for n, seen in enumerate((this, last)):
        for (place, category), cell in seen.cells.items():
            if place and category and cell.denominator:
                counts[place, category][n] += int(cell.numerator)
                counts[place, category][n + 2] += cell.denominator
    if not whole:
        known = _known(counts, now, earlier)
        counts = defaultdict(list, {key: c for key, c in counts.items() if key[0] in known})
    fdr, confidence = rule("measures.false_signals").share, rule("measures.confidence").share
    judged = judged_pairs(counts, by, now, earlier, fdr, confidence, filters or {})
    return Compared(
        base=base,
        now=now,
        earlier=earlier,
        whole=whole,
        rows=_rows(counts, judged) if judged else [],
        scatter=judged.typical_scatter if judged else 1.0,
        scatter_known=judged.scatter_known if judged else False,
        fdr=fdr,
        level=confidence,
        cutoff=this.cutoff,
        revision=this.revision,
    )


def _known(
    counts: dict[tuple[str, str], list[int]], now: Period, earlier: Period
) -> frozenset[str]:
    """The places whose own records of the earlier period are there, by the rule for the whole."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (place, _category), (this, last, *_calls) in counts.items():
        sums[place][0] += this
        sums[place][1] += last
    share = rule("watch.on_record").share
    return frozenset(
        place
        for place, (this, last) in sums.items()
        if last and last / earlier.days >= share * this / now.days
    )


def judged_pairs(
    counts: dict[tuple[str, str], list[int]],
    by: tuple[str, str],
    now: Period,
    earlier: Period,
    fdr: float,
    confidence: float,
    filters: Filters = ALL,
) -> Comparisons | None:
    """The pairs of counts as the page judges them; of few, their weeks are asked too."""
    if not counts:
        return None
    keys = sorted(counts)
    weeks: list[Floats | None] = [None, None]
    if len(keys) < MANY:
        weeks = [_weeks(keys, by, period, filters) for period in (now, earlier)]
    return compare_many(
        [counts[key][0] for key in keys],
        [counts[key][1] for key in keys],
        now.days,
        earlier.days,
        fdr=fdr,
        level=confidence,
        groups=[category for _place, category in keys],
        moments_this=weeks[0],
        moments_last=weeks[1],
    )


def _weeks(
    keys: list[tuple[str, str]], by: tuple[str, str], period: Period, filters: Filters
) -> Floats:
    """Events of each row by the whole weeks of a period."""
    whole = period.days // WEEK
    found = np.zeros((len(keys), whole))
    row_of = {key: n for n, key in enumerate(keys)}
    seen = events((*by, DAY), period.start, period.end, filters)
    for (place, category, day), cell in seen.cells.items():
        week = (date.fromisoformat(day) - period.start).days // WEEK
        row = row_of.get((place, category))
        if row is not None and week < whole:
            found[row, week] += cell.numerator
    return found


def _rows(counts: dict[tuple[str, str], list[int]], judged: Comparisons) -> list[Row]:
    pure = judged.comparison
    rows = [
        Row(
            place=place,
            category=category,
            this=this,
            last=last,
            calls=(calls, calls_last),
            ratio=_finite(pure.ratio[i]),
            low=_finite(judged.low[i]),
            high=_finite(judged.high[i]),
            p=float(judged.p[i]),
            p_pure=float(pure.p_minlike[i]),
            scatter=float(judged.scatter[i]),
            q=float(judged.q[i]),
            verdict=str(judged.verdict[i]),
        )
        for i, ((place, category), (this, last, calls, calls_last)) in enumerate(
            sorted(counts.items())
        )
    ]
    return sorted(rows, key=lambda row: (row.verdict != SIGNAL, row.p, -row.this))


def _finite(number: float) -> float | None:
    return float(number) if abs(number) < float("inf") else None
