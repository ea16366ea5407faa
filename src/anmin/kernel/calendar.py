"""The working calendar of mainland China: holidays, make-up workdays, deadlines in working days.

Where a year's days come from, best first: a data file ``<year>.toml`` that brings the State
Council's announcement; the package ``chinese_calendar`` for the announcements it knows; the
statutory days alone (``statutory``), and then every day of that year is *provisional*.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from chinese_calendar import constants as announced
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from anmin.kernel import statutory
from anmin.kernel.errors import Refusal
from anmin.kernel.hours import END_OF_DAY, Moved
from anmin.kernel.toml_files import read_toml


class DayKind(StrEnum):
    """What a day is."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"

    @property
    def works(self) -> bool:
        """Whether offices are open."""
        return self in (DayKind.WORKDAY, DayKind.MAKEUP)


@dataclass(frozen=True, slots=True)
class Day:
    """One day. A holiday and a make-up workday carry the name of the festival they belong to."""

    date: date
    kind: DayKind
    name: str | None = None
    name_en: str | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due, and what to know about it.

    ``provisional``: the period touches a year whose holidays are not announced yet, so ``at`` may
    still move. ``skipped``: the holidays and make-up workdays within the period. ``moved``: that
    it could not be kept at the hour that the rule alone would say.
    """

    at: datetime
    provisional: bool = False
    skipped: tuple[Day, ...] = ()
    moved: Moved | None = None


class BadCalendar(Refusal):
    """A data file of the calendar cannot be used; the message names file and place."""

    default_code = "bad_calendar"


class _Block(BaseModel):
    """One festival of an announcement: the days off and the weekend days worked for them."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    workdays: list[date] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta() <= self.end - self.start <= timedelta(days=14):
            raise ValueError(f"{self.start} to {self.end} is not a holiday of 1 to 15 days")
        for day in self.workdays:
            if day.weekday() < 5:
                raise ValueError(f"{day} is no weekend day, so nothing is made up on it")
        return self

    def days(self) -> Iterable[Day]:
        for ordinal in range(self.start.toordinal(), self.end.toordinal() + 1):
            yield Day(date.fromordinal(ordinal), DayKind.HOLIDAY, self.name, self.name_en)
        for day in self.workdays:
            yield Day(day, DayKind.MAKEUP, self.name, self.name_en)


