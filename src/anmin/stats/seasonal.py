"""More than the season, the trend and chance explain? Counts in time against their own past.

For each moment a log-linear model is fitted to comparable moments of the last ``b`` years, past
outbreaks are weighted down, and the count is held against the upper limit of what the model
allows.

Sources: C. P. Farrington et al., JRSS A 159 (1996) 547-563 (original); A. Noufaily et al.,
Statistics in Medicine 32 (2013) 1206-1222 (improved: the whole year with a seasonal factor, a
higher threshold for reweighting, recent weeks left out). Options carry the names and defaults, and
give the values, of `farrington` and `farringtonFlexible` of the R package surveillance.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from anmin.kernel.errors import Refusal
from anmin.stats import quasipoisson
from anmin.stats.arguments import Floats, counts
from anmin.stats.reference import Reference, reference_points

POWERS = {"2/3": 2 / 3, "1/2": 1 / 2, "none": 1.0}
THRESHOLDS = ("delta", "nbPlugin", "muan")
METHODS = ("improved", "original")


@dataclass(frozen=True, slots=True)
class Control:
    """The options of `farrington`.

    Raises:
        Refusal: an option outside its range, by its name.
    """

    method: str = "improved"
    """"original" or "improved"."""
    b: int = 5
    """Years to go back."""
    w: int = 3
    """Moments taken before and after the same moment of each year."""
    alpha: float = 0.05
    """Chance of an alarm without cause: beyond one side (improved), or both (original)."""
    reweight: bool = True
    weights_threshold: float | None = None
    """Residual above which a moment is weighted down: 2.58 if improved, 1 if original."""
    trend: bool = True
    """Allow a trend; it stays if it is significant, b >= 3 and it leads no higher than before."""
    p_threshold_trend: float = 0.05
    no_periods: int = 1
    """Parts of the year with a level of their own; 1 takes the windows alone (improved only)."""
    past_weeks_not_included: int | None = None
    """Moments before now that are left out (improved only); if None, ``w``."""
    threshold_method: str = "delta"
    """"delta", "nbPlugin" or "muan" (improved only)."""
    powertrans: str = "2/3"
    """Power that makes counts symmetric: "2/3", "1/2" or "none" (for "delta")."""
    limit54: tuple[int, int] = (5, 4)
    """No alarm with fewer than so many cases within so many moments, now included."""

    def __post_init__(self) -> None:
        for name, allowed in (
            ("method", METHODS),
            ("threshold_method", THRESHOLDS),
            ("powertrans", tuple(POWERS)),
        ):
            if getattr(self, name) not in allowed:
                raise Refusal(f"{name} must be one of {', '.join(allowed)}", field=name)
        for name, least in (("b", 1), ("w", 0), ("no_periods", 1)):
            if getattr(self, name) < least:
                raise Refusal(f"{name} must be at least {least}", field=name)
        if not 0 < self.alpha < 0.5:
            raise Refusal("alpha must lie between 0 and 0.5, such as 0.01", field="alpha")
        if not 0 < self.p_threshold_trend <= 1:
            raise Refusal("p_threshold_trend must lie between 0 and 1", field="p_threshold_trend")
        if self.weights_threshold is not None and self.weights_threshold <= 0:
            raise Refusal("weights_threshold must be above 0", field="weights_threshold")
        if self.past_weeks_not_included is not None and self.past_weeks_not_included < 0:
            raise Refusal(
                "past_weeks_not_included must be at least 0", field="past_weeks_not_included"
            )
        if self.limit54[0] < 0 or self.limit54[1] < 1:
            raise Refusal("limit54 must be cases from 0 and moments from 1", field="limit54")

    @property
    def original(self) -> bool:
        return self.method == "original"

    @property
    def left_out(self) -> int:
        """Moments before now that are left out of the reference."""
        return self.w if self.past_weeks_not_included is None else self.past_weeks_not_included

    @property
    def threshold(self) -> float | None:
        """What `quasipoisson.fit` takes."""
        if not self.reweight:
            return None
        return self.weights_threshold or (1.0 if self.original else 2.58)


@dataclass(frozen=True, slots=True)
class Alarms:
    """What was expected and where the count is too high: arrays series × moments (or moments)."""

    observed: Floats
    expected: Floats
    """NaN where no model can be fitted or (improved) too few cases make the question idle."""
    upperbound: Floats
    """As ``expected``; where too few cases make the question idle, the original says 0."""
    alarm: NDArray[np.bool_]
    score: Floats
    """(observed - expected) / (upperbound - expected): above 1 is an alarm, if there are enough
    cases. (With "nbPlugin" and "muan", R takes the logarithm of what is expected here.)"""
    trend: NDArray[np.bool_]
    """Whether the model kept a trend."""
    dispersion: Floats
    """Variance over mean, at least 1."""


def farrington(
    observed: ArrayLike,
    at: Iterable[int],
    *,
    control: Control | None = None,
    dates: ArrayLike | None = None,
    frequency: int = 52,
) -> Alarms:
    """Hold the counts at these moments (positions in time, from 0) against the years before.

    ``observed`` is one series, or series × time; all are judged at once. Years are counted back by
    ``frequency`` moments, or, where ``dates`` (one for each moment, all 7 days or all 1 day apart)
    are given, by the calendar: to the nearest date of the same weekday.

    Raises:
        Refusal: counts that are none; options out of range; moments that are not there, or have
            less than ``b`` years and ``w`` before them; a year too short for ``no_periods``.
    """
    control = control or Control()
    series = counts(observed, "observed")
    if series.ndim not in (1, 2):
        raise Refusal("observed must be one series, or series by time", field="observed")
    table, moments = np.atleast_2d(series), list(at)
    columns = [
        _judge(
            table,
            moment,
            reference_points(table.shape[1], moment, dates, frequency, control),
            control,
        )
        for moment in moments
    ]
    names = Alarms.__slots__
    stacked = {name: np.array([column[name] for column in columns]).T for name in names}
    if not moments:
        stacked = {name: np.empty((len(table), 0)) for name in names}
    if series.ndim == 1:
        stacked = {name: value[0] for name, value in stacked.items()}
    return Alarms(**stacked)


def _judge(
    table: Floats, moment: int, reference: Reference, control: Control
) -> dict[str, NDArray[np.generic]]:
    """All series at one moment."""
    fits = quasipoisson.fit(
        table[:, reference.moments],
        reference.group,
        reference.time,
        here=reference.here,
        now=reference.now,
        trend=control.trend and control.b >= 3,
        p_trend=control.p_threshold_trend,
        threshold=control.threshold,
        published=not control.original,
    )
    seen = table[:, moment]
    upper = _upper(fits, control)
    cases, span = control.limit54
    enough = table[:, max(moment - span + 1, 0) : moment + 1].sum(axis=1) >= cases
    with np.errstate(invalid="ignore", divide="ignore"):
        score = (seen - fits.mean) / (upper - fits.mean)
        alarm = enough & (seen > upper)
    idle = ~enough
    return {
        "observed": seen,
        "expected": fits.mean if control.original else np.where(idle, np.nan, fits.mean),
        "upperbound": np.where(idle, 0.0 if control.original else np.nan, upper),
        "alarm": alarm,
        "score": score,
        "trend": fits.trended,
        "dispersion": fits.dispersion,
    }


def _upper(fits: quasipoisson.Fits, control: Control) -> Floats:
    from scipy import stats  # four tenths of a second that most commands need not spend

    mean, phi = fits.mean, fits.dispersion
    if control.original or control.threshold_method == "delta":
        power = POWERS[control.powertrans]
        # Variance of the difference between a new count and its forecast, on the scale of the power.
        spread = power**2 * mean ** (2 * power - 1) * (phi + fits.error**2 * mean)
        z = special.ndtri(1 - control.alpha / (2 if control.original else 1))
        upper: Floats = (mean**power + z * np.sqrt(spread)) ** (1 / power)
        return upper
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if control.threshold_method == "muan":
            mean = mean * np.exp(special.ndtri(1 - control.alpha) * fits.error)
        over = stats.nbinom.ppf(1 - control.alpha, mean / (phi - 1), 1 / phi)
    return np.where(phi > 1, over, stats.poisson.ppf(1 - control.alpha, mean))
