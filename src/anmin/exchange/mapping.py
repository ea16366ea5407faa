"""One row of somebody's export becomes the facts of one event, or a problem.

Pure Python without Django: it runs in the reading process, and it is the hot path of an import.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from math import isfinite
from operator import itemgetter
from typing import Any, NamedTuple

from anmin.exchange.dates import ISO_FORMATS, Clockface, Moment, iso
from anmin.exchange.datums import TO_WGS84
from anmin.exchange.delimited import Row
from anmin.exchange.formulas import restored
from anmin.exchange.header import Binding
from anmin.exchange.matching import find_place, matcher, remembering
from anmin.exchange.problems import Problem
from anmin.exchange.profile import CORE, MOMENTS, Column, Names, Profile, UnitMap
from anmin.kernel.phones import bare, read_phones

LONGEST_NUMBER = 64
LONGEST_TEXT = 200
ROUNDED = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d+")
"""A long number that a spreadsheet has rounded: its last digits are gone."""
type Cells = list[str]
type Contact = tuple[str, str, str] | tuple[str, str, str, tuple[str, ...]]
type Get = Callable[[Cells], str]


@dataclass(frozen=True, slots=True)
class World:
    """What mapping must know of the house. Codes and names are compared in upper case.

    A name that several units or areas bear has no id. `limits` are the lengths of text details,
    `now` is the time of the import, `as_of` the moment the file tells of, if it is known;
    `area_code` is that of landlines written without one, `adds_units` tells whether units that
    the profile brings along come in.
    """

    now: datetime
    as_of: datetime | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    unit_names: Mapping[str, int | None] = field(default_factory=dict)
    areas: Mapping[str, int] = field(default_factory=dict)
    area_names: Mapping[str, int | None] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    area_code: str | None = None
    adds_units: bool = True


class NewUnit(NamedTuple):
    """A unit that the profile brings along."""

    code: str
    name: str


class Facts(NamedTuple):
    """What one row says. `unit` is an id, or a unit that the profile adds.

    Moments are ISO text in UTC, which travels between processes at a fifth of the cost of
    datetimes. `contact` is name, phone (E.164), address and all numbers (see
    ``ContactFacts.more``); `line` is where the row begins in the file.
    """

    line: int
    external_id: str
    category: str
    area: int | None
    unit: int | NewUnit | None
    summary: str
    place: str
    longitude: float | None
    latitude: float | None
    opened: str
    newest: str
    details: dict[str, Any]
    reply: str
    contact: Contact | None

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.opened)

    @property
    def facts_at(self) -> datetime:
        """How new the facts are."""
        return datetime.fromisoformat(self.newest)


class _RefusedError(Exception):
    """A row that is not taken, from deep within its mapping."""

    def __init__(self, code: str, **particulars: str | int) -> None:
        super().__init__(code)
        self.problem = Problem(code, particulars)


class RowMapper:
    """Maps the rows of one file. `notes` counts what was taken but not as it stood.

    Notes: ``phone_partly`` (a number was read, but not all of the cell), ``text_cut`` (longer
    than its field).
    """

    def __init__(self, profile: Profile, binding: Binding, world: World, *, pad: bool) -> None:
        """`pad`: rows that end early are blank to the end, as in a workbook."""
        self.notes = Counter[str]()
        self._profile = profile
        self._world = world
        self._width = binding.width
        self._blanks = frozenset(profile.file.blanks)
        self._header = [cell.strip() for cell in binding.header] if profile.file.header else None
        self._pad = pad or profile.file.pad_short_rows
        self._titles: dict[str, str] = {}
        self._clock = Clockface((*profile.time.formats, *ISO_FORMATS), profile.time.zone)
        self._latest = world.now + timedelta(minutes=profile.time.future_minutes)
        self._earliest = datetime.combine(profile.time.earliest, time(), UTC)
        self._tolerance = timedelta(minutes=profile.time.tolerance_minutes)
        self._as_of = iso(world.as_of) if world.as_of else ""
        self._bind(binding)

    def _bind(self, binding: Binding) -> None:
        """Turn the profile's columns into functions of a row."""
        profile, world = self._profile, self._world
        get = {
            fact: bound
            for fact, column in profile.columns.items()
            if (bound := self._getter(fact, column, binding)) is not None
        }
        fixed = profile.fixed
        for fact, value in fixed.items():
            get[fact] = _or_else(get.get(fact), value)
        self._number = get["external_id"]
        self._moments = [(fact, get[fact]) for fact in (*MOMENTS, "updated_at") if fact in get]
        self._summary, self._place = get.get("summary", _blank), get.get("place", _blank)
        self._reply = get.get("reply", _blank)
        self._contact = [
            get.get(f"contact_{part}", _blank) for part in ("name", "phone", "address")
        ]
        self._has_contact = any(one is not _blank for one in self._contact)
        self._point = (get["longitude"], get["latitude"]) if "longitude" in get else None
        self._texts = [
            (fact, one, world.limits.get(fact, LONGEST_TEXT))
            for fact, one in get.items()
            if fact not in CORE
        ]
        self._reply_limit = world.limits.get("reply", LONGEST_TEXT)
        self._category = self._category_getter(get, binding)
        self._unit = remembering(get.get("unit", _blank), self._find_unit)
        self._area = remembering(get.get("area", _blank), self._find_area)
        self._flags = [
            (flag.field, places, matcher(flag))
            for flag in profile.flags
            if (places := [binding.places[n] for n in flag.columns if n in binding.places])
        ]

    def __call__(self, row: Row) -> Facts | Problem | None:
        """The facts of a row, what is wrong with it, or nothing for a repeated header line."""
        line, cells, problem = row
        if problem is not None:
            return problem
        if len(cells) != self._width:
            fitted = self._fitted(cells)
            if fitted is None:
                return Problem("wrong_width", {"found": len(cells), "wanted": self._width})
            cells = fitted
        try:
            return self._facts(line, self._cleaned(cells))
        except _RefusedError as refusal:
            if self._header is not None and [cell.strip() for cell in cells] == self._header:
                return None
            return refusal.problem

    def taken_notes(self) -> dict[str, int]:
        """The notes since this was last asked."""
        notes, self.notes = dict(self.notes), Counter()
        return notes

    def _cleaned(self, cells: list[str]) -> list[str]:
        """Nothing around any text, no apostrophe against formulas, blanks blank."""
        cells = [cell.strip() for cell in cells]
        if "'" in "".join(cells):
            cells = [restored(cell) for cell in cells]
        if self._blanks.isdisjoint(cells):
            return cells
        return ["" if cell in self._blanks else cell for cell in cells]

    def _fitted(self, cells: list[str]) -> list[str] | None:
        """A row brought to the header's width, if nothing is lost or made up by it."""
        short = self._width - len(cells)
        if short > 0:
            return [*cells, *[""] * short] if self._pad else None
        return None if any(cells[self._width :]) else cells[: self._width]

    def _facts(self, line: int, cells: list[str]) -> Facts:
        number = self._number(cells)
        if not number:
            raise _RefusedError("no_number", column=self._titles["external_id"])
        if ROUNDED.fullmatch(number):
            raise _RefusedError("rounded_number", value=number)
        if len(number) > LONGEST_NUMBER:
            raise _RefusedError("number_too_long", limit=LONGEST_NUMBER)
        moments = self._times(cells)
        opened = next((moments[at] for at in self._profile.time.opened if at in moments), None)
        if opened is None:
            raise _RefusedError("no_opening")
        updated = moments.pop("updated_at", None)
        newest = updated.iso if updated else self._as_of or max(moments.values()).iso
        details: dict[str, Any] = {fact: moment.iso for fact, moment in moments.items()}
        for fact, get, limit in self._texts:
            if text := get(cells):
                details[fact] = text if len(text) <= limit else self._cut(text, limit)
        for fact, places, matches in self._flags:
            if any(matches(cells[place]) for place in places):
                details[fact] = True
        category = self._category(cells)
        unit, area = self._unit(cells), self._area(cells)
        longitude, latitude = self._coordinates(cells) if self._point else (None, None)
        return Facts(
            line,
            number,
            category,
            area,
            unit,
            self._short(self._summary(cells)),
            self._short(self._place(cells)),
            longitude,
            latitude,
            opened.iso,
            newest,
            details,
            self._cut(self._reply(cells), self._reply_limit),
            self._reached(cells) if self._has_contact else None,
        )

    def _getter(self, fact: str, column: Column, binding: Binding) -> Get | None:
        places = [binding.places[part] for part in column.parts if part in binding.places]
        if not places:
            return None
        self._titles[fact] = "+".join(binding.title(place) for place in places)
        if len(places) == 1:
            return itemgetter(places[0])
        between = column.between
        return lambda cells: between.join(cells[place] for place in places if cells[place])

    def _times(self, cells: list[str]) -> dict[str, Moment]:
        """The moments a row tells, each possible and in their order."""
        found: dict[str, Moment] = {}
        earliest, latest, read = self._earliest, self._latest, self._clock.moment
        for fact, get in self._moments:
            text = get(cells)
            if not text:
                continue
            moment = read(text)
            if moment is None:
                raise _RefusedError("impossible_time", column=self._titles[fact], value=text)
            if not earliest <= moment.at <= latest:
                code = "future_time" if moment.at > latest else "too_early"
                raise _RefusedError(code, column=self._titles[fact], value=text)
            found[fact] = moment
        ats = [found[fact].at for fact in MOMENTS if fact in found]
        if ats != sorted(ats):
            self._check_order(cells, found)
        return found

    def _check_order(self, cells: list[str], found: dict[str, Moment]) -> None:
        """The reporter may be answered before all is done, but not before it began."""
        *steps, answer = MOMENTS
        steps = [fact for fact in steps if fact in found]
        pairs = [*pairwise(steps), *((fact, answer) for fact in steps[:1] if answer in found)]
        for before, after in pairs:
            if found[after].at < found[before].at - self._tolerance:
                self._put_right(cells, found, before, after)

    def _put_right(
        self, cells: list[str], found: dict[str, Moment], before: str, after: str
    ) -> None:
        """A wrong order is no fault if the clock was set back in between; else it is refused."""
        text = next(get(cells) for fact, get in self._moments if fact == after)
        later = self._clock.later(text)
        if later is None or later.at < found[before].at - self._tolerance:
            raise _RefusedError(
                "wrong_order",
                earlier=self._titles[before],
                later=self._titles[after],
                value=text,
            )
        found[after] = later

    def _category_getter(self, get: dict[str, Get], binding: Binding) -> Callable[[Cells], str]:
        """Texts of the category columns → code, remembered by the texts."""
        category = self._profile.category
        columns: dict[Names | None, Get] = {
            names: itemgetter(binding.places[names])
            for names in (*category.columns, *(r.column for r in category.rules if r.column))
            if names in binding.places
        }
        if "category" in get:
            columns[None] = get["category"]
        usual = [names for names in columns if names is None or names in category.columns]
        rules = [
            (rule.code, matcher(rule), usual if rule.column is None else [rule.column])
            for rule in category.rules
        ]

        def find(texts: dict[Names | None, str]) -> str:
            for code, matches, where in rules:
                if any(matches(texts[names]) for names in where if names in texts):
                    return code
            said = next((texts[names] for names in usual if texts[names]), "")
            if category.labels and (code := self._world.categories.get(said.upper(), "")):
                return code
            if category.default is not None:
                return category.default
            raise _RefusedError("unknown_category", value=said)

        def together(cells: Cells) -> tuple[str, ...]:
            return tuple([get(cells) for get in getters])

        names, getters = list(columns), list(columns.values())
        return remembering(together, lambda texts: find(dict(zip(names, texts, strict=True))))

    def _find_unit(self, text: str) -> int | NewUnit | None:
        unit: UnitMap = self._profile.unit
        found = find_place(text, unit, self._world.units, self._world.unit_names)
        if found is None and text:
            if unit.create:
                new = NewUnit(
                    unit.table.get(text) or unit.code.replace("{}", text),
                    unit.name.replace("{}", text),
                )
                if not self._world.adds_units:
                    raise _RefusedError("new_unit", unit=new.code, value=new.name)
                return new
            if unit.unknown == "reject":
                raise _RefusedError("unknown_unit", value=text)
        return found

    def _find_area(self, text: str) -> int | None:
        area = self._profile.area
        found = find_place(text, area, self._world.areas, self._world.area_names)
        if found is None and text and area.unknown == "reject":
            raise _RefusedError("unknown_area", value=text)
        return found

    def _coordinates(self, cells: list[str]) -> tuple[float | None, float | None]:
        """Longitude and latitude on WGS 84; both nothing if one is blank, or both are zero."""
        assert self._point is not None
        texts = [get(cells) for get in self._point]
        if not all(texts):
            return None, None
        try:
            x, y = float(texts[0]), float(texts[1])
        except ValueError:
            raise _RefusedError("not_degrees", value=f"{texts[0]}, {texts[1]}") from None
        if x == 0 == y:
            return None, None
        west, south, east, north = self._profile.coordinates.bounds
        if not (isfinite(x) and isfinite(y) and west <= x <= east and south <= y <= north):
            raise _RefusedError("outside_bounds", value=f"{texts[0]}, {texts[1]}")
        move = TO_WGS84.get(self._profile.coordinates.datum)
        return (x, y) if move is None else move(x, y)

    def _reached(self, cells: list[str]) -> Contact | None:
        """The reporter. Who left a number that nobody can read is not taken for one without."""
        name, phone, address = [get(cells) for get in self._contact]
        if len(phone) == 11 and phone.isascii() and phone.isdigit() and "13" <= phone[:2] <= "19":
            return name, f"+86{phone}", address  # nearly all of them
        if phone:
            found = read_phones(phone, area_code=self._world.area_code)
            if found.left:
                if not found.numbers:
                    raise _RefusedError(f"phone_{found.fault}")
                self.notes["phone_partly"] += 1
            phone = bare(found.numbers[0]) if found.numbers else ""
            if found.numbers and found.numbers != (phone,):
                return name, phone, address, found.numbers
        return (name, phone, address) if name or phone or address else None

    def _short(self, text: str) -> str:
        return text if len(text) <= LONGEST_TEXT else self._cut(text, LONGEST_TEXT)

    def _cut(self, text: str, limit: int) -> str:
        if len(text) <= limit:
            return text
        self.notes["text_cut"] += 1
        return text[: limit - 1] + "…"


def _blank(_cells: Cells) -> str:
    return ""


def _or_else(get: Get | None, value: str) -> Get:
    if get is None:
        return lambda _cells: value
    return lambda cells: get(cells) or value
