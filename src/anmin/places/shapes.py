"""The shapes that a map of a level of areas is drawn from, and the cells of public points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import timezone

from anmin.places.boundaries import MILLION, spots_of
from anmin.places.cells import Cell, Cells
from anmin.places.geometry import Point, Shape, from_text
from anmin.places.models import AddressBase, Area, Boundary
from anmin.places.queries import Directory, area_positions, directory
from anmin.places.voronoi import cells


class Drawn(StrEnum):
    """From what a map is drawn."""

    BOUNDARIES = "boundaries"
    CELLS = "cells"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a level by the codes of its areas; ``sources`` with their terms, each once."""

    drawn: Drawn
    by_code: dict[str, Shape]
    sources: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PublicPoints:
    """How many points stand in each cell, and how many have none; the base with its terms.

    ``least`` addresses at least are behind each. Without an address base there are no cells.
    """

    least: int
    counts: dict[Cell, int]
    nowhere: int
    source: tuple[str, str] | None


_kept: tuple[Directory, dict[Any, Any]] | None = None


def made_from_places() -> dict[Any, Any]:
    """Room for what is made from the places as they are now; empty again when one of them changes."""
    global _kept
    now, kept = directory(), _kept
    if kept is None or kept[0] is not now:
        _kept = kept = (now, {})
    return kept[1]


def positions() -> Mapping[str, Point]:
    """`queries.area_positions`, kept until a place changes."""
    made = made_from_places()
    if "positions" not in made:
        made["positions"] = area_positions()
    found: Mapping[str, Point] = made["positions"]
    return found


def shapes_of(level: str) -> Shapes:
    """The boundaries of the areas of a level; where none is kept, cells around their points.

    Areas without a boundary, or without a point, are not in it.
    """
    made = made_from_places()
    if level not in made:
        made[level] = _boundaries(level) or _cells(level)
    found: Shapes = made[level]
    return found


def _boundaries(level: str) -> Shapes | None:
    rows = list(
        Boundary.objects.filter(area__level=level)
        .order_by("area__code")
        .values_list("area__code", "shape", "source", "terms")
    )
    if not rows:
        return None
    return Shapes(
        Drawn.BOUNDARIES,
        {code: from_text(shape) for code, shape, _source, _terms in rows},
        sorted({(source, terms) for _code, _shape, source, terms in rows}),
    )


def _cells(level: str) -> Shapes:
    at, codes = positions(), Area.objects.filter(level=level).values_list("code", flat=True)
    found = cells({code: at[code] for code in codes if code in at})
    return Shapes(Drawn.CELLS if found else Drawn.NOTHING, found)


def public_points(points: Iterable[Point]) -> PublicPoints:
    """Points as the public may see them: how many in each cell of enough addresses, or none.

    Publish the counts of a period once and keep them: a point that comes to be known later is a
    difference between two pictures.
    """
    today = timezone.localdate()
    least = settings.RULES.get("privacy.map_addresses", today).number
    smallest = settings.RULES.get("privacy.map_cell_metres", today).number
    made, key = made_from_places(), ("cells", least, smallest)
    if key not in made:
        base = AddressBase.objects.order_by("pk").first()
        made[key] = base and (
            Cells(((x / MILLION, y / MILLION) for x, y in spots_of(base)), least, smallest),
            (base.source, base.terms),
        )
    given = list(points)
    if made[key] is None:
        return PublicPoints(least, {}, len(given), None)
    known, source = made[key]
    counts, nowhere = known.count(given)
    return PublicPoints(least, counts, nowhere, source)
