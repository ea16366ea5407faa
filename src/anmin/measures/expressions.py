"""The language in which rooms say what to count: values looked at row by row, as SQL.

An expression is what SQL makes of columns and plain values, unknown (NULL) ones included:
``rows.stage.isin(["done"]) & (rows.due_at < rows.cutoff)``. It names no engine; each brings a
`Dialect`, as they differ in little but their quotation marks. It is made and written down in
microseconds, where a library that speaks to every engine takes a second (docs/adr/0022).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

type Plain = str | bool | int | float | Decimal | date | datetime
"""A value that stands for itself; a moment is UTC without a zone."""

TYPES: Final = {"int64": "BIGINT", "float64": "DOUBLE", "string": "STRING", "boolean": "BOOLEAN"}
"""What `Expression.cast` can make."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine quotes: names, and texts."""

    name: Callable[[str], str]
    text: Callable[[str], str]


@dataclass(frozen=True, eq=False)
class Expression:
    """A value of one row; ``write`` says it in the dialect of an engine."""

    write: Callable[[Dialect], str]

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return _joined(self, "=", other)

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return _joined(self, "<>", other)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: object) -> Expression:
        return _joined(self, "<", other)

    def __le__(self, other: object) -> Expression:
        return _joined(self, "<=", other)

    def __gt__(self, other: object) -> Expression:
        return _joined(self, ">", other)

    def __ge__(self, other: object) -> Expression:
        return _joined(self, ">=", other)

    def __and__(self, other: object) -> Expression:
        return _joined(self, "AND", other)

    def __or__(self, other: object) -> Expression:
        return _joined(self, "OR", other)

    def __invert__(self) -> Expression:
        return _made("(NOT {})", self)

    def __add__(self, other: object) -> Expression:
        return _joined(self, "+", other)

    def __sub__(self, other: object) -> Expression:
        return _joined(self, "-", other)

    def __mul__(self, other: object) -> Expression:
        return _joined(self, "*", other)

    def __truediv__(self, other: object) -> Expression:
        """As a number with a fraction, of whole numbers too; unknown where it is divided by 0."""
        return _made("(CAST({} AS DOUBLE) / NULLIF({}, 0))", self, other)

    def __bool__(self) -> bool:
        raise TypeError("an expression is true or false only row by row: use & | ~, not and or not")

    __rand__, __ror__, __radd__, __rmul__ = __and__, __or__, __add__, __mul__

    def isin(self, values: Collection[Plain]) -> Expression:
        """Whether it is one of these; nothing is one of none."""
        if not values:
            return literal(False)
        return _made(f"({{}} IN ({', '.join(['{}'] * len(values))}))", self, *values)

    def isnull(self) -> Expression:
        """Whether it is unknown."""
        return _made("({} IS NULL)", self)

    def notnull(self) -> Expression:
        """Whether it is known."""
        return _made("({} IS NOT NULL)", self)

    def fill_null(self, value: Plain) -> Expression:
        """Itself, or ``value`` where it is unknown."""
        return _made("COALESCE({}, {})", self, value)

    def contains(self, text: str) -> Expression:
        """Whether this text has that one in it."""
        return _made("CONTAINS({}, {})", self, text)

    def cast(self, type_name: str) -> Expression:
        """As another type: one of `TYPES`."""
        return _made(f"CAST({{}} AS {TYPES[type_name]})", self)


def literal(value: Plain) -> Expression:
    """A plain value as an expression.

    Raises:
        TypeError: a value of another type.
    """
    if isinstance(value, str):
        return Expression(lambda dialect: dialect.text(value))
    if isinstance(value, bool):
        return Expression(lambda _dialect: "TRUE" if value else "FALSE")
    if isinstance(value, int):
        return Expression(lambda _dialect: str(int(value)))
    if isinstance(value, float | Decimal):
        return Expression(lambda _dialect: f"CAST({float(value)!r} AS DOUBLE)")
    if isinstance(value, datetime):
        return Expression(lambda _dialect: f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'")
    if isinstance(value, date):
        return Expression(lambda _dialect: f"DATE '{value:%Y-%m-%d}'")
    raise TypeError(f"{value!r} cannot be compared with what a table holds")


def column(name: str) -> Expression:
    """The value of a column."""
    return Expression(lambda dialect: dialect.name(name))


def choice(condition: Expression, yes: Expression, no: Expression | Plain) -> Expression:
    """One or the other, as the condition is true or not."""
    return _made("CASE WHEN {} THEN {} ELSE {} END", condition, yes, no)


def _joined(left: object, sign: str, right: object) -> Expression:
    return _made(f"({{}} {sign} {{}})", left, right)


def _made(form: str, *parts: object) -> Expression:
    given = [part if isinstance(part, Expression) else literal(part) for part in parts]  # type: ignore[arg-type]
    return Expression(lambda dialect: form.format(*(part.write(dialect) for part in given)))


class Rows:
    """The rows of a table as expressions see them: columns by name, ``rows.unit`` or ``rows["unit"]``."""

    def __init__(self, table: str, columns: Mapping[str, Expression]) -> None:
        self._table, self._columns = table, columns

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Expression:
        if name not in self._columns:
            raise AttributeError(f"table {self._table} has no column {name}")
        return self._columns[name]
