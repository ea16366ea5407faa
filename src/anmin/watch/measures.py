"""Counts of reports by what they are about: what comparisons, baselines and the index look at.

The three indicators of the 2011 page (offences, robbery and snatching, burglary) are among them.
All of them count reports, not what was proved.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.matters.kind_figures import DIMENSIONS
from anmin.measures.registry import Direction, Expression, Indicator, Kind, Rows, registry
from anmin.watch.events import once


def _about(*categories: str) -> Callable[[Rows], Expression]:
    return lambda rows: (rows.kind == "incident") & rows.category.isin(categories)


def _reports(key: str, label: Any, how_made: Any, *categories: str) -> Indicator:
    return Indicator(
        key=key,
        label=label,
        how_made=how_made,
        unit=_("reports"),
        table="matters",
        kind=Kind.COUNT,
        direction=Direction.LOWER,
        numerator=_about(*categories),
        dimensions=DIMENSIONS,
        hide_small=False,
    )


registry.same_event = once  # what comparisons count once, figures are shown without as well
registry.add(
    _reports(
        "offence_reports",
        _("Reports of offences"),
        _(
            "Incidents of theft, burglary, robbery, fraud, damage, assault, by the day they came in."
        ),
        "theft",
        "burglary",
        "robbery",
        "fraud",
        "property_damage",
        "assault",
    ),
    _reports(
        "robbery_reports",
        _("Reports of robbery or snatching"),
        _("Incidents of robbery or snatching, by the day they came in."),
        "robbery",
    ),
    _reports(
        "burglary_reports",
        _("Reports of burglary"),
        _("Incidents of burglary, by the day they came in."),
        "burglary",
    ),
    _reports(
        "fraud_reports",
        _("Reports of fraud"),
        _("Incidents of fraud, by the day they came in."),
        "fraud",
    ),
    _reports(
        "disorder_reports",
        _("Reports of disputes and disturbance"),
        _("Incidents of disputes and of disturbance, by the day they came in."),
        "dispute",
        "disturbance",
    ),
    _reports(
        "accident_reports",
        _("Reports of traffic accidents"),
        _("Incidents of traffic accidents, by the day they came in."),
        "traffic_accident",
    ),
    _reports(
        "fire_reports",
        _("Reports of fire or rescue"),
        _("Incidents of fire or rescue, by the day they came in."),
        "fire_rescue",
    ),
    _reports(
        "noise_reports",
        _("Reports of noise"),
        _("Incidents of noise, by the day they came in."),
        "noise",
    ),
)
