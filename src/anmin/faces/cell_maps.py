"""Points for the public: a mark for each cell of enough addresses, with the same in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.faces.spot_maps import Spot, SpotMap, spot_map
from anmin.places.geometry import Point
from anmin.places.queries import nearest_names
from anmin.places.shapes import public_points


@dataclass(frozen=True, slots=True)
class CellMap:
    """The picture, empty where no point may be shown; what it shows, by place; what it leaves out."""

    picture: SpotMap | None
    rows: list[tuple[str, int]]
    notes: list[str]


def cell_map(points: Iterable[Point], *, anchor: str) -> CellMap:
    """Where things happened (degrees, WGS 84), as the public may see it.

    The mark stands in the middle of its cell, never where something happened. Make it once for a
    period, and keep it with what is published.
    """
    found = public_points(points)
    if found.source is None:
        return CellMap(
            None, [], [_("No points are shown: it is not known here where there are addresses.")]
        )
    notes = [
        _("Each mark stands for an area of at least %(least)s addresses, not for a place.")
        % {"least": found.least},
        _("Addresses: %(source)s; %(terms)s.")
        % {"source": found.source[0], "terms": found.source[1]},
    ]
    if found.nowhere:
        notes.append(
            ngettext(
                "One more is where too few addresses are known, and is not shown.",
                "%(n)s more are where too few addresses are known, and are not shown.",
                found.nowhere,
            )
            % {"n": found.nowhere}
        )
    names = nearest_names([cell.middle for cell in found.counts])
    rows = list(zip(names, found.counts.values(), strict=True))
    spots = [
        Spot(longitude=cell.middle[0], latitude=cell.middle[1], name=name, number=number)
        for (cell, number), name in zip(found.counts.items(), names, strict=True)
    ]
    picture = spot_map(spots, [], anchor=anchor, level="town") if spots else None
    return CellMap(picture, sorted(rows, key=lambda row: (-row[1], row[0])), notes)
