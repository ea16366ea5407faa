"""Maps of areas: small, the same in words, and nothing hidden reaches the page."""

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from anmin.config.demo.map import TOWNS
from anmin.faces.cell_maps import cell_map
from anmin.faces.map_drawing import Frame, frame_of, outlines
from anmin.faces.maps import PATTERNS, AreaMap, AreaValue, Band, area_map
from anmin.faces.said_maps import map_of_said
from anmin.faces.spot_maps import Circle, Spot, spot_map
from anmin.places.actions import DATA, load_areas
from anmin.places.boundaries import take_in_addresses
from anmin.places.geometry import as_text
from anmin.places.models import Area, Boundary
from anmin.places.queries import steady
from anmin.places.shapes import shapes_of

SMALL = 60_000


def placed(levels: set[str]) -> list[Area]:
    """瑞安, its shipped areas of some levels, each with a point."""
    with (DATA / "ruian_areas.csv").open(encoding="utf-8", newline="") as file:
        load_areas([row for row in csv.DictReader(file) if row["level"] in levels | {"county"}])
    rng = random.Random(5)
    areas = list(Area.objects.exclude(level="county").select_related("parent"))
    for area in areas:
        parent = area.parent
        assert parent is not None
        x, y, _share = TOWNS.get(area.code) or TOWNS[parent.code]
        spread = 0.0 if area.code in TOWNS else 1.0
        area.longitude = round(x + rng.gauss(0, 0.012) * spread, 6)
        area.latitude = round(y + rng.gauss(0, 0.01) * spread, 6)
    Area.objects.bulk_update(areas, ["longitude", "latitude"], batch_size=200)
    return areas


@pytest.fixture
def county(db: None) -> Iterator[list[Area]]:
    """The towns of 瑞安."""
    with override("zh-hans"):
        yield placed({"town"})


@pytest.fixture
def whole_county(db: None) -> Iterator[list[Area]]:
    """Its towns and communities."""
    with override("zh-hans"):
        yield placed({"town", "community"})


def counts(areas: list[Area], level: str) -> dict[str, AreaValue]:
    codes = [area.code for area in areas if area.level == level]
    return {
        code: AreaValue(value=at, shown=f"{at}", interval=f"{at}–{at + 9}", url=f"/here/{code}/")
        for at, code in enumerate(codes, start=1)
    }


def drawn(values: dict[str, AreaValue], level: str = "town", **more: Any) -> AreaMap:
    return area_map(values, anchor="m", title="各镇街警情", level=level, **more)


def page(one: AreaMap) -> str:
    return render_to_string("faces/area_map.html", {"map": one, "heading": "h3"})


def test_the_map_the_legend_and_the_table_say_the_same(county: list[Area]) -> None:
    values = counts(county, "town")
    one = drawn(values)
    assert [row.shown for row in one.rows] == [f"{n}" for n in range(23, 0, -1)]
    assert sum(key.number for key in one.keys) == 23
    assert one.keys[0].label == "20–23"
    svg = ElementTree.fromstring(str(one.svg))
    links = svg.findall(".//{*}a") or svg.findall(".//a")
    said = {link.get("href"): link.get("aria-label") for link in links}
    first = Area.objects.get(code="330381001")
    assert said[f"/here/{first.code}/"] == f"{first.name}: 1 (1–10)"
    assert len(said) == 23  # every town can be reached by the Tab key
    assert svg.get("role") == "group"
    html = page(one)
    assert "泰森多边形" in html  # what it is drawn from is said on the picture and beside it
    assert "泰森多边形" in str(one.svg)
    assert html.count('<th scope="row">') == 23


def test_a_map_of_every_community_is_small_too(whole_county: list[Area]) -> None:
    one = drawn(counts(whole_county, "community"), "community")
    assert 10_000 < len(str(one.svg).encode()) <= SMALL
    assert str(one.svg).count("<path d=") >= 515
    assert "<a " not in str(
        one.svg
    )  # five hundred stops of the Tab key help nobody: the table does
    assert len(one.rows) == 515
    many = [
        Spot(longitude=area.longitude, latitude=area.latitude, name=area.name, number=3)
        for area in whole_county
        if area.level == "community" and area.longitude and area.latitude
    ]
    circle = Circle(longitude=120.6, latitude=27.78, km=2, label="1", strong=True, now=False)
    whole = spot_map(many, [circle] * 10, anchor="map", level="town")
    assert len(str(whole.svg).encode()) <= SMALL


def test_no_class_is_told_by_its_colour_alone(county: list[Area]) -> None:
    one = drawn(counts(county, "town"))
    marks = [PATTERNS[key.fill] for key in one.keys]
    assert len(set(marks)) == len(marks) == 5
    assert len({mark for fill, mark in PATTERNS.items() if not fill.startswith("step")}) == 6
    for key in one.keys:
        assert f'id="m-{key.fill}"' in str(one.svg)
    assert drawn({"330381001": AreaValue(value=3, shown="3")}).keys[0].fill == "step-3"


