"""A first column profile for a file never seen before, with how sure each column is, and why."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from anmin.exchange.header import plain
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import MOMENTS, Profile
from anmin.exchange.readers import Table
from anmin.exchange.shapes import EITHER_ORDER, LOOKS, Shape

SAMPLE = 2000
SURE_ENOUGH = 0.45
FOLDER = Path(__file__).parent
NAMELESS = ("external_id", "received_at", "longitude", "latitude", "contact_phone", "place", "area")
RUN_TOGETHER = frozenset({"%Y%m%d%H%M%S", "%Y%m%d%H%M"})
WRITTEN = {
    "Y": "YYYY",
    "y": "YY",
    "m": "MM",
    "b": "Mon",
    "d": "DD",
    "H": "hh",
    "I": "hh",
    "M": "mm",
    "S": "ss",
    "f": "ffffff",
    "p": "AM",
}
TIMES = frozenset({*MOMENTS, "updated_at"})


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What one column is taken for (nothing if `fact` is empty), how sure (0–1), and why."""

    position: int
    title: str
    fact: str
    sure: float
    why: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """As `anmin profiles guess --json` tells it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person knows about a file, in place of what would be guessed; empty: guess.

    `columns` says by position (from 1) which fact a column is, "" that it is none. `swap_days`
    takes day and month the other way round.
    """

    datum: str = ""
    swap_days: bool = False
    columns: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Guess:
    """A proposal: the profile as TOML, each column's reasons, and what to look at by eye."""

    toml: str
    columns: list[ColumnGuess]
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Claim:
    """That a column is a certain fact."""

    sure: float
    fact: str
    column: int
    why: tuple[str, ...]


def guess_profile(path: Path, *, name: str, zone: str, wishes: Wishes = Wishes()) -> Guess:
    """Propose a profile from the header and up to 2,000 rows.

    Args:
        name: the profile's name. zone: the time zone to assume. wishes: what is known already.

    Raises:
        Unreadable: the file is none that can be read, or nothing in it can be an event number or
            a time.
    """
    header, shapes, encoding = _sample(path)
    taken = _settle(list(_claims(header, shapes)), shapes, wishes.columns)
    if "external_id" not in taken or not TIMES & taken.keys():
        raise Unreadable("nothing_guessed")
    clocks = _clocks(shapes, taken)
    toml = "\n".join(_toml(name, zone, header, shapes, taken, clocks, encoding, wishes))
    Profile.model_validate(tomllib.loads(toml))
    by_column = {claim.column: claim for claim in taken.values()}
    columns = []
    for n in range(len(shapes)):
        unused = _("left out by hand") if n + 1 in wishes.columns else _("nothing fits")
        claim = by_column.get(n) or _Claim(0.0, "", n, (unused,))
        if n in clocks.values():
            claim = _Claim(0.8, "", n, (_("the time of day of the column before"),))
        title = header[n] if header and n < len(header) else ""
        columns.append(ColumnGuess(n + 1, title, claim.fact, claim.sure, claim.why))
    return Guess(toml, columns, list(dict.fromkeys(_doubts(shapes, taken, wishes))))


def _sample(path: Path) -> tuple[list[str] | None, list[Shape], str]:
    """The header (nothing if there is none), the shape of each column, the file's encoding."""
    with Table(path) as table:
        rows = [row.cells for row in islice(table, SAMPLE + 1) if row.problem is None]
        encoding = table.found.encoding
    if not rows:
        raise Unreadable("empty")
    width = Counter(len(row) for row in rows[:50]).most_common(1)[0][0]
    rows = [row for row in rows if len(row) == width] if not table.is_workbook else rows
    width = max(len(row) for row in rows)
    header = rows.pop(0) if _is_header(rows) else None
    kinds = _date_formats()
    shapes = [
        Shape(
            [value for row in rows if n < len(row) and (value := row[n].strip())],
            len(rows),
            kinds,
        )
        for n in range(width)
    ]
    return header, shapes, encoding


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """A first row that has words where the rows below have figures."""
    first, below = rows[0], rows[1:50]
    filled = [cell for cell in first if cell.strip()]
    if 4 * sum(1 for cell in filled if _name_match(cell)[1] >= 0.7) >= len(filled) > 0:
        return True
    figures = sum(1 for cell in first if any(letter.isdigit() for letter in cell))
    usual = sum(1 for row in below for cell in row if any(letter.isdigit() for letter in cell))
    return bool(below) and figures * len(below) < usual / 2


