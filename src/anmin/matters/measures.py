"""What matters give to the lake, and the figures of all of them together (of each kind: ``kind_figures``)."""

from collections.abc import Callable
from functools import partial

from django.utils.functional import lazystr
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anmin.matters.categories import categories, groups
from anmin.matters.flow import Stage
from anmin.matters.in_the_lake import all_matters, dimensions_of, table_name, table_of
from anmin.matters.kind_figures import (
    BY_PROMISE,
    DIMENSIONS,
    answered,
    in_time,
    merged_late,
    of_kind,
    of_life,
    planted,
    promised,
    unreasonable,
)
from anmin.matters.origins import Origin
from anmin.matters.owning import Bodies
from anmin.matters.registry import all_kinds, discover
from anmin.measures.countable import evidence_of
from anmin.measures.registry import (
    Direction,
    Expression,
    Indicator,
    Kind,
    Rows,
    registry,
)


def _is_incident(rows: Rows) -> Expression:
    return rows.kind == "incident"


def _owed(rows: Rows) -> Expression:
    """Incidents whose answer was given or should have been by the cut-off."""
    owed = answered(rows) | (rows.due_at < rows.cutoff) | (rows.missed > 0)
    return _is_incident(rows) & (((rows.stage != "withdrawn") & owed) | merged_late(rows))


COUNTED = frozenset({"incident"})
"""Kinds that have figures of their own here."""


discover()  # the room of figures is made ready before this one
DECIDED_ABOVE = [one.code for one in all_kinds() if one.sets_aside]
"""Kinds of which the inspectorate owes the word, and no unit that is rated."""
LAKE = [one for one in all_kinds() if not one.seals]
registry.add(
    *map(table_of, LAKE),
    # What bodies outside the police do is no work of the police, and counts by itself alone.
    all_matters(one for one in LAKE if one.bodies is not Bodies.ALWAYS),
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
        numerator=in_time,
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
        numerator=in_time,
        denominator=lambda rows: promised(rows) & ~rows.kind.isin(DECIDED_ABOVE),
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
        demands=unreasonable,
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
    evidence_of(
        f"matter_{one.code}",
        format_lazy(_("Matters: {kind}"), kind=one.label),
        table=table_name(one),
        unit=_("matters"),
        how_made=_("Every matter of the kind, counted on the day on which it was opened."),
        dimensions=(*DIMENSIONS, "state", "stage", *dimensions_of(one)),
        values={"state": one.flow.states.keys, "stage": partial(map, str, Stage)},
    )
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
