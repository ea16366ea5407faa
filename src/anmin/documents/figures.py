"""Figures of the registry as cells and tables of a document; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anmin.documents.cells import DASH, measured_words
from anmin.documents.description import Column, Measured, Table, Text, Words
from anmin.measures.change_words import of_change
from anmin.measures.figures import BESIDE
from anmin.measures.registry import Indicator, Kind
from anmin.people.policy import unit_scope
from anmin.places.queries import unit_codes
from anmin.watch.periods import rule

if TYPE_CHECKING:
    from anmin.measures.comparing import Change
    from anmin.measures.figures import Figure
    from anmin.measures.queries import Filters, Result
    from anmin.people.models import Account


def words() -> Words:
    """What the parts of a figure are called, in the language of the reader."""
    return Words(
        value=_("Value"),
        interval=_("%(level)s%% interval") % {"level": level()},
        of=_("Count of all"),
        numerator=_("Numerator"),
        denominator=_("Denominator"),
        low=_("Lower limit"),
        high=_("Upper limit"),
    )


def level() -> int:
    """The level of all intervals, in per cent."""
    return round(rule("measures.confidence").share * 100)


def scope_of(viewer: Account | None, unit_ids: Iterable[int] | None) -> Filters:
    """What narrows figures to some units, and to what somebody may see; the house sees all."""
    seen = unit_scope(viewer) if viewer is not None else None
    if unit_ids is None:
        return {} if seen is None or seen.everything else {"unit": unit_codes(seen.unit_ids)}
    return {"unit": unit_codes(one for one in unit_ids if seen is None or one in seen)}


def measured(indicator: Indicator, figure: Figure) -> Measured:
    """A figure with its interval and n; one of too few says that, and nothing else."""
    if figure.suppressed:
        return Measured(hidden=_("too few to show"))
    return Measured(
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        percent=indicator.kind is not Kind.COUNT,
    )


def changes_table(title: str, changes: Iterable[Change]) -> Table:
    """Indicators of a period, each with how it stands against the period before."""
    return Table(
        title=title,
        columns=(
            Column(title=_("Indicator"), weight=1.6),
            Column(title="", sort="measured", weight=1.05),
            Column(title=_("Against the period before"), weight=2.2),
        ),
        rows=tuple(
            (
                Text(text=str(one.now.indicator.label)),
                measured(one.now.indicator, one.now.total),
                Text(text=of_change(one) or "—"),
            )
            for one in changes
        ),
    )


def totals_table(title: str, head: str, results: Sequence[Result]) -> Table:
    """The totals of several indicators."""
    return Table(
        title=title,
        columns=(Column(title=head, weight=3), Column(title="", sort="measured")),
        rows=tuple(
            (Text(text=str(one.indicator.label)), measured(one.indicator, one.total))
            for one in results
        ),
    )


def cells_table(title: str, head: str, result: Result, names: Mapping[str, str]) -> Table:
    """One indicator by one dimension, whose values have these names; the total last, no count of nothing."""
    (by,) = result.by
    bare = result.indicator.kind is Kind.COUNT
    rows = [
        (str(names.get(str(one.dimensions[by]), one.dimensions[by] or _("unknown"))), one)
        for one in result.rows
        if one.suppressed or one.value or not bare
    ]
    return Table(
        title=title,
        columns=(Column(title=head, weight=3), Column(title="", sort="measured")),
        rows=tuple(
            (Text(text=name), measured(result.indicator, figure))
            for name, figure in [*rows, (_("total"), result.total)]
        ),
    )


def beside(results: Sequence[Result]) -> list[Table]:
    """What these figures are never read without: the same without what is set aside; none if nothing is."""
    rows = [
        (Text(text=str(one.indicator.label)), *(Text(text=_without(one, name)) for name in BESIDE))
        for one in results
    ]
    if not any(cell.text != DASH for row in rows for cell in row[1:]):
        return []
    return [
        Table(
            title=_("The same figures without what is set aside"),
            columns=(
                Column(title=_("Indicator"), weight=1.6),
                Column(title=_("Without the unit's own and repeat calls"), weight=2),
                Column(title=_("Without unreasonable demands"), weight=2),
            ),
            rows=tuple(rows),
        )
    ]


def _without(result: Result, name: str) -> str:
    """The figure without what is set aside for one reason, in words; a dash where nothing is."""
    figure = getattr(result.total, name)
    if figure is None or (figure.denominator == result.total.denominator and not figure.suppressed):
        return DASH
    cell = measured(result.indicator, figure)
    value, _interval, of = measured_words(cell)
    return value if cell.hidden else f"{value} ({of})"


def how_made(results: Sequence[Result]) -> list[str]:
    """What was counted in each of these indicators, how sure it is, and up to when records are known."""
    first = results[0]
    told = {str(one.indicator.label): str(one.indicator.how_made) for one in results}
    lines = [_("%(label)s: %(how)s") % {"label": name, "how": how} for name, how in told.items()]
    if any(one.indicator.kind is not Kind.COUNT for one in results):
        lines.append(_("Intervals (%(level)s%%): Wilson.") % {"level": level()})
    if any(one.indicator.kind is Kind.COUNT for one in results):
        lines.append(
            _(
                "Intervals (%(level)s%%): exact Poisson, i.e. how far a count varies by chance alone."
            )
            % {"level": level()}
        )
    lines.append(
        _("Not shown: cells below %(least)s, and those from which they could be calculated.")
        % {"least": rule("measures.suppress_below").number}
    )
    moment = date_format(timezone.localtime(first.cutoff), "DATETIME_FORMAT")
    lines.append(
        _("As of %(moment)s, revision %(revision)s.")
        % {"moment": moment, "revision": first.revision}
    )
    return lines
