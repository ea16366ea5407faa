"""The sentence that stands above a figure: what it shows, and whether chance explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.desk.figures.indicators import cell_labels
from anmin.measures.change_words import points
from anmin.measures.comparing import apart_from_total, last_change
from anmin.measures.registry import MONTH, Kind
from anmin.people.listing import clauses, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anmin.measures.comparing import Unusual
    from anmin.measures.queries import Result

NAMED = 5
"""So many cells of either side are named in a sentence."""
SCATTERED = 1.05
"""Times the variance of pure chance from which a page says that counts scatter more."""


def of_breakdown(result: Result) -> str:
    """What a breakdown of a share along one dimension supports; empty if that is nothing."""
    if result.indicator.kind is Kind.COUNT:
        return ""
    return _of_months(result) if result.by == (MONTH,) else _of_cells(result)


def _of_months(result: Result) -> str:
    apart = last_change(result)
    if apart is None:
        return ""
    return _("Last month against the one before: %(apart)s.") % {"apart": points(apart)}


def _of_cells(result: Result) -> str:
    (name,) = result.by
    outside, judged = apart_from_total(result)
    if len(judged) < 2 or result.total.value is None:
        return ""
    labels = cell_labels(result.indicator, name, [row.dimensions[name] for row in outside])
    values = [(str(labels[row.dimensions[name]]), row.value or 0) for row in outside]
    return beyond_words(values, result.total.value, len(judged))


def beyond_words(values: Sequence[tuple[str, float]], middle: float, judged: int) -> str:
    """Which of some places leave the funnel, and on which side: the same on every page."""
    higher = [label for label, value in values if value > middle]
    lower = [label for label, value in values if value <= middle]
    outside = len(values)
    words = {"n": outside, "all": judged, "expected": f"{judged * 0.05:.1f}"}
    if not outside:
        return (
            _("None of %(all)s places lies beyond what chance and their usual scatter explain.")
            % words
        )
    told = ngettext(
        "%(n)s of %(all)s places lies beyond the limits of the funnel",
        "%(n)s of %(all)s places lie beyond the limits of the funnel",
        outside,
    )
    sides = clauses(
        [
            label % {"names": listed(names[:NAMED]) + ("…" if len(names) > NAMED else "")}
            for label, names in ((_("higher: %(names)s"), higher), (_("lower: %(names)s"), lower))
            if names
        ]
    )
    return f"{told}: {sides}. {_('By chance alone, about %(expected)s would.')}" % words


def of_day(unusual: Unusual) -> str:
    """A day's count against the same weekday of the weeks before."""
    if unusual.total is None:
        return _("Too few weeks are known to say what is usual.")
    words = {
        "weekday": date_format(unusual.day, "l"),
        "days": len(unusual.days),
        "least": f"{min(unusual.counts):,}",
        "most": f"{max(unusual.counts):,}",
        "usual": f"{unusual.total.usual:,.1f}",
    }
    usual = (
        _(
            "On %(weekday)s it was %(least)s to %(most)s in the %(days)s weeks before, %(usual)s on average"
        )
        % words
    )
    scattered = scatter_words(unusual.total.scatter, known=unusual.total.known)
    return f"{_of_total(unusual, usual)} {scattered}"


def _of_total(unusual: Unusual, usual: str) -> str:
    assert unusual.total is not None
    if not unusual.total.beyond_chance:
        return _("%(usual)s: within chance.") % {"usual": usual}
    if unusual.count is not None and unusual.count > unusual.total.usual:
        return _("%(usual)s: more than chance explains.") % {"usual": usual}
    return _("%(usual)s: fewer than chance explains.") % {"usual": usual}


def of_signals(unusual: Unusual) -> str:
    """Whether single categories stand out of the day."""
    if unusual.total is None:
        return ""
    words = {"all": len(unusual.rows)}
    if not any(row.beyond_chance for row in unusual.rows):
        return _("None of the %(all)s categories stands out.") % words
    return _("Of %(all)s categories these stand out:") % words


def of_concerns(concerns: Sequence[Result]) -> str:
    """The concern named most, and how sure it is that it comes first."""
    first, *rest = (one.total for one in concerns)
    if first.low is None:
        return ""
    label = str(concerns[0].indicator.label)
    rivals = [one for one in rest if one.high is not None and one.high >= first.low]
    if not rivals:
        return _("“%(first)s” is named most, clearly.") % {"first": label}
    return _("“%(first)s” is named most; for %(rivals)s others the difference may be chance.") % {
        "first": label,
        "rivals": len(rivals),
    }


def scatter_words(scatter: float, *, known: bool) -> str:
    """How much the counts scatter, and that it is allowed for: the same sentence on every page."""
    if not known:
        return _(
            "There are too few counts to tell how much they vary: pure chance (Poisson) is assumed."
        )
    if scatter < SCATTERED:
        return _("These counts vary no more than by pure chance.")
    return _(
        "These counts vary %(scatter)s times as much as by pure chance; this is allowed for."
    ) % {"scatter": f"{scatter:.1f}"}
