"""Where places lie: in the plane, or by longitude and latitude on the Earth."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anmin.kernel.errors import Refusal
from anmin.stats.arguments import Floats, numbers

EARTH_RADIUS = 6371.0088
"""Mean radius in kilometres (IUGG)."""
EQUALLY_FAR = 1e-9
"""Distances that differ by a smaller share than this are the same: rounding, not geography."""

type Positions = NDArray[np.float64]


def coordinates(x: ArrayLike, y: ArrayLike, *, spherical: bool) -> tuple[Floats, Floats]:
    """The coordinates of two or more places, shape (n,) each.

    Raises:
        Refusal: coordinates that are missing, columns of different length, fewer than two places;
            on the sphere, what is no longitude or no latitude in degrees.
    """
    across, up = numbers(x, "x"), numbers(y, "y")
    if across.ndim != 1 or up.shape != across.shape:
        raise Refusal("x and y must be two columns of the same length", field="y")
    if len(across) < 2:
        raise Refusal("there must be at least two places", field="x")
    if spherical and (abs(up) > 90).any():
        raise Refusal("y must be a latitude from -90 to 90 degrees", field="y")
    if spherical and (abs(across) > 360).any():
        raise Refusal("x must be a longitude in degrees", field="x")
    return across, up


def positions(x: Floats, y: Floats, *, spherical: bool) -> Positions:
    """Points whose straight distance grows with the distance asked for; shape (n, 2) or (n, 3).

    Spherical: ``x`` is the longitude and ``y`` the latitude in degrees; the points lie on a unit
    sphere, and the chord between two of them grows with the great circle.
    """
    if not spherical:
        return np.column_stack([x - x.mean(), y - y.mean()])
    east, north = np.radians(x), np.radians(y)
    return np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )


def distance(points: Positions, a: int, b: int, *, spherical: bool) -> float:
    """Between two places: in units of the coordinates, or in kilometres along the great circle."""
    chord = float(np.linalg.norm(points[a] - points[b]))
    return 2 * EARTH_RADIUS * float(np.arcsin(min(1.0, chord / 2))) if spherical else chord


def straight(apart: float, *, spherical: bool) -> float:
    """The straight distance of `positions` that are so far apart: the inverse of `distance`."""
    if not spherical:
        return apart
    return 2 * float(np.sin(min(apart / EARTH_RADIUS, np.pi) / 2))
