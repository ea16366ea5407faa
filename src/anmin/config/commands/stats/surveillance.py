"""Counts in time: which are higher than their own past explains."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console
from anmin.config.methods import File, Missing, Na, rows_of, tell
from anmin.kernel.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from anmin.config.table import Table

commands = typer.Typer()

Time = Annotated[
    str, typer.Option(help="Column of the moments, in order: dates, or numbers that go up by 1.")
]
Count = Annotated[str, typer.Option(help="Column of the counts.")]
First = Annotated[
    str | None,
    typer.Option("--from", help="First moment to judge: its row, counted from 1, or its date."),
]
Last = Annotated[str | None, typer.Option("--to", help="Last moment to judge; else the last row.")]


class Farrington(StrEnum):
    """The two forms of the method."""

    IMPROVED = "improved"
    ORIGINAL = "original"


class Threshold(StrEnum):
    """How the upper bound is found (improved only)."""

    DELTA = "delta"
    NB_PLUGIN = "nbPlugin"
    MUAN = "muan"


class Power(StrEnum):
    """The power that makes counts symmetric."""

    TWO_THIRDS = "2/3"
    HALF = "1/2"
    NONE = "none"


class Ears(StrEnum):
    """The three EARS methods."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"


Start = Annotated[
    str | None, typer.Option(help="Date of the first row, for weeks that are numbered only.")
]
Frequency = Annotated[
    int | None,
    typer.Option(
        "--frequency",
        "--freq",
        help="Moments in a year, such as 12; else by the dates, or 52 where there are none.",
    ),
]
Years = Annotated[int, typer.Option("--b", help="Years to go back.")]
HalfWindow = Annotated[
    int, typer.Option("--w", help="Moments before and after the same one of each year.")
]
Alpha = Annotated[float, typer.Option(help="Chance of an alarm without cause.")]
Reweight = Annotated[
    bool, typer.Option("--reweight/--no-reweight", help="Weight past outbreaks down.")
]
WeightsThreshold = Annotated[
    float | None,
    typer.Option(
        "--weights-threshold",
        "--weightsThreshold",
        help="Residual above which that is done; else 2.58, in the original form 1.",
    ),
]
Trend = Annotated[bool, typer.Option("--trend/--no-trend", help="Allow a trend.")]
PThresholdTrend = Annotated[
    float,
    typer.Option(
        "--p-threshold-trend", "--pThresholdTrend", help="It stays with a p-value below this."
    ),
]
NoPeriods = Annotated[
    int,
    typer.Option(
        "--no-periods", "--noPeriods", help="Parts of the year with a level of their own."
    ),
]
PastWeeks = Annotated[
    int | None,
    typer.Option(
        "--past-weeks-not-included",
        "--pastWeeksNotIncluded",
        help="Moments just before that are left out; else as many as --w.",
    ),
]
ThresholdMethod = Annotated[
    Threshold, typer.Option("--threshold-method", "--thresholdMethod", help="The upper bound.")
]
PowerTrans = Annotated[Power, typer.Option(help="Power that counts are taken to.")]
Limit54 = Annotated[
    str, typer.Option(help="No alarm with fewer cases than the first within the second moments.")
]


