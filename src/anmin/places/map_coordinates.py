"""Coordinates of Chinese maps brought to WGS 84.

Public maps in mainland China are drawn on GCJ-02, which is WGS 84 moved by a published formula of
up to some 700 m; Baidu's BD-09 moves it once more. CGCS2000 agrees with WGS 84 within centimetres.
The inverse has no closed form: the forward formula is applied until nothing moves any more.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt

AXIS = 6_378_245.0
ECCENTRICITY = 0.006_693_421_622_965_943
BAIDU = pi * 3000.0 / 180.0
CLOSE_ENOUGH = 1e-9

type Point = tuple[float, float]
"""Longitude and latitude in degrees."""


def in_china(longitude: float, latitude: float) -> bool:
    """Whether the formula applies: it leaves points outside this box alone."""
    return 72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271


def _shift(x: float, y: float) -> Point:
    """How far GCJ-02 moves a point, in units of its formula; x, y from 105° E, 35° N."""
    ripple = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return east, north


def wgs84_to_gcj02(longitude: float, latitude: float) -> Point:
    """A point of WGS 84 as public maps in mainland China draw it."""
    if not in_china(longitude, latitude):
        return longitude, latitude
    east, north = _shift(longitude - 105.0, latitude - 35.0)
    radians = latitude / 180.0 * pi
    magic = 1 - ECCENTRICITY * sin(radians) ** 2
    north = north * 180.0 / (AXIS * (1 - ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (AXIS / sqrt(magic) * cos(radians) * pi)
    return longitude + east, latitude + north


def gcj02_to_wgs84(longitude: float, latitude: float) -> Point:
    """The inverse of `wgs84_to_gcj02`, exact to a tenth of a millimetre."""
    if not in_china(longitude, latitude):
        return longitude, latitude
    x, y = longitude, latitude
    for _round in range(20):
        there = wgs84_to_gcj02(x, y)
        east, north = longitude - there[0], latitude - there[1]
        x, y = x + east, y + north
        if hypot(east, north) < CLOSE_ENOUGH:
            break
    return x, y


def bd09_to_gcj02(longitude: float, latitude: float) -> Point:
    """A point of Baidu's maps on GCJ-02 (Baidu's published inverse, good to a metre)."""
    x, y = longitude - 0.0065, latitude - 0.006
    distance = hypot(x, y) - 0.00002 * sin(y * BAIDU)
    angle = atan2(y, x) - 0.000003 * cos(x * BAIDU)
    return distance * cos(angle), distance * sin(angle)


def bd09_to_wgs84(longitude: float, latitude: float) -> Point:
    """A point of Baidu's maps on WGS 84."""
    return gcj02_to_wgs84(*bd09_to_gcj02(longitude, latitude))


TO_WGS84: dict[str, Callable[[float, float], Point]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
"""How each datum is brought to WGS 84; one that is not here needs nothing."""
