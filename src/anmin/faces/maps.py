"""Maps of areas, drawn on the server: no tiles, no script, and a table that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.faces.map_classes import NONE, Key, banded, in_words, stepped
from anmin.faces.map_classes import AreaValue as AreaValue
from anmin.faces.map_classes import Band as Band
from anmin.faces.map_drawing import WIDE, Frame, frame_of, middle_of, outlines
from anmin.places.geometry import contains
from anmin.places.queries import area_names
from anmin.places.shapes import Drawn, Shapes, made_from_places, positions, shapes_of

FEW: Final = 60
"""Up to so many areas are links on the map itself; else the table has the links."""
LETTER: Final = 26
"""Height of a letter, in units of the picture."""
LINE: Final = 32
"""Height of a line below the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table."""

    name: str
    shown: str
    interval: str
    n: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMap:
    """A map with all that belongs to it; ``{% area_map map %}`` shows it.

    ``svg`` is empty where nothing is known to draw from: the table is there all the same.
    """

    anchor: str
    title: str
    finding: str
    how: str
    svg: SafeString
    keys: list[Key]
    made_of: list[str]
    notes: list[str]
    rows: list[Row]
    place: str
    unit: str
    table: bool
    opened: bool = False
    has_interval: bool = False
    has_n: bool = False


def area_map(
    values: Mapping[str, AreaValue],
    *,
    anchor: str,
    title: str,
    level: str,
    unit: str = "",
    place: str = "",
    finding: str = "",
    how: str = "",
    bands: Sequence[Band] = (),
    table: bool = True,
) -> AreaMap:
    """Values by the codes of areas of one level (``town``, ``community``) as a map with its table.

    ``anchor`` is unique on the page. ``unit`` is the head of the column of values, ``place`` that
    of the areas. Without ``bands`` the areas are parted into up to `STEPS` classes of about as many
    areas each. ``table``: False where the page has the same table already.
    """
    shapes = shapes_of(level)
    fills, keys = banded(values, bands) if bands else stepped(values)
    names = area_names()
    drawing = _Drawing(anchor, title, shapes, names)
    svg = drawing.of_areas(values, fills, {key.fill for key in keys}) if shapes.by_code else ""
    rows = [
        Row(
            name=names.get(code, code),
            shown=in_words(one),
            interval="—" if one.suppressed else one.interval,
            n="—" if one.suppressed else one.n,
            url=one.url,
        )
        for code, one in sorted(values.items(), key=_largest_first)
    ]
    return AreaMap(
        anchor=anchor,
        title=title,
        finding=finding,
        how=how,
        svg=mark_safe(svg),  # noqa: S308 - every text in it is escaped where it is written
        keys=keys if svg else [],
        made_of=made_of(shapes),
        notes=_without(values, shapes),
        rows=rows,
        place=place or _("Place"),
        unit=unit or _("Value"),
        table=table,
        opened=not svg,
        has_interval=any(one.interval for one in values.values()),
        has_n=any(one.n for one in values.values()),
    )


def _largest_first(item: tuple[str, AreaValue]) -> tuple[bool, float, str]:
    """What is hidden comes last, by code: its place in a list tells nothing of it either."""
    code, one = item
    unknown = one.value is None or one.suppressed
    return unknown, 0.0 if unknown else -(one.value or 0.0), code


def made_of(shapes: Shapes) -> list[str]:
    """From what the map is drawn, with source and terms: stands on every picture."""
    if shapes.drawn is Drawn.BOUNDARIES:
        return [
            _("Boundaries: %(source)s; %(terms)s.") % {"source": source, "terms": terms}
            for source, terms in shapes.sources
        ]
    if shapes.drawn is Drawn.CELLS:
        return [
            _(
                "Not boundaries: each cell holds what lies nearest to the known point of its area (Voronoi)."
            )
        ]
    return [_("There is no map: neither boundaries nor points of these areas are known here.")]


def _without(values: Mapping[str, AreaValue], shapes: Shapes) -> list[str]:
    """How many areas stand only in the table."""
    number = len(values.keys() - shapes.by_code.keys())
    if not number or shapes.drawn is Drawn.NOTHING:
        return []
    return [
        ngettext(
            "One more area has no place on the map; the table has it.",
            "%(n)s more areas have no place on the map; the table has them.",
            number,
        )
        % {"n": number}
    ]


# --- the drawing ----------------------------------------------------------------------------------

PATTERNS: Final = {
    "step-1": "",
    "step-2": '<circle cx="6" cy="6" r="2"/><circle cx="18" cy="18" r="2"/>',
    "step-3": '<path d="M-2 26 26 -2"/>',
    "step-4": '<path d="M-2 14 14 -2M-2 26 26 -2M10 26 26 10"/>',
    "step-5": '<path d="M-2 14 14 -2M-2 26 26 -2M10 26 26 10M-2 10 10 22M-2 -2 26 26M10 -2 26 14"/>',
    "good": "",
    "fair": '<circle cx="6" cy="6" r="2"/><circle cx="18" cy="18" r="2"/>',
    "poor": '<path d="M-2 26 26 -2"/>',
    "bad": '<path d="M-2 14 14 -2M-2 26 26 -2M10 26 26 10M-2 10 10 22M-2 -2 26 26M10 -2 26 14"/>',
    "open": '<path d="M6 0V24M18 0V24"/>',
    NONE: '<path d="M0 12H10"/>',
}
"""The marks of each fill, on 24 by 24 units: what tells them apart where colours do not."""


def patterns(anchor: str, fills: set[str]) -> str:
    """The fills of a map, as definitions that its areas and its legend refer to."""
    return "".join(
        f'<pattern id="{anchor}-{fill}" width="24" height="24" patternUnits="userSpaceOnUse">'
        f'<rect width="24" height="24" class="map-{fill}"/>'
        f'<g class="map-marks">{PATTERNS[fill]}</g></pattern>'
        for fill in sorted(fills)
    )


@dataclass(slots=True)
class _Drawing:
    """One map: its shapes on paper, as fine as the rules allow."""

    anchor: str
    title: str
    shapes: Shapes
    names: Mapping[str, str]
    frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        if self.shapes.by_code:
            self.frame = frame_of(self.shapes.by_code.values())

    def of_areas(
        self, values: Mapping[str, AreaValue], fills: Mapping[str, str], used: set[str]
    ) -> str:
        """The whole picture, drawn more coarsely, then without its titles, until it is small enough."""
        most = settings.RULES.get("maps.largest_picture", timezone.localdate()).number
        tolerance = self.tolerance()
        titles = True
        while True:
            svg = self._whole(values, fills, used, self.paths(tolerance), titles)
            if len(svg.encode()) <= most or (tolerance > WIDE and not titles):
                return svg
            tolerance, titles = tolerance * 1.6, titles and tolerance < WIDE / 20

    def tolerance(self) -> float:
        """How far beside its place a line may lie, in units."""
        rule = settings.RULES.get("maps.tolerance_metres", timezone.localdate())
        return max(self.frame.units(rule.number), 1.0)

    def paths(self, tolerance: float) -> dict[str, str]:
        """The outline of every area, kept as long as no place changes."""
        made = made_from_places()
        key = ("paths", id(self.shapes), round(tolerance, 3))
        if key not in made:
            made[key] = (outlines(self.shapes.by_code, self.frame, tolerance), self.shapes)
        paths: dict[str, str] = made[key][0]
        return paths

    def _whole(
        self,
        values: Mapping[str, AreaValue],
        fills: Mapping[str, str],
        used: set[str],
        paths: Mapping[str, str],
        titles: bool,
    ) -> str:
        linked = len(values) <= FEW and any(one.url for one in values.values())
        by_fill: dict[str, list[str]] = {}
        for code, path in paths.items():
            by_fill.setdefault(fills.get(code, ""), []).append(
                self._area(code, path, values.get(code), linked, titles)
            )
        groups = "".join(
            f'<g fill="url(#{self.anchor}-{fill})">{"".join(areas)}</g>'
            if fill
            else f'<g class="map-outside">{"".join(areas)}</g>'
            for fill, areas in sorted(by_fill.items())
        )
        labels = self._labels(values) if len(paths) <= FEW else ""
        body = f"<defs>{patterns(self.anchor, used)}</defs>"
        body += f'<g class="map-areas">{groups}</g>{labels}'
        return framed(self.anchor, self.frame, made_of(self.shapes), body, linked=linked)

    def _area(self, code: str, path: str, one: AreaValue | None, linked: bool, titles: bool) -> str:
        if not titles:
            return f'<path d="{path}"/>'
        said: str = escape(self.names.get(code, code))
        if one is not None:
            beside = f" ({escape(one.interval)})" if one.interval and not one.suppressed else ""
            said = f"{said}: {escape(in_words(one))}{beside}"
        drawn = f'<path d="{path}"><title>{said}</title></path>'
        if linked and one is not None and one.url:
            return f'<a href="{escape(one.url)}" aria-label="{said}">{drawn}</a>'
        return drawn

    def _labels(self, values: Mapping[str, AreaValue]) -> str:
        """The values in words where there is room for them, the largest first."""
        places, known = Room(), positions()
        for code, one in sorted(values.items(), key=_largest_first):
            shape = self.shapes.by_code.get(code)
            if shape is None or one.suppressed or (one.value is None and not one.band):
                continue
            point = known.get(code)
            if point is None or not contains(shape, *point):
                point = middle_of(shape)
            places.put(one.shown, *self.frame.at(*point))
        return places.drawn()


class Room:
    """Words on a picture that never cover each other: the first come have their place."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float]] = []
        self._words: list[str] = []

    def put(self, words: str, x: int, y: int) -> None:
        """Write it there, or nowhere."""
        half = sum(LETTER if ord(letter) > 0x2E80 else LETTER * 0.58 for letter in words) / 2
        if any(
            abs(x - other) < half + width and abs(y - at) < LETTER * 1.1
            for other, at, width in self._taken
        ):
            return
        self._taken.append((x, y, half))
        self._words.append(f'<text x="{x}" y="{y + LETTER // 3}">{escape(words)}</text>')

    def drawn(self) -> str:
        """All that found room; read out by nobody: titles and the table say it."""
        return f'<g class="map-words" aria-hidden="true">{"".join(self._words)}</g>'


def framed(anchor: str, frame: Frame, notes: Sequence[str], body: str, *, linked: bool) -> str:
    """The picture with what it is drawn from written below, a line each."""
    lines = "".join(
        f'<text class="map-made-of" aria-hidden="true" x="12" y="{frame.height + (at + 1) * LINE}">'
        f"{escape(note)}</text>"
        for at, note in enumerate(notes)
    )
    return (
        f'<svg class="map-picture" viewBox="0 0 {frame.width} {frame.height + LINE * (len(notes) + 1)}" '
        f'role="{"group" if linked else "img"}" aria-labelledby="{anchor}-title">'
        f'<svg width="{frame.width}" height="{frame.height}">{body}</svg>{lines}</svg>'
    )
