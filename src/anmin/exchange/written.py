"""How moments are written: the formats that one text, and all texts of a column, can have."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from anmin.exchange.calendar_words import DAYS, MONTHS, SHORT_DAYS, SHORT_MONTHS, SMALL
from anmin.exchange.dates import compile_format, usual_forms
from anmin.exchange.halves import LETTERS, WORDS

NEARLY_ALL = 0.98
ODD_ONE_OUT = 10
"""Among so many different values one may be something else: a line of totals, a slip."""
LOOKED_AT = 300
"""Different values of a column from which formats are taken; all are tried on all values."""
CREDIBLE = range(1950, 2100)
EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3}|[0-9]{6})?(?:\.[0-9]+)?")
_EPOCHS = {10: "epoch", 13: "epoch_ms", 16: "epoch_us"}
SERIAL = re.compile(r"(?:3[6-9]|4[0-9]|5[0-9])[0-9]{3}(?:[.,][0-9]+)?")
"""Days that a spreadsheet counts, from 1998 to 2064."""
FRACTION = re.compile(r"0(?:[.,][0-9]+)?|[0-9](?:\.[0-9]+)?e-[0-9]+", re.IGNORECASE)
SHORT = re.compile(r"[0-9]{1,2}(?:\.0)?")
FIGURES = re.compile(r"[0-9]{1,6}(?:\.0)?")
NUMBERS = frozenset({"%H%M", "%H%M%S", "epoch", "epoch_ms", "epoch_us", "excel"})
"""What plain numbers can be read as, which can be something else as well."""
_ZONE = r"(?P<gap> ?)(?P<zone>Z|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?|(?:UTC|GMT)[+-]\d|UTC|GMT)?"
_MORE = r"(?P<more> ?(?:hrs?|uhr|h|hod|klo))?"
_CLOCK = re.compile(
    rf"(?P<before>(?:{WORDS}) ?)?"
    r"(?P<hour>\d{1,2})(?P<a>[:.时點点h時])(?P<minute>\d{1,2})(?P<b>分)?"
    r"(?:(?P<c>[:.])?(?P<second>\d{1,2})(?P<d>秒)?(?P<fraction>[.,]\d{1,9}|:\d{3})?)?"
    rf"(?P<after> ?(?:{LETTERS}|{WORDS}))?{_MORE}{_ZONE}",
    re.IGNORECASE,
)
_RUN = re.compile(rf"(?P<run>\d{{1,6}}){_MORE}{_ZONE}", re.IGNORECASE)
"""A time of day in figures run together, which only a day beside it tells from a number."""
_BETWEEN = (
    r"(?P<between>T|,? +(?:(?:at|à|às|a las|um|kl\.?|klo|alle|om|в|o) +)?|(?<=[日号])"
    r"|-(?=\d\d\.\d\d\.)|(?<=\d{4}):(?=\d\d:))"
)
_FULL = re.compile(rf"(?P<day>.+?){_BETWEEN}(?P<clock>{_CLOCK.pattern})", re.IGNORECASE)
_FULL_RUN = re.compile(
    rf"(?P<day>.*\d.*?)(?P<between>T(?=\d{{4}})| +)(?P<clock>{_RUN.pattern})", re.IGNORECASE
)
_YEAR_LAST = re.compile(
    rf"(?P<day>\D+\d{{1,2}}) +(?P<clock>{_CLOCK.pattern}) +(?P<year>\d{{4}})", re.IGNORECASE
)
"""As ctime writes it: Mon Mar 4 09:05:07 2024."""
_BY_FIGURES = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(\.?)")
_CHINESE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}([日号])")
_WEEKDAY = "|".join(sorted((*DAYS, *SHORT_DAYS), key=len, reverse=True))
_DAY_BEFORE = re.compile(rf"({_WEEKDAY})(\.?,? +)(.+)", re.IGNORECASE)
_DAY_AFTER = re.compile(rf"(.+?)( ?[（(]?)({_WEEKDAY})([)）]?)", re.IGNORECASE)
_ALONE = re.compile(r"\d{5,8}(?:\.0)?")
_TOGETHER = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}
_WORDS = re.compile(
    r"((?:星期|周)[一二三四五六日天]|[0-9]{1,2}月|[一二三四五六七八九十]{1,2}月|[年日号]|[^\W\d_年日号]+(?:-feira)?)|(\d+)"
)


@dataclass(frozen=True, slots=True)
class Dates:
    """How a column's moments are written. `part` is "moment", "day" or "clock".

    `orders` has the formats that read all of it for each order of day, month and year ("mdy"; ""
    where nothing is in doubt), the likeliest first. `weak`: plain numbers, which can be something
    else as well.
    """

    part: str
    orders: dict[str, tuple[str, ...]]
    weak: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of the likeliest order."""
        return next(iter(self.orders.values()))

    def formats_in(self, order: str) -> tuple[str, ...]:
        """The formats of an order, where it reads the column; else of the likeliest."""
        return self.orders.get(order, self.formats)


