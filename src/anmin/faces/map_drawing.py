"""Shapes brought onto paper: projected, simplified along common borders alike, written as paths."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from anmin.places.geometry import KM_PER_DEGREE, Point, Shape, points_of

WIDE: Final = 1440
HIGH: Final = 1100
"""The picture's units; it is shown about half as wide, so one is half a pixel."""
MARGIN: Final = 12

type Spot = tuple[int, int]
type Outline = list[Spot]


@dataclass(frozen=True, slots=True)
class Frame:
    """How degrees become units of the picture: a kilometre is as long up as across."""

    west: float
    north: float
    shrink: float
    scale: float
    width: int
    height: int

    @classmethod
    def around(cls, points: Iterable[Point]) -> Frame:
        """The frame that holds all of the points, of which there must be one."""
        xs, ys = zip(*points, strict=True)
        west, east, south, north = min(xs), max(xs), min(ys), max(ys)
        shrink = math.cos(math.radians((south + north) / 2))
        across, up = max((east - west) * shrink, 1e-4), max(north - south, 1e-4)
        scale = min((WIDE - 2 * MARGIN) / across, (HIGH - 2 * MARGIN) / up)
        return cls(
            west,
            north,
            shrink,
            scale,
            math.ceil(across * scale) + 2 * MARGIN,
            math.ceil(up * scale) + 2 * MARGIN,
        )

    def at(self, x: float, y: float) -> Spot:
        """Where a point stands."""
        return (
            round((x - self.west) * self.shrink * self.scale) + MARGIN,
            round((self.north - y) * self.scale) + MARGIN,
        )

    def units(self, metres: float) -> float:
        """A length on the ground as units of the picture."""
        return metres / 1000 / KM_PER_DEGREE * self.scale


def frame_of(shapes: Iterable[Shape]) -> Frame:
    """The frame around all shapes, of which there must be one."""
    return Frame.around(point for shape in shapes for point in points_of(shape))


def outlines(shapes: Mapping[str, Shape], frame: Frame, tolerance: float) -> dict[str, str]:
    """The path of every shape, at most ``tolerance`` units beside where it belongs.

    What two areas have in common is simplified once, so that no gaps open between them. A shape
    that becomes too small to have a surface is a dot.
    """
    rings = {
        code: [_on_paper(ring, frame) for polygon in shape for ring in polygon]
        for code, shape in shapes.items()
    }
    corners = _corners(ring for of_area in rings.values() for ring in of_area)
    done: dict[tuple[Spot, ...], list[Spot]] = {}
    return {
        code: "".join(_path(_simplified(ring, corners, tolerance, done)) for ring in of_area)
        for code, of_area in rings.items()
    }


def _on_paper(ring: Sequence[Point], frame: Frame) -> Outline:
    spots = [frame.at(*point) for point in ring]
    kept = [spot for at, spot in enumerate(spots) if spot != spots[at - 1]]
    return kept or spots[:1]


def _corners(rings: Iterable[Outline]) -> set[Spot]:
    """Where borders part: spots that have not just two neighbours."""
    beside: dict[Spot, set[Spot]] = defaultdict(set)
    for ring in rings:
        for at, spot in enumerate(ring):
            beside[spot] |= {ring[at - 1], ring[(at + 1) % len(ring)]}
    return {spot for spot, others in beside.items() if len(others) != 2}


def _simplified(
    ring: Outline, corners: set[Spot], tolerance: float, done: dict[tuple[Spot, ...], list[Spot]]
) -> Outline:
    """A ring with fewer spots: each stretch between corners by itself, the same from either side."""
    if len(ring) < 4:
        return ring
    start = next((at for at, spot in enumerate(ring) if spot in corners), None)
    if start is None:  # an island: any fixed spot will do, if both its neighbours choose the same
        start = ring.index(min(ring))
        far = max(ring, key=lambda spot: (math.dist(spot, ring[start]), spot))
        corners = {ring[start], far}
    turned = [*ring[start:], *ring[:start], ring[start]]
    kept: Outline = [turned[0]]
    stretch = [turned[0]]
    for spot in turned[1:]:
        stretch.append(spot)
        if spot in corners or spot == turned[0]:
            forward = tuple(stretch) <= tuple(reversed(stretch))
            key = tuple(stretch if forward else reversed(stretch))
            if key not in done:
                done[key] = list(_thinned(key, tolerance))
            kept += done[key][1:] if forward else done[key][::-1][1:]
            stretch = [spot]
    return kept[:-1]


def _thinned(line: Sequence[Spot], tolerance: float) -> Iterator[Spot]:
    """Douglas and Peucker: the spots without which the line would lie too far beside itself."""
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        apart = [_apart(line[at], line[first], line[last]) for at in range(first + 1, last)]
        most = max(apart)
        if most > tolerance:
            middle = first + 1 + apart.index(most)
            keep.add(middle)
            waiting += [(first, middle), (middle, last)]
    return (line[at] for at in sorted(keep))


def _apart(spot: Spot, a: Spot, b: Spot) -> float:
    """How far a spot lies from the stretch between two others."""
    wide, high = b[0] - a[0], b[1] - a[1]
    long = wide * wide + high * high
    share = ((spot[0] - a[0]) * wide + (spot[1] - a[1]) * high) / long if long else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.hypot(spot[0] - a[0] - share * wide, spot[1] - a[1] - share * high)


def _path(ring: Outline) -> str:
    """A ring as the commands of a path, relative ones, which are shorter."""
    x, y = ring[0]
    if len(ring) < 3:
        return f"M{x - 1} {y - 1}h2v2h-2z"
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring)]
    written = "".join(
        f"{'' if at == 0 or dx < 0 else ' '}{dx}{'' if dy < 0 else ' '}{dy}"
        for at, (dx, dy) in enumerate(moves)
    )
    return f"M{x} {y}l{written}z"


def middle_of(shape: Shape) -> Point:
    """The middle of the largest polygon's box: about where its name goes."""
    ring = max((polygon[0] for polygon in shape), key=_box)
    xs, ys = zip(*ring, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _box(ring: Sequence[Point]) -> float:
    xs, ys = [x for x, _y in ring], [y for _x, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))
