"""Reading places: one picture of all areas and units in memory, checked by its revision."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import NotFound
from anmin.places.models import (
    CODE_LENGTH,
    OUTSIDE,
    Area,
    AreaLevel,
    Responsibility,
    Revision,
    Unit,
    UnitKind,
    clean_code,
    for_reader,
    pinned,
)

EARTH: Final = 6_371_000
"""Metres to the middle of the Earth."""


@dataclass(frozen=True, slots=True)
class Directory:
    """All areas, units and responsibilities as plain maps; a few hundred entries each.

    ``area_called`` and ``unit_called``: the Chinese and the English name by id. ``closed_units``:
    those out of service. ``inspectorates``: those that check the others. ``outside``: the bodies that
    are no part of the police.
    """

    area_ids: dict[str, int] = field(default_factory=dict)
    unit_ids: dict[str, int] = field(default_factory=dict)
    area_parents: dict[int, int | None] = field(default_factory=dict)
    unit_paths: dict[int, str] = field(default_factory=dict)
    answering: dict[tuple[int, str], int] = field(default_factory=dict)
    area_called: dict[int, tuple[str, str]] = field(default_factory=dict)
    unit_called: dict[int, tuple[str, str]] = field(default_factory=dict)
    closed_units: frozenset[int] = frozenset()
    inspectorates: frozenset[int] = frozenset()
    outside: frozenset[int] = frozenset()
    derived: dict[Any, Any] = field(default_factory=dict, compare=False)
    """What was worked out from this picture and falls with it: by a key of whoever worked it out."""

    def units_above(self, unit_id: int) -> list[int]:
        """The unit and every unit that it is part of, by id, from the unit itself upwards."""
        path = self.unit_paths.get(unit_id)
        codes = path.strip("/").split("/") if path else ()
        return [self.unit_ids[code] for code in reversed(codes) if code in self.unit_ids]

    def units_below(self, unit_id: int) -> frozenset[int]:
        """The unit and every unit under it, by id; nothing for an unknown unit."""
        path = self.unit_paths.get(unit_id)
        if path is None:
            return frozenset()
        return frozenset(key for key, other in self.unit_paths.items() if other.startswith(path))

    def areas_below(self, area_id: int) -> frozenset[int]:
        """The area and every area under it, by id. O(areas)."""
        found, edge = {area_id}, {area_id}
        while edge:
            edge = {key for key, parent in self.area_parents.items() if parent in edge} - found
            found |= edge
        return frozenset(found)

    def responsible_unit_id(self, area_id: int | None, kind: str) -> int | None:
        """The unit that answers for that kind there: the nearest area decides.

        In one area the kind's own row wins over the row for every kind. Units out of service
        answer for nothing.
        """
        while area_id is not None:
            for wanted in (kind, ""):
                if (unit_id := self.answering.get((area_id, wanted))) is not None:
                    return unit_id
            area_id = self.area_parents.get(area_id)
        return None


_kept: tuple[UUID, Directory] | None = None


def directory() -> Directory:
    """The current picture of places. One small query tells whether the kept one still holds."""
    pin = pinned.get()
    if pin is None:
        return _current()
    if "directory" not in pin:
        pin["directory"] = _current()
    kept: Directory = pin["directory"]
    return kept


@contextmanager
def steady() -> Iterator[None]:
    """Inside, ``directory`` is checked once: for a web request, or a slice of a long import.

    A change that this thread makes inside is seen at once, one of another process afterwards.
    """
    token = pinned.set({})
    try:
        yield
    finally:
        pinned.reset(token)


def area_ids() -> dict[str, int]:
    """The id of every area by its code."""
    return directory().area_ids


def unit_ids() -> dict[str, int]:
    """The id of every unit by its code."""
    return directory().unit_ids


def area_by_code(code: str) -> Area:
    """The area of that code. Raises ``NotFound``."""
    return _by_code(Area.objects.all(), code)


def unit_by_code(code: str) -> Unit:
    """The unit of that code. Raises ``NotFound``."""
    return _by_code(Unit.objects.all(), code)


def responsible_unit(area: Area | None, kind: str) -> Unit | None:
    """The unit that answers for matters of that kind in that area, or nothing if none is named.

    Climbs the area tree, most specific first; see ``Directory.responsible_unit_id``.
    """
    unit_id = directory().responsible_unit_id(area.pk if area else None, kind)
    return Unit.objects.get(pk=unit_id) if unit_id is not None else None


def checking_unit(area: Area | None, kind: str) -> Unit | None:
    """The unit that checks the others, wherever something is; without one whoever answers there."""
    known = directory()
    found = next(iter(sorted(known.inspectorates - known.closed_units)), None)
    return Unit.objects.get(pk=found) if found else responsible_unit(area, kind)


def units_under(unit: Unit) -> QuerySet[Unit]:
    """The unit and every unit below it."""
    return Unit.objects.filter(path__startswith=unit.path)


def areas_under(area: Area) -> QuerySet[Area]:
    """The area and every area below it."""
    return Area.objects.filter(path__startswith=area.path)


def towns() -> QuerySet[Area]:
    """Every town and subdistrict, by code."""
    return Area.objects.filter(level=AreaLevel.TOWN).order_by("code")


def areas_like(text: str, *, limit: int = 12) -> list[Area]:
    """Areas by what somebody typed of a name or code: exact ones first, then larger ones."""
    return _like(Area.objects.all(), text, limit)


def units_like(text: str, *, limit: int = 12) -> list[Unit]:
    """Police units in service, by what somebody typed of a name or code; as ``areas_like``."""
    return _like(Unit.objects.filter(active=True).exclude(kind__in=OUTSIDE), text, limit)


def bodies_like(text: str, *, limit: int = 12) -> list[Unit]:
    """The same for bodies outside the police."""
    return _like(Unit.objects.filter(active=True, kind__in=OUTSIDE), text, limit)


def unit_labels(ids: Iterable[int]) -> dict[int, str]:
    """The names of units in the reader's language, by id."""
    return _labels(directory().unit_called, ids)


