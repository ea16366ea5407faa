"""Stations and towns beside each other: rank intervals and a funnel, never a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import beyond_words
from anmin.desk.figures.numbers import p_value
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.figures.periods import PeriodForm
from anmin.desk.figures.pictures import point_of
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, address, choices
from anmin.desk.watch import words as watching
from anmin.people.policy import Capability
from anmin.watch.periods import Period, rule
from anmin.watch.ranking import BY, LEVELS, Ranking, rankable, ranked

if TYPE_CHECKING:
    from anmin.watch.ranking import Ranked

KINDS = {"unit": gettext_lazy("Stations"), "town": gettext_lazy("Towns and streets")}
FUNNEL = ("within", "inner", "outer")
USUAL = "answered_in_time"
OUTSIDE = (
    watching.Badge(gettext_lazy("within chance"), "plain"),
    watching.Badge(gettext_lazy("beyond the inner limits"), "info"),
    watching.Badge(gettext_lazy("beyond the outer limits"), "at_risk"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The indicator, what is ranked, the period, and the form that was filled in."""

    form: PeriodForm
    period: Period
    key: str
    by: str


def _labels(found: Ranking) -> dict[Any, str]:
    few = [row.dimensions[found.by] for row in found.too_few]
    return shown.cell_labels(found.indicator, found.by, [row.code for row in found.rows] + few)


def _finding(found: Ranking) -> str:
    """Whether there is anything to rank at all."""
    if found.same is None:
        return ""
    words = {"p": p_value(found.same), "n": len(found.rows)}
    if found.same > 1 - rule("measures.confidence").share:
        return (
            _("The %(n)s places could all be alike (p = %(p)s): the order may be chance.") % words
        )
    return (
        _("The %(n)s places are not all alike (p = %(p)s); how sure a rank is, its interval says.")
        % words
    )


def _line(
    request: DeskRequest, found: Ranking, row: Ranked, labels: dict[Any, str]
) -> dict[str, Any]:
    return {
        "label": labels[row.code],
        "rank": row.rank,
        "ranks": f"{row.low}–{row.high}",
        "words": shown.in_words(found.indicator, row.figure),
        "url": shown.opens(
            request.user, found.indicator, row.figure, found.period.start, found.period.end
        ),
        "badge": OUTSIDE[row.outside],
    }


def _plots(found: Ranking, labels: dict[Any, str], csv_url: str) -> list[drawn.Figure]:
    dimension = str(KINDS[found.by])
    order = drawn.Figure(
        id="ranks",
        kind="dots-interval",
        unit="count",
        title=_("Ranks and the ranks that are possible"),
        dimension=dimension,
        series=(
            drawn.Series(
                name=_("rank"),
                points=tuple(
                    drawn.Point(
                        at=labels[row.code],
                        value=row.rank,
                        low=row.low,
                        high=row.high,
                        n=row.figure.denominator,
                    )
                    for row in found.rows
                ),
            ),
        ),
        level=round(found.level * 100),
        finding=_finding(found),
        how=_how_ranks(found),
        csv_url=csv_url,
    )
    if not found.funnel:
        return [order]
    funnel = drawn.Figure(
        id="funnel",
        kind="funnel",
        title=_("Funnel: shares against their n"),
        dimension=dimension,
        series=(
            drawn.Series(
                name=str(found.indicator.label),
                points=tuple(point_of(row.figure, labels[row.code]) for row in found.rows),
            ),
        ),
        funnel=tuple((one.n, *one.inner, *one.outer) for one in found.funnel),
        level=shown.level_now(),
        reference=found.target,
        reference_label=_("all together"),
        finding=_funnel_finding(found, labels),
        how=_how_funnel(found),
        csv_url=csv_url,
    )
    return [order, funnel]


def _funnel_finding(found: Ranking, labels: dict[Any, str]) -> str:
    outside = [row for row in found.rows if row.outside]
    values = [(str(labels[row.code]), row.figure.value or 0) for row in outside]
    told = beyond_words(values, found.target, len(found.rows))
    if not outside:
        return told
    far = sum(row.outside > 1 for row in outside)
    return f"{told} " + _("%(far)s beyond the outer limits.") % {"far": far}


