"""Finding a profile's columns in the header line of a file."""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest

from anmin.exchange.delimited import Row
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import Name, Names, Profile

HEADER_WITHIN = 20


def plain(name: str) -> str:
    """A header name as it is compared: full-width forms, case, blanks and a mark (*) aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).strip("*\ufeff")


@dataclass(slots=True)
class Binding:
    """The columns of one file: `places` tells, for every mention of a column, its position from 0.

    A mention whose column the file lacks (and may lack) is not in it.
    """

    header: list[str]
    places: dict[Names, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self.header)

    def title(self, place: int) -> str:
        """What to call a column in a message."""
        return self.header[place].strip(" *＊\t") or str(place + 1)


def bind(profile: Profile, rows: Iterator[Row]) -> tuple[Binding, list[Row]]:
    """Read up to the header line and find the columns; also gives back rows read too far.

    Lines of title above the header are passed over.

    Raises:
        Unreadable: no header, a column missing or there twice, naming it.
    """
    first: list[Row] = []
    if not profile.file.header:
        first = [row for row in (next(rows, None),) if row]
        width = max([len(row.cells) for row in first], default=0)
        header = [str(n) for n in range(1, width + 1)]
        return _bind(profile, header, first[0].line if first else 1), first
    best: Unreadable | None = None
    missing = 0
    above: list[str] = []
    for row in rows:
        first.append(row)
        cells = _trimmed(row.cells)
        try:
            return _fuller(profile, _bind(profile, cells, row.line), row, rows)
        except Unreadable as fault:
            if fault.code == "doubled_column":
                raise
            names = fault.particulars.get("columns")
            lacking = len(names) if isinstance(names, tuple) else 0
            if best is None or lacking < missing:
                best, missing = fault, lacking
        with suppress(Unreadable):  # the titles stand in two rows, cells merged
            return _bind(profile, joined(above, cells), row.line), []
        above = cells
        if len(first) >= HEADER_WITHIN:
            break
    raise best or Unreadable("empty")


def _fuller(
    profile: Profile, alone: Binding, row: Row, rows: Iterator[Row]
) -> tuple[Binding, list[Row]]:
    """The header of one line, or of two where the next one has more of the columns: those that
    may be missing stand below the titles of groups."""
    below = next(rows, None)
    if below is None:
        return alone, []
    with suppress(Unreadable):
        both = _bind(profile, joined(_trimmed(row.cells), _trimmed(below.cells)), below.line)
        more = both.places.keys() - alone.places.keys()
        if more and all(isinstance(name, str) for names in more for name in names):
            return both, []
    return alone, [below]


def joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The titles of two rows: what stands below, else what stands above it."""
    return [below.strip() or over for over, below in zip_longest(upper, lower, fillvalue="")]


def _trimmed(cells: Sequence[str]) -> list[str]:
    last = max((place for place, cell in enumerate(cells) if cell.strip()), default=-1)
    return list(cells[: last + 1])


def _bind(profile: Profile, header: list[str], line: int) -> Binding:
    places: dict[str, list[int]] = {}
    for place, title in enumerate(header):
        places.setdefault(plain(title), []).append(place)
    binding = Binding(header)
    lacking: list[str] = []
    for names, needed in _mentions(profile):
        if names in binding.places:
            continue
        for name in names:
            found = _found(name, places, len(header))
            if len(found) > 1:
                raise Unreadable("doubled_column", column=str(name), line=line)
            if found:
                binding.places[names] = found[0]
                break
        else:
            if needed:
                lacking.append(" / ".join(map(str, names)))
    if lacking:
        raise Unreadable("missing_column", columns=tuple(lacking), line=line)
    return binding


def _mentions(profile: Profile) -> Iterator[tuple[Names, bool]]:
    for fact, column in profile.columns.items():
        for names in column.parts:
            yield names, fact not in profile.optional
    needed = "category" not in profile.optional
    yield from ((names, needed) for names in profile.category.columns)
    yield from ((rule.column, needed) for rule in profile.category.rules if rule.column)
    for flag in profile.flags:
        yield from ((names, flag.field not in profile.optional) for names in flag.columns)


def _found(name: Name, places: dict[str, list[int]], width: int) -> list[int]:
    if isinstance(name, int):
        return [name - 1] if name <= width else []
    return places.get(plain(name), [])
