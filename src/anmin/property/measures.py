"""How custody, returns and what nobody claims are counted, from the things in the lake."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.measures.countable import evidence_of
from anmin.measures.registry import Direction, Expression, Indicator, Kind, Rows, registry
from anmin.property.in_the_lake import EVENTS, RETURNS, THINGS
from anmin.property.words import sorts

DIMENSIONS = ("unit", "town", "sort", "procedure")


def _of_state(*states: str) -> Callable[[Rows], Expression]:
    return lambda rows: rows.state.isin(states)


def _share(key: str, label: Any, how_made: Any, **what: Any) -> Indicator:
    return Indicator(
        key=key,
        label=label,
        how_made=how_made,
        unit=_("of things"),
        table="property",
        kind=Kind.PROPORTION,
        dimensions=DIMENSIONS,
        hide_small=False,
        **what,
    )


registry.add(
    THINGS,
    RETURNS,
    EVENTS,
    _share(
        "property_kept_in_time",
        _("With the keeper in time"),
        _(
            "Of the things that were seized and are with a keeper, or should be by the cut-off, those "
            "that the keeper had within the time of the rule property.custody."
        ),
        direction=Direction.HIGHER,
        numerator=lambda rows: rows.kept_at <= rows.keep_by,
        denominator=lambda rows: rows.kept_at.notnull() | (rows.keep_by < rows.cutoff),
    ),
    _share(
        "property_returned",
        _("Things given back"),
        _("Of the things that have gone, those that went back to their owners."),
        direction=Direction.HIGHER,
        numerator=_of_state("returned"),
        denominator=_of_state("returned", "treasury", "with_case", "destroyed"),
    ),
    Indicator(
        key="property_returned_count",
        label=_("Number of things given back"),
        how_made=_(
            "Things that went back to their owners, by the month in which they were seized."
        ),
        unit=_("things"),
        table="property",
        kind=Kind.COUNT,
        direction=Direction.HIGHER,
        numerator=_of_state("returned"),
        dimensions=DIMENSIONS,
        hide_small=False,
    ),
    _share(
        "property_unclaimed_over",
        _("Unclaimed beyond their time"),
        _(
            "Of the things that are still with us and whose owner was told or sought by a day, those "
            "whose owner was waited for long enough by the cut-off."
        ),
        direction=Direction.LOWER,
        numerator=lambda rows: rows.unclaimed_from < rows.cutoff,
        denominator=lambda rows: rows.ended_at.isnull() & rows.unclaimed_from.notnull(),
    ),
)
evidence_of(
    "property_returns",
    _("Things given back"),
    table="property_returns",
    unit=_("things"),
    how_made=_("Things that went back to their owners, by the day on which they did."),
    dimensions=("unit", "sort", "event"),
    values={"sort": sorts},
)
evidence_of(
    "return_events",
    _("Return events"),
    table="return_events",
    unit=_("events"),
    how_made=_("Return events at which something went back, by their day."),
    dimensions=("unit",),
)