class _Announcement(BaseModel):
    """A data file ``<year>.toml``."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(min_length=1)]
    holiday: list[_Block]


def read_announcement(path: Path) -> dict[date, Day]:
    """The days of one announcement. Whatever is doubtful is refused with file and place."""
    if path.stem not in _YEARS:
        raise BadCalendar(
            f"{path}: an announcement is called by its year, like 2027.toml,"
            f" from {statutory.FIRST_YEAR} to {statutory.LAST_YEAR}"
        )
    year = int(path.stem)
    try:
        file = _Announcement.model_validate(read_toml(path, BadCalendar))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadCalendar(f"{path}: {place}: {first['msg']}") from error
    found: dict[date, Day] = {}
    for day in (day for block in file.holiday for day in block.days()):
        if day.date in found:
            raise BadCalendar(f"{path}: {day.date} is given twice")
        if day.date.year != year and (day.date.year, day.date.month) != (year - 1, 12):
            raise BadCalendar(f"{path}: {day.date} does not belong to {year}")
        found[day.date] = day
    if year >= statutory.LAW_SINCE:
        for festival in statutory.festivals(year):
            for must in festival.days:
                if must not in found or found[must].kind.works:
                    raise BadCalendar(f"{path}: {must} ({festival.name}) must be a holiday")
    return found


LATER: Final = statutory.LAST_YEAR + 2
_YEARS: Final = frozenset(map(str, range(statutory.FIRST_YEAR, statutory.LAST_YEAR + 1)))
"""How the file of a year may be called."""
_PACKAGED_YEARS: Final = range(min(announced.holidays).year, max(announced.holidays).year + 1)
_FULL_NAMES: Final = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def _packaged(year: int) -> dict[date, Day]:
    """The announced days that ``chinese_calendar`` knows."""
    found = {}
    for table, kind in (
        (announced.holidays, DayKind.HOLIDAY),
        (announced.workdays, DayKind.MAKEUP),
    ):
        for day, label in table.items():
            if day.year == year:
                name = announced.Holiday(label).chinese
                found[day] = Day(day, kind, _FULL_NAMES.get(name, name), label)
    return found


def _by_law(year: int) -> dict[date, Day]:
    return {
        day: Day(day, DayKind.HOLIDAY, festival.name, festival.name_en, provisional=True)
        for day, festival in statutory.days_off(year)
    }


class _Year:
    """One year, laid out for counting."""

    __slots__ = ("first", "provisional", "special", "special_ordinals", "until", "workdays")

    def __init__(self, year: int, special: dict[date, Day], *, provisional: bool) -> None:
        self.first = date(year, 1, 1).toordinal()
        self.provisional = provisional
        self.special = {day.toordinal(): special[day] for day in sorted(special)}
        self.special_ordinals = tuple(self.special)
        works = [
            self.special[ordinal].kind.works if ordinal in self.special else (ordinal + 6) % 7 < 5
            for ordinal in range(self.first, date(year, 12, 31).toordinal() + 1)
        ]
        self.workdays = array("l", (self.first + n for n, open_ in enumerate(works) if open_))
        # until[n]: how many working days the first n days of the year hold
        self.until = array("h", accumulate(works, initial=0))

    def special_between(self, after: int, until: int) -> Iterable[Day]:
        """The named days after one ordinal, up to and with another."""
        low = bisect_right(self.special_ordinals, after)
        high = bisect_right(self.special_ordinals, until)
        return (self.special[ordinal] for ordinal in self.special_ordinals[low:high])

    def day(self, ordinal: int) -> Day:
        if ordinal in self.special:
            return self.special[ordinal]
        kind = DayKind.WORKDAY if (ordinal + 6) % 7 < 5 else DayKind.WEEKEND
        return Day(date.fromordinal(ordinal), kind, provisional=self.provisional)


class WorkingCalendar:
    """Answers about days and working days.

    ``extra_dir`` may hold announcements as ``<year>.toml``; a file replaces what is otherwise
    known of its year, and may also change the last December days before it. Files are read when
    their year is first asked for; ``reload`` forgets everything read.

    A year is laid out once, in O(365). After that ``day`` and ``is_workday`` are O(1), and
    ``add_working_days`` is O(1 + years spanned + named days crossed), or a cache hit by
    (local day, n, time zone). Safe to share between threads.
    """

    def __init__(self, extra_dir: Path | None = None, *, known_before: int = LATER) -> None:
        """``known_before``: what was announced for that year and later is not looked at."""
        self._extra_dir = extra_dir
        self._known_before = known_before
        self.reload()

    def as_before(self, year: int) -> "WorkingCalendar":
        """The calendar as it was before the holidays of a year, and of later ones, were known."""
        return WorkingCalendar(self._extra_dir, known_before=year)

    def refresh(self) -> None:
        """Read the data files anew if any of them changed; with a fault in one keep what is known.

        For processes that live long: another one may bring an announcement.
        """
        if self._signature() != self._read_as:
            try:
                for path in self._files():
                    read_announcement(path)
            except BadCalendar:
                return  # whoever brings it is told (``reload``); nobody else's work stands still
            self.reload()

    def _files(self) -> list[Path]:
        found = self._extra_dir.glob("*.toml") if self._extra_dir else ()
        return sorted(path for path in found if path.stem.isdecimal())

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        found = [(path.name, path.stat()) for path in self._files()]
        return tuple((name, about.st_mtime_ns, about.st_size) for name, about in found)

    def reload(self) -> None:
        """Read the data files anew."""
        self._read_as = self._signature()
        self._years: dict[int, _Year] = {}
        self._deadline = lru_cache(maxsize=65_536)(self._nth_working_day)

    def day(self, on: date) -> Day:
        """What a day is. Raises ``Refusal`` outside 1901–2099."""
        return self._year(on.year).day(on.toordinal())

    def is_workday(self, on: date) -> bool:
        """Whether offices are open on a day."""
        year = self._year(on.year)
        n = on.toordinal() - year.first
        return year.until[n] != year.until[n + 1]

    def add_working_days(self, start: datetime, n: int, *, tz: ZoneInfo) -> Deadline:
        """The end of the n-th working day after the local day of ``start`` (aware), n ≥ 1.

        The day of ``start`` itself is not counted, whatever the hour.
        """
        return self._deadline(start.astimezone(tz).toordinal(), n, tz)

    def first_workday_end(self, on: date, *, tz: ZoneInfo) -> Deadline:
        """The end of ``on`` if it is a working day, otherwise of the first working day after."""
        return self._deadline(on.toordinal() - 1, 1, tz)

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days there are after ``a`` up to and with ``b``; negative backwards."""
        whole = sum(len(self._year(year).workdays) for year in range(a.year, b.year))
        whole -= sum(len(self._year(year).workdays) for year in range(b.year, a.year))
        return whole + self._so_far(b.toordinal(), b.year) - self._so_far(a.toordinal(), a.year)

    def announced(self, year: int) -> bool:
        """Whether the holidays of a year are announced and known here."""
        return not self._year(year).provisional

    def _year(self, year: int) -> _Year:
        try:
            return self._years[year]
        except KeyError:
            return self._years.setdefault(year, self._lay_out(year))

    def _lay_out(self, year: int) -> _Year:
        if not statutory.FIRST_YEAR <= year <= statutory.LAST_YEAR:
            first, last = statutory.FIRST_YEAR, statutory.LAST_YEAR
            raise Refusal(
                f"the calendar covers {first} to {last}, not {year}",
                code="beyond_calendar",
                values={"first": first, "last": last, "year": year},
            )
        from_file = self._announcement(year)
        known = year < self._known_before
        provisional = from_file is None and not (known and year in _PACKAGED_YEARS)
        if from_file is None:
            from_file = _by_law(year) if provisional else _packaged(year)
        special = from_file | (self._announcement(year + 1) or {})
        return _Year(
            year,
            {on: day for on, day in special.items() if on.year == year},
            provisional=provisional,
        )

    def _announcement(self, year: int) -> dict[date, Day] | None:
        if self._extra_dir is None or year >= self._known_before:
            return None
        path = self._extra_dir / f"{year}.toml"
        return read_announcement(path) if path.exists() else None

    def _so_far(self, ordinal: int, year: int) -> int:
        """Working days of the year up to and with a day."""
        table = self._year(year)
        return table.until[ordinal - table.first + 1]

    def _nth_working_day(self, after: int, n: int, tz: ZoneInfo) -> Deadline:
        if n < 1:
            raise ValueError(f"a period has at least one working day, not {n}")
        year = date.fromordinal(after).year
        place = self._so_far(after, year) + n - 1
        while place >= len(self._year(year).workdays):
            place -= len(self._year(year).workdays)
            year += 1
        due = self._year(year).workdays[place]
        years = [self._year(y) for y in range(date.fromordinal(after + 1).year, year + 1)]
        at = datetime.combine(date.fromordinal(due), END_OF_DAY, tz)
        return Deadline(
            at,
            any(table.provisional for table in years),
            tuple(day for table in years for day in table.special_between(after, due)),
        )
