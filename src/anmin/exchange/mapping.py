"""One row of somebody's export becomes the facts of one event, or a problem.

Pure Python without Django: it runs in the reading process, and it is the hot path of an import.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from anmin.exchange.blanks import NO_RESULT
from anmin.exchange.dates import iso
from anmin.exchange.delimited import Row
from anmin.exchange.header import Binding
from anmin.exchange.matching import find_place, matcher, remembering
from anmin.exchange.points import Places
from anmin.exchange.problems import Problem, RowRefused
from anmin.exchange.profile import CORE, TELLING, Column, Names, Profile, UnitMap
from anmin.exchange.row_facts import Contact, Facts, NewUnit, World
from anmin.exchange.times import Cells, Get, Times, day_and_clock
from anmin.exchange.typed import Read, Typed
from anmin.kernel.formulas import restored
from anmin.kernel.phones import bare, read_phones

LONGEST_NUMBER = 64
LONGEST_TEXT = 200
ROUNDED = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d+")
"""A long number that a spreadsheet has rounded: its last digits are gone."""


class RowMapper:
    """Maps the rows of one file. `notes` counts what was taken but not as it stood.

    Notes: ``phone_partly`` (a number was read, but not all of the cell), ``text_cut`` (longer
    than its field), ``no_point`` (a text without coordinates where a point was looked for).
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
        self._used = frozenset(binding.places.values())
        self._names = binding.title
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
        timed = [fact for fact, sort in world.types.items() if sort == "moment"]
        moments = [(fact, get[fact]) for fact in (*timed, *TELLING) if fact in get]
        self._times = Times(profile.time, moments, self._titles, world.now, world.happened)
        self._summary, self._place = get.get("summary", _blank), get.get("place", _blank)
        self._reply = get.get("reply", _blank)
        self._contact = [
            get.get(f"contact_{part}", _blank) for part in ("name", "phone", "address")
        ]
        self._has_contact = any(one is not _blank for one in self._contact)
        self._places = Places(profile.coordinates)
        one = "point" if "longitude" not in get else ""
        self._point = [get[fact] for fact in (one or "longitude", "latitude") if fact in get]
        self._texts = [
            (fact, one, world.limits.get(fact, LONGEST_TEXT))
            for fact, one in get.items()
            if fact not in CORE and fact not in world.types and fact != "reply"
        ]
        self._typed = self._typed_getters(get)
        self._state = remembering(get["state"], self._find_state) if "state" in get else None
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
        except RowRefused as refusal:
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
        text = "".join(cells)
        if "'" in text or '="' in text:
            cells = [restored(cell) for cell in cells]
        if NO_RESULT in cells:
            self._refuse_uncomputed(cells)
        if self._blanks.isdisjoint(cells):
            return cells
        return ["" if cell in self._blanks else cell for cell in cells]

    def _refuse_uncomputed(self, cells: list[str]) -> None:
        """A formula without its result is blank, and no row is taken that needs it."""
        for place, cell in enumerate(cells):
            if cell == NO_RESULT:
                if place in self._used:
                    raise RowRefused("formula", column=self._names(place))
                cells[place] = ""

    def _fitted(self, cells: list[str]) -> list[str] | None:
        """A row brought to the header's width, if nothing is lost or made up by it."""
        short = self._width - len(cells)
        if short > 0:
            return [*cells, *[""] * short] if self._pad else None
        return None if any(cells[self._width :]) else cells[: self._width]

    def _facts(self, line: int, cells: list[str]) -> Facts:
        number = self._event_number(cells)
        moments = self._times(cells)
        opened = next((moments[at] for at in self._profile.time.opened if at in moments), None)
        if opened is None:
            raise RowRefused("no_opening")
        updated = moments.pop("updated_at", None)
        newest = updated.iso if updated else self._as_of or self._times.newest(moments).iso
        ended = moments.pop("ended_at", None)
        moments.pop("opened_at", None)
        details: dict[str, Any] = {fact: moment.iso for fact, moment in moments.items()}
        for fact, get, limit in self._texts:
            if text := get(cells):
                details[fact] = text if len(text) <= limit else self._cut(text, limit)
        if self._typed:
            details.update(self._read_typed(cells))
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
            self._state(cells) if self._state else "",
            ended.iso if ended else "",
        )

    def _event_number(self, cells: Cells) -> str:
        number = self._number(cells)
        if not number:
            raise RowRefused("no_number", column=self._titles["external_id"])
        if "." in number:
            number = whole(number)
        if ROUNDED.fullmatch(number):
            raise RowRefused("rounded_number", value=number)
        if len(number) > LONGEST_NUMBER:
            raise RowRefused("number_too_long", limit=LONGEST_NUMBER)
        return number

    def _read_typed(self, cells: Cells) -> dict[str, Any]:
        """The facts that are no texts and no moments."""
        told = ((fact, get(cells), read, title) for fact, get, read, title in self._typed)
        return {fact: read(text, title) for fact, text, read, title in told if text}

    def _typed_getters(self, get: Mapping[str, Get]) -> list[tuple[str, Get, Read, str]]:
        """For the facts that are no texts and no moments: where each stands, and how it is read."""
        profile, world = self._profile, self._world
        typed = Typed(profile.time, profile.words, world.terms)
        return [
            (
                fact,
                get[fact],
                typed.reader(fact, sort, world.limits.get(fact, LONGEST_TEXT)),
                self._titles.get(fact, fact),
            )
            for fact, sort in world.types.items()
            if fact in get and sort != "moment"
        ]

    def _getter(self, fact: str, column: Column, binding: Binding) -> Get | None:
        places = [binding.places[part] for part in column.parts if part in binding.places]
        if not places:
            return None
        self._titles[fact] = "+".join(binding.title(place) for place in places)
        if len(places) == 1:
            return itemgetter(places[0])
        if column.clock:
            return day_and_clock(self._titles[fact], *places)
        between = column.between
        return lambda cells: between.join(cells[place] for place in places if cells[place])

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
            if said and said == self._profile.fixed.get("category"):
                return said
            if category.default is not None:
                return category.default
            if not (said or self._world.needs_category):
                return ""
            raise RowRefused("unknown_category", value=said)

        def together(cells: Cells) -> tuple[str, ...]:
            return tuple([get(cells) for get in getters])

        names, getters = list(columns), list(columns.values())
        return remembering(together, lambda texts: find(dict(zip(names, texts, strict=True))))

    def _find_unit(self, text: str) -> int | NewUnit | None:
        unit: UnitMap = self._profile.unit
        text = whole(text)
        found = find_place(text, unit, self._world.units, self._world.unit_names)
        if found is None and text:
            if unit.create:
                new = NewUnit(
                    unit.table.get(text) or unit.code.replace("{}", text),
                    unit.name.replace("{}", text),
                )
                if new.code.upper() in self._world.bodies:
                    raise RowRefused("unknown_unit", value=text)
                if not self._world.adds_units:
                    raise RowRefused("new_unit", unit=new.code, value=new.name)
                return new
            if unit.unknown == "reject":
                raise RowRefused("unknown_unit", value=text)
        return found

    def _find_area(self, text: str) -> int | None:
        area = self._profile.area
        text = whole(text)
        found = find_place(text, area, self._world.areas, self._world.area_names)
        if found is None and text and area.unknown == "reject":
            raise RowRefused("unknown_area", value=text)
        return found

    def _find_state(self, text: str) -> str:
        said = self._profile.state
        code = said.table.get(text) or self._world.states.get(text.upper(), "")
        if text and not code and said.unknown == "reject":
            raise RowRefused("unknown_state", value=text)
        return code

    def _coordinates(self, cells: Cells) -> tuple[float | None, float | None]:
        """Longitude and latitude on WGS 84; a text without any point is taken without."""
        if len(self._point) > 1:
            return self._places.of_two([get(cells) for get in self._point])
        found = self._places.of_one(self._point[0](cells))
        if found is None:
            self.notes["no_point"] += 1
            return None, None
        return found

    def _reached(self, cells: list[str]) -> Contact | None:
        """The reporter. Who left a number that nobody can read is not taken for one without."""
        name, phone, address = [get(cells) for get in self._contact]
        if len(phone) == 11 and phone.isascii() and phone.isdigit() and "13" <= phone[:2] <= "19":
            return name, f"+86{phone}", address  # nearly all of them
        if phone:
            found = read_phones(whole(phone), area_code=self._world.area_code)
            if found.left:
                if not found.numbers:
                    raise RowRefused(f"phone_{found.fault}")
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


def whole(text: str) -> str:
    """A number without the ``.0`` that a program put behind it: 2400000.0 is 2400000."""
    number, _point, zeros = text.partition(".")
    return number if zeros and not zeros.strip("0") and number.isdecimal() else text


def _blank(_cells: Cells) -> str:
    return ""


def _or_else(get: Get | None, value: str) -> Get:
    if get is None:
        return lambda _cells: value
    return lambda cells: get(cells) or value