@cache
def _date_formats() -> dict[str, tuple[str, ...]]:
    dates = _data()["dates"]
    moments = [
        day + between + clock
        for day in dates["days"]
        for clock in dates["clocks"]
        for between in dates["between"]
        # Without anything between, figures must end somewhere by themselves.
        if between or day.endswith("日") or day + clock in RUN_TOGETHER
    ]
    return {
        "moment": tuple(moments),
        "day": tuple(dates["days"]),
        "clock": tuple(dates["clocks"]),
    }


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / "guess.toml").read_text("utf-8"))


@cache
def _template() -> Profile:
    text = (FOLDER / "profiles" / "template_zh.toml").read_text("utf-8")
    return Profile.model_validate(tomllib.loads(text))


@cache
def fact_names() -> dict[str, list[str]]:
    """Every fact a column can be, with the names such columns go by: the Chinese template's, then those of guess.toml."""
    names = {
        fact: [str(n) for part in column.parts for n in part]
        for fact, column in _template().columns.items()
    }
    for fact, more in _data()["names"].items():
        names[fact] = [*names.get(fact, []), *more]
    return names


def _name_match(title: str) -> tuple[dict[str, float], float]:
    """How well a column's title fits each fact (0–1), and the best of these."""
    found: dict[str, float] = {}
    name, words = plain(title), set(title.casefold().replace("/", " ").replace("_", " ").split())
    for fact, names in fact_names().items():
        for known in names:
            if plain(known) == name:
                score = 1.0
            elif known.isascii():
                parts = set(known.split())
                score = 0.5 + 0.4 * len(parts) / len(words) if parts <= words else 0.0
            else:
                score = 0.5 + 0.4 * len(known) / len(name) if name and known in name else 0.0
            found[fact] = max(found.get(fact, 0.0), score)
    return found, max(found.values())


def _claims(header: Sequence[str] | None, shapes: Sequence[Shape]) -> Iterator[_Claim]:
    """All that the columns can be. Without names, only what values alone can tell."""
    for column, shape in enumerate(shapes):
        named = _name_match(header[column])[0] if header and column < len(header) else {}
        for fact in fact_names() if header else NAMELESS:
            name = named.get(fact, 0.0)
            fits, reason = _fit(fact, shape)
            if fits <= 0 or (header and not name and fits < 0.9):
                continue
            sure = 0.6 * name + 0.4 * fits if name else (0.5 if header else 0.6) * fits
            why = [] if not name else [_("named so") if name >= 0.7 else _("named nearly so")]
            yield _Claim(round(sure, 2), fact, column, (*why, reason))


def _fit(fact: str, shape: Shape) -> tuple[float, str]:
    """How well the values fit a fact: 0 they cannot be it, 1 hardly anything else; and why."""
    if not shape.values:
        return 0.2, _("no values to look at")
    dates = shape.dates
    if fact in TIMES:
        if dates is None or dates.part == "clock":
            return 0.0, ""
        return (0.8 if dates.part == "moment" else 0.6), _("reads as %(layout)s") % {
            "layout": _as_written(dates.formats[0])
        }
    if dates and dates.part != "clock" and fact != "external_id":
        return 0.0, ""
    look = LOOKS.get(fact)
    return (
        look(shape)
        if look
        else (
            0.4,
            _("text of %(length)s characters") % {"length": f"{shape.length:.0f}"},
        )
    )


def _settle(
    claims: list[_Claim], shapes: Sequence[Shape], wanted: Mapping[int, str]
) -> dict[str, _Claim]:
    """The best claims by fact, each column for one fact only: as wanted, then the surest first."""
    taken: dict[str, _Claim] = {}
    columns = {position - 1 for position in wanted}
    for position, fact in wanted.items():
        if not fact or not 1 <= position <= len(shapes):
            continue
        if fact in taken:
            raise Unreadable("chosen_twice", first=taken[fact].column + 1, second=position)
        if fact in TIMES and shapes[position - 1].dates is None:
            raise Unreadable("no_dates", column=position)
        taken[fact] = _Claim(1.0, fact, position - 1, (_("chosen by hand"),))
    for claim in sorted(claims, key=lambda one: (-one.sure, one.column)):
        if claim.sure >= SURE_ENOUGH and claim.fact not in taken and claim.column not in columns:
            columns.add(claim.column)
            taken[claim.fact] = claim
    if len(taken.keys() & {"longitude", "latitude"}) == 1:
        taken.pop("longitude", None)
        taken.pop("latitude", None)
    if not TIMES & taken.keys():
        # No name tells: the first column of moments that is free opens the event.
        free = (n for n, shape in enumerate(shapes) if n not in columns and shape.dates)
        for n in islice(free, 1):
            taken["received_at"] = _Claim(
                0.4, "received_at", n, (_("the first column of moments"),)
            )
    return taken


