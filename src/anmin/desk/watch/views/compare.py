"""Every place and category against last year or the time before: signals told from chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anmin.desk.figures import indicators as shown
from anmin.desk.figures.findings import scatter_words
from anmin.desk.figures.numbers import decimal, p_value
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.figures.periods import PeriodForm
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, address, choices
from anmin.desk.watch import words as watching
from anmin.matters.categories import category_choices
from anmin.people.policy import Capability, can
from anmin.watch.comparing import KEY, Base, Compared, compared, lately, usual
from anmin.watch.evidence import judged_by
from anmin.watch.periods import Period, rule

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.watch.comparing import Row

SHOWN = 120
DRAWN = 20
BASES = {
    Base.YEAR: gettext_lazy("Same period last year"),
    Base.BEFORE: gettext_lazy("The time just before"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked for."""

    form: PeriodForm
    period: Period
    level: str
    base: Base
    usual: Base
    category: str
    town: str


def _narrowed(found: Compared, asked: Asked) -> list[Row]:
    return [
        row
        for row in found.rows
        if (not asked.category or row.category == asked.category)
        and (not asked.town or row.place.startswith(asked.town))
    ]


def _address(request: DeskRequest, view: str, asked: Asked, **changes: str) -> str:
    said = {
        "level": asked.level,
        "base": asked.base.value,
        "start": request.GET.get("start", ""),
        "end": request.GET.get("end", ""),
        "category": asked.category,
        "town": asked.town,
    }
    return address(view, **{**said, **changes})


def _summary(found: Compared) -> str:
    """How many of all are signals, and what may be wrong with that."""
    if not found.rows:
        return _("Nothing was counted in either period.")
    if not found.signals:
        return _("None of %(all)s comparisons is a signal: chance may explain each of them.") % {
            "all": f"{len(found.rows):,}"
        }
    words = {
        "signals": f"{len(found.signals):,}",
        "all": f"{len(found.rows):,}",
        "fdr": f"{found.fdr * 100:g}%",
    }
    told = (
        ngettext(
            "%(signals)s of %(all)s comparisons is a signal.",
            "%(signals)s of %(all)s comparisons are signals.",
            len(found.signals),
        )
        % words
    )
    return f"{told} " + _("Of such signals at most about %(fdr)s are false on average.") % words


def _scattered(found: Compared) -> str:
    """How counts scatter here, and how many calls count with another one."""
    told = scatter_words(found.scatter, known=found.scatter_known)
    if not found.repeats:
        return told
    again = ngettext(
        "%(n)s call is likely about the same event as the one before it, and counts with it.",
        "%(n)s calls are likely about the same event as the one before them, and count with it.",
        found.repeats,
    ) % {"n": f"{found.repeats:,}"}
    return f"{told} {again}"


def _base_words(found: Compared, asked: Asked) -> str:
    """Which period stands against which, and why."""
    words = {"now": watching.days(found.now), "earlier": watching.days(found.earlier)}
    told = _("%(now)s against %(earlier)s.") % words
    if found.whole:
        if asked.usual is Base.BEFORE:
            told += " " + _("A year ago is not on record everywhere, so this is the time before.")
        return told
    return f"{told} " + _(
        "That time is not on record everywhere: only places with records of it are compared."
    )


def _lines(account: Account, found: Compared, rows: list[Row]) -> list[dict[str, Any]]:
    speaks = (found.now, found.base) in judged_by(timezone.localdate())

    def behind(row: Row, period: Period, counted: int) -> str:
        cell = {_level(row): row.place, "category": row.category}
        return watching.records_of(account, KEY, period, cell) if counted else ""

    return [
        {
            "place": watching.place_name(row.place),
            "category": watching.topic_name(row.category),
            "this": watching.events_of(row.this, row.calls[0]),
            "last": watching.events_of(row.last, row.calls[1]),
            "ratio": decimal(row.ratio, 2),
            "limits": watching.limits(row.low, row.high),
            "p": p_value(row.p),
            "p_pure": p_value(row.p_pure),
            "scatter": f"{row.scatter:.1f}",
            "q": p_value(row.q),
            "verdict": watching.verdict(row.verdict, rise=row.rise),
            "url": behind(row, found.now, row.this),
            "earlier_url": behind(row, found.earlier, row.last),
            "propose_url": address(
                "candidate_new", area=row.place, ground="rise", about=row.category
            )
            if speaks and row.verdict == "signal" and row.rise
            else "",
        }
        for row in rows
    ]


def _level(row: Row) -> str:
    return "town" if len(row.place) == watching.TOWN_CODE else "area"


