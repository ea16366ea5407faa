"""Rows of an XLSX sheet, streamed: memory does not grow with the workbook.

The library at hand lays a whole sheet out in memory (1.8 GB for a million rows, and one lone cell
far away makes it ask for half a terabyte), so the sheet is read here as it lies in the archive.
"""

import os
import re
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from anmin.exchange.blanks import NO_RESULT
from anmin.exchange.counted import FIRST_DAY, FIRST_DAY_1904
from anmin.exchange.delimited import LONGEST_CELL, Row
from anmin.exchange.ooxml import PIECE, Archive, local, xml_parser
from anmin.exchange.problems import Problem, Unreadable
from anmin.kernel.incoming import clean

MOST_COLUMNS = 1024
# Numbers that spreadsheets show as dates without saying how, East Asian ones included (ECMA-376
# part 1, 18.8.30).
BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
NOT_PART_OF_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Spreadsheets keep 15 digits of a number: a longer one has lost its end, and is written so that
# this shows (3.3e+17).
EXACT = 10**15
TOO_LONG = "\ud800"
"""Stands for the text of a cell longer than `LONGEST_CELL`; it cannot occur in text."""


class Workbook:
    """An XLSX file opened for reading: `sheets` holds the part of each visible sheet by name."""

    def __init__(self, path: Path) -> None:
        self._archive = Archive(path)
        try:
            self._read_parts()
        except BaseException:
            self._archive.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def _read_parts(self) -> None:
        archive = self._archive
        main = [r.target for r in archive.relations("") if r.kind == "officeDocument"]
        if not main:
            raise Unreadable("no_workbook")
        relations = archive.relations(main[0])
        parts = {relation.key: relation.target for relation in relations}
        self.sheets: dict[str, str] = {}
        self._first_day = FIRST_DAY

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                if attributes.get("id") in parts:
                    self.sheets[attributes.get("name", "")] = parts[attributes["id"]]
            elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._first_day = FIRST_DAY_1904

        archive.walk(main[0], start)
        if not self.sheets:
            raise Unreadable("no_workbook")
        kinds = {relation.kind: relation.target for relation in relations}
        self._strings = kinds.get("sharedStrings", "")
        self._dates = self._date_styles(kinds["styles"]) if "styles" in kinds else frozenset()

    def _date_styles(self, part: str) -> frozenset[str]:
        """Which cell styles (by position) show a number as a date or a time."""
        custom: dict[int, str] = {}
        styles: list[int] = []
        section = ""

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal section
            if name == "numFmt":
                # One without a number can be meant by no cell.
                custom[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif name in ("cellXfs", "cellStyleXfs", "dxfs"):
                section = name
            elif name == "xf" and section == "cellXfs":
                styles.append(_number(attributes.get("numFmtId", "0")))

        self._archive.walk(part, start)
        return frozenset(
            str(position)
            for position, code in enumerate(styles)
            if (_shows_date(custom[code]) if code in custom else code in BUILT_IN_DATES)
        )

    @property
    def from_1904(self) -> bool:
        """Whether its days are counted from 1904."""
        return self._first_day == FIRST_DAY_1904

    def rows(self, sheet: str | None = None) -> "SheetRows":
        """The rows of a sheet: the named one, or the first that is not hidden."""
        name = next(iter(self.sheets)) if sheet is None else sheet
        if name not in self.sheets:
            raise Unreadable("no_sheet", sheet=name, sheets=tuple(self.sheets))
        return SheetRows(
            self._archive, self.sheets[name], self._strings, self._dates, self._first_day
        )


class SheetRows(Iterable[Row]):
    """All rows of one sheet that hold any text. `read` of `size` bytes are behind us."""

    def __init__(
        self,
        archive: Archive,
        part: str,
        strings: str,
        dates: frozenset[str],
        first_day: datetime,
    ) -> None:
        self.size = archive.size(part)
        self.read = 0
        self.width: int | None = None
        self._archive = archive
        self._part = part
        self._strings = strings
        self._dates = dates
        self._first_day = first_day

    def __iter__(self) -> Iterator[Row]:
        strings = SharedStrings(self._archive, self._strings)
        try:
            done: list[Row] = []
            parser = xml_parser()
            finish = _gather_rows(parser, done, self._text_of(strings))
            with self._archive.open(self._part) as file:
                while piece := file.read(PIECE):
                    self.read += len(piece)
                    parser.Parse(piece, False)
                    yield from done
                    done.clear()
                parser.Parse(b"", True)
                finish()
                yield from done
        finally:
            strings.close()

    def _text_of(self, strings: "SharedStrings") -> Callable[[str, str, str], str]:
        """How a cell of this sheet reads, given its type, its style and its raw value."""

        def text_of(kind: str, style: str, raw: str) -> str:
            if kind == "s":
                return strings[int(raw)]
            if kind == "n":
                return self._date(raw) if style in self._dates else number_text(raw)
            if kind == "b":
                return "TRUE" if raw == "1" else "FALSE"
            if kind == "d":
                return raw.replace("T", " ")
            return unescape(raw)

        return text_of

    def _date(self, raw: str) -> str:
        """A date cell as ISO text: a day, a moment, or a time of day."""
        try:
            seconds = round(float(raw) * 86_400, 3)
            moment = self._first_day + timedelta(seconds=seconds)
        except (ValueError, OverflowError):
            return raw
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        if 0 <= seconds < 86_400:
            return moment.time().isoformat()
        if seconds % 86_400 == 0:
            return moment.date().isoformat()
        return moment.isoformat(sep=" ")


def _gather_rows(  # noqa: C901  (one loop of a parser, flat on purpose)
    parser: expat.XMLParserType, done: list[Row], text_of: Callable[[str, str, str], str]
) -> Callable[[], None]:
    """Let the parser lay down finished rows in `done`; call the result at the end of the sheet.

    This is the hot path: closures over local names, no handler for the ends of elements. A cell
    is finished when the next one begins, a row likewise.
    """
    row: list[str] = []
    number = column = 0
    kind = style = raw = ""
    gathering = reading_aid = computed = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, number, column, kind, style, raw, gathering, reading_aid, computed
        if name == "v" or name == "t":
            gathering = not reading_aid
            return
        gathering = False
        if name == "c":
            if raw or computed:
                finish_cell()
            place = attributes.get("r")
            column = column_of(place) if place else column + 1
            kind = attributes.get("t", "n")
            style = attributes.get("s", "0")
            reading_aid = False
        elif name == "rPh":
            reading_aid = True
        elif name == "f":
            computed = True
        elif name == "row":
            finish_row()
            number = int(attributes.get("r") or number + 1)
            row = []
            column = -1
        elif ":" in name:
            start(local(name), attributes)

    def text(data: str) -> None:
        nonlocal raw
        if gathering and len(raw) <= LONGEST_CELL:
            raw += data

    def finish_cell() -> None:
        nonlocal raw, computed
        if column < MOST_COLUMNS and (raw or kind == "n"):
            if len(row) < column:
                row.extend([""] * (column - len(row)))
            if raw:
                row.append(TOO_LONG if len(raw) > LONGEST_CELL else text_of(kind, style, raw))
            else:
                row.append(NO_RESULT)
        raw, computed = "", False

    def finish_row() -> None:
        if raw or computed:
            finish_cell()
        if any(row):
            done.append(Row(number, row, _problem(row)))

    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    return finish_row


def _problem(row: list[str]) -> Problem | None:
    if TOO_LONG in row:
        row[:] = ["" if cell == TOO_LONG else cell for cell in row]
        return Problem("cell_too_long", {"limit": LONGEST_CELL})
    return None


class SharedStrings:
    """The texts that many cells share, set aside on disk: there may be more than memory holds."""

    def __init__(self, archive: Archive, part: str) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        self._ends = array("Q", [0])
        self._descriptor = self._file.fileno()
        self._find = lru_cache(maxsize=8192)(self._look_up)
        try:
            if part:
                self._gather(archive, part)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __getitem__(self, position: int) -> str:
        """The text at that position. Raises `ValueError` if there is none."""
        return self._find(position)

    def _look_up(self, position: int) -> str:
        if not 0 <= position < len(self._ends) - 1:
            raise ValueError(position)
        start, end = self._ends[position], self._ends[position + 1]
        return os.pread(self._descriptor, end - start, start).decode("utf-8", "surrogatepass")

    def _gather(self, archive: Archive, part: str) -> None:
        pieces: list[str] = []
        gathering = reading_aid = False
        length = 0

        def start(name: str, _attributes: dict[str, str]) -> None:
            nonlocal gathering, reading_aid, length
            name = local(name)
            if name == "si":
                pieces.clear()
                length = 0
            reading_aid = name == "rPh" or (reading_aid and name != "si")
            gathering = name == "t" and not reading_aid

        def text(data: str) -> None:
            nonlocal length
            if gathering:
                length += len(data)
                if length <= LONGEST_CELL:
                    pieces.append(data)

        def end(name: str) -> None:
            nonlocal gathering
            name = local(name)
            if name == "t":
                gathering = False
            elif name == "si":
                whole = TOO_LONG if length > LONGEST_CELL else unescape("".join(pieces))
                written = self._file.write(whole.encode("utf-8", "surrogatepass"))
                self._ends.append(self._ends[-1] + written)

        parser = xml_parser()
        parser.StartElementHandler = start
        parser.CharacterDataHandler = text
        parser.EndElementHandler = end
        with archive.open(part) as file:
            while piece := file.read(PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        self._file.flush()


def _number(text: str | None) -> int:
    """A number of a format; -1, which none has, where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _shows_date(layout: str) -> bool:
    """Whether a number format shows a date or a time: letters for years to seconds remain."""
    first = NOT_PART_OF_FORMAT.sub("", layout).split(";")[0].lower()
    return first != "general" and any(letter in first for letter in "ymdhs")


@lru_cache(maxsize=65_536)
def column_of(place: str) -> int:
    """Position of a column, from 0, by the address of a cell such as ``AB12``."""
    column = 0
    for letter in place:
        if not letter.isalpha():
            break
        column = column * 26 + ord(letter.upper()) - 64
    return column - 1


def number_text(raw: str) -> str:
    """A number as a person would write it; one too long to be exact keeps its exponent."""
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer():
        return str(int(value)) if abs(value) < EXACT else f"{value:e}"
    return repr(value)


def unescape(raw: str) -> str:
    """Text with the characters that XML cannot hold put back (``_x000D_``)."""
    if "_x" not in raw:
        return raw
    # Half a pair may stand beside its other half: they are one character then (UTF-16).
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw)
    return clean(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
