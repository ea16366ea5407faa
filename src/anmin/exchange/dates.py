"""Dates and times as text, read with the meaning of `datetime.strptime` at a fifth of its cost."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from anmin.exchange.calendar_words import (
    DAYS,
    FULL_MONTHS,
    MONTHS,
    SHORT_DAYS,
    SHORT_MONTHS,
    any_of,
)
from anmin.exchange.counted import COUNTED, FIRST_DAY, serial
from anmin.exchange.halves import LETTERS, WORDS, hour_in

type Parse = Callable[[str], datetime | None]

# The expressions are those of the standard library's `_strptime`, so that a profile means what
# the documentation of strptime says; names of months and days are those of `calendar_words`,
# whatever the locale. Beyond it: 24:00:00 is the end of a day, figures run together may lack their
# leading zero, fractions may be longer, offsets shorter (+00) or words (UTC, GMT+8), and parts of a
# day are those of `halves`, beside an hour of 24, too (15:30 PM).
DIRECTIVES = {
    "a": any_of(SHORT_DAYS),
    "A": any_of(DAYS),
    "d": r"(3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
    "f": r"([0-9]{1,9})",
    "H": r"(2[0-4]|[0-1]\d|\d)",
    "I": r"(1[0-2]|0[1-9]|[1-9])",
    "m": r"(1[0-2]|0[1-9]|[1-9])",
    "M": r"([0-5]\d|\d)",
    "S": r"(6[0-1]|[0-5]\d|\d)",
    "y": r"(\d\d)",
    "Y": r"(\d\d\d\d)",
    "z": r"((?:UTC|GMT)?[+-]\d\d(?::?[0-5]\d)?|(?:UTC|GMT)[+-]\d|(?-i:Z|UTC|GMT))",
    "B": any_of(FULL_MONTHS),
    "b": any_of(SHORT_MONTHS),
    "p": rf"({LETTERS}|{WORDS})",
}
ISO_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f")
"""How `workbook` writes the date cells of a spreadsheet."""
REMEMBERED = 100_000
CHINESE = str.maketrans("〇零○一二三四五六七八九", "000123456789")
WRITTEN_OUT = re.compile("[〇零○一二三四五六七八九十廿卅]+(?=[年月日号时時点點分秒])")
YEAR = re.compile(r"[0-9]年")
"""A year in figures: then 三月 is the name of a month, and stands as it is."""
WIDTHS = {"Y": 4, **dict.fromkeys("ymdHIMS", 2)}
"""How many figures each directive has that can stand next to another one."""
RUN = re.compile(r"(?:%[YymdHIMS]){2,}")
new = tuple.__new__


@cache
def compile_format(layout: str, *, needs_date: bool = True) -> Parse:
    """A parser for one strptime format; it returns nothing where strptime raises.

    Directives: `%Y %y %m %d %H %I %p %M %S %f %a %A %b %B %z %%`; each at most once, and a year, a
    month and a day are needed unless `needs_date` is false. Instead of a format: `epoch`,
    `epoch_ms`, `epoch_us` (seconds, thousandths, millionths since 1970 in UTC), `excel` (days as a
    spreadsheet counts them; before or after a blank and another format it is the day or its
    fraction alone), `excel1904` (the same, counted from 1904).

    Figures run together (`%H%M`) have a set length; a leading zero that a spreadsheet took is put
    back (905, 5), as far as it can only be a zero.

    Raises:
        ValueError: the format has another directive, a doubled one, or no full date.
    """
    if layout in COUNTED:
        return COUNTED[layout]
    if layout.endswith(" excel"):
        return _sum_of(compile_format(layout.removesuffix(" excel")), serial, FIRST_DAY)
    if layout.startswith(("excel ", "excel1904 ")):
        day, _blank, rest = layout.partition(" ")
        return _sum_of(COUNTED[day], compile_format(rest, needs_date=False), NO_DAY)
    parts: list[str] = []
    names: list[str] = []
    runs: list[tuple[int, tuple[int, ...]]] = []
    for run, literal, directive in re.findall(rf"({RUN.pattern})|([^%]+)|(%.?)", layout, re.DOTALL):
        if run:
            letters = run[1::2]
            widths = tuple(WIDTHS[letter] for letter in letters)
            parts.append(_run(letters, sum(widths)))
            runs.append((len(names), widths))
            names.extend(letters)
        elif literal:
            escaped = re.sub(r"([\\.^$*+?(){}\[\]|])", r"\\\1", literal)
            parts.append(re.sub(r"\s+", r"\\s+", escaped))
        elif directive == "%%":
            parts.append("%")
        else:
            expression = DIRECTIVES.get(directive[1:])
            if expression is None:
                raise ValueError(f"{directive} is not a directive that can be read")
            parts.append(expression)
            names.append(directive[1:])
    found = set(names)
    years, months = found & {"Y", "y"}, found & {"b", "B", "m"}
    pairs = (years, months, found & {"H", "I"}, found & {"a", "A"})
    doubled = len(found) != len(names) or max(map(len, pairs)) > 1
    if doubled or (needs_date and not (years and months and "d" in found)):
        raise ValueError(f"{layout} must hold a year, a month and a day, and nothing twice")
    return _parser(re.compile("".join(parts), re.IGNORECASE), names, runs)


def _run(letters: str, width: int) -> str:
    """The expression for figures run together: a time of day may lack zeros, a date the first.

    A spreadsheet or a program that took them for a number may have left ``.0`` behind.
    """
    least = {"H": 1, "I": 1, "Y": width}.get(letters[0], width - 1)
    if set(letters) & set("Ymdy") and letters[0] in "HI":
        least = width - 1
    return rf"(\d{{{least},{width}}})(?:\.0+)?"


def _parser(
    expression: re.Pattern[str], names: list[str], runs: list[tuple[int, tuple[int, ...]]]
) -> Parse:
    """Bind the groups of the expression to the parts of a datetime."""
    match = expression.match
    at = {name: position for position, name in enumerate(names)}
    year, day = at.get("Y", at.get("y", -1)), at.get("d", -1)
    short_year = "y" in at
    month = at.get("m", at.get("b", at.get("B", -1)))
    named_month = bool(at.keys() & {"b", "B"})
    hour, half, twelve = at.get("H", at.get("I", -1)), at.get("p", -1), "I" in at
    minute, second, fraction = at.get("M", -1), at.get("S", -1), at.get("f", -1)
    offset = at.get("z", -1)

    def parse(text: str) -> datetime | None:
        matched = match(text)
        if matched is None or matched.end() != len(text):
            return None
        group = _apart(matched.groups(), runs) if runs else matched.groups()
        y = int(group[year]) if year >= 0 else 1900
        if short_year:
            y += 2000 if y <= 68 else 1900
        h = int(group[hour]) if hour >= 0 else 0
        over = h == 24
        if half >= 0:
            told = hour_in(group[half], h)
            if told is None or (twelve and not 1 <= h <= 12):
                return None
            h = told
        elif twelve:
            if not 1 <= h <= 12:
                return None
            h %= 12
        try:
            found = datetime(
                y,
                _month(group[month]) if named_month else int(group[month]) if month >= 0 else 1,
                int(group[day]) if day >= 0 else 1,
                0 if over else h,
                int(group[minute]) if minute >= 0 else 0,
                int(group[second]) if second >= 0 else 0,
                int(group[fraction][:6].ljust(6, "0")) if fraction >= 0 else 0,
                _offset(group[offset]) if offset >= 0 else None,
            )
            if not over:
                return found
            # The end of a day is the beginning of the next; there is no 24:01.
            ends = found.minute == found.second == found.microsecond == 0
            return found + timedelta(days=1) if ends else None
        except (ValueError, OverflowError):
            return None

    return parse


def _apart(groups: tuple[str, ...], runs: Sequence[tuple[int, tuple[int, ...]]]) -> tuple[str, ...]:
    """The groups with figures run together cut into their parts, leading zeros put back."""
    found: list[str] = []
    rest = iter(groups)
    for start, widths in runs:
        found.extend(next(rest) for _n in range(start - len(found)))
        figures, at = next(rest).zfill(sum(widths)), 0
        for width in widths:
            found.append(figures[at : at + width])
            at += width
    return (*found, *rest)


NO_DAY = datetime(1900, 1, 1)  # noqa: DTZ001 - the day of a time of day that has none


def _sum_of(day: Parse, clock: Parse, start: datetime) -> Parse:
    """A day and, after its blank, a time of day that is told as of the day `start`."""

    def parse(text: str) -> datetime | None:
        parts = text.split(" ")
        for cut in range(1, len(parts)):
            date, hour = day(" ".join(parts[:cut])), clock(" ".join(parts[cut:]))
            if date and hour and start <= hour <= start + timedelta(days=1):
                return date + (hour - start)
        return None

    return parse


def _month(name: str) -> int:
    return MONTHS[name.lower()]


def _offset(text: str) -> tzinfo:
    text = text.lstrip("UTCGMutcgm")
    if not text or text[0] not in "+-":
        return UTC
    text = text if len(text) > 2 else f"{text[0]}0{text[1]}"
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


class Moment(NamedTuple):
    """A moment in UTC, and the same as ISO text."""

    at: datetime
    iso: str


class _Face(NamedTuple):
    """A time of day as read by one format, `offset` away from UTC: what it adds to a day."""

    after_midnight: timedelta
    days_on: int
    iso: str


class _Day(NamedTuple):
    """A day as read by one format: its midnight in UTC, how its dates read from the day before to
    the day after, and the times of day read by the same format under the same offset.
    """

    midnight: datetime
    dates: tuple[str, str, str]
    faces: dict[str, _Face | None]
    clock: Parse
    offset: timedelta


class Clockface:
    """Reads local times in a zone: text in, moments in UTC out.

    A text that is a day, one blank and a time of day is put together from a day and a time known
    from earlier rows: this costs a tenth of reading it. Everything else is read in full.
    """

    def __init__(self, formats: Sequence[str], zone: str) -> None:
        """Formats are tried in order; raises `ValueError` for a format that cannot be read."""
        self._parsers = [compile_format(layout) for layout in formats]
        self._zone = ZoneInfo(zone)
        self._halves: list[tuple[int, Parse, Parse]] = []
        for position, layout in enumerate(formats):
            halves = _halves(layout)
            if halves is None:
                break
            self._halves.append((position, *halves))
        self._days: dict[str, list[_Day]] = {}
        self._faces: dict[tuple[int, timedelta], dict[str, _Face | None]] = {}

    def moment(self, text: str) -> Moment | None:
        """The moment that a text tells, or nothing if no format reads it."""
        date, _blank, clock = text.partition(" ")
        if clock:
            days = self._days.get(date)
            if days is None:
                days = self._know(date)
            for day in days:
                faces = day.faces
                face = faces[clock] if clock in faces else self._face(day, clock)
                if face is not None:
                    at = day.midnight + face.after_midnight
                    # As `Moment(…)` makes it, without the detour through Python.
                    return new(Moment, (at, day.dates[face.days_on] + face.iso))
        return self._read(text, fold=0)

    def later(self, text: str) -> Moment | None:
        """The second moment of a text that was on the clock twice (end of summer time)."""
        return self._read(text, fold=1)

    def _know(self, date: str) -> list[_Day]:
        """What the formats make of a day, in their order; nothing on a day the clock is changed."""
        if len(self._days) >= REMEMBERED:
            self._days.clear()
        days = self._days[date] = []
        for position, day, clock in self._halves:
            local = day(date)
            offset = None if local is None else self._offset_of_day(local)
            if local is None or offset is None:
                continue
            dates = tuple(
                f"{local + timedelta(days=n):%Y-%m-%d}T" if 1 < local.year < 9999 else ""
                for n in (-1, 0, 1)
            )
            if not all(dates):
                return []
            faces = self._faces.setdefault((position, offset), {})
            days.append(
                _Day(local.replace(tzinfo=UTC) - offset, dates, faces, clock, offset)  # type: ignore[arg-type]
            )
        return days

    def _face(self, day: _Day, text: str) -> _Face | None:
        if len(day.faces) >= REMEMBERED:
            day.faces.clear()
        clock = day.clock(text)
        face = None
        if clock is not None:
            there = clock.replace(tzinfo=UTC) - day.offset
            days_on = there.toordinal() - NO_DAY.toordinal() + 1
            passed = clock - NO_DAY
            face = _Face(passed, days_on, iso(there)[11:])
        day.faces[text] = face
        return face

    def _read(self, text: str, *, fold: int) -> Moment | None:
        for parse in self._parsers:
            local = parse(text)
            if local is not None:
                break
        else:
            usual = usual_forms(text)
            return None if usual == text else self._read(usual, fold=fold)
        try:
            if local.tzinfo is None:
                local = local.replace(tzinfo=self._zone, fold=fold)
            at = local.astimezone(UTC)
        except OverflowError:
            return None
        return Moment(at, iso(at))

    def _offset_of_day(self, local: datetime) -> timedelta | None:
        """How far the zone is from UTC that day, if it is the same all day."""
        start = local.replace(tzinfo=self._zone).utcoffset()
        end = local.replace(hour=23, minute=59, second=59, tzinfo=self._zone, fold=1).utcoffset()
        return start if start == end else None


def usual_forms(text: str) -> str:
    """The text with figures, marks and blanks in their usual forms: full-width ones, fixed blanks,
    figures written out (二〇二六年十一月五日)."""
    if text.isascii():
        return text
    usual = " ".join(unicodedata.normalize("NFKC", text).split())
    return usual if YEAR.search(usual) else WRITTEN_OUT.sub(_figures, usual)


def _figures(written: re.Match[str]) -> str:
    """A number in Chinese characters as figures: 二〇二六, 十一, 二十, 廿三."""
    text = written[0].replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if ten and len(tens) <= 1 and len(ones) <= 1:
        return str(10 * int(tens.translate(CHINESE) or 1) + int(ones.translate(CHINESE) or 0))
    return text.translate(CHINESE)


def iso(at: datetime) -> str:
    """A moment as ISO text, in UTC."""
    at = at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat() + "Z"


def _halves(layout: str) -> tuple[Parse, Parse] | None:
    """Parsers for the day and for the time of day, if one blank parts them in the format."""
    date, _blank, clock = layout.partition(" ")
    if (
        not clock
        or "excel" in layout
        or any(c.isspace() for c in date)
        or re.search(r"%[HIpMSfz]", date)
    ):
        return None
    if re.search(r"%[YymdbBzaA]", clock):
        return None
    try:
        return compile_format(date), compile_format(clock, needs_date=False)
    except ValueError:
        return None
