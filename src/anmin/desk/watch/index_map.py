"""The area index on the map: the band that each place is sure of, or that it is not sure of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from anmin.desk.figures.area_maps import LEVELS
from anmin.desk.watch.words import BANDS
from anmin.faces.maps import AreaMap, AreaValue, Band, area_map
from anmin.watch.index import bands_of

FILLS: Final = {"red": "bad", "orange": "poor", "yellow": "fair", "green": "good"}
OPEN: Final = "open"


def mapped(lines: Sequence[Mapping[str, Any]], level: str, month: str) -> AreaMap:
    """The places of a month (as the index page lists them) on the map."""
    bands = [
        Band(code=code, label=str(BANDS[code].label), fill=fill) for code, fill in FILLS.items()
    ]
    bands.append(Band(code=OPEN, label=_("more than one band possible"), fill=OPEN))
    return area_map(
        {str(line["code"]): _value(line) for line in lines},
        anchor="index-map",
        title=_("Area index on the map, %(month)s") % {"month": month},
        level=LEVELS[level],
        bands=bands,
        table=False,
    )


def _value(line: Mapping[str, Any]) -> AreaValue:
    if line["score"] is None:
        return AreaValue()
    possible = bands_of(line["low"], line["high"])
    return AreaValue(
        value=line["score"],
        shown=line["points"],
        interval=line["span"],
        band=possible[0] if len(possible) == 1 else OPEN,
        url=line["url"],
    )
