"""An item week by week: what was counted up to the end of each, and how far it will get by those to come."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from anmin.campaign.evaluation import WEEK, forecast_of
from anmin.campaign.queries import Board, Line


@dataclass(frozen=True, slots=True)
class Step:
    """The end of a week: what had been counted by then, or is to be expected."""

    day: date
    value: float
    n: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """What was counted, and the forecast from there on; the latter empty where there is none."""

    counted: list[Step]
    ahead: list[Step]


def curve_of(board: Board, line: Line) -> Curve:
    """The curve of a counted item; empty where small cells stay hidden."""
    read, item, origin = line.reading, line.item, board.programme.start
    if read is None or not read.weeks:
        return Curve([], [])
    counted, hits, cases = [], 0.0, 0
    for place, (x, n) in enumerate(read.weeks):
        hits, cases = hits + x, cases + n
        day = min(origin + WEEK * (place + 1) - timedelta(days=1), item.end)
        if day < item.start or not (cases or read.is_count):
            continue
        value = float(cases) if read.is_count else hits / cases
        counted.append(Step(day, value, None if read.is_count else cases))
    ahead = []
    if read.forecast is not None and board.cutoff is not None:
        last = timezone.localdate(board.cutoff)
        day = counted[-1].day if counted else last
        while day < item.end:
            day = min(day + WEEK, item.end)
            found = forecast_of(item, read.weeks, origin, last, is_count=read.is_count, until=day)
            if found is not None:
                ahead.append(Step(day, found.middle, None, found.low, found.high))
    return Curve(counted, ahead)