@lru_cache(maxsize=8192)
def layouts(text: str) -> tuple[tuple[str, str], ...]:
    """The ways to read a text as a moment: part, and format; none if it is none."""
    text = usual_forms(text)
    found = [*_counted(text), *(("day", layout) for layout in _days(text))]
    clock = _CLOCK.fullmatch(text)
    # 3.04 is a number; with seconds, or a colon, it is a time.
    if clock and (clock["a"] != "." or clock["second"]):
        found.append(("clock", _clock_layout(clock)))
    if (length := len(text)) in _TOGETHER and text.isdecimal():
        found.append(("moment", _TOGETHER[length]))
    found += [("moment", layout) for layout in _with_clock(text)]
    return tuple((part, " ".join(layout.split())) for part, layout in found)


def _with_clock(text: str) -> Iterator[str]:
    """The ways to read a text as a day with a time of day."""
    if whole := _FULL.fullmatch(text):
        rest = whole["between"] + _clock_layout(whole)
        yield from (day + rest for day in _days(whole["day"]))
    elif whole := _FULL_RUN.fullmatch(text):
        for run in _run_layouts(whole["run"]):
            rest = whole["between"] + run + (whole["more"] or "") + _zone_layout(whole)
            yield from (day + rest for day in _days(whole["day"]))
    if whole := _YEAR_LAST.fullmatch(text):
        for day in _days(f"{whole['day']} {whole['year']}"):
            if day.endswith(" %Y"):
                yield f"{day.removesuffix('%Y')}{_clock_layout(whole)} %Y"


def _run_layouts(figures: str) -> tuple[str, ...]:
    return ("%H%M", "%H%M%S") if len(figures) <= 4 else ("%H%M%S",)


def _counted(text: str) -> Iterator[tuple[str, str]]:
    if EPOCH.fullmatch(text):
        yield "moment", _EPOCHS[len(text.partition(".")[0])]
    elif SERIAL.fullmatch(text):
        yield "moment" if "." in text or "," in text else "day", "excel"
    elif FRACTION.fullmatch(text) and text != "0":
        yield "clock", "excel"
    if FIGURES.fullmatch(text):
        yield from (("clock", run) for run in _run_layouts(text.partition(".")[0]))


def _clock_layout(found: re.Match[str]) -> str:
    """The format of a time of day that `_CLOCK` has found."""
    twelve = (found["before"] or found["after"]) and 1 <= int(found["hour"]) <= 12
    before = found["before"] or ""
    parts = ["%p" + before[len(before.rstrip()) :] if before else ""]
    parts += ["%I" if twelve else "%H", found["a"], "%M", found["b"] or ""]
    if found["second"]:
        fraction = f"{found['fraction'][0]}%f" if found["fraction"] else ""
        parts += [found["c"] or "", "%S", found["d"] or "", fraction]
    if found["after"]:
        parts.append(" %p" if found["after"].startswith(" ") else "%p")
    parts.append(found["more"] or "")
    return "".join(parts) + _zone_layout(found)


def _zone_layout(found: re.Match[str]) -> str:
    return found["gap"] + "%z" if found["zone"] else ""


def _days(text: str) -> Iterator[str]:
    """The ways to read a text as a day."""
    if parts := _BY_FIGURES.fullmatch(text):
        first, mark, _middle, last, end = parts.groups()
        orders: tuple[str, ...] = ()
        if len(first) == 4:
            orders = ("Ymd",)
        elif len(last) == 4:
            orders = ("mdY", "dmY")
        elif len(first) <= 2 and len(last) <= 2:
            orders = ("mdy", "dmy", "ymd")
        for order in orders:
            yield mark.join(f"%{letter}" for letter in order) + end
    elif chinese := _CHINESE.fullmatch(text):
        yield f"%Y年%m月%d{chinese[1]}"
    elif _ALONE.fullmatch(text):
        long = len(text.partition(".")[0]) >= 7
        for order in ("Ymd", "mdY", "dmY") if long else ("ymd", "mdy", "dmy"):
            yield "".join(f"%{letter}" for letter in order)
    else:
        named = [*_named(text)]
        yield from named or _beside_weekday(text)


def _beside_weekday(text: str) -> Iterator[str]:
    """A day in figures with the day of the week before or behind it."""
    if found := _DAY_BEFORE.fullmatch(text):
        yield from (f"{_weekday(found[1])}{found[2]}{day}" for day in _days(found[3]))
    elif found := _DAY_AFTER.fullmatch(text):
        yield from (f"{day}{found[2]}{_weekday(found[3])}{found[4]}" for day in _days(found[1]))


def _weekday(word: str) -> str:
    return "%A" if word.lower() in DAYS else "%a"