@commands.command("farrington")
def farrington(
    file: File,
    time: Time,
    count: Count,
    first: First = None,
    last: Last = None,
    method: Annotated[Farrington, typer.Option(help="The form.")] = Farrington.IMPROVED,
    start: Start = None,
    frequency: Frequency = None,
    b: Years = 5,
    w: HalfWindow = 3,
    alpha: Alpha = 0.05,
    reweight: Reweight = True,
    weights_threshold: WeightsThreshold = None,
    trend: Trend = True,
    p_threshold_trend: PThresholdTrend = 0.05,
    no_periods: NoPeriods = 1,
    past_weeks_not_included: PastWeeks = None,
    threshold_method: ThresholdMethod = Threshold.DELTA,
    powertrans: PowerTrans = Power.TWO_THIRDS,
    limit54: Limit54 = "5,4",
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Hold counts against the same season of the years before (Farrington's method)."""
    from anmin.config.table import read_table
    from anmin.stats.seasonal import Control, farrington

    control = Control(
        method=method.value, b=b, w=w, alpha=alpha, reweight=reweight,
        weights_threshold=weights_threshold, trend=trend, p_threshold_trend=p_threshold_trend,
        no_periods=no_periods, past_weeks_not_included=past_weeks_not_included,
        threshold_method=threshold_method.value, powertrans=powertrans.value,
        limit54=_pair(limit54),
    )  # fmt: skip
    table = read_table(file, numbers=[count], texts=[time], na=na)
    moments, dates = _moments(table, time, start)
    dates, year = (dates, 52) if frequency is None else (None, frequency)
    begin = _position(moments, first, "from") if first else _earliest(dates, year, b) + w
    end = _position(moments, last, "to") if last else len(moments) - 1
    at = range(begin, end + 1)
    found = farrington(table.counts(count), at, control=control, dates=dates, frequency=year)
    said = ("observed", "expected", "upperbound", "alarm", "score")
    rows = rows_of(time=moments[begin : end + 1], **{name: getattr(found, name) for name in said})
    tell({"rows": rows}, table, as_json=as_json)


@commands.command("ears")
def ears(
    file: File,
    time: Time,
    count: Count,
    first: First = None,
    last: Last = None,
    method: Annotated[Ears, typer.Option(help="What the baseline is.")] = Ears.C1,
    baseline: Annotated[int, typer.Option(help="Moments that a count is held against.")] = 7,
    alpha: Annotated[
        float | None, typer.Option(help="Chance of an alarm without cause; else 0.001, C3 0.025.")
    ] = None,
    min_sigma: Annotated[
        float,
        typer.Option("--min-sigma", "--minSigma", help="Smallest standard deviation believed."),
    ] = 0,
    na: Na = Missing.REFUSE,
    as_json: console.Json = False,
) -> None:
    """Hold counts against the few moments just before (EARS C1, C2, C3)."""
    from anmin.config.table import read_table
    from anmin.stats.recent import ears

    table = read_table(file, numbers=[count], texts=[time], na=na)
    moments, _dates = _moments(table, time, None)
    end = _position(moments, last, "to") if last else len(moments) - 1
    found = ears(
        table.counts(count)[: end + 1],
        _position(moments, first, "from") if first else None,
        method=method.value, baseline=baseline, alpha=alpha, min_sigma=min_sigma,
    )  # fmt: skip
    rows = rows_of(time=moments[end + 1 - len(found.alarm) : end + 1], **found._asdict())
    tell({"rows": rows}, table, as_json=as_json)


def _pair(text: str) -> tuple[int, int]:
    try:
        cases, moments = (int(part) for part in text.split(","))
    except ValueError:
        raise Refusal("limit54 must be two whole numbers, such as 5,4", field="limit54") from None
    return cases, moments


def _moments(
    table: "Table", column: str, start: str | None
) -> tuple[list[Any], "NDArray[Any] | None"]:
    """The moments as they are said, and as dates where they are some."""
    import numpy as np

    texts = table.texts(column)
    try:
        dates = texts.astype("datetime64[D]") if "-" in texts[0] else None
        begin = None if start is None else np.datetime64(start, "D")
    except ValueError:
        raise Refusal("a date must be written as 2026-01-31", field=column) from None
    if dates is not None:
        _evenly(table, column, dates)
        return texts.tolist(), dates
    try:
        numbers = texts.astype(np.int64)
    except ValueError:
        raise Refusal(
            f"{column} must hold dates such as 2026-01-31, or whole numbers", field=column
        ) from None
    gaps = np.append(False, np.diff(numbers) != 1)
    table.refuse_where(gaps, column, "must go up by 1 from row to row")
    if begin is None:
        return numbers.tolist(), None
    return numbers.tolist(), begin + 7 * np.arange(len(numbers))


def _evenly(table: "Table", column: str, dates: "NDArray[Any]") -> None:
    """Refuse dates that are not all as far apart, in days or in months."""
    import numpy as np

    months = dates.astype("datetime64[M]")
    if len(np.unique(dates - months)) == 1 and len(np.unique(np.diff(months))) <= 1:
        return
    gaps = np.diff(dates).astype(int)
    usual = int(np.median(gaps))
    wrong = np.append(False, (gaps != usual) | (gaps <= 0))
    table.refuse_where(wrong, column, f"must be {max(usual, 1)} days after the row before")


def _earliest(dates: "NDArray[Any] | None", frequency: int, years: int) -> int:
    """The first position that has so many years before it for sure."""
    if dates is None or len(dates) < 2:
        return frequency * years
    return -(-366 * years // max(int((dates[1] - dates[0]).astype(int)), 1))


def _position(moments: list[Any], asked: str, option: str) -> int:
    """The position of a moment that is given by its name, or by its row counted from 1."""
    names = [str(moment) for moment in moments]
    if asked in names:
        return names.index(asked)
    if asked.isdecimal() and 1 <= int(asked) <= len(moments):
        return int(asked) - 1
    raise Refusal(f"--{option}: there is no moment {asked}", field=option)
