"""Maps of points and circles, drawn on the server over the outlines of towns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from anmin.faces.map_drawing import Frame, frame_of, middle_of, outlines
from anmin.faces.maps import LETTER, Room, framed, made_of
from anmin.places.geometry import KM_PER_DEGREE, contains
from anmin.places.queries import area_names
from anmin.places.shapes import Shapes, positions, shapes_of

DOT: Final = 12
"""Radius of a point of one, in units; the surface, not the width, grows with the number."""
LEAST: Final = 26
"""Radius of the smallest circle."""
AROUND: Final = 0.07
"""Room around what is shown, as a share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point with how many stand there."""

    longitude: float
    latitude: float
    name: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A circle on the ground; ``strong`` ones are drawn through, others dashed."""

    longitude: float
    latitude: float
    km: float
    label: str
    strong: bool
    now: bool


@dataclass(frozen=True, slots=True)
class SpotMap:
    """The picture, and from what its outlines are drawn."""

    svg: SafeString
    made_of: list[str]


def spot_map(
    spots: Sequence[Spot], circles: Sequence[Circle], *, anchor: str, level: str
) -> SpotMap:
    """Points over the outlines of the areas of a level; ``anchor``-title is the id of its title.

    Each point has its place in the list as ``data-spot``, each circle as ``data-circle``, so that
    a script may change them. Points of none are there with radius 0.
    """
    shapes = shapes_of(level)
    frame = _frame(spots, circles, shapes)
    body = _ground(shapes, frame) if shapes.by_code else ""
    body += '<g class="map-spots">'
    for at, one in enumerate(spots):
        x, y = frame.at(one.longitude, one.latitude)
        said = f"<title>{escape(one.name)}: {one.number:,}</title>" if one.number else ""
        radius = round(DOT * math.sqrt(one.number), 1)
        body += f'<circle data-spot="{at}" cx="{x}" cy="{y}" r="{radius:g}">{said}</circle>'
    body += "</g>"
    for at, circle in enumerate(circles):
        x, y = frame.at(circle.longitude, circle.latitude)
        radius = round(max(frame.units(circle.km * 1000) + LETTER / 2, LEAST))
        kinds = "map-circle" + " map-strong" * circle.strong + " map-faint" * (not circle.now)
        body += (
            f'<g data-circle="{at}" class="{kinds}"><circle cx="{x}" cy="{y}" r="{radius}"/>'
            f'<text x="{x}" y="{y - radius - 6}">{escape(circle.label)}</text></g>'
        )
    notes = made_of(shapes) if shapes.by_code else []
    return SpotMap(
        mark_safe(framed(anchor, frame, notes, body, linked=False)),  # noqa: S308 - all escaped
        notes,
    )


def _frame(spots: Sequence[Spot], circles: Sequence[Circle], shapes: Shapes) -> Frame:
    """Around what is shown, with a little room; around everything where there is nothing."""
    points = [(one.longitude, one.latitude) for one in spots]
    for one in circles:
        north = one.km / KM_PER_DEGREE
        east = north / math.cos(math.radians(one.latitude))
        points += [
            (one.longitude - east, one.latitude - north),
            (one.longitude + east, one.latitude + north),
        ]
    if not points:
        if shapes.by_code:
            return frame_of(shapes.by_code.values())
        points = list(positions().values()) or [(0.0, 0.0)]
    (west, east), (south, north) = ((min(ends), max(ends)) for ends in zip(*points, strict=True))
    room = max((east - west) * AROUND, (north - south) * AROUND, 0.01)
    return Frame.around([(west - room, south - room), (east + room, north + room)])


def _ground(shapes: Shapes, frame: Frame) -> str:
    """The outlines of the areas, with their names where there is room."""
    paths = outlines(shapes.by_code, frame, 1.5)
    names, known, words = area_names(), positions(), Room()
    for code, shape in shapes.by_code.items():
        point = known.get(code)
        if point is None or not contains(shape, *point):
            point = middle_of(shape)
        x, y = frame.at(*point)
        if LETTER < x < frame.width - LETTER and LETTER < y < frame.height - LETTER:
            words.put(names.get(code, code), x, y)
    return f'<path class="map-ground" d="{"".join(paths.values())}"/>{words.drawn()}'
