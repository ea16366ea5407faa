"""Shapes of areas: rings of longitude and latitude, read, checked, kept as text."""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal

type Point = tuple[float, float]
"""Longitude and latitude in degrees."""
type Ring = list[Point]
"""At least three points; the last one is joined with the first."""
type Polygon = list[Ring]
"""The outer ring, then the holes."""
type Shape = list[Polygon]

DIGITS: Final = 6
"""Decimals of a degree that are kept: a tenth of a metre."""
KM_PER_DEGREE: Final = 111.32

_WKT = re.compile(r"^\s*(MULTI)?POLYGON\s*(?:ZM|Z|M)?\s*(\(.*\))\s*$", re.IGNORECASE | re.DOTALL)
_WKT_PART = re.compile(r"[()]|[^(),]+|,")


def from_geojson(geometry: Any) -> Shape:
    """The shape of a GeoJSON geometry. Raises ``Refusal``."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        found = geometry.get("type") if isinstance(geometry, dict) else None
        raise _no_polygon(found)
    parts = geometry.get("coordinates")
    if geometry["type"] == "Polygon":
        parts = [parts]
    return [[_ring(ring) for ring in _list(polygon)] for polygon in _list(parts)]


def from_wkt(text: str) -> Shape:
    """The shape of a text such as ``POLYGON((120.6 27.8, …))``. Raises ``Refusal``."""
    found = _WKT.match(text)
    if found is None:
        raise _no_polygon(text)
    nested = _nested(found[2])
    return [
        [_ring(ring) for ring in _list(polygon)]
        for polygon in (_list(nested) if found[1] else [nested])
    ]


def _nested(text: str) -> Any:
    """The brackets of a WKT as lists; a position is a list of numbers."""
    stack: list[list[Any]] = [[]]
    for part in _WKT_PART.findall(text):
        if part == "(":
            stack.append([])
        elif part == ")":
            if len(stack) < 2:
                raise _unreadable()
            done = stack.pop()
            stack[-1].append(done)
        elif part != "," and part.strip():
            try:
                stack[-1].append([float(number) for number in part.split()])
            except ValueError:
                raise _unreadable() from None
    if len(stack) != 1 or len(stack[0]) != 1:
        raise _unreadable()
    return stack[0][0]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _unreadable()
    return value


def _unreadable() -> Refusal:
    return Refusal(_("its coordinates cannot be read"))


def _no_polygon(found: object) -> Refusal:
    return Refusal(_("“%(found)s” is no polygon") % {"found": str(found)[:40]})


def _ring(positions: Any) -> Ring:
    """A ring without its repeated last point and without points that repeat the one before."""
    ring: Ring = []
    for position in _list(positions):
        try:
            x, y = (float(number) for number in position[:2])
        except (TypeError, ValueError):
            raise _unreadable() from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise _unreadable()
        ring.append((x, y))
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise Refusal(_("a ring is not closed: it must end where it begins"))
    return ring


def tidied(shape: Shape) -> Shape:
    """Rounded to what is kept; points that repeat the one before are left out, the last one too."""
    return [[_tidy(ring) for ring in polygon] for polygon in shape]


def _tidy(ring: Ring) -> Ring:
    rounded = [(round(x, DIGITS) + 0.0, round(y, DIGITS) + 0.0) for x, y in ring]
    kept = [point for at, point in enumerate(rounded) if at == 0 or point != rounded[at - 1]]
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept


def moved(shape: Shape, move: Callable[[float, float], Point]) -> Shape:
    """Every point moved."""
    return [[[move(x, y) for x, y in ring] for ring in polygon] for polygon in shape]


def points_of(shape: Shape) -> Iterator[Point]:
    """Every point of every ring."""
    for polygon in shape:
        for ring in polygon:
            yield from ring


def check(shape: Shape) -> None:
    """Refuse rings without a surface, holes outside, and rings that touch or cross one another.

    Takes a shape as ``tidied`` gives it. About O(points · √points).
    """
    for polygon in shape:
        for ring in polygon:
            if len(ring) < 3 or surface(ring) == 0:
                raise Refusal(_("a ring has no surface"))
        for hole in polygon[1:]:
            if not contains([polygon[:1]], *hole[0]):
                raise Refusal(_("a hole lies outside its ring"))
    where = _crossing(shape)
    if where is not None:
        raise Refusal(
            _("its rings cross or touch at %(x)s, %(y)s")
            % {"x": f"{where[0]:.5f}", "y": f"{where[1]:.5f}"}
        )


def surface(ring: Sequence[Point]) -> float:
    """The surface of a ring in square degrees, without regard to its direction."""
    first = ring[0]
    return abs(
        math.fsum(
            (a[0] - first[0]) * (b[1] - first[1]) - (b[0] - first[0]) * (a[1] - first[1])
            for a, b in zip(ring, [*ring[1:], first], strict=True)
        )
        / 2
    )


def contains(shape: Shape, x: float, y: float) -> bool:
    """Whether the point lies inside (holes are outside)."""
    inside = False
    for polygon in shape:
        for ring in polygon:
            for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                    inside = not inside
    return inside


def _crossing(shape: Shape) -> Point | None:
    """Where two edges meet that have no end in common, or that double back; nothing if none do."""
    edges = np.array(
        [
            (*a, *b)
            for polygon in shape
            for ring in polygon
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        ]
    )
    low, high = edges[:, [0, 2]].min(axis=1), edges[:, [0, 2]].max(axis=1)
    order = np.argsort(low, kind="stable")
    edges, low, high = edges[order], low[order], high[order]
    bottom, top = edges[:, [1, 3]].min(axis=1), edges[:, [1, 3]].max(axis=1)
    for at, edge in enumerate(edges):
        # Sorted by where they begin, only those that begin before this one ends can meet it.
        end = int(np.searchsorted(low, high[at], side="right"))
        near = slice(at + 1, end)
        beside = (bottom[near] <= top[at]) & (top[near] >= bottom[at])
        others = edges[near][beside]
        if len(others) and (met := _meets(edge, others)) is not None:
            return float(met[0]), float(met[1])
    return None


def _meets(edge: Any, others: Any) -> Any:
    """A point of the first of the other edges that meets this one otherwise than end to end."""
    a, b = edge[:2], edge[2:]
    c, d = others[:, :2], others[:, 2:]
    of_c, of_d = _side(a, b, c), _side(a, b, d)
    of_a, of_b = _side(c, d, a), _side(c, d, b)
    meet = (of_c * of_d <= 0) & (of_a * of_b <= 0)
    shared = np.array([(c == end).all(axis=1) | (d == end).all(axis=1) for end in (a, b)])
    flat = (of_c == 0) & (of_d == 0)
    # End to end is how neighbours meet, unless one runs back over the other.
    far_c = np.where((c == a).all(axis=1)[:, None] | (c == b).all(axis=1)[:, None], d, c)
    mine = np.where(shared[0][:, None], b, a)
    corner = np.where(shared[0][:, None], a, b)
    back = flat & (((far_c - corner) * (mine - corner)).sum(axis=1) > 0)
    once = shared.any(axis=0)
    bad = meet & np.where(once, back | shared.all(axis=0), True)
    at = np.flatnonzero(bad)
    return c[at[0]] if len(at) else None


def _side(a: Any, b: Any, point: Any) -> Any:
    """On which side of the line from a to b a point lies: the sign of the cross product."""
    u, v = b - a, point - a
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]


def as_text(shape: Shape) -> str:
    """A shape as it is kept: JSON without blanks, `DIGITS` decimals."""
    return json.dumps(shape, separators=(",", ":"))


def from_text(text: str) -> Shape:
    """The inverse of `as_text`."""
    return [[[(x, y) for x, y in ring] for ring in polygon] for polygon in json.loads(text)]
