"""A point on a map as a citizen gives it: read, brought to WGS 84, and looked at whether it is here."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.errors import Refusal
from anmin.places.map_coordinates import TO_WGS84, Point
from anmin.places.queries import Near, nearest

FAR: Final = 25_000
"""Metres: what is further from every place that is known here lies outside."""
DATUMS: Final = (
    ("wgs84", gettext_lazy("This device, or GPS")),
    ("gcj02", gettext_lazy("Gaode, Tencent or WeChat map")),
    ("bd09", gettext_lazy("Baidu map")),
)
"""Where a point was read off: maps of the mainland are moved by up to some 700 metres."""
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{1,12})?")


def read_point(text: str, datum: str) -> Point:
    """Longitude and latitude (WGS 84, six decimals) of what was typed or pasted, in either order.

    In China no latitude is a longitude: which is which is plain. Raises ``Refusal``.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = [float(one) for one in _NUMBER.findall(plain)]
    if len(found) != 2:
        raise Refusal(
            _("Enter two numbers, latitude and longitude, such as 27.78120, 120.65510."),
            field="point",
        )
    latitude, longitude = sorted(found)
    if not (3 <= latitude <= 54 and 73 <= longitude <= 136):
        raise _outside()
    if datum in TO_WGS84:
        longitude, latitude = TO_WGS84[datum](longitude, latitude)
    return round(longitude, 6), round(latitude, 6)


def near(point: Point) -> Near | None:
    """The known place nearest to it; nothing where no place here has a point. Raises ``Refusal`` for what
    lies outside.
    """
    found = nearest(*point)
    if found is not None and found.metres > FAR:
        raise _outside()
    return found


def _outside() -> Refusal:
    return Refusal(
        _(
            "This point lies outside the area that we answer for. Check the numbers, or leave it out;"
            " in an emergency call 110."
        ),
        field="point",
    )
