"""A plain CSV file as columns of numbers and of text: what `anmin stats METHOD FILE` reads.

The first line names the columns; cells are parted by commas. UTF-8 with or without byte-order
mark, GB18030 and UTF-16 are told apart by themselves. Only the columns asked for are kept: a
number takes 8 bytes, a text 4 and each different text once.
"""

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow

from anmin.config.methods import Missing
from anmin.exchange.probe import Probe, open_text, probe
from anmin.exchange.problems import Unreadable
from anmin.kernel.errors import Refusal

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
"""Cells that hold nothing."""
NUMBER = re.compile(r"[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t]*")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, in the order of the file.

    ``dropped`` is the number of rows left out for missing cells, None if none could be.
    """

    path: Path
    dropped: int | None
    _found: Probe
    _columns: dict[str, pa.Array]
    _rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Which rows of the file these are, from 0 for the one below the first line."""
        return self._rows

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column read as numbers, all finite."""
        values: NDArray[np.float64] = self._columns[column].to_numpy(zero_copy_only=False)
        return values

    def counts(self, column: str) -> NDArray[np.float64]:
        """A column read as numbers that must be whole and from 0.

        Raises:
            Refusal: with the line of the first one that is not.
        """
        values = self.numbers(column)
        self.refuse_where(
            (values < 0) | (values != np.floor(values)), column, "must be a whole number from 0"
        )
        return values

    def positive(self, column: str) -> NDArray[np.float64]:
        """A column read as numbers that must be above 0.

        Raises:
            Refusal: with the line of the first one that is not.
        """
        values = self.numbers(column)
        self.refuse_where(values <= 0, column, "must be above 0")
        return values

    def codes(self, column: str) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
        """A column read as text: which of the different texts each row holds, and those texts."""
        encoded = self._columns[column]
        texts = np.array(encoded.dictionary.to_pylist(), dtype=object)
        used, codes = np.unique(encoded.indices.to_numpy(), return_inverse=True)
        return codes.astype(np.int32), texts[used]

    def texts(self, column: str) -> NDArray[np.object_]:
        """A column read as text."""
        codes, texts = self.codes(column)
        return texts[codes]

    def refuse_repeats(self, column: str) -> None:
        """Refuse the file if a text of this column is there twice.

        Raises:
            Refusal: with the line of the second one.
        """
        codes, _texts = self.codes(column)
        again = np.ones(len(codes), dtype=bool)
        again[np.unique(codes, return_index=True)[1]] = False
        self.refuse_where(again, column, "is there twice")

    def refuse_where(self, wrong: NDArray[np.bool_], column: str, reason: str) -> None:
        """Refuse the file if any row is wrong, naming the line of the first.

        Raises:
            Refusal: "line 7: this must be a whole number from 0".
        """
        if wrong.any():
            row = int(self._rows[int(np.argmax(wrong))])
            _refuse(self.path, self._found, row, column, reason)

    def write_with(self, out: Path, column: str, values: NDArray[np.float64]) -> str:
        """Write the file as it is to ``out`` in UTF-8, with one more column at the end.

        Rows that were left out get an empty cell. If the file has such a column, the new one is
        called ``…_fitted``. Whole or not at all. Returns the name.

        Raises:
            Refusal: the place cannot be written to.
        """
        known = dict(zip(self._rows.tolist(), values.tolist(), strict=True))
        rows = _rows(self.path, self._found)
        _, header = next(rows)
        name = f"{column}_fitted" if column in (one.strip() for one in header) else column
        if out.exists() and not out.is_file():  # never put a file in the place of a device
            raise Refusal(f"{out} is no file that can be written anew", field="out")
        part = out.parent / f"{out.name}.part"
        try:
            with part.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow([*header, name])
                writer.writerows([*row, known.get(i, "")] for i, (_, row) in enumerate(rows))
            part.replace(out)
        except OSError as fault:
            part.unlink(missing_ok=True)
            raise Refusal(f"{out} cannot be written: {fault.strerror}", field="out") from None
        return name


def read_table(
    path: Path,
    *,
    numbers: Collection[str] = (),
    texts: Collection[str] = (),
    na: Missing = Missing.REFUSE,
) -> Table:
    """Read these columns of a file; a column is wanted as numbers or as text, not as both.

    Raises:
        Refusal: a file that is empty or no text; a column that is not there, or twice; a row of
            another length; text among numbers; a missing cell unless ``na`` is ``drop``. With
            the line where there is one.
    """
    found = _probe(path)
    header = _header(path, found)
    places = {name: _place(header, name) for name in dict.fromkeys([*numbers, *texts])}
    for name in numbers:
        if name in texts:
            raise Refusal(f"column {name} cannot serve as numbers and as text", field=name)
    data = _parse(path, found, header, {n: (i, n in numbers) for n, i in places.items()})
    if not data.num_rows:
        raise Refusal(f"{path} has no row below its first line")
    present = np.ones(data.num_rows, dtype=bool)
    columns: dict[str, pa.Array] = {}
    for name, place in places.items():
        columns[name] = data.column(str(place)).combine_chunks()
        absent = columns[name].is_null().to_numpy(zero_copy_only=False)
        if na is Missing.REFUSE and absent.any():
            reason = "is missing (leave such rows out with --na drop)"
            _refuse(path, found, int(np.argmax(absent)), name, reason)
        present &= ~absent
    return _finite(path, found, columns, present, na)


def column_names(path: Path) -> list[str]:
    """What the first line of a file calls its columns.

    Raises:
        Refusal: a file that is empty or no text.
    """
    return _header(path, _probe(path))


def _finite(
    path: Path, found: Probe, columns: dict[str, pa.Array], present: NDArray[np.bool_], na: Missing
) -> Table:
    if not present.any():
        raise Refusal(f"{path} has no row without a missing cell")
    rows = np.flatnonzero(present)
    if len(rows) < len(present):
        columns = {name: column.filter(pa.array(present)) for name, column in columns.items()}
    dropped = len(present) - len(rows) if na is Missing.DROP else None
    table = Table(path, dropped, found, columns, rows)
    for name, column in columns.items():
        if pa.types.is_floating(column.type):
            table.refuse_where(~np.isfinite(table.numbers(name)), name, "must be a finite number")
    return table


def _probe(path: Path) -> Probe:
    try:
        found = probe(path)
    except Unreadable as fault:
        raise Refusal(
            f"{path} is empty" if fault.code == "empty" else f"{path} is no CSV text file"
        ) from None
    if found.kind != "csv" or found.damaged:
        raise Refusal(f"{path} is no CSV text file, or holds bytes of another encoding")
    return found


def _rows(path: Path, found: Probe) -> Iterator[tuple[int, list[str]]]:
    """The rows with their lines, as Python reads them; empty lines left out."""
    with open_text(path, found) as file:
        reader = csv.reader(file)
        before = 0
        try:
            for row in reader:
                if row:
                    yield before + 1, row
                before = reader.line_num
        except csv.Error as fault:
            raise Refusal(str(fault), line=before + 1) from None


def _header(path: Path, found: Probe) -> list[str]:
    line, header = next(_rows(path, found), (0, []))
    if line != 1:
        raise Refusal("the first line must name the columns", line=1)
    return [name.strip() for name in header]


def _place(header: Sequence[str], name: str) -> int:
    if header.count(name) > 1:
        raise Refusal(f"there is more than one column {name}", field=name, line=1)
    if name not in header:
        raise Refusal(
            f"there is no column {name}; the columns are {', '.join(header)}", field=name, line=1
        )
    return header.index(name)


def _parse(
    path: Path, found: Probe, header: Sequence[str], wanted: dict[str, tuple[int, bool]]
) -> pa.Table:
    types = {
        str(place): pa.float64() if number else pa.dictionary(pa.int32(), pa.string())
        for place, number in wanted.values()
    }
    try:
        return arrow.read_csv(
            path,
            arrow.ReadOptions(
                encoding=found.encoding,
                column_names=[str(place) for place in range(len(header))],
                skip_rows_after_names=1,
            ),
            arrow.ParseOptions(newlines_in_values=True),
            arrow.ConvertOptions(
                include_columns=list(types),
                column_types=types,
                null_values=MISSING,
                strings_can_be_null=True,
            ),
        ).unify_dictionaries()
    except pa.ArrowInvalid as fault:
        _explain(path, found, header, wanted)
        raise Refusal(f"{path}: {str(fault).splitlines()[0]}") from None


def _explain(
    path: Path, found: Probe, header: Sequence[str], wanted: dict[str, tuple[int, bool]]
) -> None:
    """Say with its line what could not be read."""
    numbers = {name: place for name, (place, number) in wanted.items() if number}
    for line, row in islice(_rows(path, found), 1, None):
        if len(row) != len(header):
            raise Refusal(f"{len(row)} cells where the first line has {len(header)}", line=line)
        for name, place in numbers.items():
            if row[place] not in MISSING and not NUMBER.fullmatch(row[place]):
                raise Refusal(f"{name} must be a number, not {row[place]!r}", field=name, line=line)


def _refuse(path: Path, found: Probe, row: int, column: str, reason: str) -> NoReturn:
    line: Any = next(islice(_rows(path, found), row + 1, None), (None,))[0]
    raise Refusal(f"{column} {reason}", field=column, line=line)