def test_what_is_too_small_to_show_is_nowhere_on_the_page(county: list[Area]) -> None:
    values = counts(county, "town")
    hidden = AreaValue(value=98765, shown="98765", interval="98000", n="98999", suppressed=True)
    one = drawn({**values, "330381001": hidden, "330381002": AreaValue()})
    assert not re.findall(r"98765|98000|98999", page(one))
    assert one.rows[-2].shown == "数量过少，不予显示"
    assert one.keys[-1].label == "无数值，或数量过少不予显示"
    assert one.keys[-1].number == 2
    # Its place in the table is that of its code among all without a value.
    assert [row.name for row in one.rows[-2:]] == ["安阳街道", "玉海街道"]


def test_names_and_values_are_no_markup(county: list[Area]) -> None:
    Area.objects.filter(code="330381001").update(name='<b>&"')
    values = {"330381001": AreaValue(value=1, shown="<i>", url='/"><script>')}
    html = page(drawn(values))
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<script>" not in html
    HTMLParser().feed(html)


def test_bands_of_the_caller_keep_their_names(county: list[Area]) -> None:
    bands = [
        Band(code="red", label="红色", fill="bad"),
        Band(code="green", label="绿色", fill="good"),
    ]
    values = {
        "330381001": AreaValue(value=40, shown="40", band="red"),
        "330381002": AreaValue(value=95, shown="95", band="green"),
        "330381003": AreaValue(),
    }
    one = drawn(values, bands=bands)
    assert [(key.label, key.number) for key in one.keys] == [
        ("红色", 1),
        ("绿色", 1),
        ("无数值", 1),
    ]


def test_real_boundaries_come_with_their_source_and_terms(county: list[Area]) -> None:
    square = [[[(120.6, 27.7), (120.7, 27.7), (120.7, 27.8), (120.6, 27.8)]]]
    area = Area.objects.get(code="330381001")
    Boundary.objects.create(
        area=area, shape=as_text(square), source="民政局", terms="注明来源即可使用"
    )
    one = drawn(counts(county, "town"))
    assert "民政局" in str(one.svg)
    assert "注明来源即可使用" in one.made_of[0]
    assert one.notes[0] == "另有22个地区不在图上，见表格。"


def test_where_nothing_is_known_the_table_stands_open(db: None) -> None:
    Area.objects.create(code="A", name="甲镇", level="town")
    with override("zh-hans"):
        one = drawn({"A": AreaValue(value=2, shown="2")})
        assert one.svg == ""
        html = page(one)
    assert "没有地图" in html
    assert '<details class="map-table" open>' in html


def test_neighbours_keep_one_border_when_drawn_coarsely() -> None:
    """A wavy border between two areas is thinned alike for both: no gap, no overlap."""
    rng = random.Random(3)
    wave = [(120.5 + rng.uniform(-0.02, 0.02), 27.0 + n / 100) for n in range(1, 100)]
    border = [(120.5, 27.0), *wave, (120.5, 28.0)]
    west = [[(120.0, 28.0), (120.0, 27.0), *border]]
    east = [[*reversed(border), (121.0, 27.0), (121.0, 28.0)]]
    shapes = {"w": [west], "e": [east]}
    frame = frame_of(shapes.values())
    for tolerance in (1.0, 8.0, 30.0):
        spots = {code: _spots(path) for code, path in outlines(shapes, frame, tolerance).items()}
        inner = {code: {s for s in one if 400 < s[0] < 900} for code, one in spots.items()}
        assert inner["w"] == inner["e"]
        assert 2 <= len(inner["w"]) < 101


def _spots(path: str) -> list[tuple[int, int]]:
    numbers = [int(one) for one in re.findall(r"-?\d+", path)]
    x, y = numbers[:2]
    spots = [(x, y)]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
        x, y = x + dx, y + dy
        spots.append((x, y))
    return spots


def test_a_kilometre_is_as_long_up_as_across() -> None:
    frame = Frame.around([(120.2, 27.5), (121.0, 28.1)])
    (x, y), (east, _same), (_also, north) = (
        frame.at(*point) for point in ((120.5, 27.8), (120.6, 27.8), (120.5, 27.9))
    )
    assert (east - x) / (y - north) == pytest.approx(frame.shrink, abs=0.02)


def test_an_area_too_small_to_see_is_a_dot() -> None:
    shapes = {
        "large": [[[(120.0, 27.0), (121.0, 27.0), (121.0, 28.0), (120.0, 28.0)]]],
        "small": [[[(120.5, 27.5), (120.5001, 27.5), (120.5, 27.5001)]]],
    }
    paths = outlines(shapes, frame_of(shapes.values()), 1.0)
    assert paths["small"].endswith("h2v2h-2z")


