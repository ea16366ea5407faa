"""Files of boundaries, as offices publish them: GeoJSON, or CSV with a column of shapes.

Read here: on which datum, in which order, of which place. What is not WGS 84 degrees of longitude
and latitude is brought there if somebody says what it is, and refused if it only looks like it.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.places.geometry import Point, Shape, from_geojson, from_wkt, points_of

WGS84: Final = frozenset({"CRS84", "84", "4326", "4490", "4979", "4480"})
"""Names and numbers of degrees on WGS 84, or on CGCS2000, which is the same within centimetres."""
DATUMS: Final = ("wgs84", "cgcs2000", "gcj02", "bd09")
HINTS: Final = {
    "gcj02": re.compile(r"gcj|高德|amap|autonavi|腾讯|tencent|datav|aliyun|火星", re.IGNORECASE),
    "bd09": re.compile(r"bd-?0?9|百度|baidu", re.IGNORECASE),
}
"""Words in a file's head or name by which it says that its points are moved."""
SHAPES: Final = ("wkt", "geometry", "geom", "the_geom", "shape", "geojson", "边界", "几何")
"""Titles of the column that holds the shape, in a CSV."""

CHINA: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north, roughly: where latitude and longitude cannot be taken for each other."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One shape of a file, by its number in it, with what else the file says of it."""

    number: int
    said: Mapping[str, str]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Read:
    """The shapes of a file, and the datum on which it seems to stand; empty: it says nothing."""

    features: list[Feature]
    hint: str


def read(path: Path) -> Read:
    """What the file holds, each shape as it stands there.

    Raises:
        Refusal: no such file, no GeoJSON or CSV, other coordinates than degrees of longitude and
            latitude, a shape that is no polygon, with the number of the feature (from 1).
    """
    text, hint = read_text(path)
    if text.lstrip()[:1] in ("{", "["):
        head, features = _of_geojson(text)
    else:
        head, features = "", _of_csv(text)
    if not features:
        raise Refusal(_("The file has no shapes."))
    for one in features:
        with _of_feature(one.number):
            in_degrees(list(points_of(one.shape)))
    return Read(features, hint or _hint(head))


def read_text(path: Path) -> tuple[str, str]:
    """The text of a file, and the datum that its name hints at. Raises ``Refusal``."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError):
        raise Refusal(_("The file cannot be read: %(file)s") % {"file": path.name}) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), _hint(path.name)
        except UnicodeDecodeError:
            continue
    raise Refusal(_("The file is no text."))


def _of_geojson(text: str) -> tuple[str, list[Feature]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(_("The file is no GeoJSON.")) from None
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        raise Refusal(_("The file is no GeoJSON with features."))
    _on_wgs84(whole.get("crs"))
    features = []
    for number, one in enumerate(whole["features"], start=1):
        if not isinstance(one, dict):
            raise Refusal(_("The file is no GeoJSON with features."))
        said = one.get("properties")
        said = dict(said) if isinstance(said, dict) else {}
        if "id" in one:
            said.setdefault("id", one["id"])
        with _of_feature(number):
            shape = from_geojson(one.get("geometry"))
        features.append(Feature(number, _plain(said), shape))
    head = json.dumps(
        {key: value for key, value in whole.items() if key != "features"}, ensure_ascii=False
    )
    return head[:2000], features


def _of_csv(text: str) -> list[Feature]:
    csv.field_size_limit(100_000_000)
    try:
        table = csv.DictReader(io.StringIO(text), strict=True)
        titles = table.fieldnames or []
        column = next((one for one in titles if one.strip().lower() in SHAPES), None)
        if column is None:
            raise Refusal(
                _("A column with the shapes is missing: one of %(names)s.")
                % {"names": ", ".join(SHAPES)}
            )
        return list(_rows(table, column))
    except csv.Error:
        raise Refusal(_("The file is neither GeoJSON nor CSV.")) from None


def _rows(table: "csv.DictReader[str]", column: str) -> Iterator[Feature]:
    for number, row in enumerate(table, start=1):
        written = (row[column] or "").strip()
        with _of_feature(number):
            if written.startswith("{"):
                try:
                    shape = from_geojson(json.loads(written))
                except (ValueError, RecursionError):
                    raise Refusal(_("its coordinates cannot be read")) from None
            else:
                shape = from_wkt(written)
        yield Feature(
            number, _plain({k: v for k, v in row.items() if k not in (column, None)}), shape
        )


@contextmanager
def _of_feature(number: int) -> Iterator[None]:
    """Names the shape in what is refused about it."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(
            _("Shape %(number)s: %(problem)s") % {"number": number, "problem": refusal}
        ) from None


def _plain(said: Mapping[Any, Any]) -> dict[str, str]:
    """The properties that are a word or a number, as text; 330381001.0 is 330381001."""
    kept = {}
    for key, value in said.items():
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str | int) and not isinstance(value, bool):
            kept[str(key)] = str(value).strip()
    return kept


def _on_wgs84(crs: Any) -> None:
    """Refuse a coordinate system that says that it is another one."""
    if crs is None:
        return
    said = crs.get("properties") if isinstance(crs, dict) else None
    name = str(said.get("name", "")) if isinstance(said, dict) else str(crs)
    last = re.split(r"[:/#]", name.strip())[-1].upper()
    if last not in WGS84:
        raise Refusal(
            _(
                "The file is in the coordinate system %(crs)s. Give it in degrees of longitude and "
                "latitude (WGS 84, EPSG:4326, or CGCS2000, EPSG:4490)."
            )
            % {"crs": name[:60]}
        )


def in_degrees(points: Collection[Point]) -> None:
    """Refuse metres of a projection, and a latitude that stands before the longitude."""
    west, south, east, north = CHINA
    turned = all(abs(x) <= 90 and abs(y) <= 180 for x, y in points) and (
        any(abs(y) > 90 for _x, y in points)
        or all(south <= x <= north and west <= y <= east for x, y in points)
    )
    if turned:
        raise Refusal(_("the latitude stands before the longitude; the longitude comes first"))
    for x, y in points:
        if not (abs(x) <= 180 and abs(y) <= 90):
            raise Refusal(
                _(
                    "%(x)s, %(y)s are no degrees. Give longitude and latitude (WGS 84 or "
                    "CGCS2000), not metres of a projection"
                )
                % {"x": f"{x:.0f}", "y": f"{y:.0f}"}
            )


def _hint(head: str) -> str:
    return next((datum for datum, words in HINTS.items() if words.search(head)), "")
