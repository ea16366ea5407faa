"""Places on the map, as exports write them: two columns of degrees, or both in one text."""

import re
from collections.abc import Sequence
from math import isfinite

from anmin.exchange.problems import RowRefused
from anmin.exchange.profile import Coordinates
from anmin.places.map_coordinates import TO_WGS84, Point

_DEGREES = r"[+-]?\d{1,3}(?:\.\d+)?"
_COMMA = r"[+-]?\d{1,3}(?:[.,]\d+)?"
_WKT = re.compile(rf"POINT\s*(?:Z|M|ZM)?\s*\(\s*({_DEGREES})\s+({_DEGREES})\b", re.IGNORECASE)
_GEOJSON = re.compile(rf"['\"]coordinates['\"]\s*:\s*\[\s*({_DEGREES})\s*,\s*({_DEGREES})\b")
_NAMED = tuple(
    re.compile(rf"['\"]?\b{name}['\"]?\s*[:=]\s*['\"]?({_DEGREES})", re.IGNORECASE)
    for name in ("(?:longitude|lng|lon|x)", "(?:latitude|lat|y)")
)
_BRACKETS = re.compile(rf"\(\s*({_DEGREES})\s*,\s*({_DEGREES})\s*\)\s*$")
_PAIR = re.compile(rf"({_DEGREES})\s*[,;|]?\s+({_DEGREES})|({_DEGREES})[,;|]({_DEGREES})")
_COMMA_PAIR = re.compile(rf"({_COMMA})\s*[;| ]\s*({_COMMA})")


def degrees(text: str) -> float:
    """Degrees as a number; a comma may stand for the point. Raises ``ValueError``."""
    try:
        return float(text)
    except ValueError:
        if text.count(",") == 1 and "." not in text:
            return float(text.replace(",", "."))
        raise


def point_in(text: str, order: str) -> Point | None:
    """Longitude and latitude from one text; nothing if it holds no point.

    Texts that name their parts (WKT, GeoJSON, latitude and longitude) tell the order themselves;
    of a mere pair ``order`` does: ``lat_lon`` or ``lon_lat``.
    """
    if found := _WKT.search(text) or _GEOJSON.search(text):
        return float(found[1]), float(found[2])
    named = [expression.search(text) for expression in _NAMED]
    if named[0] and named[1]:
        return float(named[0][1]), float(named[1][1])
    pair = _BRACKETS.search(text) or _PAIR.fullmatch(text) or _COMMA_PAIR.fullmatch(text)
    if pair is None:
        return None
    one, other = (degrees(part) for part in pair.groups() if part is not None)
    return (other, one) if order == "lat_lon" else (one, other)


def mere_pairs(values: Sequence[str]) -> bool:
    """Whether no text names its parts, and no number is too large for a latitude."""
    pairs = [point_in(value, "lon_lat") for value in values]
    same = [point_in(value, "lat_lon") for value in values]
    told = [one for one, other in zip(pairs, same, strict=True) if one is not None and one == other]
    large = any(one and max(map(abs, one)) > 90 for one in pairs)
    return not large and not told and any(pairs)


def likely_order(values: Sequence[str]) -> str:
    """The order of pairs: what is above 90 degrees is a longitude; else the latitude comes first."""
    pairs = [point_in(value, "lon_lat") for value in values]
    return "lon_lat" if any(one and abs(one[0]) > 90 for one in pairs) else "lat_lon"


class Places:
    """Reads the place of a row as the profile's `coordinates` say, on WGS 84."""

    def __init__(self, coordinates: Coordinates) -> None:
        self._order = coordinates.order
        self._bounds = coordinates.bounds
        self._move = TO_WGS84.get(coordinates.datum)

    def of_two(self, texts: Sequence[str]) -> tuple[float | None, float | None]:
        """From a text for each; both nothing if one is blank, or both are zero.

        Raises ``RowRefused``: not degrees, or outside the bounds.
        """
        if not all(texts):
            return None, None
        try:
            place = degrees(texts[0]), degrees(texts[1])
        except ValueError:
            raise RowRefused("not_degrees", value=", ".join(texts)) from None
        return self._checked(place, ", ".join(texts))

    def of_one(self, text: str) -> tuple[float | None, float | None] | None:
        """From one text; nothing at all if the text holds no point. Raises ``RowRefused``."""
        if not text:
            return None, None
        place = point_in(text, self._order)
        return None if place is None else self._checked(place, text)

    def _checked(self, place: Point, text: str) -> tuple[float | None, float | None]:
        x, y = place
        if x == 0 == y:
            return None, None
        west, south, east, north = self._bounds
        if not (isfinite(x) and isfinite(y) and west <= x <= east and south <= y <= north):
            raise RowRefused("outside_bounds", value=text)
        return place if self._move is None else self._move(x, y)
