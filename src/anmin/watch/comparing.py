"""Every place and category against an earlier period: what is a signal, what chance may explain."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from anmin.measures.queries import Filters, Tally, tally
from anmin.stats.multiplicity import Verdict, compare_many
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

    ``ratio`` is None where nothing was counted before, ``high`` where there is no upper limit.
    ``q`` is the share of false signals one accepts by calling this one a signal.
    """

    place: str
    category: str
    this: int
    last: int
    ratio: float | None
    low: float | None
    high: float | None
    p: float
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
    the places that have records of it themselves.
    """

    base: Base
    now: Period
    earlier: Period
    whole: bool
    rows: list[Row]
    fdr: float
    level: float
    cutoff: datetime
    revision: int

    @property
    def signals(self) -> list[Row]:
        """The rows that are signals."""
        return [row for row in self.rows if row.verdict == SIGNAL]


FEWEST_DAYS = 28
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
        this = tally(KEY, by, now.start, now.end, filters or {})
        last = tally(KEY, by, earlier.start, earlier.end, filters or {})
        whole = on_record(earlier, now)
        return (this, last, whole), {this.revision, last.revision}

    this, last, whole = on_one_revision(work)
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for n, seen in enumerate((this, last)):
        for (place, category), cell in seen.cells.items():
            if place and category and cell.numerator:
                counts[place, category][n] += int(cell.numerator)
    if not whole:
        known = _known(counts, now, earlier)
        counts = defaultdict(list, {key: c for key, c in counts.items() if key[0] in known})
    fdr, confidence = rule("measures.false_signals").share, rule("measures.confidence").share
    return Compared(
        base=base,
        now=now,
        earlier=earlier,
        whole=whole,
        rows=_rows(counts, now, earlier, fdr, confidence),
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
    for (place, _category), (this, last) in counts.items():
        sums[place][0] += this
        sums[place][1] += last
    share = rule("watch.on_record").share
    return frozenset(
        place
        for place, (this, last) in sums.items()
        if last and last / earlier.days >= share * this / now.days
    )


def _rows(
    counts: dict[tuple[str, str], list[int]],
    now: Period,
    earlier: Period,
    fdr: float,
    confidence: float,
) -> list[Row]:
    if not counts:
        return []
    keys = sorted(counts)
    judged = compare_many(
        [counts[key][0] for key in keys],
        [counts[key][1] for key in keys],
        now.days,
        earlier.days,
        fdr=fdr,
        level=confidence,
    )
    found = judged.comparison
    rows = [
        Row(
            place=place,
            category=category,
            this=counts[place, category][0],
            last=counts[place, category][1],
            ratio=_finite(found.ratio[i]),
            low=_finite(found.low[i]),
            high=_finite(found.high[i]),
            p=float(found.p_minlike[i]),
            q=float(judged.q[i]),
            verdict=str(judged.verdict[i]),
        )
        for i, (place, category) in enumerate(keys)
    ]
    return sorted(rows, key=lambda row: (row.verdict != SIGNAL, row.p, -row.this))


def _finite(number: float) -> float | None:
    return float(number) if abs(number) < float("inf") else None
