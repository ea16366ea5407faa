"""The figures that every kind of matter has by being there: see ``Kind.figures`` for its own."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anmin.matters import kind
from anmin.matters.clock import Clock
from anmin.matters.flow import MERGED
from anmin.matters.in_the_lake import dimensions_of, table_name, timed_clocks
from anmin.matters.origins import Origin
from anmin.matters.outcome import Outcome
from anmin.measures.registry import Direction, Expression, Indicator, Kind, Rows

DIMENSIONS = ("unit", "area", "town", "kind", "category", "origin")
BY_PROMISE = (("unit", "due_unit"),)
"""Figures of promises count by the unit that answers for the promise."""


def planted(rows: Rows) -> Expression:
    """What every rate of a unit is shown without as well (docs/adr/0045).

    A matter that a rated unit opened itself, and a further call about one event.
    """
    return (rows.origin == Origin.UNIT.value) | rows.again


def unreasonable(rows: Rows) -> Expression:
    """What every figure of what people answered or asked is shown without as well (docs/adr/0072)."""
    return rows.unreasonable


def answered(rows: Rows) -> Expression:
    return rows.stage.isin(["done", "declined"])


def in_time(rows: Rows) -> Expression:
    return answered(rows) & (rows.met_at <= rows.due_at) & (rows.missed == 0)


def promised(rows: Rows) -> Expression:
    """Matters of any kind whose promise was met or should have been by the cut-off."""
    met = answered(rows) & rows.due_at.notnull()
    owed = met | (rows.due_at < rows.cutoff) | (rows.missed > 0)
    return ((rows.stage != "withdrawn") & owed) | merged_late(rows)


def merged_late(rows: Rows) -> Expression:
    """What became part of another after its own promise was broken: that stays broken."""
    return (rows.state == MERGED) & (rows.met_at > rows.due_at)


def of_kind(declared: kind.Kind) -> tuple[Indicator, Indicator]:
    """The figures that a kind has by being there: how many, and how many promises kept.

    Their dimensions are those of every matter, and the kind's facts of few values.
    """
    table, by = table_name(declared), (*DIMENSIONS, *dimensions_of(declared))
    return (
        Indicator(
            key=f"{declared.code}_opened",
            label=format_lazy(_("{kind}: opened"), kind=declared.label),
            how_made=_("Every matter of the kind, counted in the month in which it was opened."),
            unit=_("matters"),
            table=table,
            kind=Kind.COUNT,
            direction=Direction.NEITHER,
            numerator=lambda rows: rows.id.notnull(),
            dimensions=by,
            hide_small=False,
        ),
        Indicator(
            key=f"{declared.code}_in_time",
            label=format_lazy(_("{kind}: in time"), kind=declared.label),
            how_made=_(
                "Of the matters of the kind that ended or whose deadline passed by the cut-off, "
                "those that met its promise by the deadline. Withdrawn ones do not count. A deadline "
                "that was missed counts for the unit that had the matter then."
            ),
            unit=_("of matters"),
            table=table,
            kind=Kind.PROPORTION,
            direction=Direction.HIGHER,
            numerator=in_time,
            denominator=promised,
            dimensions=by,
            instead=BY_PROMISE,
            hide_small=False,
            aside=None if declared.sets_aside else planted,
        ),
    )


def of_life(declared: kind.Kind) -> Iterator[Indicator]:
    """How its matters ended and went on, how its clocks were kept, and what it counts itself."""
    common: dict[str, Any] = {
        "table": table_name(declared),
        "dimensions": (*DIMENSIONS, *dimensions_of(declared)),
        # What a unit proposed itself is all that there is of such matters.
        "aside": None if declared.sets_aside else planted,
    }
    answers = {**common, "demands": None if declared.sets_aside else unreasonable}
    yield Indicator(
        key=f"{declared.code}_reopened",
        label=format_lazy(_("{kind}: went on after the end"), kind=declared.label),
        how_made=_(
            "Of the matters of the kind that ended at least once, those that went on after it: "
            "reopened, sent back, or under review."
        ),
        unit=_("of matters"),
        kind=Kind.PROPORTION,
        direction=Direction.LOWER,
        numerator=lambda rows: rows.reopened > 0,
        denominator=lambda rows: answered(rows) | (rows.reopened > 0),
        hide_small=False,
        **answers,
    )
    yield from _of_outcomes(declared, answers)
    for clock in timed_clocks(declared):
        if clock.counted:
            yield _kept(declared, clock, common)
        yield _saved(declared, clock, common)
    for one in declared.figures:
        yield Indicator(
            key=f"{declared.code}_{one.code}",
            label=format_lazy(_("{kind}: {figure}"), kind=declared.label, figure=one.label),
            how_made=one.how_made,
            unit=one.unit or _("of matters"),
            kind=Kind.MEAN_SCORE if one.mean else Kind.PROPORTION,
            direction=Direction.HIGHER if one.better else Direction.LOWER,
            numerator=one.of,
            denominator=one.among,
            hide_small=one.hide_small,
            beside=f"{declared.code}_{one.beside}" if one.beside else "",
            **common,
        )


SHORT = {
    Outcome.PARTLY: (
        "partly_fixed",
        _("{kind}: partly fixed"),
        _("Of the matters whose unit said what became of them, those that were fixed in part."),
    ),
    Outcome.NOT_FIXED: (
        "not_fixed",
        _("{kind}: not fixed"),
        _("Of the matters whose unit said what became of them, those that were not fixed."),
    ),
}
"""Outcomes that fall short, with the key and the words of their figure. Declined ones do not count."""


def _ended(outcomes: Sequence[Outcome], rows: Rows) -> Expression:
    return rows.outcome.isin([one.value for one in outcomes])


def _of_outcomes(declared: kind.Kind, common: Mapping[str, Any]) -> Iterator[Indicator]:
    """What share of its matters ended short of what was wanted, where a step of it can say so."""
    possible = {one for move in declared.flow.moves for one in move.outcomes}
    for outcome, (code, label, how_made) in SHORT.items():
        if outcome in possible:
            yield Indicator(
                key=f"{declared.code}_{code}",
                label=format_lazy(label, kind=declared.label),
                how_made=how_made,
                unit=_("of matters"),
                kind=Kind.PROPORTION,
                direction=Direction.LOWER,
                numerator=partial(_ended, [outcome]),
                denominator=partial(_ended, [one for one in Outcome if one != Outcome.DECLINED]),
                hide_small=False,
                **common,
            )


def _kept(declared: kind.Kind, clock: Clock, common: Mapping[str, Any]) -> Indicator:
    """Whether a clock was kept."""
    due, met = f"{clock.code}_due", f"{clock.code}_met"

    def owed(rows: Rows) -> Expression:
        judged = rows[met].notnull() | (rows[due] < rows.cutoff)
        merged_late = (rows.state == MERGED) & (rows[met] > rows[due])
        return ((rows.stage != "withdrawn") & judged) | merged_late

    return Indicator(
        key=f"{declared.code}_{clock.code}_in_time",
        label=format_lazy(_("{kind}: {clock}, in time"), kind=declared.label, clock=clock.label),
        how_made=_(
            "Of the matters of the kind in which this was met or its deadline passed by the cut-off, "
            "those that met it by the deadline. Withdrawn ones do not count."
        ),
        unit=_("of matters"),
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows[met] <= rows[due],
        denominator=owed,
        hide_small=False,
        **common,
    )


def _saved(declared: kind.Kind, clock: Clock, common: Mapping[str, Any]) -> Indicator:
    """How much of the time of a clock was not needed."""
    left = f"{clock.code}_left"
    return Indicator(
        key=f"{declared.code}_{clock.code}_time_left",
        label=format_lazy(_("{kind}: {clock}, time saved"), kind=declared.label, clock=clock.label),
        how_made=_(
            "How much of the time allowed was not needed, on average over the matters in which this "
            "was met: 0 where all of it was needed or it was late, 1 where it was met at once."
        ),
        unit=_("of the time allowed"),
        kind=Kind.MEAN_SCORE,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows[left],
        denominator=lambda rows: (rows.stage != "withdrawn") & rows[left].notnull(),
        hide_small=False,
        **common,
    )