def top_unit_label() -> str:
    """The name of the unit on top of all others, the bureau itself; empty without units."""
    known = directory()
    tops = [
        code
        for code, key in known.unit_ids.items()
        if "/" not in known.unit_paths[key].strip("/")
        and key not in known.closed_units | known.outside
    ]
    return for_reader(*known.unit_called[known.unit_ids[min(tops)]]) if tops else ""


def area_labels(ids: Iterable[int]) -> dict[int, str]:
    """The names of areas in the reader's language, by id."""
    return _labels(directory().area_called, ids)


def _labels(called: dict[int, tuple[str, str]], ids: Iterable[int]) -> dict[int, str]:
    return {key: for_reader(*called[key]) for key in set(ids) if key in called}


def unit_names() -> dict[str, str]:
    """The name of every unit in the reader's language, by code."""
    return {unit.code: unit.label for unit in Unit.objects.order_by("code")}


def area_names() -> dict[str, str]:
    """The name of every area in the reader's language, by code."""
    known = directory()
    return {
        code: for_reader(*known.area_called[key]) for code, key in sorted(known.area_ids.items())
    }


def codes_of_towns(names: Iterable[str]) -> dict[str, str]:
    """The codes of the towns and subdistricts that are called so, in either language, by that name.

    A name that two towns have is nobody's.
    """
    wanted, found = set(names), dict[str, list[str]]()
    for town in towns():
        for name in {town.name, town.name_en} & wanted:
            found.setdefault(name, []).append(town.code)
    return {name: codes[0] for name, codes in found.items() if len(codes) == 1}


def area_positions() -> dict[str, tuple[float, float]]:
    """Longitude and latitude (degrees, WGS 84) of every area that has them, by code."""
    rows = Area.objects.order_by("code").values_list("code", "longitude", "latitude")
    return {
        code: (longitude, latitude)
        for code, longitude, latitude in rows
        if longitude is not None and latitude is not None
    }


class Near(NamedTuple):
    """The known place that is nearest to a point, the town that it is in, and how far it is (metres)."""

    area: Area
    town: Area | None
    metres: float


