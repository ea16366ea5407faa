"""Which past moments a moment is held against, and to which part of the year each belongs."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats


class Windows(Protocol):
    """Which moments of the years before count: the options of that name of `seasonal.Control`."""

    @property
    def b(self) -> int: ...
    @property
    def w(self) -> int: ...
    @property
    def no_periods(self) -> int: ...
    @property
    def left_out(self) -> int: ...
    @property
    def original(self) -> bool: ...


class Reference(NamedTuple):
    """The moments (positions), the group and the time of each; and those of the moment asked for."""

    moments: NDArray[np.int64]
    group: NDArray[np.int64]
    time: Floats
    here: int
    now: float


def reference_points(
    length: int, moment: int, dates: ArrayLike | None, frequency: int, control: Windows
) -> Reference:
    """The reference of one moment of a series of this length.

    Raises:
        Refusal: a moment that is not in the series, or has too little past.
    """
    if not 0 <= moment < length:
        raise Refusal(f"there is no moment {moment + 1} in a series of {length}", field="at")
    years = _years_back(length, moment, dates, frequency, control.b)
    if control.original:
        windows = [np.arange(year - control.w, year + control.w + 1) for year in years[:0:-1]]
        moments = np.concatenate(windows)
        moments = moments[moments >= 0]
        group = np.zeros(len(moments), dtype=np.int64)
    else:
        if years[-1] < control.w:
            raise _too_little_past(moment, control.b)
        group = _parts(years, moment, control)
        group[max(moment - control.left_out, 0) : moment] = -1
        moments = np.flatnonzero(group >= 0)
        group = group[moments]
    if len(moments) < 3:
        raise _too_little_past(moment, control.b)
    present, numbered = np.unique(group, return_inverse=True)
    here = int(np.searchsorted(present, group.max()))
    start = moments[0]
    return Reference(
        moments, numbered, (moments - start).astype(float), here, float(moment - start)
    )


def _too_little_past(moment: int, years: int) -> Refusal:
    return Refusal(f"moment {moment + 1} has not {years} years before it", field="b")


def _parts(years: NDArray[np.int64], moment: int, control: Windows) -> NDArray[np.int64]:
    """The part of the year of each moment before: the windows are the last part."""
    w, last = control.w, control.no_periods - 1
    part = np.full(moment, -1)
    part[max(moment - w, 0) :] = last
    for year, next_year in zip(years[1:], years[:-1], strict=True):
        part[year - w : year + w + 1] = last
        between = next_year - year - 2 * w - 1
        if not last:
            continue
        if between < last:
            raise Refusal("the year is too short for so many periods", field="no_periods")
        # As even as can be, the first ones longer.
        lengths = np.full(last, between // last)
        lengths[: between % last] += 1
        part[year + w + 1 : next_year - w] = np.repeat(np.arange(last), lengths)
    return part


def _years_back(
    length: int, moment: int, dates: ArrayLike | None, frequency: int, years: int
) -> NDArray[np.int64]:
    """The moment and the same moment of each year before it, by frequency or by calendar."""
    if dates is None:
        if frequency < 1:
            raise Refusal("frequency must be at least 1", field="frequency")
        back = moment - frequency * np.arange(years + 1)
    else:
        back = _by_calendar(np.asarray(dates, dtype="datetime64[D]"), length, moment, years)
    if back[-1] < 0:
        raise _too_little_past(moment, years)
    return back


def _by_calendar(
    days: NDArray[np.datetime64], length: int, moment: int, years: int
) -> NDArray[np.int64]:
    apart = np.unique(np.diff(days).astype(int))
    if len(days) != length or len(apart) != 1 or apart[0] not in (1, 7):
        raise Refusal(
            "dates must be one for each moment, all 7 days or all 1 day apart", field="dates"
        )
    step, today = int(apart[0]), days[moment]
    month = today.astype("datetime64[M]")
    # The day within the month is added to the month of a year before: 29 February becomes 1 March.
    same_day = (month - 12 * np.arange(years + 1)).astype("datetime64[D]") + (today - month)
    since = (same_day - days[0]).astype(int)
    back: NDArray[np.int64] = (since + step // 2) // step
    return back
