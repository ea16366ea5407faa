"""What the methods of `anmin stats` share: options, and how they say what they found.

Nothing heavy is imported here, since every file of commands imports this one.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from anmin.config import console

type Row = dict[str, Any]


class Read(Protocol):
    """A file that was read (``table.Table``): how many rows were left out, if any could be."""

    @property
    def dropped(self) -> int | None:
        """The number of rows left out for missing cells."""
        ...


class Missing(StrEnum):
    """What becomes of a row with an empty cell in a column that is used."""

    REFUSE = "refuse"
    DROP = "drop"


File = Annotated[Path, typer.Argument(help="A CSV file whose first line names the columns.")]
Na = Annotated[
    Missing, typer.Option(help="A row with a missing cell: refuse the file, or drop the row.")
]
Level = Annotated[float, typer.Option(help="Confidence level of the intervals.")]


def rows_of(**columns: Iterable[Any]) -> list[Row]:
    """Columns of one length, arrays or lists, as rows."""
    lists = [_listed(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def tell(
    found: Mapping[str, Any],
    table: Read | None = None,
    *,
    as_json: bool,
    text: str | None = None,
) -> None:
    """Say what was found; without ``text``, its single values and its lists of rows as tables.

    JSON knows no infinity and no "not a number": null stands for both. Where rows of the file
    could be left out, their number is said as ``dropped``.
    """
    if table is not None and table.dropped is not None:
        found = {**found, "dropped": table.dropped}
        if table.dropped:
            console.note(f"{table.dropped} rows with a missing cell were left out")
    console.tell(plain(found), as_json=as_json, text=as_text(found) if text is None else text)


def plain(value: Any) -> Any:
    """The value in what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    value = _listed(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _listed(value: Any) -> Any:
    """NumPy's arrays and numbers as Python's own."""
    return value.tolist() if hasattr(value, "tolist") else value


def as_text(found: Mapping[str, Any]) -> str:
    """Single values one a line, lists of rows as tables."""
    blocks = []
    for name, given in found.items():
        value = _listed(given)
        if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            blocks.append(_aligned(value))
        elif value != []:
            blocks.append(f"{name} {_shown(value)}")
    return "\n".join(blocks)


def _aligned(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [list(rows[0])] + [[_shown(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(f"{cell:<{w}}" for cell, w in zip(r, widths, strict=True)) for r in cells)
    return "\n".join(line.rstrip() for line in lines)


def _shown(value: Any) -> str:
    value = _listed(value)
    if isinstance(value, list | tuple):
        return ",".join(_shown(one) for one in value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
