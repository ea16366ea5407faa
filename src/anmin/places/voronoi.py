"""Cells around known points: each holds what lies nearer to its point than to any other.

They stand in for boundaries where an installation has none, and are no boundaries; every picture
of them says so.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from anmin.places.geometry import DIGITS, Point, Ring, Shape

AROUND: Final = 1
"""How far the drawing reaches beyond the outermost points: so many times the usual distance between
neighbours."""
FAR: Final = 4
"""How far a cell reaches from its point, likewise: an island has not half the sea."""
CORNERS: Final = 24
"""Points of a circle."""


def cells(points: Mapping[str, Point]) -> dict[str, Shape]:
    """The cell of every point (degrees, WGS 84), as far as `FAR` and within what lies around all.

    Distances are measured in the plane, as a county is small. Codes at the very same point share a
    cell: the first has it. The same points in another order give the same cells. O(n log n).
    """
    at: dict[Point, str] = {}
    for code in sorted(points):
        at.setdefault(points[code], code)
    if not at:
        return {}
    shrink = math.cos(math.radians(sum(y for _x, y in at) / len(at)))
    places = np.array([(x * shrink, y) for x, y in at])
    apart = _usual_distance(places)
    hull, circle = _around(places, apart), _circle(apart * FAR)
    found: dict[str, Shape] = {}
    for code, place, cell in zip(at.values(), places, _bounded(places), strict=True):
        near = clip(cell, [(float(x), float(y)) for x, y in circle + place])
        ring = [
            (round(x / shrink, DIGITS) + 0.0, round(y, DIGITS) + 0.0) for x, y in clip(near, hull)
        ]
        if len(ring) > 2:
            found[code] = [[ring]]
    return found


def _bounded(places: Any) -> list[Ring]:
    """The cell of every place as a convex ring; those outside end far beyond everything."""
    from scipy.spatial import Voronoi  # a tenth of a second that most pages need not spend

    middle = places.mean(axis=0)
    far = 100 * max(float(np.ptp(places, axis=0).max()), 1e-3)
    # With these four no real cell is open, however few places there are and however they lie.
    frame = middle + far * np.array([(-1, 0), (1, 0), (0, -1), (0, 1)])
    diagram = Voronoi(np.vstack([places, frame]))
    rings: list[Ring] = []
    for number in range(len(places)):
        corners = diagram.vertices[diagram.regions[diagram.point_region[number]]]
        turn = np.arctan2(*(corners - places[number]).T[::-1])
        rings.append([(float(x), float(y)) for x, y in corners[np.argsort(turn, kind="stable")]])
    return rings


def _usual_distance(places: Any) -> float:
    """How far it is from a place to the next one, of most places."""
    from scipy.spatial import KDTree

    if len(places) < 2:
        return 0.05
    distances, _which = KDTree(places).query(places, k=2)
    return max(float(np.median(distances[:, 1])), 1e-4)


def _circle(radius: float) -> Any:
    """Points around the middle, counter-clockwise; shape (CORNERS, 2)."""
    turn = np.arange(CORNERS) * 2 * math.pi / CORNERS
    return radius * np.column_stack([np.cos(turn), np.sin(turn)])


def _around(places: Any, apart: float) -> Ring:
    """The convex hull of all places, widened, counter-clockwise."""
    from scipy.spatial import ConvexHull

    circle = _circle(apart * AROUND)
    wide = (places[:, None, :] + circle[None, :, :]).reshape(-1, 2)
    return [(float(x), float(y)) for x, y in wide[ConvexHull(wide).vertices]]


def clip(ring: Ring, window: Ring) -> Ring:
    """The part of a convex ring inside a convex window that runs counter-clockwise."""
    kept = ring
    for a, b in zip(window, [*window[1:], window[0]], strict=True):
        kept, given = [], kept
        for one, following in zip(given, [*given[1:], *given[:1]], strict=True):
            here, there = _left_of(a, b, one), _left_of(a, b, following)
            if here >= 0:
                kept.append(one)
            if (here > 0 > there) or (here < 0 < there):
                share = here / (here - there)
                kept.append(
                    (
                        one[0] + share * (following[0] - one[0]),
                        one[1] + share * (following[1] - one[1]),
                    )
                )
    return kept


def _left_of(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