def _clocks(shapes: Sequence[Shape], taken: Mapping[str, _Claim]) -> dict[str, int]:
    """Where a fact's day is followed by a column with its time of day."""
    found = {}
    for fact in TIMES & taken.keys():
        column = taken[fact].column
        dates = shapes[column].dates
        after = shapes[column + 1].dates if column + 1 < len(shapes) else None
        if dates and dates.part == "day" and after and after.part == "clock":
            found[fact] = column + 1
    return found


def _doubts(shapes: Sequence[Shape], taken: Mapping[str, _Claim], wishes: Wishes) -> Iterator[str]:
    """What a person should look at before using the proposal."""
    for fact, claim in taken.items():
        dates = shapes[claim.column].dates if fact in TIMES else None
        if dates and dates.unsettled:
            yield "day_month_order"
        if claim.sure < 0.6:
            yield f"unsure:{fact}"
    if "category" not in taken:
        yield "no_category"
    if "longitude" in taken and not wishes.datum:
        yield "datum"
    yield "zone"


def _toml(
    name: str,
    zone: str,
    header: Sequence[str] | None,
    shapes: Sequence[Shape],
    taken: Mapping[str, _Claim],
    clocks: Mapping[str, int],
    encoding: str,
    wishes: Wishes,
) -> Iterator[str]:
    """The lines of the proposed profile, with its reasons as comments."""

    plain_titles = Counter(map(plain, header or ()))

    def ref(column: int) -> str:
        title = header[column] if header and column < len(header) else ""
        telling = plain(title) and plain_titles[plain(title)] == 1
        return _quoted(title.strip()) if telling else str(column + 1)

    yield "# Proposed from a sample. Check every line marked with less than 80 %."
    yield f"name = {_quoted(name)}"
    yield f"title = {_quoted(name)}"
    optional = [fact for fact in taken if fact not in ("external_id", *TIMES)]
    yield f"optional = [{', '.join(map(_quoted, optional))}]"
    yield f"\n[file]\nheader = {'true' if header else 'false'}"
    if encoding:
        yield f'# The sample is in {encoding}; "auto" looks at each file anew.\nencoding = "auto"'
    yield f"\n[time]\nzone = {_quoted(zone)}  # check"
    formats = _formats(shapes, taken, clocks)
    if wishes.swap_days:
        formats = [_days_swapped(layout) for layout in formats]
    yield f"formats = [{', '.join(map(_quoted, formats))}]"
    yield f"opened = [{', '.join(_quoted(fact) for fact in MOMENTS[:4] if fact in taken)}]"
    yield "\n[columns]"
    for fact, claim in sorted(taken.items(), key=lambda one: one[1].column):
        where = ref(claim.column)
        if fact in clocks:
            where = f"{{ date = {where}, time = {ref(clocks[fact])} }}"
        yield f"{fact} = {where}  # {claim.sure:.0%}: {', '.join(claim.why)}"
    yield '\n[unit]\n# "reject" refuses rows of units not known here.\nunknown = "blank"'
    yield '\n[area]\nunknown = "blank"'
    if wishes.datum:
        yield f"\n[coordinates]\ndatum = {_quoted(wishes.datum)}"
    yield '\n[category]\nlabels = true\ndefault = "other"'
    if "category" in taken:
        yield from _category_rules(shapes[taken["category"].column])


def _formats(
    shapes: Sequence[Shape], taken: Mapping[str, _Claim], clocks: Mapping[str, int]
) -> list[str]:
    formats: dict[str, None] = {}
    for fact in sorted(TIMES & taken.keys()):
        found = shapes[taken[fact].column].dates
        clock = shapes[clocks[fact]].dates if fact in clocks else None
        for layout in found.formats if found else ():
            for after in clock.formats if clock else ("",):
                formats.setdefault(f"{layout} {after}".strip())
    return list(formats)


def _as_written(layout: str) -> str:
    """A format as people write it: ``YYYY-MM-DD hh:mm:ss``."""
    return re.sub(r"%(.)", lambda found: WRITTEN.get(found[1], found[0]), layout)


def _days_swapped(layout: str) -> str:
    """A format with the order of day and month changed, where either order is possible."""
    if not layout.startswith(EITHER_ORDER):
        return layout
    return layout.translate(str.maketrans("dm", "md"))


def _category_rules(shape: Shape) -> Iterator[str]:
    """Rules of the Chinese template that some value meets, and the values as a comment."""
    values = Counter(shape.values).most_common(40)
    yield f"# Values: {', '.join(f'{_quoted(value)} ({count})' for value, count in values)}"
    for rule in _template().category.rules:
        if any(re.search(pattern, value) for value, _n in values for pattern in rule.pattern):
            yield f"\n[[category.rules]]\ncode = {_quoted(rule.code)}"
            yield f"pattern = [{', '.join(map(_quoted, rule.pattern))}]"


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
