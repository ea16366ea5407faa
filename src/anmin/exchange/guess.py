"""A first column profile for a file never seen before, with how sure each column is, and why."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from anmin.exchange.claims import Claim, Sample, Settled, settle
from anmin.exchange.points import mere_pairs
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import File, Profile
from anmin.exchange.proposal import Proposal
from anmin.exchange.readers import Table
from anmin.exchange.shapes import Shape, shape_of, swapped_cells
from anmin.exchange.tabular import apart
from anmin.exchange.titles import words
from anmin.exchange.vocabulary import vocabulary
from anmin.kernel.formulas import restored

SAMPLE = 2000
UTC_ZONE = re.compile(r"(?:Etc/)?(?:UTC|GMT|UCT|Zulu)$")
USUAL = "incident"
"""The kind that a file is of unless somebody says another."""
LIKE_DATES = re.compile(r"(?=(?:.*\d){4}).*\d[-/.:年 ,T]\s?[\w].*")


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
    takes day and month the other way round. `encoding` and `sheet` say how it is to be read, `kind`
    what its rows are.
    """

    datum: str = ""
    swap_days: bool = False
    columns: Mapping[int, str] = field(default_factory=dict)
    encoding: str = ""
    sheet: str = ""
    kind: str = USUAL


@dataclass(slots=True)
class Guess:
    """A proposal: the profile as TOML, each column's reasons, and what to look at by eye.

    `sheets` are those of a workbook; `encoding` is the one found.
    """

    toml: str
    columns: list[ColumnGuess]
    doubts: list[str] = field(default_factory=list)
    sheets: tuple[str, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as far as it was read."""

    header: list[str] | None
    shapes: list[Shape]
    encoding: str
    sheets: tuple[str, ...]
    sheet: str


def guess_profile(path: Path, *, name: str, zone: str, wishes: Wishes = Wishes()) -> Guess:
    """Propose a profile from the header and up to 2,000 rows.

    Of a workbook it is the first sheet that looks like a table of events, unless one is wished.

    Args:
        name: the profile's name. zone: the time zone to assume. wishes: what is known already.

    Raises:
        Unreadable: the file is none that can be read, or nothing in it can be an event number or
            a time.
    """
    first = _look(path, wishes, wishes.sheet)
    faults: list[Unreadable] = []
    for sheet in (first.sheet, *(other for other in first.sheets if other != first.sheet)):
        seen = first if sheet == first.sheet else _look(path, wishes, sheet)
        try:
            return _propose(seen, name, zone, wishes)
        except Unreadable as fault:
            faults.append(fault)
        if wishes.sheet:
            break
    raise faults[0]


def _propose(seen: _Seen, name: str, zone: str, wishes: Wishes) -> Guess:
    wanted = {position - 1: fact for position, fact in wishes.columns.items()}
    sample = Sample(seen.header, seen.shapes, vocabulary(wishes.kind), wanted)
    settled = settle(sample)
    _require(sample, settled.taken)
    proposal = Proposal(
        sample,
        settled,
        zone,
        swapped=wishes.swap_days,
        datum=wishes.datum,
        encoding=seen.encoding,
        named_encoding=wishes.encoding,
        sheet=seen.sheet if len(seen.sheets) > 1 or wishes.sheet else "",
    )
    toml = proposal.toml(name)
    Profile.model_validate(tomllib.loads(toml))
    doubts = list(dict.fromkeys(_doubts(sample, settled, proposal, wishes)))
    others = [sheet for sheet in seen.sheets if sheet != seen.sheet]
    if others:
        doubts.append(f"other_sheets:{'\n'.join(others)}")
    columns = [_column(sample, settled, n) for n in range(len(seen.shapes))]
    return Guess(toml, columns, doubts, seen.sheets, seen.encoding)


def _column(sample: Sample, settled: Settled, n: int) -> ColumnGuess:
    claim = next((one for one in settled.taken.values() if one.column == n), None)
    if claim is None:
        unused = _("left out by hand") if n in sample.wanted else _("nothing fits")
        if not sample.shapes[n].values:
            unused = _("no values to look at")
        claim = Claim(0.0, "", n, (unused,))
    for fact, column in settled.clocks.items():
        if column == n:
            day = settled.taken[fact].column + 1
            why = _("the time of day of column %(column)s") % {"column": day}
            claim = Claim(0.8, "", n, (why,))
    return ColumnGuess(n + 1, sample.title(n), claim.fact, claim.sure, claim.why)


def _look(path: Path, wishes: Wishes, sheet: str) -> _Seen:
    """The header (nothing if there is none), the shape of each column, and how it was read."""
    reading = File(encoding=wishes.encoding or "auto", sheet=sheet or None).reading
    with Table(path, reading) as table:
        rows = [row.cells for row in islice(table, SAMPLE + 1) if row.problem is None]
        encoding, sheets, used = table.found.encoding, table.sheets, table.sheet
        workbook = table.is_workbook
    if not rows:
        raise Unreadable("empty")
    header, rows = apart(rows, vocabulary(wishes.kind), workbook=workbook)
    rows = [[restored(cell.strip()) for cell in row] for row in rows]
    width = max(map(len, [header or [], *rows]))
    columns = [[row[n] for row in rows if n < len(row)] for n in range(width)]
    said = Counter(cell for column in map(set, columns) for cell in column)
    shapes = [shape_of(column, len(rows), lambda word: said[word] > 1) for column in columns]
    return _Seen(header, shapes, encoding, sheets, used)


def _require(sample: Sample, taken: Mapping[str, Claim]) -> None:
    """Refuse, with the true cause, what can become no profile."""
    times = [taken[fact] for fact in sample.known.began if fact in taken]
    if times and not any(sample.shapes[claim.column].dates for claim in times):
        column = times[0].column
        code = "formulas" if sample.shapes[column].uncomputed else "empty_moments"
        raise Unreadable(code, column=sample.title(column) or column + 1)
    if not times:
        for n, shape in enumerate(sample.shapes):
            if shape.values and shape.dates is None and _like_dates(sample, n):
                raise Unreadable(
                    "unread_dates", column=sample.title(n) or n + 1, value=shape.values[0]
                )
        raise Unreadable("no_moment_guessed")
    if "external_id" not in taken:
        raise Unreadable("no_number_guessed")


def _like_dates(sample: Sample, column: int) -> bool:
    """Whether a column seems to tell moments in a way that nobody here can read."""
    times = sample.known.times
    fits = max((score for fact, score in sample.fits(column).items() if fact in times), default=0.0)
    values = sample.shapes[column].values
    share = sum(1 for value in values if LIKE_DATES.fullmatch(value)) / len(values)
    return share > 0.8 and (fits >= 0.5 or not sample.header)


def _doubts(sample: Sample, settled: Settled, proposal: Proposal, wishes: Wishes) -> Iterator[str]:
    """What a person should look at before using the proposal."""
    taken = settled.taken
    if proposal.unsettled:
        yield "day_month_order"
    for fact, claim in taken.items():
        timed = fact in sample.known.times
        dates = sample.shapes[claim.column].dates if timed else None
        if dates and dates.part == "day" and fact not in settled.clocks:
            yield f"no_clock:{fact}"
        if dates and swapped_cells(sample.shapes[claim.column].values):
            yield f"mixed_dates:{sample.title(claim.column) or claim.column + 1}"
        if claim.sure < 0.6:
            yield f"unsure:{fact}"
    yield from _column_doubts(sample, settled)
    if "category" not in taken and sample.known.needs_category:
        yield "no_category" if sample.known.default_category else "category_needed"
    yield from _utc_doubts(sample, settled, proposal)
    if {"longitude", "point"} & taken.keys() and not wishes.datum:
        yield "datum"
    if "point" in taken and mere_pairs(sample.shapes[taken["point"].column].values):
        yield "point_order"
    yield "zone"


def _utc_doubts(sample: Sample, settled: Settled, proposal: Proposal) -> Iterator[str]:
    """Columns whose title says UTC, read in another zone."""
    for fact, claim in settled.taken.items():
        said = fact in sample.known.times and {"utc", "gmt", "zulu"} & {
            *words(sample.title(claim.column))
        }
        if said and not UTC_ZONE.match(proposal.zone) and not proposal.tells_offset(fact):
            yield f"utc_title:{sample.title(claim.column)}"


def _column_doubts(sample: Sample, settled: Settled) -> Iterator[str]:
    """Event numbers that are no keys, and columns left out although they look like dates."""
    number = sample.shapes[settled.taken["external_id"].column]
    if number.distinct < len(number.values):
        yield "repeated_number"
    if number.filled < 1:
        yield "blank_number"
    if list(number.values) == [str(n) for n in range(1, len(number.values) + 1)]:
        yield "counted_rows"
    used = {claim.column for claim in settled.taken.values()} | {*settled.clocks.values()}
    for n, shape in enumerate(sample.shapes):
        if n not in used and shape.values and shape.dates is None and _like_dates(sample, n):
            yield f"unread_dates:{sample.title(n) or n + 1}"
