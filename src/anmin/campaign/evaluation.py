"""Counting what items rest on: one pass over each table of the lake, kept by its revision.

Nothing here is written to the database. What was counted lies beside the lake, sealed with a key that
nobody without this installation's secrets has: a file that somebody else wrote is no result, and the
items are counted again.
"""

import os
from datetime import date, datetime, timedelta
from functools import lru_cache
from hmac import compare_digest
from typing import Final

import orjson
from django.conf import settings
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from anmin.campaign.description import Item, Programme
from anmin.campaign.sources import counted_for
from anmin.campaign.status import Forecast, Reading
from anmin.kernel.errors import Refusal
from anmin.measures.manifest import Manifest, lake_folder
from anmin.measures.narrowed import Narrowed, Series, count_each
from anmin.measures.registry import Kind
from anmin.stats.ahead import count_ahead, share_ahead

WEEK: Final = timedelta(days=7)


class Readings(dict[str, Reading]):
    """What was counted, by the code of the item, of one state of the lake."""

    cutoff: datetime
    revision: int


def readings(code: str, number: int, programme: Programme) -> Readings | None:
    """What was counted for a version of a programme; nothing where there is no lake yet.

    Raises ``Unavailable`` where the lake is older than the program.
    """
    manifest = Manifest.read()
    if manifest is None:
        return None
    key = (
        f"{code}/{number}/{manifest.revision}/{manifest.seal}/{timezone.localdate(manifest.cutoff)}"
    )
    if (kept := _kept(key)) is None:
        kept = _keep(key, code, _counted(programme))
    found = Readings(kept)
    found.cutoff, found.revision = manifest.cutoff, manifest.revision
    return found


def _counted(programme: Programme) -> dict[str, Reading]:
    """Every item that can be counted. One that the program cannot count any more is left out."""
    asked: dict[str, Narrowed] = {}
    for item in programme.items:
        try:
            if (one := counted_for(item)) is not None:
                asked[item.code] = one
        except Refusal:
            continue  # an indicator that is no longer there: the board says so
    if not asked:
        return {}
    counts = count_each(asked)
    items = {item.code: item for item in programme.items}
    last = timezone.localdate(counts.cutoff)
    return {
        code: _reading(items[code], asked[code], one, programme.start, last)
        for code, one in counts.series.items()
    }


def _reading(item: Item, asked: Narrowed, series: Series, origin: date, last: date) -> Reading:
    """``last`` is the day of the cut-off, not over yet."""
    total, is_count = series.total, asked.indicator.kind is Kind.COUNT
    weeks = by_week(origin, min(item.end, last), series)
    return Reading(
        value=total.value,
        numerator=total.numerator,
        denominator=total.denominator,
        low=total.low,
        high=total.high,
        hidden=total.suppressed,
        is_count=is_count,
        weeks=weeks,
        forecast=None
        if total.suppressed
        else forecast_of(item, weeks, origin, last, is_count=is_count),
    )


def by_week(origin: date, until: date, series: Series) -> tuple[tuple[float, int], ...]:
    """The counts by weeks from ``origin``, the last one up to ``until``; none before it has begun."""
    if until < origin or (not series.days and series.months):
        return ()
    weeks = [[0.0, 0.0] for _week in range((until - origin) // WEEK + 1)]
    for day, cell in series.days.items():
        place = (date.fromisoformat(day) - origin) // WEEK
        if 0 <= place < len(weeks):
            weeks[place][0] += cell.numerator
            weeks[place][1] += cell.denominator
    return tuple((one, int(n)) for one, n in weeks)


def forecast_of(
    item: Item,
    weeks: tuple[tuple[float, int], ...],
    origin: date,
    last: date,
    *,
    is_count: bool,
    until: date | None = None,
) -> Forecast | None:
    """The value at the end of an item, or on the day ``until`` before it, from the weeks that are over.

    Nothing where there are too few whole weeks of its time, or no case in them. What was counted in a
    first week that is not whole, and since the last one, is there for good and added.
    """
    first, over = -((origin - item.start) // WEEK), min((last - origin) // WEEK, len(weeks))
    least: int = settings.RULES.get("campaign.forecast_weeks", last).number
    end = until or item.end
    if over - first < least or last > item.end:
        return None
    level = settings.RULES.get("campaign.forecast_level", last).share
    left = max(((end - origin).days + 1) / 7 - over, 0.0)
    whole, before = weeks[first:over], weeks[:first]
    if is_count:
        found = count_ahead([n for _x, n in whole], left, level)
        more = float(sum(n for _x, n in before))
        there = float(sum(n for _x, n in weeks))
        low, high = max(found.low + more, there), max(found.high + more, there)
        return Forecast(max(found.middle + more, there), low, high, found.scatter, over - first)
    parts = [one for one in (*before, *whole) if one[1]] or [(0.0, 0)]
    if not sum(n for _x, n in parts):
        return None
    # Weeks without a case are part of the time: what is to come is as much a week as so far.
    share = share_ahead(
        [x for x, _n in parts],
        [n for _x, n in parts],
        left * len(parts) / max(over - first, 1),
        level,
    )
    return Forecast(share.middle, share.low, share.high, share.scatter, over - first)


# --- kept beside the lake -----------------------------------------------------------------------

_ADAPTER: Final = TypeAdapter(dict[str, Reading])


@lru_cache(maxsize=16)
def _read(path: str, _stamp: tuple[int, int]) -> tuple[str, dict[str, Reading]] | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the key of a cache
            seal, _line, told = file.read().partition(b"\n")
        if not compare_digest(seal, _seal(told)):
            return None
        key, rows = orjson.loads(told)
        return str(key), _ADAPTER.validate_python(rows)
    except (OSError, ValueError, ValidationError):
        return None


def _kept(key: str) -> dict[str, Reading] | None:
    path = lake_folder() / f"programme-{key.partition('/')[0]}.json"
    try:
        state = path.stat()
    except OSError:
        return None
    found = _read(str(path), (state.st_mtime_ns, state.st_size))
    return found[1] if found is not None and found[0] == key else None


def _keep(key: str, code: str, found: dict[str, Reading]) -> dict[str, Reading]:
    """Lay it down in one step. What cannot be laid down is counted again the next time."""
    told = orjson.dumps([key, _ADAPTER.dump_python(found)])
    path = lake_folder() / f"programme-{code}.json"
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        draft.write_bytes(_seal(told) + b"\n" + told)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
    return found


def _seal(told: bytes) -> bytes:
    seal: bytes = settings.KEYRING.mac(told, purpose="programme", size=16)
    return seal.hex().encode()


def forget() -> None:
    """Drop what this process remembers."""
    _read.cache_clear()