def test_points_grow_by_their_surface_and_circles_say_what_they_are(county: list[Area]) -> None:
    spots = [
        Spot(longitude=120.6, latitude=27.78, name="甲社区", number=4),
        Spot(longitude=120.7, latitude=27.80, name="乙社区", number=16),
        Spot(longitude=120.65, latitude=27.79, name="丙社区", number=0),
    ]
    circle = Circle(longitude=120.6, latitude=27.78, km=2, label="1", strong=True, now=False)
    found = spot_map(spots, [circle], anchor="map", level="town")
    radius = [
        float(one) for one in re.findall(r'data-spot="\d" [^>]* r="([\d.]+)"', str(found.svg))
    ]
    assert radius == [24, 48, 0]
    assert "<title>乙社区: 16</title>" in str(found.svg)
    assert "丙社区" not in str(found.svg)
    assert 'class="map-circle map-strong map-faint"' in str(found.svg)
    assert "泰森多边形" in found.made_of[0]
    empty = spot_map([], [], anchor="map", level="town")
    assert "map-ground" in str(empty.svg)


@dataclass
class Fact:
    label: str
    value: str
    n: int | None = None
    interval: str = ""


def test_a_text_about_towns_has_a_map_that_says_just_what_it_says(county: list[Area]) -> None:
    facts = [
        Fact("安阳街道", "1,204", 1204, "1,137–1,274"),
        Fact("Yuhai Subdistrict", "93.6%"),
        Fact("锦湖街道", "数量过少，不予显示"),
        Fact("地点不详", "31"),
    ]
    Area.objects.filter(code="330381002").update(name_en="Yuhai Subdistrict")
    one = map_of_said(facts, anchor="s", title="各镇街警情")
    assert one is not None
    said = {row.name: row.shown for row in one.rows}
    assert said == {"安阳街道": "1,204", "玉海街道": "93.6%", "锦湖街道": "数量过少，不予显示"}
    assert "安阳街道: 1,204 (1,137–1,274)" in str(one.svg)
    assert not one.table
    assert "数量过少" not in re.sub("<title>.*?</title>", "", str(one.svg))  # words are no number
    assert map_of_said(facts[:2], anchor="s", title="") is None
    assert map_of_said([*facts, *[Fact("别的", "1")] * 4], anchor="s", title="") is None
    assert map_of_said([Fact(fact.label, "见正文") for fact in facts], anchor="s", title="") is None


def wiggled(shapes: dict[str, Any], steps: int) -> dict[str, Any]:
    """The same cells with borders as rivers run: every edge broken, alike from either side."""

    def broken(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
        low, high = sorted((a, b))
        rng = random.Random(f"{low}{high}")
        line = [low, high]
        for _step in range(steps):
            line = [
                point
                for one, other in pairwise(line)
                for point in (
                    one,
                    tuple(
                        round(
                            (one[i] + other[i]) / 2
                            + rng.gauss(0, 0.08) * (other[1 - i] - one[1 - i]),
                            6,
                        )
                        for i in (0, 1)
                    ),
                )
            ] + [high]
        return line if low == a else line[::-1]

    return {
        code: [[[p for a, b in pairwise([*ring, ring[0]]) for p in broken(a, b)[:-1]]]]
        for code, [[ring]] in shapes.items()
    }


def test_borders_of_many_thousand_points_make_a_small_picture_in_few_queries(
    county: list[Area], django_assert_max_num_queries: Any
) -> None:
    real = wiggled(shapes_of("town").by_code, 8)
    assert sum(len(shape[0][0]) for shape in real.values()) > 20_000
    Boundary.objects.bulk_create(
        Boundary(area=area, shape=as_text(real[area.code]), source="民政局", terms="公开")
        for area in county
        if area.code in real
    )
    values = counts(county, "town")
    first = drawn(values)
    assert len(str(first.svg).encode()) <= SMALL
    assert "民政局" in str(first.svg)
    with steady(), django_assert_max_num_queries(1):  # a page asks only whether places changed
        again = drawn(values)
    assert again.svg == first.svg


def test_public_points_are_marks_of_many_addresses_or_there_are_none(
    county: list[Area], tmp_path: Path
) -> None:
    home = (120.655, 27.778)
    happened = [home, (home[0] + 0.00002, home[1]), (121.5, 27.5)]
    none = cell_map(happened, anchor="c")
    assert (none.picture, none.rows) == (None, [])
    assert none.notes == ["不显示点位：本系统中没有地址分布数据。"]
    lines = [f"{home[0] + n * 1e-5:.6f},{home[1]}" for n in range(9)]
    (tmp_path / "a.csv").write_text("\n".join(["longitude,latitude", *lines]), "utf-8")
    take_in_addresses(tmp_path / "a.csv", source="民政局", terms="公开")
    one = cell_map(happened, anchor="c")
    assert one.rows == [("安阳街道", 2)]
    assert one.notes[0] == "每个点位代表至少8个地址的范围，而非某一处。"
    assert one.notes[2] == "另有1处所在范围的已知地址过少，不予显示。"
    assert one.picture is not None
    moved = cell_map([(x + 1e-5, y + 1e-5) for x, y in happened], anchor="c")
    assert moved.picture == one.picture  # the mark says nothing of where in its cell it was
