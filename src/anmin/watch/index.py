"""The area index of one month: from the registry's figures to points, aspects and a band.

Every number in it can be followed to its records: a part names its indicator and its counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from anmin.measures.figures import Figure
from anmin.measures.queries import Tally, show_many, tally
from anmin.measures.registry import MONTH
from anmin.stats.combining import weighted_sum
from anmin.stats.multiplicity import compare_many
from anmin.watch.frame import ALL, LEVELS, Aspect, Frame, Part, Scoring
from anmin.watch.periods import month_of, months_before, months_on_record, rule

BANDS = ("green", "yellow", "orange")
"""With a rule each; below the last is red."""
RED = "red"

type Scores = dict[str, dict[str, Any]]
"""By ``level:code``; each with score, low, high, band, covered and aspects, as plain data."""


@dataclass(frozen=True, slots=True)
class Computed:
    """The scores of a month, and the state of the figures that they come from."""

    scores: Scores
    cutoff: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class PartScore:
    """One indicator in one place: what was counted, and its points with their limits.

    ``value``, ``low`` and ``high`` are a share, or the ratio of the daily rate to that of the
    months ``before``; ``numerator`` of ``denominator`` are records, for a count those of the
    month and of the months before. ``why`` says why there are no points: ``too_few`` or
    ``no_record``.
    """

    key: str
    weight: int
    numerator: float | None = None
    denominator: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    score: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    why: str = ""


def band_of(score: float) -> str:
    """The band that a score lies in."""
    return next((band for band in BANDS if score >= rule(f"index.{band}").number), RED)


def bands_of(low: float, high: float) -> list[str]:
    """The bands that an interval touches, the worst first; one when the score is sure of its own."""
    worst, best = band_of(low), band_of(high)
    order = [RED, *reversed(BANDS)]
    return order[order.index(worst) : order.index(best) + 1]


def score_month(month: str, frame: Frame) -> tuple[Computed, set[int]]:
    """The scores of every place with records in a month that is over.

    Second, the revisions of the figures that were met on the way; see `periods.on_one_revision`.
    Raises as `measures.queries.show_many`.
    """
    now = month_of(month)
    before = months_on_record(months_before(month, rule("index.before").number), now)
    shares = [part.key for part in _parts(frame, Scoring.SHARE)]
    counts = [part.key for part in _parts(frame, Scoring.AGAINST_BEFORE)]
    scores: Scores = {}
    revisions: set[int] = set()
    cutoffs = []
    for level in LEVELS:
        found: dict[str, dict[str, PartScore]] = defaultdict(dict)
        results = show_many(shares, (level,), now.start, now.end)
        for key, result in results.items():
            revisions.add(result.revision)
            cutoffs.append(result.cutoff)
            for row in result.rows:
                if row.dimensions[level]:
                    found[row.dimensions[level]][key] = _of_share(key, row)
        start = month_of(min([*before, month])).start
        for key in counts:
            seen = tally(key, (level, MONTH), start, now.end)
            revisions.add(seen.revision)
            cutoffs.append(seen.cutoff)
            for code, part in of_counts(key, seen, month, before):
                found[code][key] = part
        for code, parts in sorted(found.items()):
            scores[f"{level}:{code}"] = _of_place(frame, parts)
    return Computed(scores, max(cutoffs), max(revisions)), revisions


def _parts(frame: Frame, scoring: Scoring) -> list[Part]:
    return [part for one in frame.aspects for part in one.indicators if part.scoring is scoring]


def _of_share(key: str, row: Figure) -> PartScore:
    if row.suppressed or (row.denominator or 0) < rule("index.score_from").number:
        return PartScore(key, 0, why="too_few")
    assert row.value is not None
    assert row.low is not None
    assert row.high is not None
    # Rounding may leave a limit beyond a value of 0 or 1 by the last bit.
    low, high = min(row.low, row.value), max(row.high, row.value)
    return PartScore(
        key,
        0,
        numerator=row.numerator,
        denominator=row.denominator,
        value=row.value,
        low=low,
        high=high,
        score=ALL * row.value,
        score_low=ALL * low,
        score_high=ALL * high,
    )


def of_counts(
    key: str, seen: Tally, month: str, before: Sequence[str]
) -> Iterable[tuple[str, PartScore]]:
    """Each place's count of the month against its own months before, per day.

    The limits allow for how much such counts scatter, as all places and the months before show.
    """
    now: dict[str, int] = defaultdict(int)
    past: dict[str, int] = defaultdict(int)
    monthly: dict[tuple[str, str], int] = defaultdict(int)
    for (code, name), cell in seen.cells.items():
        if code and name == month:
            now[code] += int(cell.numerator)
        elif code and name in before:
            past[code] += int(cell.numerator)
            monthly[code, name] += int(cell.numerator)
    codes = sorted({*now, *past})
    if not before or not codes:
        yield from ((code, PartScore(key, 0, now[code], why="no_record")) for code in codes)
        return
    found = compare_many(
        [now[code] for code in codes],
        [past[code] for code in codes],
        month_of(month).days,
        sum(month_of(name).days for name in before),
        level=rule("measures.confidence").share,
        moments_last=[[monthly[code, name] for name in sorted(before)] for code in codes],
    )
    least = rule("index.score_from").number
    for i, code in enumerate(codes):
        counted = PartScore(key, 0, now[code], now[code] + past[code])
        if now[code] + past[code] < least:
            yield code, PartScore(key, 0, why="too_few")
            continue
        ratio = float(found.comparison.ratio[i]) if past[code] else float("inf")
        low, high = float(found.low[i]), float(found.high[i])
        yield (
            code,
            PartScore(
                key,
                0,
                counted.numerator,
                counted.denominator,
                value=ratio if isfinite(ratio) else None,
                low=low,
                high=high if isfinite(high) else None,
                score=_points(ratio),
                score_low=_points(high),
                score_high=_points(low),
            ),
        )


def _points(ratio: float) -> float:
    """100 for no more than before, 50 for twice as much."""
    return ALL if ratio <= 1 else ALL / ratio


def _of_place(frame: Frame, parts: Mapping[str, PartScore]) -> dict[str, Any]:
    aspects = [_of_aspect(aspect, parts) for aspect in frame.aspects]
    whole = _together([(one, one["weight"]) for one in aspects])
    enough = whole["covered"] >= rule("index.coverage").share
    return {
        "score": whole["score"] if enough else None,
        "low": whole["low"] if enough else None,
        "high": whole["high"] if enough else None,
        "band": band_of(whole["score"]) if enough else "",
        "covered": whole["covered"],
        "aspects": aspects,
    }


def _of_aspect(aspect: Aspect, parts: Mapping[str, PartScore]) -> dict[str, Any]:
    lines = []
    for part in aspect.indicators:
        found = asdict(parts.get(part.key) or PartScore(part.key, 0, why="too_few"))
        lines.append({**found, "weight": part.weight})
    scored = [
        ({"score": one["score"], "low": one["score_low"], "high": one["score_high"]}, one["weight"])
        for one in lines
    ]
    return {
        "code": aspect.code,
        "weight": aspect.weight,
        **_together(scored),
        "parts": lines,
    }


def _together(scored: Sequence[tuple[Mapping[str, Any], int]]) -> dict[str, Any]:
    """The weighted score of those that have one; ``covered`` is their share of the weights."""
    known = [(one, weight) for one, weight in scored if one["score"] is not None]
    covered = sum(weight * one.get("covered", 1) for one, weight in known) / ALL
    if not known:
        return {"score": None, "low": None, "high": None, "covered": 0.0}
    whole = sum(weight for _one, weight in known)
    value, limits = weighted_sum(
        [one["score"] for one, _weight in known],
        [one["low"] for one, _weight in known],
        [one["high"] for one, _weight in known],
        [weight / whole for _one, weight in known],
    )
    return {
        "score": min(value, float(ALL)),
        "low": max(limits.low, 0.0),
        "high": min(limits.high, float(ALL)),
        "covered": covered,
    }
