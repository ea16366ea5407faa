"""Figures as honest pictures: one description gives the chart, its table and its words.

No point travels alone: a value carries n and, where it is an estimate, its interval; a cell that
is too small to show is suppressed here, before anything reaches the browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

Kind = Literal["line-band", "dots-interval", "bars", "funnel"]
Unit = Literal["percent", "count", "ratio", "hours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of one series: ``at`` is the category or period it stands for.

    ``value``, ``low`` and ``high`` are raw (0.936, not 93.6). ``n`` is the denominator.
    """

    at: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    suppressed: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of one kind.

    ``finding`` is the sentence that the picture supports; ``how`` tells how it was made (source,
    denominator, interval method, cut-off). ``level`` is that of the intervals in per cent.
    ``reference`` draws a named line, as a promise of 0.9. ``log``: half and double lie equally far from
    it; every value and limit must be above 0.
    A ``funnel`` sets values against their n; its rows are n, inner low and high, outer low and high.
    """

    id: str
    kind: Kind
    title: str
    dimension: str
    series: tuple[Series, ...]
    unit: Unit = "percent"
    decimals: int = 1
    level: int = 95
    finding: str = ""
    how: str = ""
    csv_url: str = ""
    reference: float | None = None
    reference_label: str = ""
    log: bool = False
    funnel: tuple[tuple[float, float, float, float, float], ...] = ()

    def shown(self, value: float | None) -> str:
        """A raw value as the reader sees it: "93.6%", "1,204", "1.33"."""
        if value is None:
            return "—"
        if self.unit == "percent":
            return f"{value * 100:.{self.decimals}f}%"
        if self.unit == "count":
            return _whole(value)
        return f"{value:,.{self.decimals}f}"

    def table(self) -> list[dict[str, Any]]:
        """One row per point in the order of the series, every cell already in words."""
        return [
            {
                "series": series.name,
                "at": point.at,
                "url": point.url,
                "suppressed": point.suppressed,
                "value": _("too few to show") if point.suppressed else self.shown(point.value),
                "interval": self._interval(point),
                "n": "—" if point.n is None or point.suppressed else _whole(point.n),
            }
            for series in self.series
            for point in series.points
        ]

    def spec(self) -> dict[str, Any]:
        """What the browser draws. Suppressed values are not in it."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "decimals": self.decimals,
            "log": self.log,
            "funnel": self.funnel,
            "reference": self.reference,
            "referenceLabel": self.reference_label,
            "series": [
                {
                    "name": series.name,
                    "points": [self._drawn(point) for point in series.points],
                }
                for series in self.series
            ],
        }

    @property
    def many(self) -> bool:
        """Whether the table needs a column for the series."""
        return len(self.series) > 1

    @property
    def has_interval(self) -> bool:
        """Whether any point carries an interval."""
        return any(p.low is not None for s in self.series for p in s.points)

    @property
    def has_n(self) -> bool:
        """Whether any point carries its denominator."""
        return any(p.n is not None for s in self.series for p in s.points)

    @property
    def has_suppressed(self) -> bool:
        """Whether any point is withheld, which the figure then says."""
        return any(p.suppressed for s in self.series for p in s.points)

    def _interval(self, point: Point) -> str:
        if point.suppressed or point.low is None:
            return "—"
        # The unit is said once: 93.1–94.1%.
        low = self.shown(point.low).removesuffix("%")
        return f"{low}–{self.shown(point.high)}"

    def _drawn(self, point: Point) -> dict[str, Any]:
        if point.suppressed:
            return {"at": point.at, "suppressed": True, "label": _("too few to show")}
        label = self.shown(point.value)
        if point.low is not None:
            label = _("%(value)s (%(level)d%% interval %(interval)s)") % {
                "value": label,
                "level": self.level,
                "interval": self._interval(point),
            }
        if point.n is not None:
            label = _("%(label)s, n = %(n)s") % {"label": label, "n": _whole(point.n)}
        return {
            "at": point.at,
            "value": point.value,
            "low": point.low,
            "high": point.high,
            "n": point.n,
            "url": point.url,
            "label": label,
        }


def _whole(number: float) -> str:
    # Thousands in both languages: Chinese statistics write them so too, Django's locale does not.
    return f"{number:,.0f}"
