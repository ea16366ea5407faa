"""What matters give to the lake, and the figures every kind of matter has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.functional import lazystr
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anmin.matters import kind
from anmin.matters.categories import categories, groups
from anmin.matters.clock import Clock
from anmin.matters.flow import MERGED
from anmin.matters.in_the_lake import (
    all_matters,
    counted_clocks,
    dimensions_of,
    table_name,
    table_of,
)
from anmin.matters.origins import Origin
from anmin.matters.registry import all_kinds, discover
from anmin.measures.registry import (
    Direction,
    Expression,
    Indicator,
    Kind,
    Rows,
    registry,
)

DIMENSIONS = ("unit", "area", "town", "kind", "category", "origin")
BY_PROMISE = (("unit", "due_unit"),)
"""Figures of promises count by the unit that answers for the promise."""


def planted(rows: Rows) -> Expression:
    """What every rate of a unit is shown without as well (docs/adr/0045).

    A matter that a rated unit opened itself, and a further call about one event.
    """
    return (rows.origin == Origin.UNIT.value) | rows.again


def _is_incident(rows: Rows) -> Expression:
    return rows.kind == "incident"


def _answered(rows: Rows) -> Expression:
    return rows.stage.isin(["done", "declined"])


def _in_time(rows: Rows) -> Expression:
    return _answered(rows) & (rows.met_at <= rows.due_at) & (rows.missed == 0)


def _owed(rows: Rows) -> Expression:
    """Incidents whose answer was given or should have been by the cut-off."""
    owed = _answered(rows) | (rows.due_at < rows.cutoff) | (rows.missed > 0)
    return _is_incident(rows) & (((rows.stage != "withdrawn") & owed) | _merged_late(rows))


def _promised(rows: Rows) -> Expression:
    """Matters of any kind whose promise was met or should have been by the cut-off."""
    met = _answered(rows) & rows.due_at.notnull()
    owed = met | (rows.due_at < rows.cutoff) | (rows.missed > 0)
    return ((rows.stage != "withdrawn") & owed) | _merged_late(rows)


def _merged_late(rows: Rows) -> Expression:
    """What became part of another after its own promise was broken: that stays broken."""
    return (rows.state == MERGED) & (rows.met_at > rows.due_at)


COUNTED = frozenset({"incident"})
"""Kinds that have figures of their own here."""


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
            numerator=_in_time,
            denominator=_promised,
            dimensions=by,
            instead=BY_PROMISE,
            hide_small=False,
            aside=planted,
        ),
    )


def of_life(declared: kind.Kind) -> Iterator[Indicator]:
    """How often its matters went on, how its counted clocks were kept, and what it counts itself."""
    common: dict[str, Any] = {
        "table": f"matters_{declared.code}",
        "dimensions": (*DIMENSIONS, *dimensions_of(declared)),
        "hide_small": False,
        "aside": planted,
    }
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
        denominator=lambda rows: _answered(rows) | (rows.reopened > 0),
        **common,
    )
    for clock in counted_clocks(declared):
        yield from _of_clock(declared, clock, common)
    for one in declared.figures:
        yield Indicator(
            key=f"{declared.code}_{one.code}",
            label=format_lazy("{kind}: {figure}", kind=declared.label, figure=one.label),
            how_made=one.how_made,
            unit=_("of matters"),
            kind=Kind.PROPORTION,
            direction=Direction.HIGHER if one.better else Direction.LOWER,
            numerator=one.of,
            denominator=one.among,
            **common,
        )


def _of_clock(declared: kind.Kind, clock: Clock, common: Mapping[str, Any]) -> Iterator[Indicator]:
    """Whether a clock was kept, and how much of its time was not needed."""
    due, met, left = (f"{clock.code}_{part}" for part in ("due", "met", "left"))
    words = {"kind": declared.label, "clock": clock.label}

    def owed(rows: Rows) -> Expression:
        judged = rows[met].notnull() | (rows[due] < rows.cutoff)
        merged_late = (rows.state == MERGED) & (rows[met] > rows[due])
        return ((rows.stage != "withdrawn") & judged) | merged_late

    yield Indicator(
        key=f"{declared.code}_{clock.code}_in_time",
        label=format_lazy(_("{kind}: {clock}, in time"), **words),
        how_made=_(
            "Of the matters of the kind in which this was met or its deadline passed by the cut-off, "
            "those that met it by the deadline. Withdrawn ones do not count."
        ),
        unit=_("of matters"),
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows[met] <= rows[due],
        denominator=owed,
        **common,
    )
    yield Indicator(
        key=f"{declared.code}_{clock.code}_time_left",
        label=format_lazy(_("{kind}: {clock}, time saved"), **words),
        how_made=_(
            "How much of the time allowed was not needed, on average over the matters in which this "
            "was met: 0 where all of it was needed or it was late, 1 where it was met at once."
        ),
        unit=_("of the time allowed"),
        kind=Kind.MEAN_SCORE,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows[left],
        denominator=lambda rows: (rows.stage != "withdrawn") & rows[left].notnull(),
        **common,
    )


discover()  # the room of figures is made ready before this one
LAKE = [one for one in all_kinds() if not one.seals]
registry.add(
    *map(table_of, LAKE),
    all_matters(LAKE),
    Indicator(
        key="incidents",
        label=_("Incidents"),
        how_made=_("Every incident, counted in the month in which the call came in."),
        unit=_("incidents"),
        table="matters",
        kind=Kind.COUNT,
        direction=Direction.NEITHER,
        numerator=_is_incident,
        dimensions=DIMENSIONS,
        hide_small=False,
    ),
    Indicator(
        key="answered_in_time",
        label=_("Answered in time"),
        how_made=_(
            "Of the incidents that were answered or whose answer was due by the cut-off, those "
            "answered within the deadline. Withdrawn ones do not count. A deadline that was missed "
            "counts for the unit that had the incident then, whoever has it now."
        ),
        unit=_("of incidents"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=_in_time,
        denominator=_owed,
        dimensions=DIMENSIONS,
        instead=BY_PROMISE,
        hide_small=False,
        aside=planted,
    ),
    Indicator(
        key="kept_in_time",
        label=_("Promises kept in time"),
        how_made=_(
            "Of the matters of every kind that ended or whose deadline passed by the cut-off, those "
            "that met the promise of their kind by its deadline. Withdrawn ones do not count. A "
            "deadline that was missed counts for the unit that had the matter then."
        ),
        unit=_("of matters"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=_in_time,
        denominator=_promised,
        dimensions=DIMENSIONS,
        instead=BY_PROMISE,
        hide_small=False,
        aside=planted,
    ),
    Indicator(
        key="fixed_at_first",
        label=_("Fixed at the first go"),
        how_made=_(
            "Of the matters whose unit said what became of them, or that went on after their end, "
            "those that were fixed and never went on. Declined ones do not count unless they went on; "
            "a failure stays one, whatever is said later."
        ),
        unit=_("of matters"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: (rows.outcome == "fixed") & (rows.reopened == 0),
        denominator=lambda rows: (
            rows.outcome.isin(["fixed", "partly", "not_fixed"]) | (rows.reopened > 0)
        ),
        dimensions=DIMENSIONS,
        hide_small=False,
        aside=planted,
    ),
    Indicator(
        key="opened_by_units",
        label=_("Opened by the rated units themselves"),
        how_made=_(
            "Of the incidents, those that a rated unit opened itself, by hand or by its own file, "
            "and of which no system of record has spoken since."
        ),
        unit=_("of incidents"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.NEITHER,
        numerator=lambda rows: rows.origin == Origin.UNIT.value,
        denominator=_is_incident,
        dimensions=DIMENSIONS,
        hide_small=False,
    ),
)
for one in LAKE:
    if one.code not in COUNTED:
        registry.add(*of_kind(one))
    registry.add(*of_life(one))
VOICED = "voiced_"
"""How the keys begin of the shares of what people bring; the code of a group follows."""


def _about(group: str) -> Callable[[Rows], Expression]:
    codes = sorted(code for code, topic in categories().items() if topic.group == group)
    return lambda rows: _voiced(rows) & rows.category.isin(codes)


def _voiced(rows: Rows) -> Expression:
    return rows.kind.isin(sorted(kind.code for kind in LAKE if kind.voices))


registry.add(
    *(
        Indicator(
            key=f"{VOICED}{code}",
            label=format_lazy(_("Brought up: {group}"), group=lazystr(term)),
            how_made=_(
                "Of the petitions, suggestions, disputes and findings of visits, those that are about "
                "this, in the month in which they were opened."
            ),
            unit=_("of what was brought"),
            table="matters",
            kind=Kind.PROPORTION,
            direction=Direction.NEITHER,
            numerator=_about(code),
            denominator=_voiced,
            dimensions=DIMENSIONS,
        )
        for code, term in groups().items()
    )
)