def nearest(longitude: float, latitude: float) -> Near | None:
    """The area whose point is nearest to this one (degrees, WGS 84); nothing while none has a point.

    O(areas): some hundreds, each once in a while.
    """
    known = Area.objects.filter(longitude__isnull=False, latitude__isnull=False)
    rows = known.filter(level__in=(AreaLevel.TOWN, AreaLevel.COMMUNITY, AreaLevel.OTHER))
    apart = {area: _metres(area, longitude, latitude) for area in rows}
    if not apart:
        return None
    area = min(apart, key=lambda one: (apart[one], one.code))
    above = [code for code in area.path.split("/") if code]
    town = Area.objects.filter(code__in=above, level=AreaLevel.TOWN).first()
    return Near(area, town, apart[area])


def _metres(area: Area, longitude: float, latitude: float) -> float:
    """How far it is to the point of an area, on the sphere, of points near each other."""
    assert area.longitude is not None
    assert area.latitude is not None
    middle = math.cos(math.radians((area.latitude + latitude) / 2))
    east = math.radians(area.longitude - longitude) * middle
    return EARTH * math.hypot(east, math.radians(area.latitude - latitude))


def nearest_names(points: Iterable[tuple[float, float]]) -> list[str]:
    """What the known place nearest to each point is called; empty while none has a point."""
    known = list(
        Area.objects.filter(longitude__isnull=False, latitude__isnull=False)
        .filter(level__in=(AreaLevel.TOWN, AreaLevel.COMMUNITY, AreaLevel.OTHER))
        .order_by("code")
    )
    if not known:
        return ["" for _point in points]
    return [min(known, key=lambda one: _metres(one, *point)).label for point in points]


def unit_codes(ids: Iterable[int]) -> list[str]:
    """The codes of units, by their ids."""
    wanted = set(ids)
    return sorted(code for code, key in unit_ids().items() if key in wanted)


def _like[N: (Area, Unit)](rows: QuerySet[N], text: str, limit: int) -> list[N]:
    text = text.strip()[:80]
    exact = Q(code__iexact=text) | Q(name=text) | Q(name_en__iexact=text)
    part = Q(code__istartswith=text) | Q(name__icontains=text) | Q(name_en__icontains=text)
    found = rows.filter(part).order_by(
        Case(When(exact, then=Value(0)), default=Value(1)), Length("path"), "code"
    )
    return list(found[:limit])


def _by_code[N: (Area, Unit)](rows: QuerySet[N], code: str) -> N:
    try:
        return rows.get(code=clean_code(code))
    except (rows.model.DoesNotExist, ValidationError):
        raise NotFound(
            _("There is no %(what)s with the code %(code)s.")
            % {
                "what": rows.model._meta.verbose_name,
                "code": code[:CODE_LENGTH],
            }
        ) from None


_revision = Prepared(lambda pk: Revision.objects.filter(pk=pk))


def _current() -> Directory:
    global _kept
    revision = _revision.one(1)
    token = revision.token if revision else None
    kept = _kept
    if token is not None and kept is not None and kept[0] == token:
        return kept[1]
    # The token is read before the rows: rows newer than the token are read again next time.
    read = _read()
    if token is not None:
        _kept = (token, read)
    return read


def _read() -> Directory:
    areas = list(Area.objects.order_by().values_list("id", "code", "parent_id", "name", "name_en"))
    units = list(
        Unit.objects.order_by().values_list(
            "id", "code", "path", "active", "kind", "name", "name_en"
        )
    )
    answering = Responsibility.objects.filter(unit__active=True).order_by()
    return Directory(
        area_ids={code: key for key, code, *_ in areas},
        unit_ids={code: key for key, code, *_ in units},
        area_parents={key: parent for key, _code, parent, *_ in areas},
        unit_paths={key: path for key, _code, path, *_ in units},
        closed_units=frozenset(key for key, _code, _path, active, *_ in units if not active),
        inspectorates=frozenset(
            key for key, _code, _path, _active, kind, *_ in units if kind == UnitKind.INSPECTORATE
        ),
        outside=frozenset(key for key, _code, _path, _active, kind, *_ in units if kind in OUTSIDE),
        answering={
            (area, kind): unit
            for area, kind, unit in answering.values_list("area_id", "kind", "unit_id")
        },
        area_called={key: (name, name_en) for key, *_, name, name_en in areas},
        unit_called={key: (name, name_en) for key, *_, name, name_en in units},
    )