def _named(text: str) -> Iterator[str]:
    """A day with the name of its month: every word and figure becomes its directive."""
    seen: list[str] = []

    def put(found: re.Match[str]) -> str:
        word, figures = (found[1] or "").lower(), found[2] or ""
        directive = "?"
        if word in SMALL:
            return found[1]
        if word in MONTHS:
            directive = "%b" if word in SHORT_MONTHS else "%B"
        elif word in DAYS or word in SHORT_DAYS:
            directive = "%A" if word in DAYS else "%a"
        elif figures:
            # A day has two figures at most; what is left is the year.
            year = len(figures) == 4 or (len(figures) == 2 and "%d" in seen)
            directive = ("%Y" if len(figures) == 4 else "%y") if year else "%d"
        seen.append(directive)
        return directive

    layout = _WORDS.sub(put, text)
    needed = [one for one in seen if one not in ("%a", "%A")]
    if "%d" in needed and len(needed) == 3 and {"%b", "%B"} & set(needed) and "?" not in seen:
        yield layout


def written(values: Sequence[str]) -> Dates | None:
    """How the moments of a column are written, if its values are moments."""
    values = [usual_forms(value) for value in values]
    unread = list(dict.fromkeys(values))
    candidates: dict[tuple[str, str], None] = {}
    for text in islice(unread, LOOKED_AT):
        candidates.update(dict.fromkeys(layouts(text)))
    for part in ("moment", "day", "clock"):
        mine = [layout for kind, layout in candidates if kind == part]
        if not mine:
            continue
        found = _orders(mine, unread, clock=part == "clock")
        if part == "clock" and found and all(map(SHORT.fullmatch, unread)):
            continue  # hours or minutes alone
        if found:
            weak = NUMBERS.issuperset(next(iter(found.values())))
            return _of_midnights(unread) or Dates(part, found, weak)
    return None


def _order(layout: str) -> str:
    """In which order a format has day, month and year; nothing where words tell them apart."""
    letters = "".join(re.findall(r"%([Yymd])", layout))
    return letters.lower() if len(letters) == 3 and letters[0] != "Y" else ""


def _orders(
    layouts: Sequence[str], values: Sequence[str], *, clock: bool
) -> dict[str, tuple[str, ...]]:
    """For each order of day and month under which all values are read, the formats that do it."""
    parsers = {layout: credible(layout, clock=clock) for layout in layouts}
    reads = {layout: [*filter(parsers[layout], values)] for layout in layouts}
    found: dict[str, tuple[str, ...]] = {}
    for order in dict.fromkeys(map(_order, layouts)):
        mine = {one: read for one, read in reads.items() if _order(one) in (order, "")}
        if formats := _together(mine, values):
            found[order if any(map(_order, formats)) else ""] = formats
    if len(found) > 1:
        # With a year of two figures the year comes first only if nothing else fits. Exports are
        # of a short time: the order under which they are comes first.
        rank = {order: (order[:1] == "y", _span(found[order], values)) for order in found}
        found = {order: found[order] for order in sorted(found, key=lambda one: rank[one])}
    return found


def _together(reads: dict[str, list[str]], values: Sequence[str]) -> tuple[str, ...]:
    """The format that reads nearly all values, or the fewest that together do."""
    wanted = min(NEARLY_ALL * len(values), len(values) - (len(values) >= ODD_ONE_OUT))
    found: list[str] = []
    left = set(values)
    for layout, read in sorted(reads.items(), key=lambda one: -len(one[1])):
        if left & set(read):
            found.append(layout)
            left -= set(read)
    return tuple(found) if len(values) - len(left) >= max(wanted, 1) else ()


def _span(formats: Sequence[str], values: Sequence[str]) -> float:
    """Seconds between the first and the last moment."""
    parsers = [compile_format(layout) for layout in formats]
    read = [next(filter(None, (parse(value) for parse in parsers)), None) for value in values]
    moments = [moment.replace(tzinfo=None) for moment in read if moment]
    return (max(moments) - min(moments)).total_seconds() if moments else 0.0


def _of_midnights(values: Sequence[str]) -> Dates | None:
    """Days that carry one and the same midnight ("12:00:00 AM"), which stands in their format."""
    found = [_FULL.fullmatch(value) for value in values]
    tails = {one and one["between"] + one["clock"] for one in found}
    tail = next(iter(tails)) if len(tails) == 1 else None
    if not tail or not found[0]:
        return None
    moment = compile_format(_clock_layout(found[0]), needs_date=False)(found[0]["clock"])
    if moment is None or moment.hour or moment.minute or moment.second:
        return None
    days = written([one["day"] for one in found if one])
    if days is None or days.part != "day":
        return None
    orders = {order: tuple(one + tail for one in read) for order, read in days.orders.items()}
    return Dates("day", orders)


def credible(layout: str, *, clock: bool = False) -> Callable[[str], bool]:
    """Whether a text reads as a moment of our times, written like that."""
    if clock and layout == "excel":
        return lambda text: bool(FRACTION.fullmatch(text))
    parse = compile_format(layout, needs_date=not clock)

    def reads(text: str) -> bool:
        moment = parse(text)
        return moment is not None and (clock or moment.year in CREDIBLE)

    return reads
