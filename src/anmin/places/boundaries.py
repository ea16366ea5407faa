"""Taking in boundaries and the address base: matched with areas, checked, kept with their source."""

import array
import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.places import geometry
from anmin.places.boundary_files import DATUMS, Feature, in_degrees, read, read_text
from anmin.places.geometry import KM_PER_DEGREE, Point, Shape
from anmin.places.map_coordinates import TO_WGS84
from anmin.places.map_models import SOURCE_LENGTH
from anmin.places.models import AddressBase, Area, Boundary

ZEROS: Final = "000"
"""What official lists append to the code of a town, where all codes have the length of a village's."""
NAMED: Final = 5
"""So many places are named of those that a file has and the house has not."""
MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the shapes of a file, in areas; and which ones belong to no area here."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: list[str] = field(default_factory=list)
    datum: str = "wgs84"


def take_in_boundaries(
    path: Path, *, source: str, terms: str, datum: str = "", known_only: bool = False
) -> TakenIn:
    """Keep the shapes of a file as the boundaries of areas. The same file again changes nothing.

    A shape belongs to the area whose code one of its properties is (a town's may end in 000), else
    to the only area of its name. ``datum`` is one of `DATUMS`; empty: WGS 84, unless the file looks
    like another one. ``known_only`` leaves out shapes of areas that are not here.

    Raises:
        Refusal: as `boundary_files.read`; rings that cross; no source or terms; two shapes of one
            area; shapes of no area; a file that looks like a moved datum and nobody said which;
            a shape far away from where its area is known to be. Nothing is kept then.
    """
    kept_as = _sourced(source, terms)
    found = read(path)
    datum = _settled(datum, found.hint)
    matched, left_out = _matched(found.features)
    if left_out and not known_only:
        raise Refusal(
            _("%(number)s shapes belong to no area here: %(names)s.")
            % {"number": len(left_out), "names": ", ".join(left_out[:NAMED])},
            code="places.unknown_shapes",
        )
    shapes = {area: _brought(one, datum) for area, one in matched.items()}
    _near(shapes)
    done = _keep({area: geometry.as_text(shape) for area, shape in shapes.items()}, kept_as)
    return TakenIn(done["created"], done["updated"], done["unchanged"], left_out, datum)


@atomic
def drop_boundaries(*, source: str) -> int:
    """Take out every boundary of a source; how many that were. Raises ``NotFound``."""
    gone = Boundary.objects.filter(source=source.strip())
    number = gone.count()
    if not number:
        raise NotFound(_("There are no boundaries of this source."))
    gone.delete()
    return number


@dataclass(frozen=True, slots=True)
class Addresses:
    """What became of the spots of a file; ``number`` are known afterwards."""

    created: int
    unchanged: int
    number: int


@atomic
def take_in_addresses(
    path: Path, *, source: str, terms: str, datum: str = "", anew: bool = False
) -> Addresses:
    """Add the spots of a CSV with the columns longitude and latitude to the address base.

    Nothing else of the file is read. Spots that are known stay; ``anew`` forgets those before. The
    cells of an earlier, smaller base and of this one together tell nothing that neither of them
    tells (`cells`); those of a base made anew may.

    Raises:
        Refusal: as `take_in_boundaries`, with the line of a wrong row; nothing is kept then.
    """
    kept_as = _sourced(source, terms)
    text, hint = read_text(path)
    move = TO_WGS84.get(_settled(datum, hint))
    row = AddressBase.objects.order_by("pk").first()
    before = set() if anew or row is None else set(spots_of(row))
    spots = set()
    for point in _spots(text):
        x, y = move(*point) if move else point
        spots.add((round(x * MILLION), round(y * MILLION)))
    if not spots:
        raise Refusal(_("The file has no addresses."))
    new = spots - before
    if new or row is None or anew or (row.source, row.terms) != kept_as:
        row = row or AddressBase()
        row.source, row.terms = kept_as
        row.spots = _packed(before | spots)
        row.save()
    return Addresses(len(new), len(spots) - len(new), len(before | spots))


def spots_of(base: AddressBase) -> list[tuple[int, int]]:
    """The spots of an address base, in millionths of a degree."""
    numbers = array.array("i")
    numbers.frombytes(bytes(base.spots))
    if sys.byteorder == "little":
        numbers.byteswap()
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _packed(spots: set[tuple[int, int]]) -> bytes:
    numbers = array.array("i", [number for spot in sorted(spots) for number in spot])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def _spots(text: str) -> Iterable[Point]:
    table = csv.DictReader(io.StringIO(text), strict=True)
    for name in ("longitude", "latitude"):
        if name not in (table.fieldnames or ()):
            raise Refusal(_("The column “%(name)s” is missing.") % {"name": name}, line=1)
    try:
        for line, row in enumerate(table, start=2):
            try:
                point = float(row["longitude"] or ""), float(row["latitude"] or "")
                in_degrees([point])
            except ValueError:
                raise Refusal(_("No longitude and latitude in degrees."), line=line) from None
            except Refusal as refusal:
                refusal.line = line
                raise
            yield point
    except csv.Error:
        raise Refusal(_("The file is no CSV.")) from None


