"""Where the demo city's events happen: real towns and communities, and one made-up estate."""

import random

from anmin.config.demo.events import Place
from anmin.places.models import Area
from anmin.places.queries import directory

# Rough centres of the towns (WGS 84, to about a kilometre) and their share of events. Jinhu, where
# the people one signs in as work, has more than its share, so that their day is not empty.
TOWNS: dict[str, tuple[float, float, float]] = {
    "330381001": (120.655, 27.778, 16),
    "330381002": (120.632, 27.780, 14),
    "330381003": (120.622, 27.790, 40),
    "330381004": (120.668, 27.762, 7),
    "330381005": (120.690, 27.780, 6),
    "330381007": (120.680, 27.806, 10),
    "330381008": (120.692, 27.830, 6),
    "330381009": (120.618, 27.742, 8),
    "330381010": (120.570, 27.750, 6),
    "330381011": (120.660, 27.735, 4),
    "330381012": (120.585, 27.785, 3),
    "330381013": (120.560, 27.715, 3),
    "330381101": (120.690, 27.890, 20),
    "330381116": (120.455, 27.765, 6),
    "330381120": (120.460, 27.825, 4),
    "330381122": (120.360, 27.870, 2.5),
    "330381125": (120.320, 27.765, 2.5),
    "330381126": (120.520, 27.830, 2),
    "330381127": (120.330, 27.840, 1),
    "330381128": (120.480, 27.690, 1.5),
    "330381129": (120.400, 27.745, 1),
    "330381221": (120.290, 27.900, 0.6),
    "330381222": (121.200, 27.630, 0.3),
}
ESTATE = {"code": "330381003008W1", "name": "文苑小区（演示）", "name_en": "Wenyuan Estate (demo)"}
ESTATE_COMMUNITY = "330381003008"
CLUSTER_TOWN = "330381101"
"""The town with the hot spot that the nightly scan should find."""
ESTATE_AT = (120.6185, 27.7935)


def neighbourhood(places: list[Place], size: int) -> list[Place]:
    """Some communities beside each other: the one nearest to the middle of its town, and those next to it."""
    longitude, latitude, _share = TOWNS[CLUSTER_TOWN]
    middle = min(places, key=lambda one: _apart(one, longitude, latitude))
    return sorted(places, key=lambda one: _apart(one, middle.longitude, middle.latitude))[:size]


def _apart(place: Place, longitude: float, latitude: float) -> float:
    """About how far, in degrees of latitude; a degree of longitude is shorter here."""
    return ((place.longitude - longitude) * 0.885) ** 2 + (place.latitude - latitude) ** 2


def add_estate() -> Area:
    """The made-up housing estate that is like the newspaper page's."""
    parent = Area.objects.get(code=ESTATE_COMMUNITY)
    area, _made = Area.objects.get_or_create(
        code=ESTATE["code"],
        defaults={**ESTATE, "level": "other", "parent": parent, "households": 640},
    )
    return area


def places(rng: random.Random) -> tuple[list[Place], Place]:
    """Every community as a place, and the estate, which is nobody's by chance (weight 0).

    Their rough coordinates are written to the areas, so that they can stand on a map.
    """
    known = directory()
    placed: list[Area] = []
    found: list[Place] = []
    communities = Area.objects.filter(level="community").select_related("parent")
    for area in communities.order_by("code"):
        town = area.parent.code if area.parent else ""
        unit = known.responsible_unit_id(area.pk, "incident")
        if town not in TOWNS or unit is None:
            continue
        longitude, latitude, share = TOWNS[town]
        area.longitude = round(longitude + rng.gauss(0, 0.012), 6)
        area.latitude = round(latitude + rng.gauss(0, 0.010), 6)
        placed.append(area)
        found.append(
            Place(
                area_id=area.pk,
                unit_id=unit,
                name=area.name,
                longitude=area.longitude,
                latitude=area.latitude,
                weight=share * rng.lognormvariate(0, 0.6),
            )
        )
    for area in Area.objects.filter(code__in=TOWNS):
        area.longitude, area.latitude, _share = TOWNS[area.code]
        placed.append(area)
    estate = Area.objects.get(code=ESTATE["code"])
    estate.longitude, estate.latitude = ESTATE_AT
    Area.objects.bulk_update([*placed, estate], ["longitude", "latitude"], batch_size=200)
    unit = known.responsible_unit_id(estate.pk, "incident")
    assert unit is not None  # the shipped responsibilities cover the whole county
    return found, Place(estate.pk, unit, "文苑小区", *ESTATE_AT, 0)