def _how_ranks(found: Ranking) -> str:
    words = {"level": f"{found.level * 100:g}%", "least": found.least}
    return "\n".join(
        [
            str(found.indicator.how_made),
            _(
                "Rank 1 is the highest share. With probability %(level)s all intervals hold all "
                "true ranks at once (Klein, Wright and Wieczorek 2020)."
            )
            % words,
            _("None with fewer than %(least)s records is ranked; nobody ranks persons.") % words,
            shown.as_of(found),
        ]
    )


def _how_funnel(found: Ranking) -> str:
    inner, outer = (f"{level * 100:g}%" for level in LEVELS)
    lines = [
        _("Dashed limits: %(inner)s, solid: %(outer)s, around the share of all together.")
        % {"inner": inner, "outer": outer},
        _("Limits allow for places that differ by more than chance (Spiegelhalter 2005)."),
    ]
    if found.excess:
        lines.append(
            _("There is such a difference here, so the limits are wider than chance alone.")
        )
    return "\n".join([*lines, shown.as_of(found)])


class Ranks(FigurePage[Asked, Ranking]):
    """Ranks with their intervals, and the funnel."""

    address = "watch/ranks"
    capabilities = (Capability.VIEW_WATCH,)

    def ask(self, request: DeskRequest) -> Asked:
        form, today = PeriodForm.asked(request), timezone.localdate()
        days = rule("watch.compare_days").number
        by = request.GET.get("by", "")
        by = by if by in BY else BY[0]
        key = request.GET.get("key", "")
        key = key if key in {one.key for one in rankable(by)} else USUAL
        period = form.period(Period(today - timedelta(days=days - 1), today))
        return Asked(form, period, key, by)

    def around(self, request: DeskRequest, asked: Asked) -> dict[str, Any]:
        return {
            "asked": {"form": asked.form, "start": asked.period.start, "end": asked.period.end},
            "key": asked.key,
            "by": asked.by,
            "indicators": [(one.key, one.label) for one in rankable(asked.by)],
            "kinds": choices(
                KINDS,
                asked.by,
                lambda by: address("watch_ranks", key=asked.key, by=by),
            ),
        }

    def compute(self, request: DeskRequest, asked: Asked) -> Ranking:
        return ranked(asked.key, asked.by, asked.period)

    def shown(self, request: DeskRequest, asked: Asked, found: Ranking) -> dict[str, Any]:
        """Ranks with their intervals, the funnel, and the table of both."""
        start, end = asked.period.start, asked.period.end
        csv_url = address("watch_ranks_csv", key=asked.key, by=asked.by, start=start, end=end)
        labels = _labels(found)
        return {
            "has_without": found.indicator.aside is not None,
            "has_demands": found.indicator.demands is not None,
            "days": watching.days(asked.period),
            "csv_url": csv_url,
            "lines": [_line(request, found, row, labels) for row in found.rows],
            "too_few": [labels[row.dimensions[asked.by]] for row in found.too_few],
            "least": found.least,
            "plots": _plots(found, labels, csv_url) if found.rows else [],
            "as_of": shown.as_of(found),
            "level": shown.level_now(),
        }

    def sheet(self, request: DeskRequest, asked: Asked, found: Ranking) -> Sheet:
        """The same; who has too few records stands at the end, without a rank."""
        labels = _labels(found)
        rows = [{"code": one.code, "figure": one.figure, "ranked": one} for one in found.rows]
        few = [{"code": one.dimensions[asked.by], "figure": one} for one in found.too_few]
        return Sheet(
            f"ranks-{asked.key}-{asked.by}",
            [*rows, *few],
            {
                asked.by: "code",
                "label": lambda row: labels[row["code"]],
                **columns("rank rank_low=low rank_high=high", of="ranked"),
                **columns("value low high numerator n=denominator", of="figure"),
                **columns(
                    "without_numerator=numerator without_n=denominator without_value=value",
                    of="figure.without",
                ),
                **columns(
                    "without_demands_numerator=numerator without_demands_n=denominator "
                    "without_demands_value=value",
                    of="figure.without_demands",
                ),
                "funnel": lambda row: (
                    FUNNEL[row["ranked"].outside] if "ranked" in row else "too few"
                ),
            },
            {
                "indicator": asked.key,
                "start": asked.period.start,
                "end": asked.period.end,
                **as_of_columns(found),
            },
        )


urlpatterns = Ranks().urlpatterns