def _sourced(source: str, terms: str) -> tuple[str, str]:
    kept = source.strip()[:SOURCE_LENGTH], terms.strip()[:SOURCE_LENGTH]
    if not all(kept):
        raise Refusal(_("Say from whom the data comes and on what terms it may be used."))
    return kept


def _settled(datum: str, hint: str) -> str:
    if datum and datum not in DATUMS:
        raise Refusal(_("The datum is one of: %(names)s.") % {"names": ", ".join(DATUMS)})
    if hint and not datum:
        raise Refusal(
            _(
                "The file looks as if it stood on %(datum)s, whose points are moved by some hundred "
                "metres. Say on which datum it stands (--datum)."
            )
            % {"datum": hint},
            code="places.datum",
        )
    return datum or DATUMS[0]


def _matched(features: list[Feature]) -> tuple[dict[Area, Feature], list[str]]:
    """Which shape is of which area, and the names of shapes of none. Raises ``Refusal``."""
    areas = list(Area.objects.order_by("code"))
    by_code = {area.code: area for area in areas}
    by_code |= {f"{area.code}{ZEROS}": area for area in areas if area.level == "town"}
    often = Counter(area.name for area in areas)
    by_name = {area.name: area for area in areas if often[area.name] == 1}
    column, known = max(
        (_column(features, one) for one in (by_code, by_name)), key=lambda found: found[2]
    )[:2]
    matched: dict[Area, Feature] = {}
    left_out = []
    for one in features:
        area = known.get(one.said.get(column, ""))
        if area is None:
            left_out.append(_called(one))
        elif area in matched:
            raise Refusal(
                _("%(area)s stands there twice: shapes %(first)s and %(second)s.")
                % {"area": area, "first": matched[area].number, "second": one.number}
            )
        else:
            matched[area] = one
    if not matched:
        raise Refusal(
            _("No shape names an area that is here by its code or name."),
            code="places.unknown_shapes",
        )
    return matched, left_out


def _column(
    features: list[Feature], known: Mapping[str, Area]
) -> tuple[str, Mapping[str, Area], int]:
    """The property that names most areas, with what it names them by and how many."""
    hits = Counter(name for one in features for name, value in one.said.items() if value in known)
    name, number = min(hits.items(), key=lambda hit: (-hit[1], hit[0]), default=("", 0))
    return name, known, number


def _called(one: Feature) -> str:
    """A shape by what the file calls it."""
    for name in ("name", "名称", "NAME", "Name", "code", "id"):
        if said := one.said.get(name):
            return said[:40]
    return next((value[:40] for value in one.said.values() if value), f"#{one.number}")


def _brought(one: Feature, datum: str) -> Shape:
    """A shape on WGS 84, checked."""
    move = TO_WGS84.get(datum)
    shape = geometry.tidied(geometry.moved(one.shape, move) if move else one.shape)
    try:
        geometry.check(shape)
    except Refusal as refusal:
        raise Refusal(
            _("Shape %(number)s: %(problem)s") % {"number": one.number, "problem": refusal}
        ) from None
    return shape


def _near(shapes: Mapping[Area, Shape]) -> None:
    """Refuse a shape that lies far from the point of its area: another place, or other units."""
    most = settings.RULES.get("maps.far_metres", timezone.localdate()).number
    for area, shape in shapes.items():
        if area.longitude is None or area.latitude is None:
            continue
        points = list(geometry.points_of(shape))
        x, y = (
            max(min(ends) - own, own - max(ends), 0.0)
            for ends, own in (
                ([x for x, _y in points], area.longitude),
                ([y for _x, y in points], area.latitude),
            )
        )
        if max(x, y) * KM_PER_DEGREE * 1000 > most:
            raise Refusal(
                _("The shape of %(area)s lies more than %(km)s km from where it is known to be.")
                % {"area": area, "km": most // 1000}
            )


@atomic
def _keep(shapes: Mapping[Area, str], kept_as: tuple[str, str]) -> Counter[str]:
    held = {row.area_id: row for row in Boundary.objects.filter(area__in=shapes)}
    done = Counter[str]()
    fresh = []
    for area, text in shapes.items():
        row = held.get(area.pk)
        if row is None:
            fresh.append(Boundary(area=area, shape=text, source=kept_as[0], terms=kept_as[1]))
        elif (row.shape, row.source, row.terms) != (text, *kept_as):
            row.shape, (row.source, row.terms) = text, kept_as
            row.save()
            done["updated"] += 1
        else:
            done["unchanged"] += 1
    if fresh:
        Boundary.objects.bulk_create(fresh)
        done["created"] += len(fresh)
    return done
