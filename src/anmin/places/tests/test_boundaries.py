"""何苗's installation gets real boundaries: taken in whole with their source, or refused in words."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as some

from anmin.kernel.errors import NotFound, Refusal
from anmin.places import geometry
from anmin.places.boundaries import drop_boundaries, spots_of, take_in_addresses, take_in_boundaries
from anmin.places.map_coordinates import bd09_to_wgs84, wgs84_to_gcj02
from anmin.places.models import AddressBase, Area, Boundary
from anmin.places.shapes import Drawn, public_points, shapes_of

SAID = {"source": "瑞安市民政局", "terms": "可公开使用"}
SQUARE = [[120.60, 27.70], [120.62, 27.70], [120.62, 27.72], [120.60, 27.72], [120.60, 27.70]]


@pytest.fixture
def towns(db: None) -> list[Area]:
    """Two towns side by side, one of which has a known point."""
    with override("en"):
        yield [  # type: ignore[misc]
            Area.objects.create(
                code="330381001",
                name="安阳街道",
                level="town",
                longitude=120.61,
                latitude=27.71,
            ),
            Area.objects.create(code="330381002", name="玉海街道", level="town"),
        ]


def moved(ring: list[list[float]], east: float) -> list[list[float]]:
    return [[round(x + east, 6), y] for x, y in ring]


def feature(code: str, *rings: list[list[float]], **said: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"adcode": code, **said},
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


def file(path: Path, *features: Any, **head: Any) -> Path:
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": list(features), **head}), "utf-8"
    )
    return path


BOTH = (feature("330381001", SQUARE), feature("330381002000", moved(SQUARE, 0.02)))


def test_boundaries_come_in_by_code_with_source_and_terms(
    towns: list[Area], tmp_path: Path
) -> None:
    path = file(tmp_path / "towns.geojson", *BOTH)
    done = take_in_boundaries(path, **SAID)
    assert (done.created, done.updated, done.unchanged, done.left_out) == (2, 0, 0, [])
    shapes = shapes_of("town")
    assert (shapes.drawn, shapes.sources) == (Drawn.BOUNDARIES, [("瑞安市民政局", "可公开使用")])
    assert shapes.by_code["330381002"] == [
        [[(120.62, 27.7), (120.64, 27.7), (120.64, 27.72), (120.62, 27.72)]]
    ]
    again = take_in_boundaries(path, **SAID)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    newer = file(tmp_path / "newer.geojson", feature("330381001", moved(SQUARE, 0.001)))
    assert take_in_boundaries(newer, **SAID).updated == 1
    assert drop_boundaries(source="瑞安市民政局") == 2
    assert Boundary.objects.count() == 0
    with pytest.raises(NotFound):
        drop_boundaries(source="瑞安市民政局")
    # Without boundaries, the towns whose point is known get cells around it.
    assert shapes_of("town").drawn is Drawn.CELLS


def test_a_table_with_names_and_wkt_is_as_good(towns: list[Area], tmp_path: Path) -> None:
    hole = [[120.605, 27.705], [120.61, 27.705], [120.61, 27.71], [120.605, 27.705]]
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["名称", "WKT"])
    rings = ",".join("(" + ",".join(f"{x} {y}" for x, y in ring) + ")" for ring in (SQUARE, hole))
    table.writerow(["安阳街道", f"POLYGON ({rings})"])
    far = "(" + ",".join(f"{x + 0.1} {y} 3.5" for x, y in SQUARE) + ")"
    table.writerow(["玉海街道", f"MULTIPOLYGON Z (({far}))"])
    path = tmp_path / "towns.csv"
    path.write_bytes(text.getvalue().encode("gb18030"))
    assert take_in_boundaries(path, **SAID).created == 2
    shape = shapes_of("town").by_code["330381001"]
    assert [len(ring) for ring in shape[0]] == [4, 3]
    assert geometry.contains(shape, 120.615, 27.715)
    assert not geometry.contains(shape, 120.6095, 27.706)


def test_a_moved_datum_is_brought_back_if_said_and_refused_if_only_guessed(
    towns: list[Area], tmp_path: Path
) -> None:
    there = [list(wgs84_to_gcj02(x, y)) for x, y in SQUARE]
    path = file(tmp_path / "DataV_330381.geojson", feature("330381001", there))
    with pytest.raises(Refusal, match="gcj02"):
        take_in_boundaries(path, **SAID)
    assert Boundary.objects.count() == 0
    assert take_in_boundaries(path, **SAID, datum="gcj02").datum == "gcj02"
    shape = shapes_of("town").by_code["330381001"]
    for (x, y), (east, north) in zip(shape[0][0], SQUARE[:4], strict=True):
        assert (x, y) == (pytest.approx(east, abs=2e-6), pytest.approx(north, abs=2e-6))
    path = file(tmp_path / "plain.geojson", feature("330381001", SQUARE), name="百度地图")
    with pytest.raises(Refusal, match="bd09"):
        take_in_boundaries(path, **SAID)
    assert take_in_boundaries(path, **SAID, datum="wgs84").unchanged == 1
    take_in_boundaries(path, **SAID, datum="bd09")
    first = shapes_of("town").by_code["330381001"][0][0][0]
    assert first == tuple(round(one, 6) for one in bd09_to_wgs84(*SQUARE[0]))


BOW_TIE = [[120.60, 27.70], [120.62, 27.72], [120.62, 27.70], [120.60, 27.73], [120.60, 27.70]]
SPIKE = [[120.60, 27.70], [120.62, 27.70], [120.64, 27.70], [120.62, 27.70], [120.61, 27.72]]
FLAT = [[120.60, 27.70], [120.61, 27.70], [120.62, 27.70], [120.60, 27.70]]
IN_METRES = [[500_000, 3_070_000], [502_000, 3_070_000], [502_000, 3_072_000], [500_000, 3_070_000]]


@pytest.mark.parametrize(
    ("features", "head", "said"),
    [
        ([feature("330381001", BOW_TIE)], {}, "Shape 1: its rings cross or touch at 120.6"),
        ([feature("330381001", [*SPIKE, SPIKE[0]])], {}, "cross or touch"),
        ([feature("330381001", FLAT)], {}, "no surface"),
        ([feature("330381001", SQUARE[:4])], {}, "not closed"),
        ([feature("330381001", SQUARE, moved(SQUARE, 1.0))], {}, "outside its ring"),
        ([feature("330381001", SQUARE, moved(SQUARE, 0.01))], {}, "cross or touch"),
        ([feature("330381001", [[y, x] for x, y in SQUARE])], {}, "latitude stands before"),
        ([feature("330381001", IN_METRES)], {}, "500000, 3070000 are no degrees"),
        (
            list(BOTH),
            {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}},
            "coordinate system urn:ogc:def:crs:EPSG::4549",
        ),
        ([BOTH[0], BOTH[0]], {}, "安阳街道 stands there twice: shapes 1 and 2"),
        ([BOTH[0], feature("320000", moved(SQUARE, 1.0), name="江苏")], {}, "江苏"),
        ([feature("320000", SQUARE)], {}, "No shape names an area"),
        ([feature("330381001", moved(SQUARE, 2.0))], {}, "more than 20 km"),
        ([{"type": "Feature", "properties": {}, "geometry": None}], {}, "Shape 1: “None”"),
        (
            [{**BOTH[0], "geometry": {"type": "Point", "coordinates": [120.6, 27.7]}}],
            {},
            "“Point” is no polygon",
        ),
        (
            [{**BOTH[0], "geometry": {"type": "Polygon", "coordinates": [[["x", 1]]]}}],
            {},
            "cannot be read",
        ),
        ([], {}, "no shapes"),
        (["x"], {}, "no GeoJSON with features"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    towns: list[Area], tmp_path: Path, features: list[Any], head: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal) as refused:
        take_in_boundaries(file(tmp_path / "wrong.geojson", *features, **head), **SAID)
    assert said in str(refused.value)
    assert Boundary.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column with the shapes"),
        ("[1]", "no GeoJSON with features"),
        ("{", "no GeoJSON."),
        ("code,wkt\n330381001,POLYGON((1 2", "is no polygon"),
        ("code,wkt\n330381001,POLYGON((1 2))", "not closed"),
        ("code,wkt\n330381001,POLYGON((1 2)", "cannot be read"),
        ('code,wkt\n330381001,"POLYGON((a b, c d))"', "cannot be read"),
        ("code,wkt\n330381001,{", "cannot be read"),
        ('code,wkt\n330381001,"POLY', "neither GeoJSON nor CSV"),
    ],
)
def test_files_that_are_none_are_refused(
    towns: list[Area], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(Refusal) as refused:
        take_in_boundaries(path, **SAID)
    assert said in str(refused.value)
    with pytest.raises(Refusal, match="cannot be read"):
        take_in_boundaries(tmp_path / "none.csv", **SAID)


def test_neither_source_nor_terms_may_be_missing(towns: list[Area], tmp_path: Path) -> None:
    path = file(tmp_path / "towns.geojson", *BOTH)
    for missing in ({"source": " "}, {"terms": ""}):
        with pytest.raises(Refusal, match="on what terms"):
            take_in_boundaries(path, **{**SAID, **missing})
    with pytest.raises(Refusal, match="one of: wgs84"):
        take_in_boundaries(path, **SAID, datum="mars")
    unknown = file(tmp_path / "more.geojson", *BOTH, feature("1", moved(SQUARE, 3.0), name="别处"))
    done = take_in_boundaries(unknown, **SAID, known_only=True)
    assert (done.created, done.left_out) == (2, ["别处"])


numbers = some.integers(-9, 9)


@settings(deadline=None, max_examples=80)
@given(some.lists(some.tuples(numbers, numbers), min_size=3, max_size=7, unique=True))
def test_a_ring_is_refused_just_if_two_of_its_edges_meet(ring):
    """Against every pair of edges looked at one by one, with whole numbers."""
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))

    def side(a, b, p):
        return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

    def on(a, b, p):
        return side(a, b, p) == 0 and all(
            min(a[i], b[i]) <= p[i] <= max(a[i], b[i]) for i in (0, 1)
        )

    def met(one, other):
        (a, b), (c, d) = one, other
        common = {a, b} & {c, d}
        if common:
            (corner,) = common
            mine, far = (({*pair} - common).pop() for pair in (one, other))
            return on(corner, mine, far) or on(corner, far, mine)
        crossed = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        return crossed or on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b)

    bad = any(met(one, other) for at, one in enumerate(edges) for other in edges[:at])
    shape = [[[(float(x), float(y)) for x, y in ring]]]
    try:
        geometry.check(shape)
    except Refusal:
        assert bad or geometry.surface(ring) == 0
    else:
        assert not bad
    assert geometry.from_text(geometry.as_text(shape)) == shape


# --- the address base ---------------------------------------------------------------------------


def addresses(path: Path, number: int, start: int = 0) -> Path:
    lines = [f"{120.6 + (start + at) * 1e-5:.6f},27.7,某某" for at in range(number)]
    path.write_text("\n".join(["longitude,latitude,name", *lines]), "utf-8")
    return path


def test_without_an_address_base_no_point_is_public(db: None, tmp_path: Path) -> None:
    here = [(120.6, 27.7)] * 3
    found = public_points(here)
    assert (found.counts, found.nowhere, found.source, found.least) == ({}, 3, None, 8)
    done = take_in_addresses(addresses(tmp_path / "a.csv", 7), **SAID)
    assert (done.created, done.number) == (7, 7)
    assert public_points(here).counts == {}
    done = take_in_addresses(addresses(tmp_path / "b.csv", 3, 6), **SAID)
    assert (done.created, done.unchanged, done.number) == (2, 1, 9)
    found = public_points(here)
    assert (list(found.counts.values()), found.nowhere) == ([3], 0)
    assert found.source == ("瑞安市民政局", "可公开使用")
    base = AddressBase.objects.get()
    assert spots_of(base)[0] == (120_600_000, 27_700_000)
    assert "某某".encode() not in bytes(base.spots)
    assert take_in_addresses(addresses(tmp_path / "c.csv", 1), **SAID, anew=True).number == 1
    assert public_points(here).nowhere == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("longitude\n1", "“latitude” is missing"),
        ("longitude,latitude\n", "no addresses"),
        ("longitude,latitude\n120.6,27.7\nx,27.7", "No longitude and latitude"),
        ("longitude,latitude\n120.6,", "No longitude and latitude"),
        ("longitude,latitude\n120.6,nan", "no degrees"),
        ("longitude,latitude\n27.7,120.6", "latitude stands before"),
        ("longitude,latitude\n500000,3070000", "no degrees"),
    ],
)
def test_wrong_addresses_are_refused(db: None, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, "utf-8")
    with override("en"), pytest.raises(Refusal) as refused:
        take_in_addresses(path, **SAID)
    assert said in str(refused.value)
    assert AddressBase.objects.count() == 0