def _plot(found: Compared, rows: list[Row], csv_url: str) -> drawn.Figure | None:
    """The ratios of the first rows that have one with both limits above 0."""
    known = [row for row in rows if row.ratio and row.low and row.high is not None][:DRAWN]
    if not known:
        return None
    points = tuple(
        drawn.Point(
            at=f"{watching.place_name(row.place)} · {watching.topic_name(row.category)}",
            value=row.ratio,
            low=row.low,
            high=row.high,
            n=row.this + row.last,
        )
        for row in known
    )
    return drawn.Figure(
        id="ratios",
        kind="dots-interval",
        unit="ratio",
        decimals=2,
        title=_("Rate now over rate then"),
        dimension=_("Place and category"),
        series=(drawn.Series(name=_("ratio"), points=points),),
        level=round(found.level * 100),
        reference=1,
        reference_label=_("no change"),
        log=True,
        how=how_made(found),
        csv_url=csv_url,
    )


def how_made(found: Compared) -> str:
    """What was compared with what, by which test."""
    words = {
        "now": watching.days(found.now),
        "earlier": watching.days(found.earlier),
        "days": found.now.days,
        "before": found.earlier.days,
        "level": watching.level_percent(),
        "fdr": f"{found.fdr * 100:g}%",
        "all": f"{len(found.rows):,}",
    }
    return "\n".join(
        [
            _("Incidents as reported, %(now)s (%(days)s days) and %(earlier)s (%(before)s days).")
            % words,
            _(
                "Each pair of counts is compared given their sum: exactly as pure chance (Poisson) "
                "would have it, and, where the counts of its category scatter more, by the "
                "beta-binomial with the scatter that all places and weeks show. p is that of no "
                "change, the interval (%(level)s) is that of the ratio of the daily rates."
            )
            % words,
            scatter_words(found.scatter, known=found.scatter_known),
            _(
                "Calls of one community and category within %(minutes)s minutes are likely about "
                "one event, and count once."
            )
            % {"minutes": rule("watch.same_event_minutes").number},
            _(
                "“Signal”: the false discovery rate over all %(all)s comparisons stays within "
                "%(fdr)s (Benjamini and Hochberg). “Too few to say”: not even the most extreme "
                "outcome of so few records could have been a signal."
            )
            % words,
            shown.as_of(found),
        ]
    )


class Comparison(FigurePage[Asked, Compared]):
    """Every place and category against an earlier period."""

    address = "watch/compare"
    capabilities = (Capability.VIEW_WATCH,)

    def ask(self, request: DeskRequest) -> Asked:
        form, today = PeriodForm.asked(request), timezone.localdate()
        period, base = best = usual(today)
        if (wanted := request.GET.get("base", "")) in set(Base):
            base = Base(wanted)
        if base is Base.YEAR:
            period = lately(today, rule("watch.compare_days").number)
        return Asked(
            form=form,
            period=form.period(period),
            level=watching.level_asked(request.GET.get("level", "")),
            base=base,
            usual=best[1],
            category=form.cleaned_data.get("category", ""),
            town=request.GET.get("town", ""),
        )

    def around(self, request: DeskRequest, asked: Asked) -> dict[str, Any]:
        def to(name: str) -> Callable[[str], str]:
            return lambda code: _address(request, "watch_compare", asked, **{name: code})

        return {
            "asked": asked,
            "levels": choices(watching.LEVEL_LABELS, asked.level, to("level")),
            "bases": choices(BASES, asked.base, to("base")),
            "towns": watching.towns(),
            "categories": category_choices(),
        }

    def compute(self, request: DeskRequest, asked: Asked) -> Compared:
        return compared(asked.period, asked.base, asked.level)

    def shown(self, request: DeskRequest, asked: Asked, found: Compared) -> dict[str, Any]:
        """The comparison as a table, signals first."""
        rows = _narrowed(found, asked)
        csv_url = _address(request, "watch_compare_csv", asked)
        repeats_url = address(
            "watch_repeats",
            start=found.now.start,
            end=found.now.end,
            category=asked.category,
            place=asked.town,
        )
        return {
            "lines": _lines(request.user, found, rows[:SHOWN]),
            "left": len(rows) - len(rows[:SHOWN]),
            "finding": f"{_summary(found)} {_scattered(found)}",
            "repeats_url": repeats_url if found.repeats else "",
            "base_words": _base_words(found, asked),
            "plot": _plot(found, rows, csv_url),
            "csv_url": csv_url,
            "level_words": watching.level_percent(),
            "as_of": shown.as_of(found),
            "proposes": can(request.user, Capability.PROPOSE_LISTING),
        }

    def sheet(self, request: DeskRequest, asked: Asked, found: Compared) -> Sheet:
        """Every row, whatever the page shows of them."""
        return Sheet(
            f"comparison-{asked.level}-{asked.base}",
            _narrowed(found, asked),
            {
                "place": "place",
                "label": lambda row: watching.place_name(row.place),
                **columns("category this last"),
                "calls_this": lambda row: row.calls[0],
                "calls_last": lambda row: row.calls[1],
                **columns("ratio low high p p_pure_chance=p_pure scatter q verdict"),
            },
            {
                "start": found.now.start,
                "end": found.now.end,
                "earlier_start": found.earlier.start,
                "earlier_end": found.earlier.end,
                **as_of_columns(found),
            },
        )


urlpatterns = Comparison().urlpatterns
